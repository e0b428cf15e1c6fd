"""Facts that no database or engine can take: quarantined where people see them, and nothing else is held up."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from sqlalchemy import Connection

from services.kit.errors import Unavailable
from services.kit.frames import copy_out, look_up, wanted
from services.rules.domain import Judged
from services.rules.engine.compiled import CompiledBundle, ListReader
from services.rules.engine.durable_pool import DurablePool
from services.rules.storage import LogStores, facts
from services.rules.storage.facts import Facts
from tests.unit.rules.service_world import World, closed, disbursed, posted, unlinked

Make = Callable[..., World]
PURPOSE = "common.purpose-irregular"
DUPLICATE = "common.duplicate-payment"
SPLIT = "common.split-payment"
STRANGE = "A\x1f\x1e\n\t\"',\\N{}"
"""Separators of our own, of CSV and of arrays."""


def test_control_characters_and_quotes_are_texts_like_others(world: Make) -> None:
    here = world()
    twin = {"project_key": STRANGE, "amount_fen": 20_000_000}
    here.tell(posted([{"key": f"{STRANGE}#1", "purpose": "1", **twin}, {"key": "B#1", **twin}]))

    here.tell(posted([{"key": "C#1", **twin}]))

    assert here.standing() == {
        (PURPOSE, STRANGE, "once", 20_000_000),
        (DUPLICATE, "B", "once", 20_000_000),
        (DUPLICATE, "C", "once", 20_000_000),
        (SPLIT, "3", f"2018-07-03|{STRANGE}", 60_000_000),
    }
    assert here.scalar("SELECT count(*) FROM fact_quarantine") == 0


def test_a_fact_with_control_characters_goes_away_again(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": f"{STRANGE}#1", "purpose": "1"}]))

    here.tell(unlinked(("payment", f"{STRANGE}#1")))

    assert here.standing() == set()
    assert here.scalar("SELECT count(*) FROM fact_payment") == 0


def test_a_fact_that_cannot_be_stored_is_quarantined_and_the_others_are_judged(world: Make) -> None:
    here = world()
    facts = [{"key": f"A{number}#1", "purpose": "1"} for number in range(9)]
    facts[4] = {"key": "BAD\0#1", "purpose": "1"}

    here.tell(posted(facts))

    assert {row[1] for row in here.standing(PURPOSE)} == {f"A{number}" for number in range(9) if number != 4}
    assert here.scalar("SELECT key FROM fact_quarantine") == "BAD\ufffd#1"
    assert "BAD" in here.scalar("SELECT last_error FROM evaluator")


def test_texts_too_long_for_an_index_are_quarantined(world: Make) -> None:
    here = world()
    letters = random.Random(1)
    endless = "".join(chr(letters.randrange(0x4E00, 0x9FA5)) for _ in range(4_000))

    here.tell(posted([{"key": "A#1", "purpose": "1"}, {"key": "B#1", "project_key": endless}]))
    here.tell(posted([{"key": f"{endless}#1"}]))

    assert {row[1] for row in here.standing()} == {"A"}
    assert here.scalar("SELECT count(*) FROM fact_quarantine") == 2


def test_a_strange_fact_does_not_count_the_others_twice(world: Make) -> None:
    here = world()

    here.tell(posted([{"key": "A#1"}, {"key": "B#1"}, {"key": "BAD\0#1"}]))

    assert (
        here.scalar("SELECT cannot_judge FROM rule_counter WHERE rule_id = 'common.transfer-to-own-account'")
        == 2
    )


def test_a_state_that_cannot_be_stored_is_quarantined_and_the_day_closes(world: Make) -> None:
    here = world()
    day = date(2018, 7, 1)
    states = [
        {"key": key, "from_day": date(2017, 7, 1), "received_on": date(2017, 7, 1), "unpaid_fen": 70}
        for key in ("Q1", "BAD\0", STRANGE)
    ]

    here.tell(closed(day, first=True, quota_days=states))

    assert {row[1] for row in here.standing("common.idle-over-one-year")} == {"Q1", STRANGE}
    assert here.scalar("SELECT kind FROM fact_quarantine") == "quota_day"
    assert here.scalar("SELECT closed_to FROM evaluator WHERE log = 'poverty'") == day


def test_a_list_with_a_strange_code_is_known_without_it(world: Make) -> None:
    here = world()
    here.lists("registered_person")

    here.lists("registered_only_benefit", [("B01", date(2014, 1, 1), None), ("B\0", date(2014, 1, 1), None)])
    here.tell(disbursed([{"key": "D1"}]))

    assert len(here.standing("common.payee-not-registered")) == 1
    assert here.scalar("SELECT kind FROM fact_quarantine") == "list"


def test_a_rule_that_fails_on_one_day_state_holds_up_no_other(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world()
    judge = CompiledBundle.judge

    def failing(self: CompiledBundle, kind: str, frame: pl.DataFrame, lists: ListReader) -> Judged:
        if kind == "quota_day" and "Q2" in frame["key"]:
            raise pl.exceptions.ComputeError("strange")
        return judge(self, kind, frame, lists)

    monkeypatch.setattr(CompiledBundle, "judge", failing)
    states = [
        {"key": key, "from_day": date(2017, 7, 1), "received_on": date(2017, 7, 1), "unpaid_fen": 70}
        for key in ("Q1", "Q2", "Q3")
    ]

    here.tell(closed(date(2018, 7, 1), first=True, quota_days=states))

    assert {row[1] for row in here.standing("common.idle-over-one-year")} == {"Q1", "Q3"}
    assert here.scalar("SELECT key FROM fact_quarantine") == "Q2"


def test_an_engine_that_is_away_holds_the_entry_and_blames_no_fact(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "project_key": "P1"}]))
    pool = here.means.pool
    closed = DurablePool()
    closed.close()
    object.__setattr__(here.means, "pool", closed)

    with pytest.raises(Unavailable):
        here.tell(posted([{"key": "B#1", "project_key": "P1"}]))
    object.__setattr__(here.means, "pool", pool)
    here.deliver(here.told[-1])

    assert here.standing() == {(DUPLICATE, "B", "once", 10_000)}
    assert here.scalar("SELECT count(*) FROM fact_quarantine") == 0


@pytest.mark.parametrize("read", [copy_out, look_up])
def test_what_is_wanted_arrives_as_it_was(world: Make, read: Callable[..., pl.DataFrame]) -> None:
    here = world()
    frame = pl.DataFrame(
        {
            "a": ["", None, "NULL", "a\x1fb", "\x1e", "é中"],
            "b": ["", None, "NULL", "\\", '"', "{,}"],
            "c": [0, None, -(2**63), 2**63 - 1, 7, 8],
            "d": [date(2018, 1, 1), None, *[date(2200, 1, 1)] * 4],
        }
    )
    asked, lonely = wanted(frame), wanted(pl.DataFrame({"b": [""]}))

    with here.database.transaction() as connection:
        back = read(connection, f"SELECT a, b, c, d FROM {asked.rows}", asked.parameters, frame.schema)
        one = read(connection, f"SELECT b FROM {lonely.rows}", lonely.parameters, {"b": pl.String()})
        none = wanted(frame.clear())
        empty = read(connection, f"SELECT a, b, c, d FROM {none.rows}", none.parameters, frame.schema)

    assert back.equals(frame)
    assert one["b"].to_list() == [""]
    assert (empty.height, empty.schema) == (0, frame.schema)


def test_look_ups_go_by_index_though_the_planner_knows_nothing(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world()
    asked = pl.DataFrame({"payee_account_token": [1, 2], "project_key": ["P1", "P2"]})
    plans: list[str] = []

    def explained(
        connection: Connection, query: str, parameters: dict[str, object], schema: dict[str, pl.DataType]
    ) -> pl.DataFrame:
        driver = connection.connection.driver_connection
        assert driver is not None
        plans.extend(row[0] for row in driver.execute(f"EXPLAIN {query}", parameters))
        return pl.DataFrame(schema=schema)

    monkeypatch.setattr(facts, "copy_out", explained)
    with here.database.transaction() as connection:
        Facts(connection, "poverty").of_groups("payment", asked, 2, 2_000)
        LogStores(connection, "poverty").facts.take("payment", ["A"])
    plan = "\n".join(plans)

    assert plan.count("fact_payment_poverty_payee_account_token") == 2
    assert "Scan using fact_payment_poverty_key" in plan
    assert "Seq Scan" not in plan

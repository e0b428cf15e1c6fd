"""Events that are told at once: an evaluator that is behind judges them together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.rules.usecases import facts
from tests.unit.rules.service_world import World, disbursed, posted

Make = Callable[..., World]


def test_events_told_at_once_are_judged_at_one_place_and_each_is_in_the_log(world: Make) -> None:
    here = world()
    here.empty_lists()
    here.deliver(*(here.record(posted([{"key": f"A{number}#1", "purpose": "1"}])) for number in range(3)))
    log = here.rows(
        "SELECT stream_seq, place, judged_at FROM judgement_log WHERE kind = 'facts' ORDER BY place"
    )
    last = log[-1][1]

    assert log == [(1, last - 2, last), (2, last - 1, last), (3, last, last)]
    assert {row["log_place"] for row in here.warnings()} == {last}


def test_of_a_fact_that_is_told_twice_at_once_the_later_telling_stands(world: Make) -> None:
    here = world()
    here.empty_lists()
    first, then = ({"key": "A1#1", "purpose": purpose} for purpose in ("1", "支付设备款"))
    here.deliver(here.record(posted([first])), here.record(posted([then])))

    assert not here.standing("common.purpose-irregular")


def test_each_of_the_facts_told_at_once_has_the_position_of_its_own_event(world: Make) -> None:
    """Else the newest event of a run would carry old facts past what another stream has told of them since."""
    here = world(("cross",))
    here.tell(disbursed([{"key": "ELSE"}]))
    here.deliver(here.record(disbursed([{"key": "MOVED"}]), position=9))
    here.deliver(
        here.record(disbursed([{"key": "MOVED", "category": "unassigned"}]), "unassigned", 5),
        here.record(disbursed([{"key": "LATER", "category": "unassigned"}]), "unassigned", 12),
    )

    assert dict(here.rows("SELECT key, position FROM fact_disbursement WHERE key <> 'ELSE'")) == {
        "MOVED": 9,
        "LATER": 12,
    }
    assert here.scalar("SELECT category FROM fact_disbursement WHERE key = 'MOVED'") == "poverty"


def test_a_fact_in_quarantine_names_the_event_that_told_it(world: Make) -> None:
    here = world()
    here.deliver(
        here.record(posted([{"key": "A1#1"}])),
        here.record(posted([{"key": "BAD\0#1"}])),
        here.record(posted([{"key": "A3#1"}])),
    )

    assert here.rows("SELECT stream, stream_seq, key FROM fact_quarantine") == [
        ("poverty.0", 2, "BAD\ufffd#1")
    ]
    assert here.scalar("SELECT count(*) FROM fact_payment") == 2


def test_more_facts_than_one_judging_takes_are_told_at_once(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "JUDGED_ROWS_MAX", 3)
    here = world()
    here.empty_lists()
    here.deliver(
        *(
            here.record(message)
            for number in range(4)
            for message in (
                posted([{"key": f"A{number}{part}#1", "purpose": "1"} for part in "ab"]),
                disbursed([{"key": f"D{number}"}]),
            )
        )
    )

    assert len(here.standing("common.purpose-irregular")) == 8
    assert here.scalar("SELECT count(*) FROM fact_disbursement") == 4
    assert here.scalar("SELECT count(DISTINCT judged_at) FROM judgement_log WHERE kind = 'facts'") == 1

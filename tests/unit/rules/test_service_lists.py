"""Reference lists that come late, change, or come in parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from services.rules.usecases.lists import KnownList, KnownLists, ListCache, ListPart
from tests.unit.rules.service_world import World, disbursed, posted

Make = Callable[..., World]
OWN = "common.transfer-to-own-account"
REGISTERED = "common.payee-not-registered"
LONG_AGO = date(2014, 1, 1)


def test_a_list_that_has_not_come_lets_no_rule_judge_and_is_counted(world: Make) -> None:
    here = world()

    here.tell(posted([{"key": "A#1"}]))

    assert here.standing() == set()
    assert here.scalar(f"SELECT cannot_judge FROM rule_counter WHERE rule_id = '{OWN}'") == 1


def test_the_first_complete_version_judges_what_was_there_before(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "purpose": "123"}]))
    here.lists("own_account_whitelist")

    here.lists("own_account", [(3, LONG_AGO, None)])

    assert here.standing(OWN) == {(OWN, "A", "once", 10_000)}
    assert len(here.standing("common.purpose-irregular")) == 1


def test_parts_of_a_first_version_count_when_the_last_one_has_come(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1"}]))
    here.lists("own_account_whitelist")

    here.lists("own_account", [(3, LONG_AGO, None)], complete=False)
    before = here.standing(OWN)
    here.lists("own_account", [(9, LONG_AGO, None)])

    assert before == set()
    assert len(here.standing(OWN)) == 1


def test_an_interval_that_is_ended_later_retracts(world: Make) -> None:
    here = world()
    here.empty_lists()
    here.lists("own_account", [(3, LONG_AGO, None)], version=2)
    here.tell(posted([{"key": "A#1"}]))
    assert len(here.standing(OWN)) == 1

    here.lists("own_account", [(3, LONG_AGO, date(2018, 7, 2))], version=3)

    assert here.standing(OWN) == set()


def test_a_change_for_others_leaves_a_warning_untouched(world: Make) -> None:
    here = world()
    here.empty_lists()
    here.lists("own_account", [(3, LONG_AGO, None)], version=2)
    here.tell(posted([{"key": "A#1"}]))

    here.lists("own_account", [(77, LONG_AGO, None)], version=3)

    assert [row["revision"] for row in here.warnings(rule_id=OWN)] == [1]


def test_lists_by_code_and_by_token_work_together(world: Make) -> None:
    here = world()
    here.tell(disbursed([{"key": "D1"}, {"key": "D2", "person_token": 502, "benefit_code": "B02"}]))
    here.lists("registered_person", [(999, LONG_AGO, None)])

    here.lists("registered_only_benefit", [("B01", LONG_AGO, None)])

    assert here.standing() == {(REGISTERED, "501", "2018-07", 5_000)}


def test_two_logs_keep_the_entries_of_a_list_once(world: Make) -> None:
    here = world(("poverty", "benefit"))

    here.lists("own_account", [(3, LONG_AGO, None), (4, LONG_AGO, None)])

    assert here.scalar("SELECT count(*) FROM list_entry") == 2
    assert here.scalar("SELECT count(*) FROM judgement_log WHERE kind = 'list'") == 2


class FakeListStore:
    """A list in memory."""

    def __init__(self, rows: int, entries: pl.DataFrame) -> None:
        self.rows = rows
        self.all = entries
        self.asked_for: list[list[int] | None] = []

    def put(self, part: ListPart) -> None:
        """Nothing is put."""

    def known(self, seq: int) -> dict[str, KnownList]:
        """One list."""
        return {"own_account": KnownList("own_account", seq, self.rows)}

    def entries(self, name: str, seq: int, keys: pl.Series | None, by_code: bool) -> pl.DataFrame:
        """The entries asked for."""
        self.asked_for.append(None if keys is None else keys.sort().to_list())
        return self.all if keys is None else self.all.filter(pl.col("key").is_in(keys.implode()))


ENTRIES = pl.DataFrame(
    {
        "key": [1, 1, 2],
        "valid_from": [date(2018, 1, 1), date(2018, 6, 1), date(2018, 1, 1)],
        "valid_to": [date(2018, 2, 1), None, date(2018, 12, 31)],
    },
    schema={"key": pl.Int64, "valid_from": pl.Date, "valid_to": pl.Date},
)


def asked(store: FakeListStore, cache: ListCache) -> list[bool | None]:
    """Keys 1, 1, 1, 2, none and 3 on days around their intervals."""
    keys = pl.Series([1, 1, 1, 2, None, 3], dtype=pl.Int64)
    days = pl.Series([date(2018, 2, 1), date(2018, 2, 2), date(2018, 6, 1), *[date(2018, 5, 1)] * 3])
    answer = KnownLists(store, 5, cache).listed("own_account", keys, days)
    assert answer is not None
    return answer.to_list()


def test_a_key_is_listed_within_its_intervals_and_unknown_where_it_is_not_given() -> None:
    assert asked(FakeListStore(3, ENTRIES), ListCache()) == [True, False, True, True, None, False]


def test_a_small_list_is_read_once_and_a_large_one_by_the_keys_of_the_batch() -> None:
    small, large, cache = FakeListStore(3, ENTRIES), FakeListStore(10**6, ENTRIES), ListCache()

    answers = [asked(small, cache), asked(small, cache), asked(large, ListCache())]

    assert answers[0] == answers[1] == answers[2]
    assert small.asked_for == [None]
    assert large.asked_for == [[1, 2, 3]]


def test_a_list_without_a_version_has_no_answer() -> None:
    days = pl.Series([date(2018, 2, 1)])

    answer = KnownLists(FakeListStore(0, ENTRIES), 5, ListCache()).listed("other", pl.Series([1]), days)

    assert answer is None

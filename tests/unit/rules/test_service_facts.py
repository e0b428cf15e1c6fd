"""Facts that arrive, change and go away, and the warnings that stand afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.unit.rules.service_world import World, closed, disbursed, posted, quotas, reversed_to, unlinked

Make = Callable[..., World]
PURPOSE = "common.purpose-irregular"
SAME_NAME = "common.same-name-transfer"
OWN = "common.transfer-to-own-account"
JOINED = "common.own-account-same-name"
SPLIT = "common.split-payment"
DUPLICATE = "common.duplicate-payment"
PARKED = "common.transfer-booked-as-spending"


def test_a_fact_that_fires_raises_one_warning_with_its_event(world: Make) -> None:
    here = world()

    here.tell(posted([{"key": "A#1", "purpose": "123"}, {"key": "B#1"}]))

    assert here.standing() == {(PURPOSE, "A", "once", 10_000)}
    assert here.scalar("SELECT count(*) FROM stream_event WHERE stream = 'warnings.poverty'") == 1
    warning = here.warnings()[0]
    assert warning["basis"]
    assert warning["log_place"] == 2


def test_the_same_event_twice_changes_nothing(world: Make) -> None:
    here = world()
    event = here.tell(posted([{"key": "A#1", "purpose": "123"}]))
    before = here.history()

    here.deliver(event)

    assert here.history() == before
    assert here.scalar("SELECT place FROM evaluator WHERE log = 'poverty'") == 2


def test_a_restated_fact_replaces_its_verdict(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "purpose": "123"}]))

    here.tell(posted([{"key": "A#1", "purpose": "123", "amount_fen": 500}]))

    assert here.standing() == {(PURPOSE, "A", "once", 500)}
    assert here.warnings()[0]["revision"] == 2


def test_a_removed_fact_takes_its_warning_with_it_and_both_verdicts_stay(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "purpose": "123"}]))

    here.tell(unlinked(("payment", "A#1")))

    assert here.standing() == set()
    assert [row[3:5] for row in here.history()] == [(1, True), (2, False)]
    assert here.warnings(with_retracted=True)[0]["retracted_because"]


def test_what_remains_of_a_reversed_payment_is_judged_anew(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "purpose": "123"}]))

    here.tell(reversed_to(["A#1"], [{"key": "A#2", "purpose": "123", "amount_fen": 4_000}]))

    assert here.standing() == {(PURPOSE, "A", "once", 4_000)}


def test_two_shares_of_a_payment_are_one_warning_with_both_amounts(world: Make) -> None:
    here = world()

    here.tell(posted([{"key": "A#1", "purpose": "1"}, {"key": "A#2", "purpose": "1", "amount_fen": 5}]))

    assert here.standing() == {(PURPOSE, "A", "once", 10_005)}


def test_a_quota_that_is_corrected_no_longer_warns(world: Make) -> None:
    here = world()
    here.tell(quotas([{"key": "Q1", "document_number": None}]))
    assert len(here.standing("common.document-number-irregular")) == 1

    here.tell(quotas([{"key": "Q1"}]))

    assert here.standing() == set()


def test_a_window_counts_facts_of_several_batches_and_forgets_what_is_removed(world: Make) -> None:
    here = world()
    for number in range(3):
        share = {
            "key": f"A{number}#1",
            "amount_fen": 20_000_000,
            "day": date(2018, 7, 2 + number),
            "project_key": "P9",
        }
        here.tell(posted([share]))
    assert here.standing(SPLIT) == {(SPLIT, "3", "2018-07-04|P9", 60_000_000)}

    here.tell(unlinked(("payment", "A0#1")))

    assert here.standing(SPLIT) == set()


def test_a_late_fact_also_changes_later_windows(world: Make) -> None:
    here = world()
    days = [date(2018, 7, 2), date(2018, 7, 8)]
    here.tell(
        posted([{"key": f"{d}#1", "amount_fen": 25_000_000, "day": d, "project_key": "P1"} for d in days])
    )
    assert here.standing(SPLIT) == set()

    here.tell(posted([{"key": "L#1", "amount_fen": 100, "day": date(2018, 7, 3), "project_key": "P1"}]))

    assert here.standing(SPLIT) == {(SPLIT, "3", "2018-07-08|P1", 50_000_100)}


def test_a_duplicate_is_found_across_batches_and_goes_with_either_payment(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "project_key": "P1"}]))
    here.tell(posted([{"key": "B#1", "project_key": "P1", "day": date(2018, 7, 5)}]))
    assert here.standing(DUPLICATE) == {(DUPLICATE, "B", "once", 10_000)}

    here.tell(unlinked(("payment", "A#1")))

    assert here.standing(DUPLICATE) == set()


def test_a_transfer_is_judged_when_its_day_closes_and_not_before(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "payee_kind": "township"}, {"key": "B#1", "payee_kind": "village"}]))
    here.tell(disbursed([{"key": "D1", "payment_key": "B"}]))
    here.tell(closed(date(2018, 7, 2), first=True))
    assert here.standing(PARKED) == set()

    here.tell(closed(date(2018, 7, 3)))

    assert here.standing(PARKED) == {(PARKED, "A", "once", 10_000)}


def test_late_disbursements_retract_and_their_removal_warns_again(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "payee_kind": "township"}]))
    here.tell(closed(date(2018, 7, 3), first=True))
    assert len(here.standing(PARKED)) == 1
    here.tell(disbursed([{"key": "D1", "payment_key": "A"}]))
    assert here.standing(PARKED) == set()

    here.tell(unlinked(("disbursement", "D1")))

    assert len(here.standing(PARKED)) == 1


def test_a_payment_that_comes_after_its_day_closed_is_judged_at_once(world: Make) -> None:
    here = world()
    here.tell(closed(date(2018, 7, 3), first=True))

    here.tell(posted([{"key": "A#1", "payee_kind": "township"}]))

    assert len(here.standing(PARKED)) == 1


def test_two_weak_signals_are_joined_and_parted_again(world: Make) -> None:
    here = world()
    here.empty_lists()
    here.lists("own_account", [(3, date(2014, 1, 1), None)], version=2)

    here.tell(posted([{"key": "A#1", "payer_equals_payee": True}]))
    assert {row[0] for row in here.standing()} == {OWN, SAME_NAME, JOINED}
    here.lists("same_name_whitelist", [(3, date(2014, 1, 1), None)], version=2)

    assert {row[0] for row in here.standing()} == {OWN}


def test_a_benefit_drawn_in_two_categories_is_seen_by_cross(world: Make) -> None:
    here = world(("poverty", "benefit", "cross"))
    here.tell(disbursed([{"key": "D1"}]))

    here.tell(disbursed([{"key": "D2", "category": "benefit", "day": date(2018, 7, 11)}]), "benefit")

    assert here.standing() == {("cross.duplicate-benefit", "501", "2018-07", 5_000)}

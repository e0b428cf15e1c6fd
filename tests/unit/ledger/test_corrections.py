"""Corrections: linked reversals of payments and disbursements, before and after what they correct."""

from __future__ import annotations

from datetime import date

import pytest

from services.ledger.domain.accounts import AccountKind, TransferKind
from tests.unit.ledger.world import Row, World

PARTIAL = {"key": "C1", "original_key": "P1", "amount_fen": -4_000, "effective_on": date(2018, 8, 1)}
FULL = {**PARTIAL, "amount_fen": -10_000}
SECOND = {**PARTIAL, "key": "C2", "amount_fen": -1_000}


def paid(world: World) -> int:
    kind = int(AccountKind.PAID_FINAL)
    return int(world.scalar(f"SELECT coalesce(sum(balance_fen), 0) FROM account WHERE id & 31 = {kind}"))


def test_a_correction_leaves_a_share_with_the_rest(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1"})

    world.pay(PARTIAL)

    assert world.consumer().amounts() == {("poverty", "P1#2"): 6_000}
    assert paid(world) == 6_000
    assert world.names("poverty.0")[-2:] == ["PaymentsReversed", "PaymentsReversed"]


def test_a_full_correction_leaves_nothing(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1"})

    world.pay(FULL)

    assert world.consumer().amounts() == {}
    assert paid(world) == 0


@pytest.mark.parametrize("batches", [[["P1", "C1"]], [["C1"], ["P1"]], [["C1", "P1"]], [["P1"], ["C1"]]])
def test_a_correction_finds_its_original_whichever_came_first(world: World, batches: list[list[str]]) -> None:
    rows: dict[str, Row] = {"P1": {"key": "P1"}, "C1": PARTIAL}
    world.post("quota", {"key": "Q1"})

    for batch in batches:
        world.pay(*(rows[key] for key in batch))

    assert world.consumer().amounts() == {("poverty", "P1#2"): 6_000}
    assert paid(world) == 6_000
    assert world.verify().fault == ""


def test_a_correction_twice_corrects_once(world: World) -> None:
    world.pay({"key": "P1"}, PARTIAL)

    again = world.pay(PARTIAL)

    assert (again.posted, again.known) == (0, 1)
    assert world.consumer().amounts() == {("unassigned", "P1#2"): 6_000}


def test_several_corrections_of_one_payment_add_up(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay(PARTIAL, SECOND)
    world.pay({"key": "P1"})

    world.pay({**SECOND, "key": "C3"})

    assert world.consumer().amounts() == {("poverty", "P1#3"): 4_000}
    assert paid(world) == 4_000


def test_a_correction_moves_its_amount_back_on_its_own_day(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1"}, PARTIAL)

    days = world.rows("SELECT day, delta_fen FROM account_day WHERE account_id & 31 = 5 ORDER BY day")
    kinds = world.rows("SELECT kind, amount_fen FROM transfer ORDER BY id DESC LIMIT 2")

    assert days == [(date(2018, 7, 3), 10_000), (date(2018, 8, 1), -4_000)]
    assert kinds == [(TransferKind.CORRECT, 4_000), (TransferKind.PAY, 10_000)]


def test_a_corrected_payment_is_linked_with_what_remains_and_with_all_its_movements(world: World) -> None:
    world.pay({"key": "P1"}, PARTIAL, {"key": "P2"}, {**FULL, "key": "C2", "original_key": "P2"})

    world.post("quota", {"key": "Q1"})

    assert world.consumer().amounts() == {("poverty", "P1#3"): 6_000}
    days = world.rows(
        "SELECT day, sum(delta_fen)::bigint FROM account_day WHERE account_id & 31 = 5 GROUP BY 1 ORDER BY 1"
    )
    assert days == [(date(2018, 7, 3), 20_000), (date(2018, 8, 1), -14_000)]


def test_a_correction_without_an_original_waits_and_moves_no_money(world: World) -> None:
    world.pay(PARTIAL)

    assert world.consumer().amounts() == {}
    assert world.scalar("SELECT count(*) FROM transfer") == 0
    assert world.verify().fault == ""


def test_disbursements_leave_a_payment_that_no_longer_stands(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1"})
    world.post("disbursement", {"key": "D1"})
    world.pay(PARTIAL)
    after_a_part = world.consumer().facts("disbursement")

    world.pay({**PARTIAL, "key": "C2", "amount_fen": -6_000})

    assert list(after_a_part) == [("poverty", "D1")]
    assert list(world.consumer().facts("disbursement")) == [("unassigned", "D1")]


@pytest.mark.parametrize("batches", [[["D1", "E1"]], [["E1"], ["D1"]], [["D1"], ["E1"]]])
def test_a_disbursement_is_corrected_whichever_came_first(world: World, batches: list[list[str]]) -> None:
    rows: dict[str, Row] = {
        "D1": {"key": "D1"},
        "E1": {"key": "E1", "original_key": "D1", "amount_fen": -2_000},
    }
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1"})

    for batch in batches:
        world.post("disbursement", *(rows[key] for key in batch))

    assert world.consumer().amounts("disbursement") == {("poverty", "D1"): 3_000}
    assert world.verify().fault == ""


def test_a_fully_corrected_disbursement_no_longer_stands_nor_moves(world: World) -> None:
    world.pay({"key": "P1"})
    world.post("disbursement", {"key": "D1"}, {"key": "E1", "original_key": "D1", "amount_fen": -5_000})

    world.post("quota", {"key": "Q1"})

    assert world.consumer().facts("disbursement") == {}


def test_a_disbursement_that_stands_again_stands_where_its_payment_does(world: World) -> None:
    world.pay({"key": "P1"})
    world.post("disbursement", {"key": "D1"}, {"key": "E1", "original_key": "D1", "amount_fen": -5_000})
    world.post("quota", {"key": "Q1"})

    world.post("disbursement", {"key": "E2", "original_key": "D1", "amount_fen": 2_000})

    assert world.consumer().amounts("disbursement") == {("poverty", "D1"): 2_000}

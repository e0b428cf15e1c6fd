"""Disbursements travel with the share of their payment."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.ledger.world import NEIGHBOUR, World


@pytest.mark.parametrize("order", [("disbursement", "payment"), ("payment", "disbursement")])
def test_a_disbursement_finds_its_payment_whichever_came_first(world: World, order: tuple[str, str]) -> None:
    world.post("quota", {"key": "Q1"})

    for kind in order:
        world.post(kind, {"key": {"disbursement": "D1", "payment": "P1"}[kind]})

    fact = world.consumer().facts("disbursement")["poverty", "D1"]
    assert (fact["payment_key"], fact["quota_key"], fact["day"]) == ("P1", "Q1", date(2018, 7, 10))


def test_a_disbursement_without_a_payment_is_unassigned(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1"})

    world.post(
        "disbursement",
        {"key": "D1", "voucher_no": "V9"},
        {"key": "D2", "voucher_no": None},
        {"key": "D3", "division_code": NEIGHBOUR},
        {"key": "D4", "fiscal_year": 2017},
    )

    told = world.consumer().facts("disbursement")
    assert [category for category, _ in told] == ["unassigned"] * 4
    assert [row["payment_key"] for row in told.values()] == [None] * 4


def test_of_several_payments_on_a_voucher_the_one_with_its_document_is_taken_then_the_lowest_key(
    world: World,
) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1", "document_number": "别"}, {"key": "P2"}, {"key": "P3"})

    world.post("disbursement", {"key": "D1"}, {"key": "D2", "document_number": "无"})

    told = world.consumer().facts("disbursement")
    assert told["poverty", "D1"]["payment_key"] == "P2"
    assert told["unassigned", "D2"]["payment_key"] == "P1"


def test_a_disbursement_moves_on_to_a_payment_that_fits_better(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay({"key": "P1", "document_number": "别"})
    world.post("disbursement", {"key": "D1"})

    world.pay({"key": "P2"})

    told = world.consumer().facts("disbursement")
    assert {place: row["payment_key"] for place, row in told.items()} == {("poverty", "D1"): "P2"}


def test_the_same_disbursements_again_change_nothing(world: World) -> None:
    world.post("disbursement", {"key": "D1"})

    again = world.post("disbursement", {"key": "D1"}, {"key": "D1", "due_fen": 1})

    assert (again.posted, again.known, len(again.refused)) == (0, 1, 1)
    assert world.verify().fault == ""


def test_more_disbursements_than_an_envelope_holds_travel_with_their_payment(world: World) -> None:
    rows = [{"key": f"D{number:05}"} for number in range(5_100)]
    world.post_in_batches("disbursement", rows, 5_000)
    world.post("quota", {"key": "Q1"})

    world.pay({"key": "P1"})

    assert {category for category, _ in world.consumer().facts("disbursement")} == {"poverty"}

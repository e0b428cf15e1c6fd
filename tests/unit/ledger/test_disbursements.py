"""Disbursements travel with the share of their payment."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from mingzhang.ledger.v1 import columns
from mingzhang.ledger.v1 import events_pb2 as pb

from services.kit import envelope
from services.ledger.jobs import FinishLinksJob
from services.ledger.usecases import payments as posting_payments
from services.ledger.usecases import quotas as posting_quotas
from services.ledger.usecases.ports import ROWS_MAX
from tests.unit.ledger.consumer import streams_of
from tests.unit.ledger.world import NEIGHBOUR, World

MANY = ROWS_MAX + 3


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


def waiting_lines(world: World, vouchers: int) -> None:
    """More disbursements than one posting moves, on so many vouchers."""
    rows = [{"key": f"D{number:05}", "voucher_no": f"V{number % vouchers}"} for number in range(MANY)]
    world.post_in_batches("disbursement", rows, 5_000)


def places(world: World) -> dict[tuple[str, str | None, str | None], int]:
    """(category, payment, quota) -> how many disbursements are told there."""
    counted: dict[tuple[str, str | None, str | None], int] = {}
    for (category, _), row in world.consumer().facts("disbursement").items():
        place = (category, row["payment_key"], row["quota_key"])
        counted[place] = counted.get(place, 0) + 1
    return counted


def rows_told_at_once(world: World) -> int:
    """The most disbursements that left `unassigned` in one posting."""
    told = [
        (event.position, envelope.decode(message.removed, columns.REMOVED).height)
        for event in streams_of(world.streams)["unassigned.0"]
        if event.name == "PaymentsUnlinked"
        for message in (pb.PaymentsUnlinked.FromString(event.body),)
    ]
    counted: Counter[int] = Counter()
    for position, removed in told:
        counted[position] += removed
    return max(counted.values())


@pytest.mark.parametrize("vouchers", [1, 2])
def test_no_posting_moves_more_disbursements_than_its_limit(world: World, vouchers: int) -> None:
    world.post("quota", {"key": "Q1"})
    waiting_lines(world, vouchers)

    world.pay({"key": "P0", "voucher_no": "V0"}, {"key": "P1", "voucher_no": "V1"})

    assert {category for category, _, _ in places(world)} == {"poverty"}
    assert sum(places(world).values()) == MANY
    assert rows_told_at_once(world) <= ROWS_MAX
    assert world.scalar("SELECT count(*) FROM remembered_voucher") == 0
    assert world.verify().fault == ""


def test_disbursements_that_a_crash_left_behind_their_payment_are_moved_by_the_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting_payments, "finish_links", lambda *_: 0)
    world.post("quota", {"key": "Q1"})
    waiting_lines(world, 1)
    world.pay({"key": "P0", "voucher_no": "V0"})
    after_the_crash = places(world)
    world.post("disbursement", {"key": "D9", "voucher_no": "V0"})

    FinishLinksJob(world.book).run()
    FinishLinksJob(world.book).run()

    assert after_the_crash == {("unassigned", None, None): MANY}
    assert places(world) == {("poverty", "P0", "Q1"): MANY + 1}
    assert world.verify().fault == ""


def test_disbursements_that_a_crash_left_behind_a_new_link_are_moved_by_the_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.pay({"key": "P0", "voucher_no": "V0"})
    waiting_lines(world, 1)
    monkeypatch.setattr(posting_quotas, "finish_links", lambda *_: 0)
    world.post("quota", {"key": "Q1"})
    after_the_crash = places(world)
    world.post("disbursement", {"key": "E1", "original_key": "D00001", "amount_fen": -5_000})

    FinishLinksJob(world.book).run()

    assert after_the_crash == {("unassigned", "P0", None): MANY}
    assert places(world) == {("poverty", "P0", "Q1"): MANY - 1}
    assert world.scalar("SELECT count(*) FROM remembered_voucher") == 0
    assert world.verify().fault == ""

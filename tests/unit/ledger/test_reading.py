"""Reading: what a scope does not see is not there, neither in sums nor in pages nor by key."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotAllowed, NotFound
from services.ledger import usecases
from services.ledger.usecases.reading import Filter, Place, Sums
from tests.unit.ledger.world import COUNTY, DOCUMENT, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

ALL = Scope("")


@pytest.fixture
def read(world: World) -> World:
    """Money from the province down to two counties, paid there and in a county that is not below."""
    passed_on = {"fund_code": "C22", "document_number": DOCUMENT}
    world.post(
        "quota",
        {"key": "U1", "division_code": PROVINCE, "document_number": "上", "amount_fen": 900_000},
        {
            "key": "L1",
            **passed_on,
            "amount_fen": 400_000,
            "issuer_division_code": PROVINCE,
            "upper_document_number": "上",
        },
        {
            "key": "L2",
            **passed_on,
            "amount_fen": 300_000,
            "division_code": NEIGHBOUR,
            "issuer_division_code": PROVINCE,
            "upper_document_number": "上",
        },
        {"key": "F1", "division_code": FAR_COUNTY, "fund_code": "C30", "amount_fen": 50_000},
    )
    world.post("allotment", {"key": "A1", "quota_key": "L1", "amount_fen": 100_000})
    world.pay(
        {"key": "P1"},
        {"key": "P2", "division_code": NEIGHBOUR, "payee_kind": "township"},
        {"key": "P3", "division_code": FAR_COUNTY},
        {"key": "P4", "document_number": "无"},
        {"key": "P5", "division_code": FAR_COUNTY, "document_number": "无", "fiscal_year": 2017},
    )
    return world


def pages(world: World, scope: Scope, limit: int, **wanted: Any) -> list[list[str]]:
    """All pages of payments, as keys."""
    found, after = [], None
    while True:
        page = usecases.list_payments(world.reader, scope, Filter(**wanted), after, limit)
        found.append(page.payments["key"].to_list())
        after = page.next
        if after is None:
            return found


def keys(world: World, scope: Scope = ALL, **wanted: Any) -> set[str]:
    return {key for page in pages(world, scope, 2, **wanted) for key in page}


def sums(world: World, scope: Scope = ALL, **wanted: Any) -> dict[tuple[str, str], Sums]:
    rows = usecases.summary(world.reader, scope, Filter(**wanted)).rows
    return {(row.division_code, row.fund_code): row for row in rows}


def test_sums_say_what_became_of_the_money_of_each_division_and_fund(read: World) -> None:
    found = sums(read)

    assert set(found) == {
        (PROVINCE, "C22"),
        (COUNTY, "C22"),
        (NEIGHBOUR, "C22"),
        (FAR_COUNTY, "C30"),
        (COUNTY, ""),
        (FAR_COUNTY, ""),
    }
    top, county, parked = found[PROVINCE, "C22"], found[COUNTY, "C22"], found[NEIGHBOUR, "C22"]
    assert (top.arranged_fen, top.issued_fen, top.free_fen) == (900_000, 700_000, 200_000)
    assert (county.allotted_fen, county.free_fen, county.paid_fen) == (100_000, 290_000, 10_000)
    assert (parked.paid_fen, parked.intermediate_fen) == (0, 10_000)
    assert found[COUNTY, ""].suspense_fen == 10_000


def test_the_total_counts_money_that_was_passed_on_once(read: World) -> None:
    all_of_it = usecases.summary(read.reader, ALL, Filter())
    of_county = usecases.summary(read.reader, Scope(COUNTY), Filter())

    assert (all_of_it.total.arranged_fen, all_of_it.total.issued_fen) == (950_000, 0)
    assert all_of_it.suspense_fen == 20_000
    assert (of_county.total.arranged_fen, of_county.suspense_fen) == (400_000, 10_000)


@pytest.mark.parametrize("scope", [ALL, Scope(COUNTY), Scope("", ("C30",)), Scope("640000")])
@pytest.mark.parametrize("rows_max", [0, 1])
def test_the_total_is_of_all_however_many_rows_are_asked_for(
    read: World, scope: Scope, rows_max: int
) -> None:
    whole = usecases.summary(read.reader, scope, Filter())
    part = usecases.summary(read.reader, scope, Filter(), rows_max)

    assert (part.total, part.suspense_fen) == (whole.total, whole.suspense_fen)
    assert part.rows == whole.rows[:rows_max]


@pytest.mark.parametrize(
    ("division", "seen"),
    [
        ("", {PROVINCE, COUNTY, NEIGHBOUR, FAR_COUNTY}),
        (PROVINCE, {PROVINCE, COUNTY, NEIGHBOUR, FAR_COUNTY}),
        (PREFECTURE, {COUNTY, NEIGHBOUR}),
        (COUNTY, {COUNTY}),
        ("640000", set()),
    ],
)
def test_a_scope_sees_its_subtree_only(read: World, division: str, seen: set[str]) -> None:
    scope = Scope(division)
    paid_in = {"P1": COUNTY, "P2": NEIGHBOUR, "P3": FAR_COUNTY, "P4": COUNTY, "P5": FAR_COUNTY}

    assert {code for code, _ in sums(read, scope)} == seen
    assert keys(read, scope) == {key for key, code in paid_in.items() if code in seen}


def test_a_scope_of_funds_sees_what_is_linked_to_them_only(read: World) -> None:
    scope = Scope("", ("C30",))

    assert set(sums(read, scope)) == {(FAR_COUNTY, "C30")}
    assert keys(read, scope) == {"P3"}
    assert usecases.summary(read.reader, scope, Filter()).suspense_fen == 0


def test_a_key_outside_the_scope_is_as_unknown_as_any(read: World) -> None:
    for scope, key in ((Scope(COUNTY), "P3"), (Scope("", ("C30",)), "P1"), (ALL, "P9"), (ALL, "")):
        with pytest.raises(NotFound) as refused:
            usecases.get_payment(read.reader, scope, key)

        assert refused.value.code == "ledger.payment_unknown"


def test_a_question_with_a_control_character_is_a_typed_error(read: World) -> None:
    nul = "a\x00b"
    for ask in (
        lambda: usecases.get_payment(read.reader, ALL, nul),
        lambda: usecases.summary(read.reader, ALL, Filter(fund_code=nul)),
        lambda: usecases.list_payments(read.reader, ALL, Filter(document_number=nul), None, 10),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask()

        assert refused.value.code == "ledger.unstorable_text"


def test_a_place_from_elsewhere_shows_nothing_outside_the_scope(read: World) -> None:
    everything = Place(date(2100, 1, 1), 2**62)

    page = usecases.list_payments(read.reader, Scope(COUNTY), Filter(), everything, 10)

    assert set(page.payments["key"]) == {"P1", "P4"}


def test_a_subtree_outside_the_scope_is_not_allowed(read: World) -> None:
    for ask in (
        lambda: usecases.summary(read.reader, Scope(COUNTY), Filter(division_code=NEIGHBOUR)),
        lambda: usecases.list_payments(read.reader, Scope(COUNTY), Filter(division_code=PROVINCE), None, 10),
    ):
        with pytest.raises(NotAllowed):
            ask()


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
def test_pages_walk_all_payments_once_newest_first(world: World, limit: int) -> None:
    rows: list[dict[str, Any]] = [
        {
            "key": f"P{number}",
            "division_code": (COUNTY, NEIGHBOUR, FAR_COUNTY)[number % 3],
            "effective_on": date(2018, 7, 1) + timedelta(days=number % 4),
        }
        for number in range(14)
    ]
    world.pay(*rows)

    found = pages(world, ALL, limit)

    walked = [key for page in found for key in page]
    day_of = {row["key"]: row["effective_on"] for row in rows}
    assert sorted(walked) == sorted(day_of)
    assert [day_of[key] for key in walked] == sorted(day_of.values(), reverse=True)
    assert all(len(page) == limit for page in found[:-1])


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_one_to_five_hundred_rows(world: World, limit: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        usecases.list_payments(world.reader, ALL, Filter(), None, limit)

    assert refused.value.code == "ledger.page_size"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"division_code": PREFECTURE}, {"P1", "P2", "P4"}),
        ({"category": "project"}, {"P3"}),
        ({"category": "unassigned"}, {"P4", "P5"}),
        ({"fund_code": "C22"}, {"P1", "P2"}),
        ({"document_number": "无"}, {"P4", "P5"}),
        ({"from_day": date(2018, 7, 4)}, set()),
        ({"to_day": date(2018, 7, 3), "category": "poverty"}, {"P1", "P2"}),
    ],
)
def test_payments_are_filtered(read: World, wanted: dict[str, Any], found: set[str]) -> None:
    assert keys(read, **wanted) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"fiscal_year": 2017}, {(FAR_COUNTY, "")}),
        ({"category": "project"}, {(FAR_COUNTY, "C30")}),
        ({"fund_code": "C30"}, {(FAR_COUNTY, "C30")}),
        ({"category": "unassigned"}, {(COUNTY, ""), (FAR_COUNTY, "")}),
        ({"division_code": COUNTY}, {(COUNTY, ""), (COUNTY, "C22")}),
    ],
)
def test_sums_are_filtered(read: World, wanted: dict[str, Any], found: set[tuple[str, str]]) -> None:
    assert set(sums(read, **wanted)) == found


@pytest.mark.parametrize(
    ("paid", "progress_bp"), [(0, 0), (1, 3_333), (2, 6_667), (3, 10_000), (4, 13_333), (-1, -3_333)]
)
def test_progress_is_rounded_half_up_once(paid: int, progress_bp: int) -> None:
    assert Sums(arranged_fen=5, issued_fen=2, paid_fen=paid).progress_bp == progress_bp
    assert Sums(arranged_fen=2, issued_fen=2, paid_fen=paid).progress_bp == 0


def test_half_a_basis_point_counts_as_one() -> None:
    assert [Sums(arranged_fen=20_000, paid_fen=paid).progress_bp for paid in (1, 2, 3)] == [1, 1, 2]


def test_a_payment_shows_its_shares_its_block_and_its_disbursements(read: World) -> None:
    read.post("disbursement", {"key": "D1"}, {"key": "D2"})
    read.pay({"key": "C1", "original_key": "P1", "amount_fen": -4_000})

    detail = usecases.get_payment(read.reader, Scope(COUNTY), "P1")

    assert detail.shares.rows() == [
        ("P1#1", "poverty", "L1", 10_000, False),
        ("P1#2", "poverty", "L1", 6_000, True),
    ]
    assert (detail.block_height, detail.disbursements) == (3, 2)


def test_a_correction_is_shown_where_its_original_stands(read: World) -> None:
    read.pay(
        {"key": "C1", "original_key": "P3", "amount_fen": -1, "division_code": FAR_COUNTY},
        {"key": "C2", "original_key": "P9", "amount_fen": -1},
    )

    assert keys(read, fund_code="C30") == {"P3", "C1"}
    assert "C2" in keys(read, category="unassigned")


def test_the_newest_closed_day_is_told_with_the_sums(read: World) -> None:
    before = usecases.summary(read.reader, ALL, Filter()).closed_to
    read.close(date(2018, 2, 3))

    assert (before, usecases.summary(read.reader, ALL, Filter()).closed_to) == (None, date(2018, 2, 3))

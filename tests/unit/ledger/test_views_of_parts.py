"""Views of money that people linked in parts or called unrelated: they add up as the kept measures do."""

from __future__ import annotations

from datetime import date

from services.kit.caller import Scope
from services.kit.clock import SystemClock
from services.ledger.domain.views import Sums
from services.ledger.storage import MonthFolds
from services.ledger.usecases.reading import Filter, summary
from services.ledger.usecases.viewing import Seen, ViewFilter
from tests.unit.ledger.linker import Linker
from tests.unit.ledger.world import COUNTY, PROVINCE, World

LAST = date(2018, 12, 31)
PROVINCIAL = Scope(PROVINCE)


def some_parts(world: World) -> None:
    """100 yuan in suspense: 40 to a quota, 30 to another and its project, 10 unrelated; 35 refunded; then 10 undone."""
    world.post("quota", {"key": "Q1"}, {"key": "Q2", "document_number": "二号", "fund_code": "C30"})
    world.post("project", {"key": "X1"})
    world.post("allotment", {"key": "A1", "quota_key": "Q2", "amount_fen": 5_000})
    world.pay(
        {"key": "P1", "document_number": "没有", "payee_kind": "person"},
        {"key": "P2", "document_number": "没有", "payee_kind": "township", "voucher_no": "V2"},
    )
    linker = Linker(world)
    linker.link(("P1", "Q1", 4_000), ("P1", "Q2", 3_000, "X1"))
    linker.unrelated(("P1", 1_000), ("P2", 6_000))
    world.pay({"key": "C1", "original_key": "P1", "amount_fen": -3_500, "effective_on": date(2018, 8, 1)})
    linker.link(("P2", "Q1", 1_000), key="UNDONE")
    linker.undo("UNDONE")


def viewed(world: World, *dimensions: str, seen: Seen | None = None) -> tuple[Sums, dict[str, Sums]]:
    """The total of a view and its rows by their first names."""
    asked = seen or Seen()
    total, rows = world.views.sums(PROVINCIAL, dimensions, ViewFilter(), asked, LAST, 0, 100)
    return total, {row.names[0]: row.sums for row in rows if any(row.sums)}


def test_parts_and_unrelated_money_add_up_in_views_as_in_the_kept_measures(world: World) -> None:
    """The refund takes the 2,000 in suspense, then the 1,000 unrelated, then 500 of the project's part."""
    some_parts(world)
    total, rows = viewed(world, "category")
    kept = summary(world.reader, PROVINCIAL, Filter())
    by_category = {row.category: (row.paid_fen, row.intermediate_fen) for row in kept.rows}
    suspense_fen, unrelated_fen = world.links.waiting(Scope(""))

    assert {name: (row.paid_fen, row.intermediate_fen) for name, row in rows.items()} == by_category
    assert by_category == {"poverty": (4_000, 0), "project": (2_500, 0), "unassigned": (0, 4_000)}
    assert (total.paid_fen, total.suspense_fen) == (kept.total.paid_fen, kept.suspense_fen) == (6_500, 4_000)
    assert (suspense_fen, unrelated_fen) == (4_000, 6_000)
    assert total.free_fen == kept.total.free_fen


def test_a_part_of_a_project_is_drawn_from_its_allotment_in_views(world: World) -> None:
    some_parts(world)
    _, rows = viewed(world, "project")

    assert (rows["X1"].allotted_fen, rows["X1"].allotted_unpaid_fen) == (5_000, 2_500)


def test_a_view_of_a_day_has_parts_from_the_day_of_the_payment_on_with_folds_and_without(
    world: World,
) -> None:
    some_parts(world)
    days = [date(2018, 7, day) for day in (2, 3, 31)] + [date(2018, 8, 1)]
    before = [viewed(world, "division", seen=Seen(day)) for day in days]
    MonthFolds(world.database, SystemClock(), 1, 2).fold()
    after = [viewed(world, "division", seen=Seen(day)) for day in days]

    assert [
        (rows.get(COUNTY, Sums()).paid_fen, rows.get(COUNTY, Sums()).suspense_fen) for _, rows in before
    ] == [
        (0, 0),
        (7_000 + 2_000, 2_000 + 4_000),
        (7_000 + 2_000, 2_000 + 4_000),
        (6_500, 4_000),
    ]
    assert after == before

"""Any history, however late its entries come: a view is what a replay of the journal gives, with folds and without."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.kit.caller import Scope
from services.kit.clock import SystemClock
from services.kit.errors import Refused
from services.ledger.domain.documents import Kind
from services.ledger.storage import MonthFolds
from services.ledger.usecases.reading import Filter, summary
from services.ledger.usecases.viewing import DIMENSIONS, Seen, ViewFilter
from tests.unit.ledger.papers import Desk
from tests.unit.ledger.replay import Replay
from tests.unit.ledger.test_any_order import some_rows
from tests.unit.ledger.world import COUNTY, PREFECTURE, PROVINCE, World

PROVINCIAL = Scope(PROVINCE)
FIRST, LAST = date(2018, 1, 20), date(2018, 6, 10)
ROWS_MAX = 10_000


def a_day(pick: random.Random) -> date:
    """A day of five months, near the ends of months more often than not."""
    return FIRST + timedelta(days=pick.randrange((LAST - FIRST).days))


def a_history(world: World, pick: random.Random) -> None:
    """Rows of files in any order with any days, documents among them, and folds at any time."""
    folds = MonthFolds(world.database, SystemClock(), pick.randrange(1, 60), 2)
    rows = some_rows(pick.randrange(1_000), 40)
    batches: list[tuple[str, list[dict[str, Any]]]] = []
    for kind in ("quota", "project", "allotment", "payment"):
        of_kind = [
            {**row, "effective_on": a_day(pick), "fiscal_year": pick.choice((2017, 2018))} if kind != "allotment"
            else {**row, "effective_on": a_day(pick)}
            for row in rows[kind]
        ]  # fmt: skip
        pick.shuffle(of_kind)
        batches += [(kind, of_kind[start : start + 7]) for start in range(0, len(of_kind), 7)]
    pick.shuffle(batches)
    desk = Desk(world)
    desk.register("T", 900_00, effective_on=FIRST)
    acts: list[tuple[str, list[dict[str, Any]]]] = [("document", [])] * 10
    for kind, some in pick.sample([*batches, *acts], len(batches) + len(acts)):
        if kind == "document":
            some_document(desk, pick)
        else:
            world.post(kind, *some)
        if pick.random() < 0.3:
            folds.fold()


def some_document(desk: Desk, pick: random.Random) -> None:
    """One of the documents that move money about; one that is refused changes nothing."""
    fen, day = pick.randrange(1, 90_00), a_day(pick)
    act = pick.choice(("pass on", "issue", "freeze", "adjust", "allot", "reverse"))
    try:
        if act == "pass on":
            desk.pass_on("T", pick.choice((PREFECTURE, COUNTY)), f"T{pick.random()}", fen, effective_on=day)
        elif act == "issue":
            line = {"quota_key": "T", "to_division_code": COUNTY, "amount_fen": fen}
            desk.hand_in(Kind.ISSUE, line, effective_on=day)
        elif act == "allot":
            desk.world.post("project", {"key": "XP", "division_code": PROVINCE})
            line = {"quota_key": "T", "project_key": "XP", "amount_fen": fen}
            desk.hand_in(Kind.ALLOT, line, effective_on=day, key=f"allot {pick.random()}")
        elif act == "reverse":
            standing = desk.world.rows("SELECT key, effective_on FROM document WHERE kind <> 'register'")
            if standing:
                key, on = pick.choice(standing)
                desk.hand_in(Kind.REVERSE, original_key=key, effective_on=max(on, day))
        else:
            kind = Kind.FREEZE if act == "freeze" else Kind.ADJUST
            desk.hand_in(kind, {"quota_key": "T", "amount_fen": fen}, effective_on=day)
    except Refused:
        return


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), names=st.permutations(DIMENSIONS), given_=st.integers(1, 3))
def test_a_view_is_a_replay_of_the_journal_up_to_its_day_and_its_height(
    world: World, seed: int, names: list[str], given_: int
) -> None:
    """As of any day and as known at any height; then the same after everything is folded."""
    world.reset()
    pick = random.Random(seed)
    a_history(world, pick)
    replay, dimensions = Replay(world), list(names[:given_])
    head = world.scalar("SELECT height FROM chain_head")
    looks = [Seen()] + [
        Seen(pick.choice((None, a_day(pick))), pick.choice((None, pick.randrange(head + 1))))
        for _ in range(8)
    ]

    def told(seen: Seen) -> tuple[Any, dict[tuple[str, ...], Any]]:
        day = seen.as_of or LAST
        total, rows = world.views.sums(PROVINCIAL, dimensions, ViewFilter(), seen, day, 0, ROWS_MAX)
        return total, {row.names: row.sums for row in rows if any(row.sums)}

    before = [told(seen) for seen in looks]
    MonthFolds(world.database, SystemClock(), 1, pick.randrange(2, 4)).fold()
    after = [told(seen) for seen in looks]
    expected = []
    for seen in looks:
        total, rows = replay.sums(dimensions, seen, seen.as_of or LAST)
        # Only what is inside the rows differs in a total, which is made of whole quotas.
        expected.append((total._replace(inside_fen=0), rows))

    assert [(total._replace(inside_fen=0), rows) for total, rows in before] == expected
    assert after == before


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_a_view_of_now_says_what_the_kept_measures_say(world: World, seed: int) -> None:
    """Row by row and in the total, where money that was passed on counts once."""
    world.reset()
    a_history(world, random.Random(seed))
    kept = summary(world.reader, PROVINCIAL, Filter())
    dimensions = ["division", "fund", "category"]
    total, rows = world.views.sums(PROVINCIAL, dimensions, ViewFilter(), Seen(), LAST, 0, ROWS_MAX)

    def of_kept(names: tuple[str, ...]) -> tuple[int, ...]:
        same = [row for row in kept.rows if (row.division_code, row.fund_code, row.category) == names]
        return tuple(
            sum(getattr(row, f"{name}_fen") for row in same)
            for name in (
                "arranged",
                "issued",
                "allotted",
                "free",
                "paid",
                "intermediate",
                "pending",
                "frozen",
            )
        )

    def of_view(row: Any, inside: int = 0) -> tuple[int, ...]:
        return (
            row.total_fen + row.inside_fen - inside,
            row.issued_fen - inside,
            row.allotted_fen,
            row.free_fen,
            row.paid_fen,
            row.intermediate_fen,
            row.pending_fen,
            row.frozen_fen,
        )

    whole = total.as_whole()

    assert {row.names: of_view(row.sums) for row in rows} == {row.names: of_kept(row.names) for row in rows}
    assert (whole.total_fen, whole.issued_out_fen) == (kept.total.arranged_fen, kept.total.issued_fen)
    assert (whole.paid_fen, whole.suspense_fen) == (kept.total.paid_fen, kept.suspense_fen)

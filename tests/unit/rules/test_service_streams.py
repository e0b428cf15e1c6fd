"""Several streams in one log: `cross` hears of a fact that moves twice, in whatever order the streams bring it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.unit.rules.service_world import PROGRESS_DAY, World, closed, disbursed, unlinked

Make = Callable[..., World]
DOUBLE = ("cross.duplicate-benefit", "501", "2018-07", 5_000)
STREAMS = ("poverty", "project", "benefit", "operations", "general", "unassigned")


@pytest.mark.parametrize("order", ["uUp", "upU", "puU"])
def test_a_fact_that_moves_stands_where_the_ledger_told_it_last(world: Make, order: str) -> None:
    here = world(("cross",))
    here.tell(disbursed([{"key": "TWIN", "category": "benefit", "day": date(2018, 7, 11)}]), "benefit")
    events = {
        "u": here.record(disbursed([{"key": "D1", "category": "unassigned"}]), "unassigned", 5),
        "U": here.record(unlinked(("disbursement", "D1")), "unassigned", 9),
        "p": here.record(disbursed([{"key": "D1"}]), "poverty", 9),
    }

    for name in order:
        here.deliver(events[name])

    assert here.standing() == {DOUBLE}
    assert here.scalar("SELECT category FROM fact_disbursement WHERE key = 'D1'") == "poverty"


@pytest.mark.parametrize("order", ["uUVpP", "upUPV", "pPuUV", "uUpVP", "puPUV"])
def test_a_fact_that_moves_away_and_back_stands_where_it_was(world: Make, order: str) -> None:
    here = world(("cross",))
    events = {
        "u": here.record(disbursed([{"key": "D1", "category": "unassigned"}]), "unassigned", 5),
        "U": here.record(unlinked(("disbursement", "D1")), "unassigned", 9),
        "V": here.record(disbursed([{"key": "D1", "category": "unassigned"}]), "unassigned", 12),
        "p": here.record(disbursed([{"key": "D1"}]), "poverty", 9),
        "P": here.record(unlinked(("disbursement", "D1")), "poverty", 12),
    }

    for name in order:
        here.deliver(events[name])

    assert here.scalar("SELECT string_agg(category, ',') FROM fact_disbursement") == "unassigned"


def test_a_day_closes_for_cross_when_all_its_streams_have_closed_it(world: Make) -> None:
    here = world(("cross",))
    day = date(2018, 7, 2)

    seen: list[Any] = []
    for stream in STREAMS:
        state = {**PROGRESS_DAY, "key": f"{stream}:1", "category": stream, "from_day": day}
        here.tell(closed(day, first=True, progress_days=[state]), stream)
        seen.append(here.scalar("SELECT closed_to FROM evaluator WHERE log = 'cross'"))

    assert seen == [None] * 5 + [day]

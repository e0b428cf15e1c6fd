"""Any steps in any order by anybody: no project is in the library without approved targets, and nobody is alone."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kit.errors import MingzhangError
from tests.unit.ledger.plans import (
    ADMIN,
    ANN,
    BEN,
    CAI,
    CARD,
    DAN,
    TARGETS,
    WORKFLOWS,
    XINING,
    Office,
    person,
)
from tests.unit.ledger.world import NEIGHBOUR, World

PEOPLE = (ANN, BEN, CAI, DAN, XINING, ADMIN, person("zhu", NEIGHBOUR))
ACTIONS = {("project", step.action): "content" in step.needs for step in WORKFLOWS.project.steps.values()} | {
    ("target", step.action): "content" in step.needs for step in WORKFLOWS.target.steps.values()
}
BY_ANYBODY = st.tuples(st.sampled_from(sorted(ACTIONS)), st.sampled_from(PEOPLE), st.booleans())
FORWARD = [
    (("project", "propose"), ANN, True),
    (("target", "fill"), ANN, True),
    (("target", "submit"), ANN, True),
    (("target", "review_spending"), BEN, True),
    (("target", "review_performance"), CAI, True),
    (("target", "approve"), DAN, True),
    (("project", "review"), BEN, True),
    (("project", "approve"), CAI, True),
    (("project", "change"), ANN, True),
]
"""The straight way in, of which any steps are left out and any others put between: chance alone rarely gets there."""


@st.composite
def sequences(draw: st.DrawFn) -> list[tuple[tuple[str, str], object, bool]]:
    """Steps that mostly go forward, with others between them."""
    steps: list[tuple[tuple[str, str], object, bool]] = []
    for what, by, with_reason in FORWARD:
        # The author tries what is for others to do, now and then; and then somebody else does.
        if not draw(st.integers(0, 3)):
            steps.append((what, ANN, with_reason))
        if draw(st.integers(0, 9)):
            steps.append((what, by, with_reason))
        if not draw(st.integers(0, 3)):
            steps.append(draw(BY_ANYBODY))
    return steps


def act(office: Office, what: tuple[str, str], by: object, with_reason: bool) -> bool:
    """Tries a step; false if it was refused."""
    subject, action = what
    reason = "原因" if with_reason else ""
    try:
        if subject == "project":
            office.step(action, by, CARD if ACTIONS[what] else None, reason=reason)  # type: ignore[arg-type]  # one of PEOPLE
        else:
            office.target(action, by, TARGETS if ACTIONS[what] else None, reason=reason)  # type: ignore[arg-type]  # one of PEOPLE
    except MingzhangError:
        return False
    return True


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequences())
def test_whatever_people_try_the_rules_of_the_library_hold(
    world: World, steps: list[tuple[tuple[str, str], object, bool]]
) -> None:
    world.reset()
    office = Office(world)
    heights = []
    for what, by, with_reason in steps:
        before = world.scalar("SELECT height FROM chain_head")
        done = act(office, what, by, with_reason)
        heights.append(world.scalar("SELECT height FROM chain_head") - before == int(done))
    rows = world.rows(
        "SELECT subject, action, state, holds, version, recorded_by FROM library_step ORDER BY id"
    )
    cards = [row[0] for row in world.rows("SELECT version FROM library_card ORDER BY id")]
    targets = [row[0] for row in world.rows("SELECT version FROM target_set ORDER BY id")]
    targets_approved = False
    entered_without = []
    authors: dict[str, set[str]] = defaultdict(set)
    alone = []
    for subject, action, _, holds, _, by_whom in rows:
        if action in ("propose", "revise", "change", "fill", "submit"):
            authors[subject].add(by_whom)
        if action.startswith(("review", "approve")) and by_whom in authors[subject]:
            alone.append((subject, action, by_whom))
        if action == "approve":
            authors[subject].clear()
        targets_approved |= subject == "target" and action == "approve"
        if subject == "project" and holds and not targets_approved:
            entered_without.append(action)

    assert all(heights)
    assert entered_without == []
    assert alone == []
    assert cards == list(range(1, len(cards) + 1))
    assert targets == list(range(1, len(targets) + 1))
    assert not world.verify().fault

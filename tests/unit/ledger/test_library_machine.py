"""The states of projects and targets, checked as a model: no dead end, no level skipped, an end that can be reached."""

from __future__ import annotations

from typing import Any

import pytest

from services.kit.errors import NotAllowed
from services.ledger.domain.library.machine import (
    Done,
    Machine,
    Step,
    acting_level,
    check_person,
    find_flaws,
    parse_workflows,
    reachable,
    versions,
)
from tests.unit.ledger.plans import WORKFLOWS

MACHINES = {"project": WORKFLOWS.project, "target": WORKFLOWS.target}
GOALS = {"project": "in_library", "target": "approved"}
REVIEWS = {
    "project": [("propose",), ("review",), ("approve",)],
    "target": [("fill",), ("submit",), ("review_spending",), ("review_performance",), ("approve",)],
}
DIVISIONS = {
    "630000": ("province", ""),
    "630100": ("prefecture", "630000"),
    "630121": ("county", "630100"),
    "630121100": ("township", "630121"),
}
STATES: dict[str, Any] = {
    "a": {"zh": "甲", "en": "a"},
    "b": {"zh": "乙", "en": "b", "rests": True},
}


def without(machine: Machine, actions: tuple[str, ...]) -> list[Step]:
    """The steps of a machine but for some actions."""
    return [step for step in machine.steps.values() if step.action not in actions]


@pytest.mark.parametrize("name", MACHINES)
def test_the_shipped_machine_has_no_flaw(name: str) -> None:
    assert find_flaws(MACHINES[name]) == []


@pytest.mark.parametrize(
    ("name", "left_out"), [(name, actions) for name in REVIEWS for actions in REVIEWS[name]]
)
def test_no_review_can_be_skipped_on_the_way_to_the_goal(name: str, left_out: tuple[str, ...]) -> None:
    machine = MACHINES[name]

    assert GOALS[name] in reachable(machine.steps.values(), "")
    assert GOALS[name] not in reachable(without(machine, left_out), "")


@pytest.mark.parametrize("name", MACHINES)
def test_money_is_held_only_after_an_approval_by_others(name: str) -> None:
    machine = MACHINES[name]
    into = [
        step for step in machine.steps.values() if machine.holds(step.end) and not machine.holds(step.start)
    ]

    assert {step.action for step in into} == {"approve"}
    assert all(step.levels == ("county",) and step.others for step in into)


def test_a_project_can_go_out_of_the_library_and_then_nothing_follows() -> None:
    machine = WORKFLOWS.project

    assert "out" in reachable(machine.steps.values(), "in_library")
    assert machine.actions("out") == machine.actions("withdrawn") == []


def test_whoever_changed_a_project_in_the_library_does_not_review_the_change() -> None:
    machine = WORKFLOWS.project
    done = [
        Done("propose", "ann", "proposed", 1),
        Done("review", "ben", "reviewed", 1),
        Done("approve", "cai", "in_library", 1),
        Done("change", "cai", "changing", 2),
    ]
    review = machine.step("changing", "review")
    with pytest.raises(NotAllowed):
        check_person(machine, review, done, "cai")
    check_person(machine, review, done, "ann")

    assert versions(done) == (2, 1)


@pytest.mark.parametrize(
    ("own", "levels", "expected"),
    [
        ("630121", ("county",), "county"),
        ("630121", ("prefecture",), ""),
        ("630100", ("prefecture",), "prefecture"),
        ("630000", ("county", "prefecture"), ""),
        ("630121100", ("township", "county"), "township"),
        ("630121100", ("county",), ""),
        ("630121101", ("township",), ""),
        ("630122", ("county",), ""),
        ("", ("county",), ""),
    ],
)
def test_people_act_at_the_level_of_their_own_division(
    own: str, levels: tuple[str, ...], expected: str
) -> None:
    step = Step("", "x", "y", levels)

    assert acting_level(step, own, "630121", DIVISIONS, "630121100") == expected


@pytest.mark.parametrize(
    ("steps", "flaw"),
    [
        ([("", "go", "a")], "a is final and has steps, or has none and is not final"),
        ([("", "go", "a"), ("a", "turn", "a")], "a is a dead end"),
        ([("", "go", "a"), ("a", "on", "c")], "unknown state c"),
        ([("", "go", "a"), ("a", "turn", "a"), ("b", "back", "a")], "nothing leads to b"),
    ],
)
def test_a_machine_with_a_flaw_is_told_what_it_is(steps: list[tuple[str, str, str]], flaw: str) -> None:
    rows = [{"from": a, "action": b, "to": c, "levels": ["county"]} for a, b, c in steps]
    section = {"states": STATES, "steps": rows}
    with pytest.raises(ValueError) as told:
        parse_workflows({"project": section, "target": section, "parameters": {}})

    assert flaw in str(told.value)

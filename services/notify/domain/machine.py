"""The states of a case, as a value read from machine.yaml, and the check that it has no dead end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.kit.errors import Refused

WARNING_RAISED = "warning_raised"
LAST_WARNING_RETRACTED = "last_warning_retracted"


@dataclass(frozen=True)
class State:
    """A state of a case: its code, its name in Chinese and English, and whether nothing has to be done in
    it.
    """

    code: str
    zh: str
    en: str
    resting: bool


@dataclass(frozen=True)
class Machine:
    """All states, and what happens in which of them leads where."""

    initial: str
    states: Mapping[str, State]
    transitions: Mapping[tuple[str, str], str]
    """(state, what happens) to the next state."""

    def following(self, state: str, happening: str) -> str:
        """The state after `happening`; refuses what this state does not know."""
        following = self.transitions.get((state, happening))
        if following is None:
            raise Refused(
                "notify.not_in_this_state",
                f"疑点处于“{self.states[state].zh}”状态，不能执行 {happening}",
                f"a case in state {state} does not know {happening}",
                {"state": state, "happening": happening},
            )
        return following


def parse_machine(document: Mapping[str, Any]) -> Machine:
    """The machine of a parsed machine.yaml; ValueError naming every problem if it has one."""
    states = {
        code: State(code, str(item["zh"]), str(item["en"]), bool(item["resting"]))
        for code, item in document["states"].items()
    }
    rows = [(str(row["from"]), str(row["happening"]), str(row["to"])) for row in document["transitions"]]
    machine = Machine(
        str(document["initial"]), states, {(start, happening): end for start, happening, end in rows}
    )
    problems = check(machine)
    if len(machine.transitions) != len(rows):
        problems.append("two transitions leave the same state on the same happening")
    if problems:
        raise ValueError("machine.yaml: " + "; ".join(problems))
    return machine


def check(machine: Machine) -> list[str]:
    """What is wrong with a machine: unknown states, states that nothing leads to, and dead ends. Empty if
    nothing.
    """
    ends = {machine.initial, *machine.transitions.values(), *(start for start, _ in machine.transitions)}
    unknown = sorted(ends - set(machine.states))
    if unknown:
        return [f"unknown state {code}" for code in unknown]
    reached = _reachable(machine, machine.initial)
    problems = [f"nothing leads to {code}" for code in machine.states if code not in reached]
    for code, state in machine.states.items():
        rests = any(machine.states[other].resting for other in _reachable(machine, code))
        if not state.resting and not rests:
            problems.append(f"{code} is a dead end")
    return problems


def _reachable(machine: Machine, start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for (source, _), target in machine.transitions.items():
            if source == here and target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached

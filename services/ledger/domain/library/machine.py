"""The states of a project or of a set of targets, as a value read from library.yaml, and the check of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.kit.errors import NotAllowed, Refused

LEVELS = ("province", "prefecture", "county", "township")
NEEDS = frozenset({"content", "reason", "target", "unfiled", "complete"})


@dataclass(frozen=True)
class State:
    """A state: its code and names; whether money may come, nothing has to be done, nothing can be done any more."""

    code: str
    zh: str
    en: str
    holds: bool = False
    rests: bool = False
    final: bool = False


@dataclass(frozen=True)
class Step:
    """What leads from one state to another, at which levels, not by whom, and what it needs."""

    start: str
    action: str
    end: str
    levels: tuple[str, ...]
    others: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Done:
    """A step that was done: by whom, into which state, about which version."""

    action: str
    by: str
    end: str
    version: int


@dataclass(frozen=True)
class Machine:
    """All states and steps. The state of what is not there yet is empty."""

    states: Mapping[str, State]
    steps: Mapping[tuple[str, str], Step]

    def step(self, state: str, action: str) -> Step:
        """The step of an action in a state; refuses what the state does not know."""
        found = self.steps.get((state, action))
        if found is None:
            now = self.states.get(state, State("", "尚未申报", "not there yet"))
            raise Refused(
                "ledger.not_in_this_state",
                f"当前状态为“{now.zh}”，不能办理此步骤（{action}）",
                f"it is {now.en}: {action} is not possible now",
                {"state": state, "action": action},
            )
        return found

    def actions(self, state: str) -> list[Step]:
        """What can be done in a state."""
        return [step for (start, _), step in self.steps.items() if start == state]

    def holds(self, state: str) -> bool:
        """Whether the project may get money, or the targets are in force, in a state."""
        return state in self.states and self.states[state].holds


@dataclass(frozen=True)
class Workflows:
    """Both machines and the parameters of the file."""

    project: Machine
    target: Machine
    notice_days_min: int
    report_due_day: int
    deviation_below_bp: int
    ahead_over_bp: int


def current_round(machine: Machine, done: Sequence[Done]) -> list[Done]:
    """The steps since the state rested last."""
    rested = [at for at, one in enumerate(done, start=1) if one.end and machine.states[one.end].rests]
    return list(done[rested[-1] if rested else 0 :])


def check_person(machine: Machine, step: Step, done: Sequence[Done], by: str) -> None:
    """Refuses who did one of the steps that somebody else has to have done."""
    for one in current_round(machine, done):
        if one.by == by and one.action in step.others:
            raise NotAllowed(
                "ledger.own_step",
                "不能审核或批准本人办理的事项，须由他人办理",
                "nobody reviews or approves what is their own: somebody else has to",
                {"action": step.action},
            )


def versions(done: Sequence[Done]) -> tuple[int, int]:
    """The newest version, and the one in force (0: none); both 0 of what is not there yet."""
    newest = max((one.version for one in done), default=0)
    held = [one.version for one in done if one.action == "approve"]
    return newest, held[-1] if held else 0


def acting_level(
    step: Step, own: str, of: str, divisions: Mapping[str, tuple[str, str]], township: str = ""
) -> str:
    """At which level of the step somebody of division `own` acts for a project of division `of`; empty if at none.

    `divisions`: code -> level and code of the division above. `township`: that of the project; empty if it has none.
    """
    above, level = of, divisions.get(of, ("", ""))[0]
    for _ in LEVELS:
        if above == own:
            return level if level in step.levels else ""
        above = divisions.get(above, ("", ""))[1]
        level = divisions.get(above, ("", ""))[0]
    is_township = len(own) > len(of) and own.startswith(of) and own == township
    return "township" if is_township and "township" in step.levels else ""


def parse_workflows(document: Mapping[str, Any]) -> Workflows:
    """The machines of a parsed library.yaml; ValueError naming every problem if they have one."""
    machines = {name: _machine(document[name]) for name in ("project", "target")}
    problems = [f"{name}: {one}" for name, machine in machines.items() for one in find_flaws(machine)]
    if problems:
        raise ValueError("library.yaml: " + "; ".join(problems))
    parameters = {name: int(value) for name, value in document["parameters"].items()}
    return Workflows(machines["project"], machines["target"], **parameters)


def _machine(section: Mapping[str, Any]) -> Machine:
    states = {code: State(code, **said) for code, said in section["states"].items()}
    steps = [
        Step(
            str(row["from"]),
            str(row["action"]),
            str(row["to"]),
            tuple(row["levels"]),
            tuple(row.get("others", ())),
            frozenset(row.get("needs", ())),
        )
        for row in section["steps"]
    ]
    if len({(step.start, step.action) for step in steps}) != len(steps):
        raise ValueError("library.yaml: two steps leave the same state by the same action")
    return Machine(states, {(step.start, step.action): step for step in steps})


def find_flaws(machine: Machine) -> list[str]:
    """What is wrong with a machine: unknown words, states that nothing leads to, dead ends. Empty if nothing."""
    steps = list(machine.steps.values())
    used = {step.end for step in steps} | {step.start for step in steps if step.start}
    actions = {step.action for step in steps}
    flaws = [f"unknown state {code}" for code in sorted(used - machine.states.keys())]
    for step in steps:
        flaws += [f"unknown level {one}" for one in step.levels if one not in LEVELS]
        flaws += [f"unknown need {one}" for one in sorted(step.needs - NEEDS)]
        flaws += [f"unknown action {one}" for one in step.others if one not in actions]
    if flaws:
        return flaws
    flaws += [f"nothing leads to {code}" for code in machine.states if code not in reachable(steps, "")]
    for code, state in machine.states.items():
        ahead = reachable(steps, code)
        if state.final != (not machine.actions(code)):
            flaws.append(f"{code} is final and has steps, or has none and is not final")
        if not any(machine.states[one].rests or machine.states[one].final for one in ahead):
            flaws.append(f"{code} is a dead end")
    return flaws


def reachable(steps: Iterable[Step], start: str) -> set[str]:
    """The states that steps lead to from one, with it."""
    known, waiting = {start}, [start]
    ways = list(steps)
    while waiting:
        here = waiting.pop()
        for step in ways:
            if step.start == here and step.end not in known:
                known.add(step.end)
                waiting.append(step.end)
    return known

"""Questions about projects of the library and about imported ones. Every question takes a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.kit.caller import Scope
from services.ledger.domain.library.cards import Card
from services.ledger.domain.library.machine import Machine, State, Step, Workflows
from services.ledger.usecases.library import unknown_project
from services.ledger.usecases.reading import check_limit, refuse_unstorable

IMPORTED = "imported"
"""The state, to those who ask, of a project that only a file has brought."""


@dataclass(frozen=True)
class ProjectFilter:
    """Which projects are asked for; empty or zero for all that the scope allows."""

    fiscal_year: int = 0
    project_type: str = ""
    state: str = ""
    words: str = ""
    """A part of the name or the key."""
    without_targets: bool = False
    """Only those whose year has no approved targets."""


@dataclass(frozen=True)
class ProjectRow:
    """A project in a list: what its newest card says, or the file it came with. Money in fen."""

    key: str
    division_code: str
    township_code: str
    fiscal_year: int
    name: str
    project_type: str
    responsible_unit: str
    investment_fen: int
    households: int
    state: str
    imported: bool
    version: int
    held_version: int
    filed_version: int
    target_state: str
    """State of the targets of its year; empty if there are none."""
    target_held: bool
    notices: int
    notice_days: int
    """Of the longest notice."""
    allotted_fen: int = 0
    paid_fen: int = 0


@dataclass(frozen=True)
class CardVersion:
    """A version of a card, with who entered it and when."""

    version: int
    card: Card
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True)
class StepSeen:
    """A step or notice that was done."""

    key: str
    subject: str
    fiscal_year: int
    version: int
    action: str
    state: str
    acted_as: str
    change_kind: str
    reason: str
    stage: str
    place: str
    from_day: date | None
    to_day: date | None
    recorded_by: str
    recorded_at: datetime
    position: int


@dataclass(frozen=True)
class FundingRow:
    """What of a quota went to a project, fen: allotted, and paid of that (also what is parked on the way)."""

    quota_key: str
    division_code: str
    fiscal_year: int
    document_number: str
    fund_code: str
    allotted_fen: int
    paid_fen: int


@dataclass(frozen=True)
class ProjectDetail:
    """All that is known of a project."""

    row: ProjectRow
    cards: Sequence[CardVersion]
    steps: Sequence[StepSeen]
    funding: Sequence[FundingRow]
    planned_start_on: date | None
    planned_end_on: date | None


class LibraryReader(Protocol):
    """Answers questions about projects."""

    def projects(
        self, scope: Scope, asked: ProjectFilter, after: tuple[str, str], limit: int
    ) -> list[ProjectRow]:
        """Projects in order of division and key, after such a place."""
        ...

    def project(self, scope: Scope, key: str) -> ProjectDetail | None:
        """One project, if it is there and in the scope."""
        ...


def list_projects(
    reader: LibraryReader, scope: Scope, asked: ProjectFilter, after: tuple[str, str], limit: int
) -> tuple[list[ProjectRow], tuple[str, str] | None]:
    """A page of projects, and the place that the next one begins after (None: it is the last)."""
    check_limit(limit)
    refuse_unstorable(asked.project_type, asked.state, asked.words)
    found = reader.projects(scope, asked, after, limit + 1)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], (last.division_code, last.key)


def get_project(reader: LibraryReader, scope: Scope, key: str) -> ProjectDetail:
    """One project; refuses a key that is unknown or outside the scope."""
    refuse_unstorable(key)
    found = reader.project(scope, key)
    if found is None:
        raise unknown_project(key)
    return found


def marks(row: ProjectRow, workflows: Workflows) -> list[str]:
    """What stands out of a project: hints for people, and no refusal of what has happened."""
    held = row.imported or workflows.project.holds(row.state)
    said = {
        "imported": row.imported,
        "no_target": held and not row.target_held,
        "no_notice": held and not row.notices,
        "short_notice": bool(row.notices) and row.notice_days < workflows.notice_days_min,
        "no_poor_households": held and not row.households,
        "not_filed": row.state == "in_library" and row.held_version != row.filed_version,
    }
    return [name for name, is_so in said.items() if is_so]


def open_steps(machine: Machine, state: str) -> list[tuple[Step, State]]:
    """What can be done in a state, and where it leads."""
    return [(step, machine.states[step.end]) for step in machine.actions(state)]

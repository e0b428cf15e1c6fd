"""What people ask to be done with a project or its targets, and what is known before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.ledger.domain.library.cards import Card, ChangeKind, Notice
from services.ledger.domain.library.machine import Done
from services.ledger.domain.library.texts import hash_of
from services.ledger.domain.performance.targets import TargetSet

STEPS_MAX = 500
"""Most steps of one project, its targets and notices together."""


@dataclass(frozen=True)
class StepAsked:
    """A step of a project. The key is the caller's; the card comes with steps that need content."""

    key: str
    project_key: str
    action: str
    reason: str = ""
    change_kind: ChangeKind = ChangeKind.NONE
    card: Card | None = None

    @property
    def request_hash(self) -> str:
        """The same for the same content."""
        return hash_of("project", self)


@dataclass(frozen=True)
class TargetStepAsked:
    """A step of the targets of a project and year."""

    key: str
    project_key: str
    fiscal_year: int
    action: str
    reason: str = ""
    targets: TargetSet | None = None

    @property
    def request_hash(self) -> str:
        """The same for the same content."""
        return hash_of("target", self)


@dataclass(frozen=True)
class NoticeAsked:
    """A public notice that was, or is, to be seen."""

    key: str
    notice: Notice

    @property
    def request_hash(self) -> str:
        """The same for the same content."""
        return hash_of("notice", self)


@dataclass(frozen=True)
class ProjectState:
    """What is known of a project: whose it is, and all that was done with it and its targets, in order."""

    division_code: str
    township_code: str
    fiscal_year: int
    imported: bool
    """Whether a file brought it."""
    steps: int
    """How many steps and notices there are in all."""
    done: Sequence[Done] = ()
    targets: Mapping[int, Sequence[Done]] = field(default_factory=dict)
    """Steps of its targets, by year."""

    @property
    def state(self) -> str:
        """Its state in the library; empty if it has none."""
        return self.done[-1].end if self.done else ""

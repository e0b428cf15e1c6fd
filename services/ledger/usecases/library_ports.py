"""What the commands of the project library and of performance targets need of a posting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from services.ledger.domain.library.asked import ProjectState
from services.ledger.domain.library.cards import Card
from services.ledger.domain.performance.targets import TargetSet


class LibraryPosting(Protocol):
    """The part of a posting that knows projects, their targets and reports. Asked while the posting runs alone."""

    def project_state(self, project_key: str) -> ProjectState | None:
        """What is known of a project, in the library or imported; None if nothing is."""
        ...

    def library_request(self, key: str) -> str:
        """request_hash of a recorded step, notice or report of this key; empty if there is none."""
        ...

    def card(self, project_key: str, version: int) -> Card:
        """A version of a card that is there."""
        ...

    def target_set(self, project_key: str, fiscal_year: int, version: int) -> TargetSet:
        """A version of targets that is there."""
        ...

    def reported(self, project_key: str, fiscal_year: int) -> Mapping[str, int]:
        """How often each period of a year was reported."""
        ...

    def divisions(self) -> Mapping[str, tuple[str, str]]:
        """code -> level and code of the division above."""
        ...

    def closed_years(self) -> frozenset[int]:
        """Fiscal years that are closed."""
        ...

"""Projects of the library in a posting, with their targets and reports; and the workflows that are shipped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import RowMapping, text

from services.ledger.domain.library.asked import ProjectState
from services.ledger.domain.library.cards import Card, Funding, Source
from services.ledger.domain.library.machine import Done, Workflows, parse_workflows
from services.ledger.domain.performance.targets import TargetSet, indicators_of
from services.ledger.storage.rows import Rows

_FILE = Path(__file__).parent.parent / "base_data" / "library.yaml"
IMPORTED = "p.import_id NOT LIKE 'library:%%'"
"""SQL: a row `p` of project came by a file, and was not entered here. Written for queries with %s parameters."""
NOT_IN_LIBRARY = f"""
    (SELECT NOT s.holds FROM library_step AS s WHERE s.project_key = wanted.key AND s.subject = 'project'
        ORDER BY s.id DESC LIMIT 1)
    AND NOT EXISTS (SELECT FROM project AS p WHERE p.key = wanted.key AND {IMPORTED})
"""


def shipped_workflows() -> Workflows:
    """Who does which step, as base_data/library.yaml says; ValueError if it has a flaw."""
    return parse_workflows(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


class LibraryRows(Rows):
    """The library over the connection of one posting. Implements its part of usecases.Posting."""

    def project_state(self, project_key: str) -> ProjectState | None:
        """What is known of a project, in the library or imported; None if nothing is."""
        asked = {"key": project_key}
        card = self._one(
            "SELECT division_code, township_code, fiscal_year FROM library_card"
            " WHERE project_key = :key ORDER BY version DESC LIMIT 1",
            asked,
        )
        imported = self._one(
            "SELECT division_code, '' AS township_code, fiscal_year FROM project AS p"
            f" WHERE key = :key AND {IMPORTED.replace('%%', '%')}",
            asked,
        )
        of = card or imported
        if of is None:
            return None
        steps = self._connection.execute(
            text(
                "SELECT subject, fiscal_year, action, recorded_by, state, version FROM library_step"
                " WHERE project_key = :key ORDER BY id"
            ),
            asked,
        ).all()
        done: list[Done] = []
        targets: dict[int, list[Done]] = {}
        for subject, year, *rest in steps:
            if subject == "project":
                done.append(Done(*rest))
            elif subject == "target":
                targets.setdefault(year, []).append(Done(*rest))
        return ProjectState(**of, imported=imported is not None, steps=len(steps), done=done, targets=targets)

    def library_request(self, key: str) -> str:
        """request_hash of a recorded step, notice or report of this key; empty if there is none."""
        query = """
            SELECT request_hash FROM library_step WHERE key = :key
            UNION ALL SELECT request_hash FROM performance_report WHERE key = :key
        """
        return str(self._connection.scalar(text(query), {"key": key}) or "")

    def card(self, project_key: str, version: int) -> Card:
        """A version of a card that is there."""
        query = "SELECT * FROM library_card WHERE project_key = :key AND version = :version"
        found = self._connection.execute(text(query), {"key": project_key, "version": version}).mappings()
        return card_of(found.one())

    def target_set(self, project_key: str, fiscal_year: int, version: int) -> TargetSet:
        """A version of targets that is there."""
        query = """
            SELECT * FROM target_set WHERE project_key = :key AND fiscal_year = :year AND version = :version
        """
        asked = {"key": project_key, "year": fiscal_year, "version": version}
        return targets_of(self._connection.execute(text(query), asked).mappings().one())

    def reported(self, project_key: str, fiscal_year: int) -> Mapping[str, int]:
        """How often each period of a year was reported."""
        query = """
            SELECT period, max(version) FROM performance_report
            WHERE project_key = :key AND fiscal_year = :year GROUP BY period
        """
        rows = self._connection.execute(text(query), {"key": project_key, "year": fiscal_year})
        return {str(row[0]): int(row[1]) for row in rows}

    def divisions(self) -> Mapping[str, tuple[str, str]]:
        """code -> level and code of the division above."""
        rows = self._connection.execute(text("SELECT code, level, parent_code FROM division"))
        return {code: (level, parent) for code, level, parent in rows}

    def closed_years(self) -> frozenset[int]:
        """Fiscal years that are closed."""
        return frozenset(self._connection.scalars(text("SELECT fiscal_year FROM closed_year")))

    def _one(self, query: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        found = self._connection.execute(text(query), asked).mappings().one_or_none()
        return dict(found) if found else None


def card_of(row: RowMapping) -> Card:
    """A row of library_card as a card."""
    said = {name: row[name] for name in Card.__dataclass_fields__ if name != "funding"}
    parts = [line.split(" ") for line in row["funding"].splitlines()]
    return Card(**said, funding=tuple(Funding(Source(source), int(fen)) for source, fen in parts))


def targets_of(row: RowMapping) -> TargetSet:
    """A row of target_set as targets."""
    said = {name: row[name] for name in TargetSet.__dataclass_fields__ if name != "indicators"}
    return TargetSet(**said, indicators=indicators_of(row["indicators"]))

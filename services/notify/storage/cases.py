"""Cases, their warnings and their timelines, inside the transaction that is handed in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.cases import Case, CaseWarning, TimelineEntry
from services.notify.storage.tables import case_timeline, case_warnings, cases, is_one_of

_LOCK = 0x6E6F_7469_6679  # "notify"


class CaseTables:
    """Implements usecases.CaseBook."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Two streams may warn of one subject at the same moment: their cases are changed one after the
        other.
        """
        self._connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def cases_of_warnings(self, warning_ids: Collection[str]) -> dict[str, str]:
        """Warning id to case id: the newest revision tells, for a warning that moved."""
        table = case_warnings.c
        rows = self._connection.execute(
            select(table.warning_id, table.case_id)
            .where(is_one_of(table.warning_id, warning_ids))
            .order_by(table.warning_id, table.revision, table.standing)
        )
        return {row.warning_id: row.case_id for row in rows}

    def load(self, case_ids: Collection[str]) -> dict[str, Case]:
        """Cases with all their warnings."""
        rows = self._connection.execute(select(cases).where(is_one_of(cases.c.case_id, case_ids))).mappings()
        found = {row["case_id"]: _case(row) for row in rows}
        warnings = self._connection.execute(
            select(case_warnings, cases.c.subject_kind, cases.c.subject, cases.c.division_code)
            .join_from(case_warnings, cases)
            .where(is_one_of(case_warnings.c.case_id, case_ids))
        ).mappings()
        for row in warnings:
            found[row["case_id"]].warnings[row["warning_id"]] = warning_of(row)
        return found

    def save(
        self, changed: Sequence[Case], warnings: Sequence[CaseWarning], entries: Sequence[TimelineEntry]
    ) -> None:
        """Upserts cases and warnings, adds timeline entries."""
        homes = {(item.subject_kind, item.subject, item.division_code): item.case_id for item in changed}
        self._upsert(cases, ["case_id"], [_case_row(case) for case in changed])
        rows = [_warning_row(item, homes) for item in warnings]
        self._upsert(case_warnings, ["case_id", "warning_id"], rows)
        notes = [
            {
                "case_id": entry.case_id,
                "at": entry.at,
                "what": entry.what,
                "actor": entry.actor,
                "note_zh": entry.note_zh,
                "note_en": entry.note_en,
            }
            for entry in entries
        ]
        self._connection.execute(case_timeline.insert(), notes)

    def untold(self, limit: int) -> list[Case]:
        """Standing cases for which nobody was found, oldest first."""
        rows = self._connection.execute(
            select(cases.c.case_id)
            .where(cases.c.untold, cases.c.standing_warnings > 0)
            .order_by(cases.c.opened_at, cases.c.case_id)
            .limit(limit)
        )
        order = [row.case_id for row in rows]
        found = self.load(order)
        return [found[case_id] for case_id in order]

    def set_untold(self, case_ids: Collection[str], untold: bool) -> None:
        """Marks cases."""
        if case_ids:
            self._connection.execute(
                update(cases)
                .where(is_one_of(cases.c.case_id, case_ids), cases.c.untold.is_distinct_from(untold))
                .values(untold=untold)
            )

    def _upsert(self, table: Any, keys: list[str], rows: list[dict[str, Any]]) -> None:
        statement = insert(table)
        changes = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, "untold")}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=changes),
            rows,
        )


def _case(row: RowMapping) -> Case:
    return Case(
        row["case_id"],
        row["subject_kind"],
        row["subject"],
        row["division_code"],
        row["state"],
        row["severity"],
        row["amount_fen"],
        row["title"],
        row["opened_at"],
        row["changed_at"],
        row["revision"],
    )


def _case_row(case: Case) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "subject_kind": case.subject_kind,
        "subject": case.subject,
        "division_code": case.division_code,
        "state": case.state,
        "severity": case.severity,
        "amount_fen": case.amount_fen,
        "title": case.title,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "revision": case.revision,
        "standing_warnings": len(case.standing),
        "untold": False,
    }


def warning_of(row: RowMapping) -> CaseWarning:
    """A warning from its row joined with its case's."""
    return CaseWarning(
        row["warning_id"],
        row["revision"],
        row["category"],
        row["rule_id"],
        row["title"],
        row["severity"],
        row["subject_kind"],
        row["subject"],
        row["division_code"],
        row["fund_code"],
        row["amount_fen"],
        row["message"],
        row["day"],
        row["standing"],
        row["retracted_because"],
    )


def _warning_row(item: CaseWarning, homes: dict[tuple[str, str, str], str]) -> dict[str, Any]:
    return {
        "warning_id": item.warning_id,
        "case_id": homes[item.subject_kind, item.subject, item.division_code],
        "revision": item.revision,
        "category": item.category,
        "rule_id": item.rule_id,
        "title": item.title,
        "severity": item.severity,
        "fund_code": item.fund_code,
        "amount_fen": item.amount_fen,
        "message": item.message,
        "day": item.day,
        "standing": item.standing,
        "retracted_because": item.retracted_because,
    }

"""Warnings as they stand and all their earlier revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Connection, text

from services.kit.caller import Scope
from services.kit.frames import Wanted, copy_in, look_up, wanted
from services.rules.usecases.columns import WARNING
from services.rules.usecases.queries import WarningFilter, WarningRow

_NAMES = ", ".join(WARNING)
_FACT = {
    name: WARNING[name]
    for name in (
        "id",
        "rule_id",
        "subject_kind",
        "subject",
        "period",
        "division_code",
        "fund_code",
        "amount_fen",
        "day",
        "severity",
    )
}


class Warnings:
    """Warnings of one log. Implements usecases.WarningStore."""

    def __init__(self, connection: Connection, log: str) -> None:
        self._connection = connection
        self._log = log

    def of_ids(self, ids: Sequence[str]) -> pl.DataFrame:
        """The warnings of these ids as they are, retracted ones too."""
        asked = wanted(pl.DataFrame({"id": ids}, schema={"id": pl.String}))
        return self._each(asked, "known.id = wanted.id", WARNING)

    def put(self, changed: pl.DataFrame) -> None:
        """Stores warnings with a new revision each; the revisions before stay in the history."""
        if changed.height == 0:
            return
        self._connection.execute(
            text("DELETE FROM warning WHERE id = ANY(CAST(:ids AS text[]))"),
            {"ids": changed["id"].to_list()},
        )
        rows = self._connection.execute(
            text("SELECT nextval('warning_change_no') FROM generate_series(1, :rows)"),
            {"rows": changed.height},
        )
        numbered = changed.select(*WARNING).with_columns(
            pl.Series("change_no", [row[0] for row in rows], dtype=pl.Int64)
        )
        copy_in(self._connection, "warning", numbered)
        copy_in(self._connection, "warning_history", numbered)

    def facts_of_subjects(self, subjects: pl.DataFrame) -> pl.DataFrame:
        """The standing warnings of this log on these (subject_kind, subject), as facts of kind "warning"."""
        asked = wanted(subjects.select("subject_kind", "subject"))
        same = (
            "known.subject = wanted.subject AND known.subject_kind = wanted.subject_kind"
            " AND known.log = %(log)s AND known.standing"
        )
        return self._each(asked, same, _FACT)

    def _each(self, asked: Wanted, same: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        query = f"""
            SELECT {", ".join(f"found.{name}" for name in schema)} FROM {asked.rows} CROSS JOIN LATERAL (
                SELECT * FROM warning AS known WHERE {same} OFFSET 0
            ) AS found
        """
        return look_up(self._connection, query, {**asked.parameters, "log": self._log}, schema)


def page_of_warnings(
    connection: Connection, scope: Scope, asked: WarningFilter, before: int, rows_max: int
) -> list[WarningRow]:
    """Warnings in the caller's scope, newest change first, those changed before number `before` (0: from the newest)."""
    conditions, parameters = _scoped(scope)
    exact = {
        "log": asked.category,
        "rule_id": asked.rule_id,
        "severity": asked.severity,
        "subject": asked.subject,
    }
    for name, value in exact.items():
        if value:
            conditions.append(f"{name} = :{name}")
            parameters[name] = value
    if not asked.with_retracted:
        conditions.append("standing")
    if before:
        conditions.append("change_no < :before")
    rows = connection.execute(
        text(
            f"SELECT {_NAMES}, change_no FROM warning WHERE {' AND '.join(conditions)}"
            " ORDER BY change_no DESC LIMIT :rows_max"
        ),
        {**parameters, "before": before, "rows_max": rows_max},
    )
    return [dict(row) for row in rows.mappings()]


def warning_with_history(connection: Connection, scope: Scope, warning_id: str) -> list[WarningRow]:
    """All revisions of a warning in the caller's scope, oldest first; the last one is the warning as it is."""
    conditions, parameters = _scoped(scope)
    rows = connection.execute(
        text(
            f"SELECT {_NAMES} FROM warning_history WHERE id = :id AND {' AND '.join(conditions)}"
            " ORDER BY revision LIMIT 1000"
        ),
        {**parameters, "id": warning_id},
    )
    return [dict(row) for row in rows.mappings()]


def standing_by_rule(connection: Connection, scope: Scope) -> dict[tuple[str, str], int]:
    """The number of standing warnings in the caller's scope by (log, rule)."""
    conditions, parameters = _scoped(scope)
    rows = connection.execute(
        text(
            "SELECT log, rule_id, count(*) FROM warning"
            f" WHERE standing AND {' AND '.join(conditions)} GROUP BY log, rule_id"
        ),
        parameters,
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _scoped(scope: Scope) -> tuple[list[str], dict[str, object]]:
    conditions = ["starts_with(division_code, :division)"]
    parameters: dict[str, object] = {"division": scope.division_prefix}
    if scope.funds:
        conditions.append("fund_code = ANY(CAST(:funds AS text[]))")
        parameters["funds"] = list(scope.funds)
    return conditions, parameters

"""Answers about targets and reports. What a scope does not see is not there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from services.kit.caller import Scope
from services.kit.module import Database
from services.ledger.domain.accounts import ROWS_PER_POSTING_BITS
from services.ledger.domain.performance.reports import actuals_of
from services.ledger.storage.library import targets_of
from services.ledger.storage.library_reader import moment, money_of, steps_of
from services.ledger.storage.reader import bounds
from services.ledger.usecases.performance_reading import (
    Place,
    ReportSeen,
    TargetDetail,
    TargetFilter,
    TargetRow,
    TargetVersion,
)

VERSIONS_SHOWN_MAX = 200
REPORTS_SHOWN_MAX = 400

_SETS = """
    SELECT t.*, s.state, coalesce(held.version, 0) AS held_version,
        coalesce(c.name, p.name, '') AS project_name, coalesce(c.planned_end_on, p.planned_end_on) AS planned_end_on,
        coalesce(r.period, '') AS period, r.late_reports
    FROM target_set AS first
    CROSS JOIN LATERAL (
        SELECT * FROM target_set AS newest WHERE newest.project_key = first.project_key
            AND newest.fiscal_year = first.fiscal_year ORDER BY newest.version DESC LIMIT 1
    ) AS t
    CROSS JOIN LATERAL (
        SELECT done.state FROM library_step AS done WHERE done.project_key = first.project_key
            AND done.subject = 'target' AND done.fiscal_year = first.fiscal_year ORDER BY done.id DESC LIMIT 1
    ) AS s
    LEFT JOIN LATERAL (
        SELECT done.version FROM library_step AS done WHERE done.project_key = first.project_key
            AND done.subject = 'target' AND done.fiscal_year = first.fiscal_year AND done.action = 'approve'
        ORDER BY done.id DESC LIMIT 1
    ) AS held ON true
    LEFT JOIN LATERAL (
        SELECT card.name, card.planned_end_on, card.township_code FROM library_card AS card
        WHERE card.project_key = first.project_key ORDER BY card.version DESC LIMIT 1
    ) AS c ON true
    LEFT JOIN project AS p ON p.key = first.project_key
    CROSS JOIN LATERAL (
        SELECT (array_agg(report.period ORDER BY report.due_on DESC, report.id DESC))[1] AS period,
            count(*) FILTER (WHERE report.late)::int AS late_reports
        FROM performance_report AS report
        WHERE report.project_key = first.project_key AND report.fiscal_year = first.fiscal_year
    ) AS r
    WHERE first.version = 1
        AND ((first.division_code >= :low AND first.division_code < :high)
            OR (c.township_code >= :low AND c.township_code < :high))
        AND (:all_funds OR EXISTS (
            SELECT FROM allotment AS a JOIN quota AS q ON q.id = a.quota_id
            WHERE a.project_key = first.project_key AND q.fund_code = ANY (:funds)
        ))
"""
_VERSIONS = f"""
    SELECT t.*, s.recorded_by, b.recorded_at_us FROM target_set AS t
    JOIN block AS b ON b.posting_id = t.id >> {ROWS_PER_POSTING_BITS}
    JOIN library_step AS s ON s.id = t.id
    WHERE t.project_key = :key AND t.fiscal_year = :year ORDER BY t.version DESC LIMIT {VERSIONS_SHOWN_MAX}
"""
_REPORTS = f"""
    SELECT r.key, r.period, r.version, r.target_version, r.due_on, r.reported_on, r.late, r.actuals, r.comment,
        r.reason, r.recorded_by, b.recorded_at_us, b.height AS position
    FROM performance_report AS r JOIN block AS b ON b.posting_id = r.id >> {ROWS_PER_POSTING_BITS}
    WHERE r.project_key = :key AND r.fiscal_year = :year
    ORDER BY r.due_on DESC, r.id DESC LIMIT {REPORTS_SHOWN_MAX}
"""
_COPIED = (
    "project_key",
    "project_name",
    "division_code",
    "fiscal_year",
    "state",
    "version",
    "held_version",
    "planned_end_on",
    "period",
    "late_reports",
)


class PerformanceTables:
    """Answers questions out of the tables. Implements usecases.PerformanceReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def target_sets(self, scope: Scope, asked: TargetFilter, after: Place, limit: int) -> list[TargetRow]:
        """Sets in order of division, year and project, after such a place."""
        given = {
            "y.fiscal_year = :fiscal_year": asked.fiscal_year,
            "y.state = :state": asked.state,
            "strpos(lower(y.project_name || ' ' || y.project_key), lower(:words)) > 0": asked.words,
        }
        conditions = [
            "(y.division_code, y.fiscal_year, y.project_key) > (:after_division, :after_year, :after_key)"
        ]
        conditions += [condition for condition, value in given.items() if value]
        query = f"""
            SELECT * FROM ({_SETS}) AS y WHERE {" AND ".join(conditions)}
            ORDER BY y.division_code, y.fiscal_year, y.project_key LIMIT :limit
        """
        division, year, key = after
        parameters = {
            **bounds(scope),
            **vars(asked),
            "after_division": division,
            "after_year": year,
            "after_key": key,
            "limit": limit,
        }
        with self._database.reading() as connection:
            rows = connection.execute(text(query), parameters).mappings().all()
            return _shaped(connection, scope, rows)

    def target_set(self, scope: Scope, project_key: str, fiscal_year: int) -> TargetDetail | None:
        """The targets of a project and year, if they are there and in the scope."""
        query = f"SELECT * FROM ({_SETS}) AS y WHERE y.project_key = :key AND y.fiscal_year = :year"
        asked = {**bounds(scope), "key": project_key, "year": fiscal_year}
        with self._database.reading() as connection:
            rows = connection.execute(text(query), asked).mappings().all()
            if not rows:
                return None
            (row,) = _shaped(connection, scope, rows)
            versions = [
                TargetVersion(
                    one["version"], targets_of(one), one["recorded_by"], moment(one["recorded_at_us"])
                )
                for one in connection.execute(text(_VERSIONS), asked).mappings()
            ]
            reports = [_report(one) for one in connection.execute(text(_REPORTS), asked).mappings()]
            of_year = "AND s.subject = 'target' AND s.fiscal_year = :year"
            steps = steps_of(connection, project_key, of_year, year=fiscal_year)
            return TargetDetail(row, versions, steps, reports)


def _shaped(connection: Connection, scope: Scope, rows: Any) -> list[TargetRow]:
    sums = money_of(connection, scope, [row["project_key"] for row in rows])
    shaped = []
    for row in rows:
        allotted, paid = sums.get(row["project_key"], (0, 0))
        said = {name: row[name] for name in _COPIED}
        shaped.append(TargetRow(**said, newest=targets_of(row), allotted_fen=allotted, paid_fen=paid))
    return shaped


def _report(row: Any) -> ReportSeen:
    said = {name: value for name, value in row.items() if name != "recorded_at_us"}
    shaped = {"actuals": actuals_of(row["actuals"]), "recorded_at": moment(row["recorded_at_us"])}
    return ReportSeen(**{**said, **shaped})

"""Answers about projects, in the library and imported. What a scope does not see is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from services.kit.caller import Scope
from services.kit.module import Database
from services.ledger.domain.accounts import KIND_BITS, ROWS_PER_POSTING_BITS, AccountKind
from services.ledger.storage.library import IMPORTED, card_of
from services.ledger.storage.reader import bounds
from services.ledger.usecases.library_reading import (
    CardVersion,
    FundingRow,
    ProjectDetail,
    ProjectFilter,
    ProjectRow,
    StepSeen,
)

VERSIONS_SHOWN_MAX = 200
STEPS_SHOWN_MAX = 500
FUNDING_SHOWN_MAX = 200

_IN_SCOPE = "{row}.division_code >= :low AND {row}.division_code < :high"
_OF_FUNDS = """
    (:all_funds OR EXISTS (
        SELECT FROM allotment AS a JOIN quota AS q ON q.id = a.quota_id
        WHERE a.project_key = {key} AND q.fund_code = ANY (:funds)
    ))
"""
# The newest card and the last step of every project of the library; then what only files have brought.
_PROJECTS = f"""
    SELECT c.project_key AS key, c.division_code, c.township_code, c.fiscal_year, c.name, c.project_type,
        c.responsible_unit, c.investment_fen, c.households, s.state, p.key IS NOT NULL AS imported, c.version
    FROM library_card AS first
    CROSS JOIN LATERAL (
        SELECT * FROM library_card AS newest WHERE newest.project_key = first.project_key
        ORDER BY newest.version DESC LIMIT 1
    ) AS c
    CROSS JOIN LATERAL (
        SELECT done.state FROM library_step AS done
        WHERE done.project_key = first.project_key AND done.subject = 'project' AND done.fiscal_year = 0
        ORDER BY done.id DESC LIMIT 1
    ) AS s
    LEFT JOIN project AS p ON p.key = first.project_key AND {IMPORTED.replace("%%", "%")}
    WHERE first.version = 1
        AND (({_IN_SCOPE.format(row="first")}) OR (c.township_code >= :low AND c.township_code < :high))
        AND {_OF_FUNDS.format(key="first.project_key")}
    UNION ALL
    SELECT p.key, p.division_code, '', p.fiscal_year, p.name, coalesce(p.project_type, ''), '', p.investment_fen,
        coalesce(p.beneficiary_households, 0), 'imported', true, 0
    FROM project AS p
    WHERE {_IN_SCOPE.format(row="p")} AND {_OF_FUNDS.format(key="p.key")}
        AND NOT EXISTS (SELECT FROM library_card AS c WHERE c.project_key = p.key AND c.version = 1)
"""
_SHOWN = """
    SELECT x.*, coalesce(held.version, 0) AS held_version, coalesce(filed.version, 0) AS filed_version,
        coalesce(t.state, '') AS target_state, coalesce(target_held.held, false) AS target_held,
        n.notices::int AS notices, coalesce(n.days, 0)::int AS notice_days
    FROM ({page}) AS x
    LEFT JOIN LATERAL (
        SELECT s.version FROM library_step AS s WHERE s.project_key = x.key AND s.subject = 'project'
            AND s.action = 'approve' ORDER BY s.id DESC LIMIT 1
    ) AS held ON true
    LEFT JOIN LATERAL (
        SELECT s.version FROM library_step AS s WHERE s.project_key = x.key AND s.subject = 'project'
            AND s.action = 'file' ORDER BY s.id DESC LIMIT 1
    ) AS filed ON true
    LEFT JOIN LATERAL (
        SELECT s.state FROM library_step AS s WHERE s.project_key = x.key AND s.subject = 'target'
            AND s.fiscal_year = x.fiscal_year ORDER BY s.id DESC LIMIT 1
    ) AS t ON true
    LEFT JOIN LATERAL (
        SELECT true AS held FROM library_step AS s WHERE s.project_key = x.key AND s.subject = 'target'
            AND s.fiscal_year = x.fiscal_year AND s.action = 'approve' LIMIT 1
    ) AS target_held ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS notices, max(s.to_day - s.from_day + 1) AS days FROM library_step AS s
        WHERE s.project_key = x.key AND s.subject = 'notice'
    ) AS n
    ORDER BY x.division_code, x.key
"""
_NO_TARGETS = """
    NOT EXISTS (
        SELECT FROM library_step AS t WHERE t.project_key = y.key AND t.subject = 'target'
            AND t.fiscal_year = y.fiscal_year AND t.action = 'approve'
    )
"""
# From the accounts, not from the allotments: a payment may name a project that its quota gave nothing to.
_FUNDING = f"""
    SELECT o.project_key, q.key AS quota_key, q.division_code, q.fiscal_year,
        coalesce(q.document_number, '') AS document_number, coalesce(q.fund_code, '') AS fund_code,
        a.allotted_fen, (a.allotted_fen - coalesce(free.balance_fen, 0))::bigint AS paid_fen
    FROM owner AS o JOIN quota AS q ON q.id = o.quota_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_fen), 0)::bigint AS allotted_fen FROM allotment
        WHERE allotment.project_key = o.project_key AND allotment.quota_id = o.quota_id
    ) AS a
    LEFT JOIN account AS free ON free.id = (o.id << {KIND_BITS}) + {int(AccountKind.ALLOTMENT_FREE)}
    WHERE o.project_key = ANY (:keys) AND {_IN_SCOPE.format(row="q")}
        AND (:all_funds OR q.fund_code = ANY (:funds))
    ORDER BY o.project_key, q.fiscal_year, q.key
"""
_STEPS = f"""
    SELECT s.key, s.subject, s.fiscal_year, s.version, s.action, s.state, s.acted_as, s.change_kind, s.reason,
        s.stage, s.place, s.from_day, s.to_day, s.recorded_by, b.recorded_at_us, b.height AS position
    FROM library_step AS s JOIN block AS b ON b.posting_id = s.id >> {ROWS_PER_POSTING_BITS}
    WHERE s.project_key = :key {{more}} ORDER BY s.id LIMIT {STEPS_SHOWN_MAX}
"""
_CARDS = f"""
    SELECT c.*, s.recorded_by, b.recorded_at_us FROM library_card AS c
    JOIN block AS b ON b.posting_id = c.id >> {ROWS_PER_POSTING_BITS}
    JOIN library_step AS s ON s.id = c.id
    WHERE c.project_key = :key ORDER BY c.version DESC LIMIT {VERSIONS_SHOWN_MAX}
"""


class LibraryTables:
    """Answers questions out of the tables. Implements usecases.LibraryReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def projects(
        self, scope: Scope, asked: ProjectFilter, after: tuple[str, str], limit: int
    ) -> list[ProjectRow]:
        """Projects in order of division and key, after such a place."""
        given = {
            "y.fiscal_year = :fiscal_year": asked.fiscal_year,
            "y.project_type = :project_type": asked.project_type,
            "y.state = :state": asked.state,
            "strpos(lower(y.name || ' ' || y.key), lower(:words)) > 0": asked.words,
            _NO_TARGETS: asked.without_targets,
        }
        conditions = ["(y.division_code, y.key) > (:after_division, :after_key)"]
        conditions += [condition for condition, value in given.items() if value]
        page = f"""
            SELECT * FROM ({_PROJECTS}) AS y WHERE {" AND ".join(conditions)}
            ORDER BY y.division_code, y.key LIMIT :limit
        """
        parameters = {
            **bounds(scope),
            **vars(asked),
            "after_division": after[0],
            "after_key": after[1],
            "limit": limit,
        }
        with self._database.reading() as connection:
            found = connection.execute(text(_SHOWN.format(page=page)), parameters).mappings()
            rows = [ProjectRow(**row) for row in found]
            return _with_money(connection, scope, rows)

    def project(self, scope: Scope, key: str) -> ProjectDetail | None:
        """One project, if it is there and in the scope."""
        page = f"SELECT * FROM ({_PROJECTS}) AS y WHERE y.key = :key LIMIT 1"
        asked = {**bounds(scope), "key": key}
        with self._database.reading() as connection:
            found = connection.execute(text(_SHOWN.format(page=page)), asked).mappings().one_or_none()
            if found is None:
                return None
            (row,) = _with_money(connection, scope, [ProjectRow(**found)])
            cards = [_card(one) for one in connection.execute(text(_CARDS), asked).mappings()]
            planned = connection.execute(
                text("SELECT planned_start_on, planned_end_on FROM project WHERE key = :key"), asked
            ).one_or_none()
            start, end = planned or (None, None)
            return ProjectDetail(
                row,
                cards,
                steps_of(connection, key),
                funding(connection, scope, [key])[:FUNDING_SHOWN_MAX],
                cards[0].card.planned_start_on if cards else start,
                cards[0].card.planned_end_on if cards else end,
            )


def _card(row: Any) -> CardVersion:
    return CardVersion(row["version"], card_of(row), row["recorded_by"], moment(row["recorded_at_us"]))


def moment(at_us: int) -> datetime:
    """Microseconds since the epoch as a moment, exact."""
    seconds, left = divmod(at_us, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=left)


def steps_of(connection: Connection, key: str, more: str = "", **parameters: object) -> list[StepSeen]:
    """Steps and notices of a project, oldest first. `more` is a condition of our own on `s`."""
    rows = connection.execute(text(_STEPS.format(more=more)), {"key": key, **parameters}).mappings()
    shaped = [{**row, "recorded_at": moment(row["recorded_at_us"])} for row in rows]
    return [
        StepSeen(**{name: value for name, value in row.items() if name != "recorded_at_us"}) for row in shaped
    ]


def funding(connection: Connection, scope: Scope, keys: list[str]) -> list[FundingRow]:
    """What quotas of the scope gave to projects, in order of their keys."""
    return [row for _, row in _funding(connection, scope, keys)]


def _funding(connection: Connection, scope: Scope, keys: list[str]) -> list[tuple[str, FundingRow]]:
    rows = connection.execute(text(_FUNDING), {**bounds(scope), "keys": keys}).mappings()
    return [
        (row["project_key"], FundingRow(**{name: row[name] for name in FundingRow.__dataclass_fields__}))
        for row in rows
    ]


def money_of(connection: Connection, scope: Scope, keys: list[str]) -> dict[str, tuple[int, int]]:
    """What was allotted to projects and what is paid of it, fen; those without are left out."""
    sums: dict[str, tuple[int, int]] = {}
    for key, row in _funding(connection, scope, keys):
        allotted, paid = sums.get(key, (0, 0))
        sums[key] = (allotted + row.allotted_fen, paid + row.paid_fen)
    return sums


def _with_money(connection: Connection, scope: Scope, rows: list[ProjectRow]) -> list[ProjectRow]:
    sums = money_of(connection, scope, [row.key for row in rows])
    shown = []
    for row in rows:
        allotted, paid = sums.get(row.key, (0, 0))
        shown.append(replace(row, allotted_fen=allotted, paid_fen=paid))
    return shown

"""Documents in a posting: what they need of the ledger, with the balances that they draw on held until its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from mingzhang.ledger.v1.columns import QUOTA_FACTS
from sqlalchemy import Row, text

from services.kit.frames import wanted
from services.ledger.domain.accounts import KIND_BITS, ROWS_PER_POSTING_BITS, AccountKind, TransferKind
from services.ledger.domain.documents import Document, Kind
from services.ledger.domain.movements import IssueLine, Known, Movement, Original, QuotaState
from services.ledger.storage.library import NOT_IN_LIBRARY
from services.ledger.storage.quotas import IN_TRANSIT
from services.ledger.storage.rows import Rows, Schema

_OWN_TRANSFER: dict[Kind, TransferKind] = {
    Kind.REGISTER: TransferKind.REGISTER,
    Kind.ISSUE: TransferKind.ISSUE,
    Kind.RECEIVE: TransferKind.RECEIVE,
    Kind.RELEASE: TransferKind.RELEASE,
    Kind.ADJUST: TransferKind.ADJUST,
    Kind.TRANSFER: TransferKind.TRANSFER,
    Kind.FREEZE: TransferKind.FREEZE,
    Kind.UNFREEZE: TransferKind.UNFREEZE,
    Kind.INTEGRATE: TransferKind.INTEGRATE,
    Kind.RECOVER: TransferKind.RECOVER,
    Kind.CARRY_OVER: TransferKind.CARRY_OVER,
    Kind.ALLOT: TransferKind.ALLOT,
    Kind.REVERSE: TransferKind.REVERSE,
}
"""The transfers of a document itself. Its posting may have others: links of payments that waited for its quotas."""

_QUOTA: Schema = {
    "id": pl.Int64,
    "key": pl.String,
    "division_code": pl.String,
    "fiscal_year": pl.Int64,
    "document_number": pl.String,
    "fund_code": pl.String,
    "function_class": pl.String,
    "category": pl.String,
    "effective_on": pl.Date,
    "received_on": pl.Date,
    "upper_id": pl.Int64,
    "received": pl.Boolean,
    "standing": pl.Boolean,
}
_QUOTA_OF = """
    q.id, q.key, q.division_code, q.fiscal_year::bigint, coalesce(q.document_number, ''), coalesce(q.fund_code, ''),
    coalesce(q.function_class, ''), q.category, q.effective_on, q.received_on, q.upper_id,
    q.upper_id IS NOT NULL OR q.issuer_division_code IS NOT NULL, q.standing
"""
_ISSUE_LINE: Schema = {
    "id": pl.Int64,
    "key": pl.String,
    "quota_id": pl.Int64,
    "to_division_code": pl.String,
    "amount_fen": pl.Int64,
    "state": pl.String,
    "document_number": pl.String,
    "division_code": pl.String,
    "fiscal_year": pl.Int64,
    "effective_on": pl.Date,
    "issued_on": pl.Date,
    "summary": pl.String,
}
STATE_OF_LINE = f"""
    CASE WHEN l.to_division_code IS NULL THEN '' WHEN {IN_TRANSIT} THEN 'in_transit'
        WHEN EXISTS (SELECT FROM quota AS receiver WHERE receiver.issue_line_id = l.id) THEN 'received'
        ELSE 'withdrawn' END
"""
_FACT_OF = {"day": "q.effective_on"}


class DocumentRows(Rows):
    """Documents over the connection of one posting. Implements their part of usecases.Posting."""

    def request_hash(self, document_key: str) -> str:
        """request_hash of a recorded document; empty if there is none of this key."""
        query = text("SELECT request_hash FROM document WHERE key = :key")
        return str(self._connection.scalar(query, {"key": document_key}) or "")

    def known(self, document: Document) -> Known:
        """What a document needs of the ledger. The balances of its quotas are held until the end of the posting."""
        named = document.lines
        lines = self._issue_lines({line.issue_line_key for line in named if line.issue_line_key})
        original, of_original = self._original(document.original_key)
        found = self._quotas(
            "key", {key for line in named for key in (line.quota_key, line.to_quota_key) if key}
        )
        upper_ids = {line.quota_id for line in lines.values()} | of_original
        upper_ids |= {upper for upper in found["upper_id"] if upper is not None}
        uppers = self._quotas("id", upper_ids)
        balances = self._held_balances({*found["id"], *uppers["id"]})
        allotments = self._allotments({*found["id"], *uppers["id"]})
        quotas = {state.key: state for state in _states(found, balances, allotments)}
        return Known(
            quotas=quotas,
            uppers={state.id: state for state in _states(uppers, balances, allotments)},
            issue_lines=lines,
            divisions={row.code: (row.level, row.parent_code) for row in self._all("division")},
            flows=frozenset((row.issuer_level, row.receiver_level) for row in self._all("flow")),
            funds=frozenset(row.code for row in self._all("fund")),
            projects=dict(
                self._pairs("project", "key", "division_code", {line.project_key for line in named})
            ),
            not_in_library=self._not_in_library({line.project_key for line in named}),
            attachments=self._named_files(document),
            closed_to=self._connection.scalar(text("SELECT max(day) FROM closed_day")),
            closed_years=frozenset(row.fiscal_year for row in self._all("closed_year")),
            original=original,
        )

    def _named_files(self, document: Document) -> frozenset[str]:
        """Those files of a document that are there; from now on it names them, and nobody forgets them."""
        files = pl.DataFrame({"sha256": sorted({one.sha256 for one in document.attachments})})
        if files.height == 0:
            return frozenset()
        asked = wanted(files)
        named = self._read(
            f"UPDATE attachment AS a SET named = true FROM {asked.rows} WHERE a.sha256 = wanted.sha256 RETURNING a.sha256",
            asked.parameters,
            {"sha256": pl.String},
        )
        return frozenset(named["sha256"])

    def quota_facts(self, quota_ids: pl.Series) -> pl.DataFrame:
        """Quotas as facts (ledger.v1.quota_facts), with quota_id. The amount is that of their registration."""
        asked = wanted(quota_ids.to_frame("id"))
        columns = ", ".join(_FACT_OF.get(name, f"q.{name}") for name in QUOTA_FACTS.names)
        return self._read(
            f"SELECT q.id, {columns} FROM {asked.rows} JOIN quota AS q ON q.id = wanted.id ORDER BY q.id",
            asked.parameters,
            {"quota_id": pl.Int64, **QUOTA_FACTS.schema},
        )

    def void(self, quota_ids: pl.Series) -> None:
        """Marks quotas as no longer standing: the document that made them is undone, and nothing finds them."""
        asked = wanted(quota_ids.to_frame("id"))
        self._run(
            f"""
            UPDATE quota AS q SET standing = false, issue_line_id = NULL, upper_id = NULL
            FROM {asked.rows} WHERE q.id = wanted.id
            """,
            asked.parameters,
        )

    def _all(self, table: str) -> Sequence[Row[Any]]:
        """Every row of a table of base data."""
        return self._connection.execute(text(f"SELECT * FROM {table}")).all()

    def _pairs(self, table: str, key: str, value: str, keys: set[str]) -> Iterable[tuple[str, str]]:
        asked = wanted(pl.Series("key", sorted(keys - {""}), dtype=pl.String).to_frame())
        found = self._read(
            f"SELECT row.{key}, row.{value} FROM {asked.rows} JOIN {table} AS row ON row.{key} = wanted.key",
            asked.parameters,
            {"key": pl.String, "value": pl.String},
        )
        return found.iter_rows()

    def _not_in_library(self, project_keys: set[str]) -> frozenset[str]:
        """Projects of the library, not imported, whose last step does not hold."""
        asked = wanted(pl.Series("key", sorted(project_keys - {""}), dtype=pl.String).to_frame())
        found = self._read(
            f"SELECT wanted.key FROM {asked.rows} WHERE {NOT_IN_LIBRARY}",
            asked.parameters,
            {"key": pl.String},
        )
        return frozenset(found["key"])

    def _quotas(self, column: str, values: set[str] | set[int]) -> pl.DataFrame:
        dtype = pl.String if column == "key" else pl.Int64
        asked = wanted(pl.Series("value", sorted(values), dtype=dtype).to_frame())
        return self._read(
            f"SELECT {_QUOTA_OF} FROM {asked.rows} JOIN quota AS q ON q.{column} = wanted.value ORDER BY q.id",
            asked.parameters,
            _QUOTA,
        )

    def _held_balances(self, quota_ids: set[int]) -> Mapping[int, dict[AccountKind, int]]:
        """Balances by quota, locked in the order of the accounts' ids, as every posting does.

        The quotas themselves are locked first: one that has no account yet has nothing else to lock. Balances are read
        once more after the locks: an account that a posting made while this one waited is then seen too.
        """
        asked = wanted(pl.Series("id", sorted(quota_ids), dtype=pl.Int64).to_frame())
        self._read(
            f"SELECT q.id FROM {asked.rows} JOIN quota AS q ON q.id = wanted.id ORDER BY q.id FOR NO KEY UPDATE OF q",
            asked.parameters,
            {"id": pl.Int64},
        )
        query = f"""
            SELECT a.id, a.balance_fen FROM {asked.rows} JOIN account AS a
                ON a.id >= wanted.id << {KIND_BITS} AND a.id < (wanted.id + 1) << {KIND_BITS} ORDER BY a.id
        """
        schema: Schema = {"id": pl.Int64, "balance_fen": pl.Int64}
        self._read(f"{query} FOR UPDATE OF a", asked.parameters, schema)
        found = self._read(query, asked.parameters, schema)
        balances: dict[int, dict[AccountKind, int]] = defaultdict(dict)
        for account, fen in found.iter_rows():
            quota_id, kind = divmod(account, 1 << KIND_BITS)
            balances[quota_id][AccountKind(kind)] = fen
        return balances

    def _allotments(self, quota_ids: set[int]) -> Mapping[int, dict[str, int]]:
        """What is left of the allotments of quotas, by project."""
        asked = wanted(pl.Series("id", sorted(quota_ids), dtype=pl.Int64).to_frame())
        found = self._read(
            f"""
            SELECT o.quota_id, o.project_key, a.balance_fen FROM {asked.rows} JOIN owner AS o ON o.quota_id = wanted.id
            JOIN account AS a ON a.id = (o.id << {KIND_BITS}) + {int(AccountKind.ALLOTMENT_FREE)}
            """,
            asked.parameters,
            {"quota_id": pl.Int64, "project_key": pl.String, "balance_fen": pl.Int64},
        )
        allotments: dict[int, dict[str, int]] = defaultdict(dict)
        for quota_id, project_key, fen in found.iter_rows():
            allotments[quota_id][project_key] = fen
        return allotments

    def _issue_lines(self, keys: set[str]) -> dict[str, IssueLine]:
        asked = wanted(pl.Series("key", sorted(keys), dtype=pl.String).to_frame())
        found = self._read(
            f"""
            SELECT l.id, l.key, l.quota_id, l.to_division_code, l.amount_fen, {STATE_OF_LINE}, d.document_number,
                d.division_code, d.fiscal_year::bigint, d.effective_on, d.issued_on, coalesce(l.summary, d.summary)
            FROM {asked.rows} JOIN document_line AS l ON l.key = wanted.key AND l.to_division_code IS NOT NULL
            JOIN document AS d ON d.key = l.document_key
            """,
            asked.parameters,
            _ISSUE_LINE,
        )
        return {row["key"]: IssueLine(**row) for row in found.iter_rows(named=True)}

    def _original(self, key: str) -> tuple[Original | None, set[int]]:
        """The document that is to be reversed, and the ids of the quotas that it touched."""
        query = text(
            """
            SELECT d.id, d.key, d.kind, d.division_code, d.fiscal_year, d.effective_on,
                coalesce((SELECT r.key FROM document AS r WHERE r.original_key = d.key), '') AS reversed_by,
                (SELECT count(*) FROM document_line AS l JOIN quota AS q ON q.issue_line_id = l.id
                    WHERE l.document_key = d.key) AS received_lines
            FROM document AS d WHERE d.key = :key AND :key <> ''
            """
        )
        row = self._connection.execute(query, {"key": key}).one_or_none()
        if row is None:
            return None, set()
        kind = Kind(row.kind)
        movements = self._movements(row.id >> ROWS_PER_POSTING_BITS, _OWN_TRANSFER[kind])
        made = self._connection.scalars(
            text("SELECT id FROM quota WHERE document_key = :key"), {"key": key}
        ).all()
        original = Original(
            row.id,
            row.key,
            kind,
            row.division_code,
            row.fiscal_year,
            row.effective_on,
            row.reversed_by,
            movements,
            made,
            row.received_lines,
        )
        return original, {one.quota_id for one in movements} | set(made)

    def _movements(self, posting_id: int, kind: TransferKind) -> list[Movement]:
        first, mask = posting_id << ROWS_PER_POSTING_BITS, (1 << KIND_BITS) - 1
        query = text(
            f"""
            SELECT t.debit_account & {mask} AS from_kind, t.credit_account & {mask} AS to_kind, t.amount_fen,
                t.subject_id - :first AS place, coalesce(o.quota_id, t.debit_account >> {KIND_BITS}) AS quota_id,
                coalesce(o.project_key, '') AS project_key
            FROM transfer AS t LEFT JOIN owner AS o
                ON o.id IN (t.debit_account >> {KIND_BITS}, t.credit_account >> {KIND_BITS})
            WHERE t.id >= :first AND t.id < :last AND t.kind = :kind ORDER BY t.id
            """
        )
        rows = self._connection.execute(
            query, {"first": first, "last": first + (1 << ROWS_PER_POSTING_BITS), "kind": int(kind)}
        )
        return [
            Movement(
                row.place + 1,
                row.quota_id,
                kind,
                AccountKind(row.from_kind),
                AccountKind(row.to_kind),
                row.amount_fen,
                row.project_key,
            )
            for row in rows
        ]


def _states(
    quotas: pl.DataFrame,
    balances: Mapping[int, dict[AccountKind, int]],
    allotments: Mapping[int, dict[str, int]],
) -> Iterable[QuotaState]:
    for row in quotas.iter_rows(named=True):
        yield QuotaState(
            **row, balances=balances.get(row["id"], {}), allotments=allotments.get(row["id"], {})
        )

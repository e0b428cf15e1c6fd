"""What is recorded of quotas, as the set-up of a province asks; and the files that it is done from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from sqlalchemy import text

from services.kit.caller import Scope
from services.kit.errors import NotFound
from services.kit.frames import look_up, wanted
from services.kit.module import Database
from services.ledger.domain.setup import ItemRow, Opening, SetupLine, opening_of
from services.ledger.storage.base_files import FILES, read_file, read_rows
from services.ledger.storage.reader import bounds
from services.ledger.storage.rows import Schema
from services.ledger.usecases.setup import SetupFiles

OPENING_FILE = "opening_quotas.csv"
_CONTENT: Schema = {
    "key": pl.String,
    "document_number": pl.String,
    "fund_code": pl.String,
    "division_code": pl.String,
    "fiscal_year": pl.Int64,
    "amount_fen": pl.Int64,
    "issued_on": pl.Date,
    "effective_on": pl.Date,
    "function_class": pl.String,
    "upper_document_number": pl.String,
    "issuer_division_code": pl.String,
}


class SetupTables:
    """What is recorded of quotas. Implements usecases.setup.Quotas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def contents(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, tuple[object, ...]]:
        """The content of those of the quotas that are there, by key; whoever sets up sees the whole province."""
        del scope  # A key is unique over all divisions.
        asked = wanted(pl.Series("key", sorted(set(keys)), dtype=pl.String).to_frame())
        query = f"""
            SELECT q.key, coalesce(q.document_number, ''), coalesce(q.fund_code, ''), q.division_code,
                q.fiscal_year::bigint, q.amount_fen, q.issued_on, q.effective_on, coalesce(q.function_class, ''),
                coalesce(q.upper_document_number, ''), coalesce(q.issuer_division_code, '')
            FROM {asked.rows} JOIN quota AS q ON q.key = wanted.key
        """
        with self._database.reading() as connection:
            found = look_up(connection, query, asked.parameters, _CONTENT)
        return {row[0]: row[1:] for row in found.iter_rows()}

    def divisions(self, scope: Scope) -> frozenset[str]:
        """Divisions that have a quota."""
        query = text(
            """
            SELECT DISTINCT division_code FROM quota WHERE division_code >= :low AND division_code < :high
                AND (:all_funds OR fund_code = ANY(:funds))
            """
        )
        with self._database.reading() as connection:
            return frozenset(connection.scalars(query, bounds(scope)))

    def closed_years(self, scope: Scope) -> frozenset[int]:
        """Fiscal years that are closed."""
        del scope  # Years close for the whole province.
        with self._database.reading() as connection:
            return frozenset(connection.scalars(text("SELECT fiscal_year FROM closed_year")))

    def closed_days(self, scope: Scope) -> int:
        """How many business days are closed."""
        del scope  # Days close for the whole province.
        with self._database.reading() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM closed_day")) or 0)


def read_setup(path: Path) -> SetupFiles:
    """What a folder, or one file of it, holds for the set-up of a province; refuses a place with none of its files."""
    names = [*FILES, OPENING_FILE]
    files = [path / name for name in names] if path.is_dir() else [path]
    found = [file for file in files if file.name in names and file.is_file()]
    if not found:
        known = "、".join(names)
        raise NotFound(
            "ledger.setup_nothing",
            f"{path} 中没有可用的文件（{known}）",
            f"there is none of the files in {path}: {', '.join(names)}",
        )
    items = [
        ItemRow(file.name, line, item)
        for file in found
        if file.name in FILES
        for line, item in read_file(file)
    ]
    rows = [
        opening_of(file.name, line, row)
        for file in found
        if file.name == OPENING_FILE
        for line, row in read_rows(file)
    ]
    openings = [row for row in rows if isinstance(row, Opening)]
    return SetupFiles(items, openings, [row for row in rows if isinstance(row, SetupLine)])

"""The reader of all tables: one header, CSV or XLSX, text in columns; each profile brings its typing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

import polars as pl

from services.ingest.domain.formats import Format
from services.ingest.domain.imports import Sensitive, TextBatch, TypedBatch
from services.ingest.domain.reasons import refused_columns, refused_file
from services.ingest.domain.text import normal_header, shown_header
from services.ingest.profiles import csv_text
from services.ingest.profiles.door import Typing
from services.ingest.profiles.workbook import Workbook
from services.ingest.usecases import Context

IGNORED = frozenset({"备注"})
"""Columns that any table may carry and that nobody reads."""
FORMS = ("CSV (UTF-8, GBK/GB18030)", "XLSX")
ZIP_START = b"PK\x03\x04"
LAYOUT = "table 2"
"""Raise it whenever CSV files or workbooks are cut into other batches."""


@dataclass(frozen=True)
class TabularProfile:
    """A table by its headers: the column as the file names it -> the field that typing knows it by."""

    name: str
    title_zh: str
    title_en: str
    target: str
    headers: Mapping[str, str]
    may_be_missing: frozenset[str]
    columns: tuple[str, ...]
    sensitive: tuple[Sensitive, ...]
    typing: Typing
    layout: str = LAYOUT

    @property
    def format(self) -> Format:
        """The format in words."""
        required = tuple(name for name in self.headers if name not in self.may_be_missing)
        optional = tuple(name for name in self.headers if name in self.may_be_missing)
        return Format(
            self.name, self.title_zh, self.title_en, FORMS, required, optional, tuple(sorted(IGNORED))
        )

    def lacking(self, header: Iterable[str]) -> list[str]:
        """The required columns that a header does not have."""
        there = set(header)
        return [name for name in self.format.required if name not in there]

    def fits(self, header: list[str]) -> bool:
        """Whether at least half of this profile's columns, and all of its own name-giving ones, are there."""
        return 2 * len(set(header) & set(self.headers)) > len(self.headers)

    def check(self, source: BinaryIO) -> None:
        """Refuses a file that cannot be read as this table, before anything of it is posted."""
        header = header_of(source)
        if not self.fits(header):
            raise refused_file("ingest.profile_mismatch", profile=self.name)
        self._fields(header)
        if is_workbook(source):
            Workbook(source).check()

    def batches(self, source: BinaryIO) -> Iterator[TextBatch]:
        """The rows as text, in batches; columns that the file may lack are there with nulls."""
        fields = self._fields(header_of(source))
        read = Workbook(source).batches(fields) if is_workbook(source) else csv_text.read(source, fields)
        absent = [name for name in self.headers.values() if name not in fields]
        for batch in read:
            frame = batch.frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
            yield replace(batch, frame=frame.select(*self.headers.values(), "line"))

    def typed(self, batch: TextBatch, context: Context) -> TypedBatch:
        """The batch behind the door."""
        labels = {name: header for header, name in self.headers.items()}
        typed = self.typing(batch, context, labels)
        return TypedBatch(
            typed.frame.select(_selection(self.columns, self.sensitive)),
            (*batch.rejected, *typed.rejected),
            batch.rows_rejected + len(typed.rejected),
            tuple(typed.findings),
            typed.covered,
        )

    def _fields(self, header: list[str]) -> list[str]:
        """The fields in the file's order; refuses missing, unknown and repeated columns by name."""
        # First what is missing: a column of another name is both, and its right name is what helps.
        if lacking := self.lacking(header):
            raise refused_columns("ingest.column_missing", self.format, lacking)
        for place, name in enumerate(header):
            if name in header[:place]:
                raise refused_file("ingest.column_twice", column=shown_header(name))
            if name not in self.headers and name not in IGNORED:
                raise refused_file("ingest.column_unknown", column=shown_header(name))
        return [self.headers.get(name, name) for name in header]


def _selection(columns: tuple[str, ...], sensitive: tuple[Sensitive, ...]) -> list[str]:
    """The target's columns, with clear columns in place of tokens."""
    tokens = {entry.token for entry in sensitive}
    return [name for name in columns if name not in tokens] + [entry.column for entry in sensitive]


def is_workbook(source: BinaryIO) -> bool:
    """Whether a file begins as an archive does."""
    source.seek(0)
    return source.read(4) == ZIP_START


def header_of(source: BinaryIO) -> list[str]:
    """The column names of a table, in normal form (brackets and blanks of any width)."""
    names = Workbook(source).header() if is_workbook(source) else csv_text.header_of(source)
    header = [normal_header(name) for name in names]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise refused_file("ingest.empty_file")
    return header

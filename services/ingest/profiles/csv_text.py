"""CSV files as frames of text: UTF-8 (with or without BOM) or GBK/GB18030, quoted line breaks, ragged rows.

Lines are taken in groups of 5,000. A group without quotation marks in which every line has the header's commas goes
through Polars at once; any other group is read record by record by the csv module.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import polars as pl

from services.ingest.domain.imports import Rejected, TextBatch
from services.ingest.domain.reasons import refused_file, rejected

GROUP_LINES = 5_000
BLOCK_BYTES = 1024**2
SNIFF_BYTES = 256 * 1024
LINE_BYTES_MAX = 8 * 1024**2
RECORD_LINES_MAX = 50
"""A quoted field may go over this many lines; past it the quotation mark counts as never closed."""


def encoding_of(start: bytes) -> str:
    """The encoding of a file by its first bytes: "utf-8" or "gb18030" (a superset of GBK)."""
    if start.startswith(codecs.BOM_UTF8):
        start = start[3:]
    if b"\0" in start or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise refused_file("ingest.wrong_encoding")
    for name in ("utf-8", "gb18030"):
        try:
            # An incremental decoder does not mind a character that the sniffed part cuts in two.
            codecs.getincrementaldecoder(name)().decode(start)
        except UnicodeDecodeError:
            continue
        return name
    # One bad row must not cost the file: the header alone decides then.
    header = start.split(b"\n", 1)[0]
    for name in ("utf-8", "gb18030"):
        try:
            header.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    raise refused_file("ingest.wrong_encoding")


def header_of(source: BinaryIO) -> list[str]:
    """The names in the first line."""
    source.seek(0)
    start = source.read(SNIFF_BYTES)
    encoding = encoding_of(start)
    line = start.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0]
    try:
        names = next(csv.reader([line.decode(encoding).rstrip("\r")]), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise refused_file("ingest.wrong_encoding") from error
    return [name.strip() for name in names]


def _lines_of(group: Sequence[bytes], first: int) -> Callable[[int, str], bytes]:
    """Gives a line of the group back by its number in the file."""
    return lambda line, _key: group[line - first]


def read(source: BinaryIO, fields: Sequence[str]) -> Iterator[TextBatch]:
    """Batches of the rows behind the header, a String column per field in the header's order."""
    source.seek(0)
    encoding = encoding_of(source.read(SNIFF_BYTES))
    lines = _Lines(source)
    lines.take(1)
    number = 0
    while True:
        first = lines.line + 1
        group = lines.take(GROUP_LINES)
        if not group:
            return
        number += 1
        frame = _fast(group, first, encoding, fields)
        if frame is not None:
            yield TextBatch(number, frame, lines.offset, original=_lines_of(group, first))
        else:
            yield _Records(lines, group, first, encoding, fields).batch(number)


class _Lines:
    """The physical lines of a file, counted, as bytes without their line ends."""

    def __init__(self, source: BinaryIO) -> None:
        source.seek(0)
        self._source = source
        self._waiting: list[bytes] = []
        self._rest = source.read(3).removeprefix(codecs.BOM_UTF8)
        self._ended = False
        self.line = 0
        self.offset = 0

    def take(self, count: int) -> list[bytes]:
        """The next lines, at most `count`; empty at the end."""
        while len(self._waiting) < count and not self._ended:
            self._fill()
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        self.line += len(taken)
        self.offset += sum(map(len, taken)) + len(taken)
        return [line[:-1] if line.endswith(b"\r") else line for line in taken]

    def give_back(self, lines: list[bytes]) -> None:
        """Puts lines back that were taken too many."""
        self._waiting[:0] = lines
        self.line -= len(lines)
        self.offset -= sum(map(len, lines)) + len(lines)

    def _fill(self) -> None:
        block = self._source.read(BLOCK_BYTES)
        if not block:
            self._ended = True
            if self._rest:
                self._waiting.append(self._rest)
                self._rest = b""
            return
        *whole, self._rest = (self._rest + block).split(b"\n")
        self._waiting.extend(whole)
        if len(self._rest) > LINE_BYTES_MAX:
            raise refused_file("ingest.unknown_profile")


def _fast(group: list[bytes], first: int, encoding: str, fields: Sequence[str]) -> pl.DataFrame | None:
    """The group by Polars, or None if it has quotes, blank or ragged lines, or does not decode."""
    joined = b"\n".join(group)
    commas = len(fields) - 1
    if b'"' in joined or b"\0" in joined or b"\r" in joined:
        return None
    if encoding != "utf-8":
        try:
            joined = joined.decode(encoding).encode()
        except UnicodeDecodeError:
            return None
    if joined.count(b",") != commas * len(group):
        return None
    try:
        frame = pl.read_csv(
            joined,
            has_header=False,
            schema=dict.fromkeys(fields, pl.String),
            quote_char=None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:  # A line with too many columns, or bytes that are no UTF-8.
        return None
    if frame.height != len(group):
        return None
    return frame.with_columns(pl.int_range(first, first + len(group), dtype=pl.Int32).alias("line"))


class _Records:
    """A group that needs care: records that may go over several lines, each decoded by itself if need be."""

    def __init__(
        self, lines: _Lines, group: list[bytes], first: int, encoding: str, fields: Sequence[str]
    ) -> None:
        self._lines = lines
        self._group = group
        self._first = first
        self._encoding = encoding
        self._fields = fields
        self._rejected: list[Rejected] = []
        self._rows: list[list[str]] = []
        self._starts: list[int] = []
        self._originals: dict[int, bytes] = {}

    def batch(self, number: int) -> TextBatch:
        """The records that begin in the group; the last one may end behind it."""
        at, own_lines = 0, len(self._group)
        while at < own_lines:
            at += self._record(at)
        self._lines.give_back(self._group[at:])
        columns = [
            pl.Series(name, [row[place] for row in self._rows], pl.String)
            for place, name in enumerate(self._fields)
        ]
        return TextBatch(
            number,
            pl.DataFrame([*columns, pl.Series("line", self._starts, pl.Int32)]),
            self._lines.offset,
            tuple(self._rejected),
            len(self._rejected),
            lambda line, _key: self._originals.get(line, b""),
        )

    def _record(self, at: int) -> int:
        """Reads the record that begins at a place of the group; returns how many lines it took."""
        line = self._first + at
        raw = self._group[at]
        if not raw.strip():
            return 1
        taken = 1
        try:
            row = self._parsed(raw)
            if row is None:
                raw, row, taken = self._over_lines(at)
        except UnicodeDecodeError:
            self._refuse(line, "ingest.bad_encoding", raw)
            return 1
        if row is None:
            self._refuse(line, "ingest.unclosed_quote", raw)
        elif len(row) != len(self._fields):
            self._refuse(line, "ingest.ragged_row", raw)
        else:
            self._rows.append(row)
            self._starts.append(line)
            self._originals[line] = raw
        return taken

    def _parsed(self, raw: bytes) -> list[str] | None:
        """The fields of a record, or None if it is not complete."""
        text = raw.decode(self._encoding)
        if "\0" in text:
            raise UnicodeDecodeError(self._encoding, raw, 0, 1, "NUL is no text")
        try:
            return next(csv.reader(io.StringIO(text, newline="\n"), strict=True))
        except csv.Error:
            return None

    def _over_lines(self, at: int) -> tuple[bytes, list[str] | None, int]:
        """A record with quoted line breaks: bytes, fields and number of lines; no fields if its quotes never close."""
        raw = self._group[at]
        for count in range(2, RECORD_LINES_MAX + 1):
            if at + count > len(self._group):
                more = self._lines.take(1)
                if not more:
                    break
                self._group.extend(more)
            following = self._group[at + count - 1]
            raw += b"\n" + following
            if b'"' not in following:
                continue
            try:
                row = self._parsed(raw)
            except UnicodeDecodeError:  # The fault of a line behind it: that line says so itself.
                break
            if row is not None:
                return raw, row, count
        return self._group[at], None, 1

    def _refuse(self, line: int, reason: str, raw: bytes) -> None:
        self._rejected.append(rejected(line, "", reason, original=raw))

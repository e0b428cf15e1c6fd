"""CSV files as frames of text: UTF-8 (with or without BOM) or GBK/GB18030, quoted line breaks, ragged rows.

Lines are taken in groups of at most 4 MiB. A group without quotation marks in which every line has the header's commas
goes through Polars at once; any other group is read record by record by the csv module.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import BinaryIO

import polars as pl

from services.ingest.domain.imports import Rejected, TextBatch
from services.ingest.domain.reasons import refused_file, rejected
from services.ingest.domain.text import surely_normal

GROUP_BYTES = 4 * 1024**2
SNIFF_BYTES = 256 * 1024
LINE_BYTES_MAX = 128 * 1024
"""A record of every column at its limit is shorter; also the longest field that the csv module takes."""
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b'\0\r\n,"')
RECORD_LINES_MAX = 50
"""A quoted field may go over this many lines; past it the quotation mark counts as never closed."""


def encoding_of(start: bytes) -> str:
    """The encoding of a file by its first bytes: "utf-8" or "gb18030" (a superset of GBK)."""
    if start.startswith(codecs.BOM_UTF8):
        start = start[3:]
    # UTF-16 has a zero in every comma of the header; one in a row behind it is that row's fault.
    if b"\0" in start.split(b"\n", 1)[0] or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
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


def read(source: BinaryIO, fields: Sequence[str]) -> Iterator[TextBatch]:
    """Batches of the rows behind the header, a String column per field in the header's order."""
    source.seek(0)
    encoding = encoding_of(source.read(SNIFF_BYTES))
    lines = _Lines(source)
    lines.take()
    for number in count(1):
        first = lines.line + 1
        group = lines.group()
        if group is None:
            yield _overlong(number, first, lines.offset, fields)
        elif not group:
            return
        elif (read := _fast(group, first, encoding, fields)) is not None:
            frame, normal = read
            yield TextBatch(number, frame, lines.offset, original=_lines_of(group, first), normal=normal)
        else:
            yield _Records(lines, group, first, encoding, fields).batch(number)


def _lines_of(group: bytes, first: int) -> Callable[[int, str], bytes]:
    """Gives a line of the group back by its number in the file."""
    split: list[bytes] = []

    def original(line: int, _key: str) -> bytes:
        if not split:
            split.extend(group.split(b"\n"))
        place = line - first
        return split[place].removesuffix(b"\r") if 0 <= place < len(split) else b""

    return original


def _overlong(number: int, line: int, offset: int, fields: Sequence[str]) -> TextBatch:
    """The batch of a line that is too long even to be held."""
    frame = pl.DataFrame(schema={**dict.fromkeys(fields, pl.String), "line": pl.Int32})
    return TextBatch(number, frame, offset, (rejected(line, "", "ingest.line_too_long"),), 1)


class _Lines:
    """The physical lines of a file, counted. Where a group ends depends on the file's bytes alone."""

    def __init__(self, source: BinaryIO) -> None:
        source.seek(0)
        start = source.read(len(codecs.BOM_UTF8))
        self._source = source
        self._buffer = start.removeprefix(codecs.BOM_UTF8)
        self.line = 0
        self.offset = len(start) - len(self._buffer)

    def group(self) -> bytes | None:
        """The next whole lines, at most GROUP_BYTES; empty at the end; None for one line that is longer."""
        self._fill()
        if len(self._buffer) < GROUP_BYTES:
            return self._taken(len(self._buffer))
        whole = self._buffer.rfind(b"\n") + 1
        if whole:
            return self._taken(whole)
        while (end := self._buffer.find(b"\n")) < 0 and self._buffer:
            self.offset += len(self._buffer)
            self._buffer = self._source.read(GROUP_BYTES)
        self.offset += end + 1
        self._buffer = self._buffer[end + 1 :]
        self.line += 1
        return None

    def take(self) -> bytes:
        """One more line with its end; empty at the end of the file."""
        self._fill()
        end = self._buffer.find(b"\n") + 1
        return self._taken(end or len(self._buffer))

    def give_back(self, taken: bytes) -> None:
        """Puts whole lines back that were taken too many."""
        self._buffer = taken + self._buffer
        self.offset -= len(taken)
        self.line -= _line_count(taken)

    def _fill(self) -> None:
        while len(self._buffer) < GROUP_BYTES and (
            more := self._source.read(GROUP_BYTES - len(self._buffer))
        ):
            self._buffer += more

    def _taken(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        self.offset += size
        self.line += _line_count(taken)
        return taken


def _line_count(data: bytes) -> int:
    """Lines of whole lines; the last of the file may have no end."""
    return data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)


def _fast(group: bytes, first: int, encoding: str, fields: Sequence[str]) -> tuple[pl.DataFrame, bool] | None:
    """The group by Polars, and whether its texts are surely normal; None if it has quotes, blank or ragged lines, or
    does not decode."""
    row = b"," * (len(fields) - 1)
    end = b"\r\n" if group.find(b"\r\n", 0, LINE_BYTES_MAX) >= 0 else b"\n"
    marks = group.translate(None, _NO_MARKS) + (b"" if group.endswith(b"\n") else end)
    lines = len(marks) // len(row + end)
    if marks != (row + end) * lines:
        return None
    if encoding != "utf-8":
        try:
            group = group.decode(encoding).encode()
        except UnicodeDecodeError:
            return None
    try:
        frame = pl.read_csv(
            group,
            has_header=False,
            schema=dict.fromkeys(fields, pl.String),
            quote_char=None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:  # A line with too many columns, or bytes that are no UTF-8.
        return None
    if frame.height != lines:
        return None
    numbered = frame.with_columns(pl.int_range(first, first + lines, dtype=pl.Int32).alias("line"))
    return numbered, surely_normal(group, b",", b",", b"\r\n")


class _Records:
    """A group that needs care: records that may go over several lines, each decoded by itself if need be."""

    def __init__(self, lines: _Lines, group: bytes, first: int, encoding: str, fields: Sequence[str]) -> None:
        self._lines = lines
        self._group = group.removesuffix(b"\n").split(b"\n")
        self._own = len(self._group)
        self._first = first
        self._encoding = encoding
        self._fields = fields
        self._rejected: list[Rejected] = []
        self._rows: list[list[str]] = []
        self._starts: list[int] = []
        self._originals: dict[int, bytes] = {}

    def batch(self, number: int) -> TextBatch:
        """The records that begin in the group; the last one may end behind it."""
        at = 0
        while at < self._own:
            at += self._record(at)
        self._lines.give_back(b"".join(line + b"\n" for line in self._group[at:]))
        columns = [
            pl.Series(name, [row[place] or None for row in self._rows], pl.String)
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
        raw = self._group[at].removesuffix(b"\r")
        if not raw.strip():
            return 1
        if len(raw) > LINE_BYTES_MAX:
            self._refuse(line, "ingest.line_too_long", b"")
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
        if '"' not in text:
            return text.split(",")
        try:
            return next(csv.reader(io.StringIO(text, newline="\n"), strict=True))
        except csv.Error:
            return None

    def _over_lines(self, at: int) -> tuple[bytes, list[str] | None, int]:
        """A record with quoted line breaks: bytes, fields and number of lines; no fields if its quotes never close."""
        raw = self._group[at].removesuffix(b"\r")
        whole = raw
        for count_ in range(2, RECORD_LINES_MAX + 1):
            if at + count_ > len(self._group):
                more = self._lines.take()
                if not more:
                    break
                self._group.append(more.removesuffix(b"\n"))
            following = self._group[at + count_ - 1].removesuffix(b"\r")
            whole += b"\n" + following
            if len(whole) > LINE_BYTES_MAX:
                break
            if b'"' not in following:
                continue
            try:
                row = self._parsed(whole)
            except UnicodeDecodeError:  # The fault of a line behind it: that line says so itself.
                break
            if row is not None:
                return whole, row, count_
        return raw, None, 1

    def _refuse(self, line: int, reason: str, raw: bytes) -> None:
        self._rejected.append(rejected(line, "", reason, original=raw))

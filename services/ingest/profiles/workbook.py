"""XLSX workbooks as frames of text: the first sheet, read as a stream, cell texts exactly as stored.

A number keeps the decimal digits of the file (rounded to the 15 that a spreadsheet shows, in decimal arithmetic),
so no amount passes through a float. The archive is measured before anything is unpacked.
"""

from __future__ import annotations

import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import IO, Any, BinaryIO

import polars as pl
from lxml import etree

from services.ingest.domain.imports import TextBatch
from services.ingest.domain.reasons import refused_file, too_large

GROUP_ROWS = 5_000
UNPACKED_BYTES_MAX = 8 * 1024**3
SHARED_TEXT_BYTES_MAX = 512 * 1024**2
RATIO_MAX = 200
"""An honest sheet packs about 10 to 40 times; what packs better than this is built to explode."""
RATIO_FROM_BYTES = 4 * 1024**2
ENTRIES_MAX = 2_000
SMALL_PART_BYTES_MAX = 16 * 1024**2
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _CELL = f"{_MAIN}row", f"{_MAIN}c"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SHOWN_DIGITS = Context(prec=15)
COLUMNS_MAX = 16_384
LINES_MAX = 1_048_576
ROW_CHARACTERS_MAX = 4 * 1024**2
"""Of one row in XML; a spreadsheet program stops at 32,767 characters a cell."""
CELL_CHARACTERS = 40
"""What an element counts for beside its text."""
ELEMENT_BYTES_MAX = 64 * 1024**2
"""Bytes of XML without the end of a row; more than any row that the check lets through."""
GROUP_CHARACTERS = 16 * 1024**2
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    etree.XMLSyntaxError,
    EOFError,
    KeyError,
    OSError,
    # Numbers that are none, names that do not decode, archives that are encrypted or packed in other ways.
    ValueError,
    RuntimeError,
)


class Workbook:
    """The first sheet of a workbook; refuses (InvalidInput, TooLarge) what is none or would explode."""

    def __init__(self, source: BinaryIO) -> None:
        source.seek(0)
        try:
            self._archive = zipfile.ZipFile(source)
            self._measure()
            self._sheet, day_zero_1904 = self._first_sheet()
            self._dates = self._date_styles()
            self._shared = self._shared_texts()
        except _UNREADABLE as error:
            raise refused_file("ingest.not_xlsx") from error
        self._day_zero = date(1904, 1, 1) if day_zero_1904 else date(1899, 12, 30)

    def header(self) -> list[str]:
        """The texts of the first row."""
        for _, cells in self._rows():
            width = max(cells, default=-1) + 1
            return [cells.get(place, "").strip() for place in range(width)]
        raise refused_file("ingest.empty_file")

    def check(self) -> None:
        """Reads the sheet once to its end, so that nothing is posted of one that is damaged."""
        try:
            with self._archive.open(self._sheet) as stream:
                parser = etree.XMLParser(
                    target=_Measure(), resolve_entities=False, no_network=True, huge_tree=False
                )
                while block := stream.read(1024**2):
                    parser.feed(block)
                parser.close()
        except _UNREADABLE as error:
            raise refused_file("ingest.not_xlsx") from error

    def batches(self, fields: Sequence[str]) -> Iterator[TextBatch]:
        """Batches of the rows behind the header."""
        rows = self._rows()
        next(rows, None)
        number, gathered, characters = 0, [], 0
        for line, cells in rows:
            if any(cells.values()):
                gathered.append((line, cells))
                characters += sum(map(len, cells.values()))
            if len(gathered) == GROUP_ROWS or characters > GROUP_CHARACTERS:
                number += 1
                yield self._batch(number, gathered, fields)
                gathered, characters = [], 0
        if gathered:
            yield self._batch(number + 1, gathered, fields)

    def _batch(self, number: int, rows: list[tuple[int, dict[int, str]]], fields: Sequence[str]) -> TextBatch:
        columns = [
            pl.Series(name, [cells.get(place) for _, cells in rows], pl.String)
            for place, name in enumerate(fields)
        ]
        lines = pl.Series("line", [line for line, _ in rows], pl.Int32)
        by_line = dict(rows)

        def original(line: int, _key: str) -> bytes:
            cells = by_line.get(line, {})
            return json.dumps([cells.get(n, "") for n in range(len(fields))], ensure_ascii=False).encode()

        return TextBatch(number, pl.DataFrame([*columns, lines]), self._offset(), original=original)

    def _offset(self) -> int:
        # Where the archive's reader stands in the file: progress for a person, not a place to resume from.
        handle = self._archive.fp
        return handle.tell() if handle is not None else 0

    def _measure(self) -> None:
        entries = self._archive.infolist()
        if len(entries) > ENTRIES_MAX or sum(entry.file_size for entry in entries) > UNPACKED_BYTES_MAX:
            raise too_large("ingest.archive_explodes")
        for entry in entries:
            dense = entry.file_size > RATIO_MAX * max(entry.compress_size, 1)
            if dense and entry.file_size > RATIO_FROM_BYTES:
                raise too_large("ingest.archive_explodes")

    def _part(self, name: str) -> etree._Element:
        if self._archive.getinfo(name).file_size > SMALL_PART_BYTES_MAX:
            raise too_large("ingest.archive_explodes")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(self._archive.read(name), parser)
        _refuse_declarations(root)
        return root

    def _first_sheet(self) -> tuple[str, bool]:
        book = self._part("xl/workbook.xml")
        first = book.find(f"{_MAIN}sheets/{_MAIN}sheet")
        if first is None:
            raise refused_file("ingest.empty_file")
        targets = {
            str(link.get("Id")): str(link.get("Target")) for link in self._part("xl/_rels/workbook.xml.rels")
        }
        target = targets[str(first.get(f"{_LINKS}id"))]
        properties = book.find(f"{_MAIN}workbookPr")
        from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}", from_1904

    def _date_styles(self) -> frozenset[str]:
        """The numbers of the cell styles that show a date."""
        if "xl/styles.xml" not in self._archive.namelist():
            return frozenset()
        styles = self._part("xl/styles.xml")
        own = {
            int(str(entry.get("numFmtId"))): str(entry.get("formatCode"))
            for entry in styles.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")
        }
        return frozenset(
            str(place)
            for place, style in enumerate(styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"))
            if _shows_date(int(style.get("numFmtId") or 0), own)
        )

    def _shared_texts(self) -> list[str]:
        name = "xl/sharedStrings.xml"
        if name not in self._archive.namelist():
            return []
        if self._archive.getinfo(name).file_size > SHARED_TEXT_BYTES_MAX:
            raise too_large("ingest.archive_explodes")
        with self._archive.open(name) as stream:
            return [_text_of(element) for element in _elements(_Paced(stream), f"{_MAIN}si")]

    def _rows(self) -> Iterator[tuple[int, dict[int, str]]]:
        """Each row's number and its cells by column, from 0."""
        try:
            with self._archive.open(self._sheet) as stream:
                line = 0
                for row in _elements(_Paced(stream), _ROW):
                    line = int(row.get("r") or line + 1)
                    if not 1 <= line <= LINES_MAX:  # The header is read before the check.
                        raise refused_file("ingest.not_xlsx")
                    yield line, self._cells(row)
        except _UNREADABLE as error:
            raise refused_file("ingest.not_xlsx") from error

    def _cells(self, row: etree._Element) -> dict[int, str]:
        cells: dict[int, str] = {}
        place = -1
        for cell in row:
            reference = cell.get("r")
            place = _column(reference) if reference else place + 1
            if not 0 <= place < COLUMNS_MAX:
                raise refused_file("ingest.not_xlsx")
            kind = cell.get("t")
            if kind == "inlineStr":
                cells[place] = _text_of(cell)
                continue
            stored = cell.findtext(f"{_MAIN}v")
            if stored is None:
                continue
            if kind == "s":
                cells[place] = self._shared_text(stored)
            elif kind in (None, "n"):
                cells[place] = self._number(stored, cell.get("s") or "")
            else:
                cells[place] = _unescaped(stored)
        return cells

    def _shared_text(self, stored: str) -> str:
        place = int(stored) if stored.isdecimal() else len(self._shared)
        return self._shared[place] if place < len(self._shared) else ""

    def _number(self, stored: str, style: str) -> str:
        if style in self._dates:
            try:
                return (self._day_zero + timedelta(days=int(Decimal(stored)))).isoformat()
            except (InvalidOperation, OverflowError, ValueError):
                return stored
        if len(stored) <= 15 and "E" not in stored and "e" not in stored:
            return stored
        try:
            shown = _SHOWN_DIGITS.plus(Decimal(stored))
        except InvalidOperation:
            return stored
        return format(shown, "f") if abs(shown) < Decimal(10) ** 20 else stored


class _Measure:
    """A parser target that keeps nothing: the document is only checked, and its rows are measured."""

    def __init__(self) -> None:
        self._size = 0

    def start(self, tag: Any, attributes: Any) -> None:
        """An element begins."""
        self._size = 0 if tag == _ROW else self._size + CELL_CHARACTERS
        reference = attributes.get("r")
        if reference is not None and tag in (_ROW, _CELL):
            place, last = (
                (int(reference), LINES_MAX) if tag == _ROW else (_column(reference) + 1, COLUMNS_MAX)
            )
            if not 1 <= place <= last:
                raise refused_file("ingest.not_xlsx")
        if self._size > ROW_CHARACTERS_MAX:
            raise too_large("ingest.archive_explodes")

    def end(self, tag: Any) -> None:
        """An element ends."""

    def data(self, text: Any) -> None:
        """Text."""
        self._size += len(text)

    def comment(self, text: object) -> None:
        """A comment."""

    def doctype(self, *_: object) -> None:
        """A document type: no workbook has one."""
        raise refused_file("ingest.xml_doctype")

    def close(self) -> None:
        """The end."""


class _Paced:
    """A stream for the tree's parser that must see an element end now and then, or it would hold the whole file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.since = 0

    def read(self, size: int) -> bytes:
        """The next bytes."""
        block = self._stream.read(size)
        self.since += len(block)
        if self.since > ELEMENT_BYTES_MAX:
            raise too_large("ingest.archive_explodes")
        return block


def _elements(stream: _Paced, tag: str) -> Iterator[etree._Element]:
    """The elements of one name as they end; each is emptied behind the caller."""
    events = etree.iterparse(stream, tag=tag, resolve_entities=False, no_network=True, huge_tree=False)
    checked = False
    for _, element in events:
        if not checked:
            _refuse_declarations(element)
            checked = True
        stream.since = 0
        yield element
        element.clear()
        while (before := element.getprevious()) is not None:
            before.getparent().remove(before)


def _refuse_declarations(element: etree._Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise refused_file("ingest.xml_doctype")


def _text_of(element: etree._Element) -> str:
    """The text of a string item: its runs one after the other, without phonetic readings."""
    direct = element.findtext(f"{_MAIN}t")
    if direct is not None:
        return _unescaped(direct)
    runs = (*element.iterfind(f"{_MAIN}r/{_MAIN}t"), *element.iterfind(f"{_MAIN}is//{_MAIN}t"))
    return _unescaped("".join(run.text or "" for run in runs))


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold are written "_x000D_" in a workbook."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text).encode("utf-8", "replace").decode()


def _shows_date(number: int, own: dict[int, str]) -> bool:
    if number in own:
        code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", own[number]).lower()
        return "y" in code or "d" in code
    return number in _BUILT_IN_DATES


def _column(reference: str) -> int:
    """The place of a cell's column, from 0: "A1" is 0, "AB7" is 27."""
    place = 0
    for letter in reference:
        if not letter.isalpha():
            break
        place = place * 26 + ord(letter) - 64
    return place - 1

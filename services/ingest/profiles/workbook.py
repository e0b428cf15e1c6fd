"""XLSX workbooks as frames of text: the first sheet, read as a stream, cell texts exactly as stored.

A number keeps the decimal digits of the file (rounded to the 15 that a spreadsheet shows, in decimal arithmetic),
so no amount passes through a float. The archive is measured before anything is unpacked.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import IO, BinaryIO

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
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_SHOWN_DIGITS = Context(prec=15)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, etree.XMLSyntaxError)


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
                    target=_Nothing(), resolve_entities=False, no_network=True, huge_tree=False
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
        number, gathered = 0, []
        for line, cells in rows:
            if any(cells.values()):
                gathered.append((line, cells))
            if len(gathered) == GROUP_ROWS:
                number += 1
                yield self._batch(number, gathered, fields)
                gathered = []
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
            return [_text_of(element) for element in _elements(stream, f"{_MAIN}si")]

    def _rows(self) -> Iterator[tuple[int, dict[int, str]]]:
        """Each row's number and its cells by column, from 0."""
        try:
            with self._archive.open(self._sheet) as stream:
                line = 0
                for row in _elements(stream, f"{_MAIN}row"):
                    line = int(row.get("r") or line + 1)
                    yield line, self._cells(row)
        except _UNREADABLE as error:
            raise refused_file("ingest.not_xlsx") from error

    def _cells(self, row: etree._Element) -> dict[int, str]:
        cells: dict[int, str] = {}
        place = -1
        for cell in row:
            reference = cell.get("r")
            place = _column(reference) if reference else place + 1
            kind = cell.get("t")
            if kind == "inlineStr":
                cells[place] = _text_of(cell)
                continue
            stored = cell.findtext(f"{_MAIN}v")
            if stored is None:
                continue
            if kind == "s":
                cells[place] = self._shared[int(stored)] if int(stored) < len(self._shared) else ""
            elif kind in (None, "n"):
                cells[place] = self._number(stored, cell.get("s") or "")
            else:
                cells[place] = stored
        return cells

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


class _Nothing:
    """A parser target that keeps nothing: the document is only checked."""

    def start(self, *_: object) -> None:
        """An element begins."""

    def end(self, *_: object) -> None:
        """An element ends."""

    def data(self, *_: object) -> None:
        """Text."""

    def comment(self, text: object) -> None:
        """A comment."""

    def doctype(self, *_: object) -> None:
        """A document type: no workbook has one."""
        raise refused_file("ingest.xml_doctype")

    def close(self) -> None:
        """The end."""


def _elements(stream: IO[bytes], tag: str) -> Iterator[etree._Element]:
    """The elements of one name as they end; each is emptied behind the caller."""
    events = etree.iterparse(stream, tag=tag, resolve_entities=False, no_network=True, huge_tree=False)
    checked = False
    for _, element in events:
        if not checked:
            _refuse_declarations(element)
            checked = True
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
        return direct
    runs = (*element.iterfind(f"{_MAIN}r/{_MAIN}t"), *element.iterfind(f"{_MAIN}is//{_MAIN}t"))
    return "".join(run.text or "" for run in runs)


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

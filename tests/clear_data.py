"""Looks for clear personal data where none may be: every table of every database, and every file of the data folder."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import psycopg

from services.kit.config import SERVICES
from tests.system import System

PERSONAL = ("证件号码", "收款账号", "姓名", "收款人账号", "付款人账号")
DIGITS = re.compile(rb"\d{14,22}[\dXx]?")
PERSON = re.compile(r"\d{6}(?:1[89]|20)\d\d(?:0[1-9]|1[0-2])\d{5}[\dXx]")
HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,}")
BLOCK_BYTES = 1 << 20


def clear_values(folder: Path) -> set[str]:
    """ID numbers, accounts and persons' names of a demo, read from its own files."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found: set[str] = set()
    for entry in _files(manifest):
        path = folder / entry
        if path.suffix == ".csv":
            found |= _values(_csv_rows(path))
        elif path.suffix == ".xlsx":
            found |= _values(_xlsx_rows(path))
    return found


def _files(manifest: object) -> Iterator[str]:
    """Every "path" of the manifest, however it is nested."""
    if isinstance(manifest, dict):
        if isinstance(manifest.get("path"), str):
            yield manifest["path"]
        for value in manifest.values():
            yield from _files(value)
    elif isinstance(manifest, list):
        for value in manifest:
            yield from _files(value)


def _csv_rows(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(io.StringIO(text)))


def _xlsx_rows(path: Path) -> list[list[str]]:
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def _values(rows: list[list[str]]) -> set[str]:
    """ID numbers and accounts; names where the line has an ID number: other lines name enterprises, by credit code."""
    header = rows[0]
    found = set()
    for row in rows[1:]:
        named = {name: value for name, value in zip(header, row, strict=False) if name in PERSONAL and value}
        if not PERSON.fullmatch(named.get("证件号码", "")):
            named.pop("姓名", None)
        found |= set(named.values())
    return found


def findings(system: System, values: set[str]) -> list[str]:
    """Where a clear value stands: "ledger.payment" or a file's name, with the value."""
    numbers = {value.encode() for value in values if value.isascii()}
    names = {value for value in values if not value.isascii()}
    found = []
    for place, data in [*_database_blocks(system), *_file_blocks(system)]:
        hits = {match for match in DIGITS.findall(data) if match in numbers}
        words = set(HAN.findall(data.decode("utf-8", "ignore")))
        hit_names = {name for name in names if any(name in word for word in words)}
        found += [f"{place}: {hit.decode()}" for hit in hits] + [f"{place}: {name}" for name in hit_names]
    return sorted(set(found))[:20]


def _database_blocks(system: System) -> Iterator[tuple[str, bytes]]:
    tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    for service in SERVICES:
        url = system.database_url(service).replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as connection:
            for (table,) in connection.execute(tables).fetchall():
                block = bytearray()
                query = f'COPY (SELECT * FROM "{table}") TO STDOUT (FORMAT binary)'
                with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
                    for part in copy:
                        block += part
                yield f"{service}.{table}", bytes(block)


def _file_blocks(system: System) -> Iterator[tuple[str, bytes]]:
    for path in sorted((system.folder / "data").rglob("*")):
        # The database's own files are read through the database.
        if path.is_file() and "postgres" not in path.relative_to(system.folder / "data").parts[0]:
            yield str(path.name), path.read_bytes()
    for log in sorted(system.folder.glob("*.log")):
        yield log.name, log.read_bytes()

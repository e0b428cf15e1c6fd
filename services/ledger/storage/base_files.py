"""Base data as files: a folder of CSV files with a manifest, such as the one that is shipped."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from services.kit.errors import InvalidInput, MingzhangError, NotFound, TooLarge
from services.ledger.domain import templates
from services.ledger.domain.base_items import BEGINNING, FLOW_SIGN, ITEMS_MAX, Item, ItemKind, in_order
from services.ledger.domain.templates import Template

SHIPPED = Path(__file__).parent.parent / "base_data"
MANIFEST = "manifest.json"
FILES = {
    "levels.csv": ItemKind.LEVEL,
    "divisions.csv": ItemKind.DIVISION,
    "division_changes.csv": ItemKind.DIVISION,
    "townships.csv": ItemKind.DIVISION,
    "funds.csv": ItemKind.FUND,
    "function_classes.csv": ItemKind.FUNCTION_CLASS,
    "government_classes.csv": ItemKind.GOVERNMENT_CLASS,
    "department_classes.csv": ItemKind.DEPARTMENT_CLASS,
    "flows.csv": ItemKind.FLOW,
    "calendar.csv": ItemKind.CALENDAR,
}
"""What each file holds. A division in division_changes.csv stands instead of the same code in divisions.csv."""
BYTES_MAX = 8 * 1024**2
_COLUMNS = {one.name for one in fields(Item)} | {"parent", "number", "occasion", "day", "issuer", "receiver"}


def shipped_template() -> Template:
    """The template that comes with the program."""
    return read_folder(SHIPPED)


def read_template(path: Path) -> Template:
    """The template of a file (JSON, as it was signed) or of a folder (CSV with a manifest)."""
    return read_folder(path) if path.is_dir() else templates.read(_bytes(path))


def read_folder(folder: Path) -> Template:
    """The template of a folder, not signed. The manifest says issuer, version, valid_from, note and what is locked."""
    try:
        manifest = json.loads(_bytes(folder / MANIFEST))
        issuer, version = str(manifest["issuer"]), int(manifest["version"])
        valid_from, note = date.fromisoformat(manifest["valid_from"]), str(manifest.get("note", ""))
        locked = {str(one) for one in manifest.get("locked", ())}
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            "ledger.template_manifest",
            f"清单 {folder / MANIFEST} 不完整",
            f"the manifest {folder / MANIFEST} is not whole",
        ) from error
    found = read_items(folder)
    changed = {one.code for one in found.get("division_changes.csv", ())}
    items = [
        one
        for name, ones in found.items()
        for one in ones
        if name != "divisions.csv" or one.code not in changed
    ]
    marked = [
        replace(one, locked=True) if {one.kind.value, f"{one.kind.value}:{one.level}"} & locked else one
        for one in items
    ]
    return Template(issuer, version, valid_from, in_order(marked), note)


def read_items(folder: Path) -> dict[str, list[Item]]:
    """The items of a folder by file; refuses the first line that is none and names it."""
    return {
        name: [item for _, item in read_file(folder / name)] for name in FILES if (folder / name).is_file()
    }


def read_file(path: Path) -> list[tuple[int, Item]]:
    """The items of one file of a folder, with their lines."""
    found = []
    for line, row in read_rows(path):
        if unknown := set(row) - _COLUMNS:
            raise _bad_row(
                path, line, f"未知的列 {sorted(unknown)[0]}", f"has an unknown column {sorted(unknown)[0]}"
            )
        try:
            found.append((line, item_of_row(FILES[path.name], row)))
        except ValueError as error:
            raise _bad_row(path, line, "内容有误", "cannot be read") from error
    return found


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file (UTF-8) with their lines; refuses what is no such file."""
    try:
        text = _bytes(path).decode("utf-8-sig")
        reader = csv.DictReader(text.splitlines(), strict=True)
        columns = reader.fieldnames or []
        if len(set(columns)) < len(columns):
            raise _bad_row(path, 1, "有重复的列", "has a column twice")
        for row in reader:
            line = reader.line_num
            if line > ITEMS_MAX + 1:
                raise TooLarge(
                    "ledger.file_lines",
                    f"文件 {path.name} 超过 {ITEMS_MAX} 行",
                    f"the file {path.name} has more than {ITEMS_MAX} lines",
                )
            if None in row or any(value is None for value in row.values()):
                raise _bad_row(path, line, "列数与表头不符", "has not the columns of the header")
            yield line, {name: value.strip() for name, value in row.items()}
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(
            "ledger.file_unreadable", f"文件 {path.name} 不是 UTF-8 的 CSV", f"{path.name} is no CSV in UTF-8"
        ) from error


def item_of_row(kind: ItemKind, row: Mapping[str, str]) -> Item:
    """An item out of the cells of a row; a column that is not there has its default. Raises ValueError."""
    code = row.get("code", "") or row.get("day", "")
    if kind is ItemKind.FLOW and not code:
        code = f"{row['issuer']}{FLOW_SIGN}{row['receiver']}" if "issuer" in row else ""
    name = row.get("name") or row.get("occasion") or (row.get("note", "") if kind is ItemKind.FLOW else "")
    known: dict[str, Any] = {
        column: row[column]
        for column in ("level", "form", "succeeded_by", "category", "scope_note", "source", "note")
        if column in row
    }
    finance = row.get("finance_code", "")
    if kind is ItemKind.DIVISION and len(code) == 6:
        finance = finance or f"{code}000"
    return Item(
        kind,
        code,
        name or code,
        _day(row.get("valid_from", "")) or BEGINNING,
        _day(row.get("valid_to", "")),
        row.get("locked", "") == "1",
        parent_code=row.get("parent", row.get("parent_code", "")),
        finance_code=finance,
        working=row.get("working", "") == "1",
        **known,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > BYTES_MAX:
            raise TooLarge(
                "ledger.file_size",
                f"文件 {path} 超过 {BYTES_MAX} 字节",
                f"the file {path} is larger than {BYTES_MAX} bytes",
            )
        return path.read_bytes()
    except OSError as error:
        raise NotFound(
            "ledger.no_file", f"无法打开文件 {path}", f"the file {path} cannot be opened"
        ) from error


def _bad_row(path: Path, line: int, zh: str, en: str) -> MingzhangError:
    return InvalidInput(
        "ledger.base_row",
        f"{path.name} 第 {line} 行{zh}",
        f"line {line} of {path.name} {en}",
        {"file": path.name, "line": line},
    )

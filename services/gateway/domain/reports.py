"""Frozen reports: what was asked, what the ledger said at a place of its chain, and what differs from one version to the next."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.kit.caller import Scope
from services.kit.errors import InvalidInput

TITLE_MAX = 100
CHANGES_SHOWN_MAX = 1_000
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

Row = Mapping[str, Any]
"""Names and amounts in fen of a row, as the API says them."""


@dataclass(frozen=True)
class Definition:
    """What a report is asked of. `known_at` is the height of the chain that it was frozen at."""

    dimensions: tuple[str, ...]
    filter: Mapping[str, Any]
    as_of: str
    known_at: str
    head_hash: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "dimensions": list(self.dimensions), "filter": dict(self.filter)}


@dataclass(frozen=True)
class Heading:
    """A version without its rows."""

    report_id: str
    version: int
    title: str
    month: str
    division: str
    funds: tuple[str, ...]
    definition: Definition
    sha256: str
    height: int
    row_count: int
    made_by: str
    made_at: datetime

    @property
    def scope(self) -> Scope:
        """What the rows are of."""
        return Scope(self.division, self.funds)


@dataclass(frozen=True)
class Version:
    """A frozen version: `content` are the bytes that `sha256` is of."""

    heading: Heading
    content: bytes

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its rows."""
        rows: list[dict[str, Any]] = orjson.loads(self.content)["rows"]
        return rows

    @property
    def total(self) -> dict[str, Any]:
        """Its total."""
        total: dict[str, Any] = orjson.loads(self.content)["total"]
        return total


@dataclass(frozen=True)
class Changed:
    """A row that is in both versions with other amounts: measure, before and after."""

    names: tuple[str, ...]
    measures: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Diff:
    """What differs between two versions, in order of names."""

    added: Sequence[Row]
    removed: Sequence[Row]
    changed: Sequence[Changed]

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.added) + len(self.removed) + len(self.changed)


def frozen_bytes(definition: Definition, rows: Sequence[Row], total: Row) -> tuple[bytes, str]:
    """The canonical bytes of a version, and their SHA-256 in hex: keys sorted, no blanks, UTF-8."""
    said = {"definition": definition.as_dict(), "rows": list(rows), "total": dict(total)}
    content = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return content, hashlib.sha256(content).hexdigest()


def differences(
    before: Sequence[Row],
    after: Sequence[Row],
    total_before: Row | None = None,
    total_after: Row | None = None,
) -> Diff:
    """Rows added, removed and changed, by their names; the total, which has none, comes first.

    A total may change alone: what belongs to no project has no row among projects.
    """
    old = {tuple(row["names"]): row for row in before}
    new = {tuple(row["names"]): row for row in after}
    of_total = _changed(total_before or {}, total_after or {})
    changed = [Changed((), of_total)] if of_total else []
    changed += [
        Changed(names, measures)
        for names in sorted(old.keys() & new.keys())
        if (measures := _changed(old[names], new[names]))
    ]
    return Diff(
        [new[names] for names in sorted(new.keys() - old.keys())],
        [old[names] for names in sorted(old.keys() - new.keys())],
        changed,
    )


def _changed(before: Row, after: Row) -> tuple[tuple[str, int, int], ...]:
    return tuple(
        (name, int(before[name]), int(after[name]))
        for name in after
        if name != "names" and name in before and int(before[name]) != int(after[name])
    )


def check_heading(title: str, month: str) -> None:
    """Refuses a title that is empty or too long, and a month that is none."""
    if not 1 <= len(title.strip()) <= TITLE_MAX:
        raise InvalidInput(
            "gateway.report_title",
            f"报表名称应为 1 至 {TITLE_MAX} 字",
            f"a title has 1 to {TITLE_MAX} characters",
        )
    if not _MONTH.fullmatch(month):
        raise InvalidInput(
            "gateway.report_month", "月份应为 2018-07 这样的年月", "a month is written like 2018-07"
        )

"""The first set-up of a province: what each line of its files would do, before anything is done.

Every line is new, known (there with the same content), in conflict (there with other content) or refused. Items become
local changes below the template; opening quotas become documents that register money of earlier days, marked as such.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from services.ledger.domain.base_changes import Action, LocalChange, change_items
from services.ledger.domain.base_items import LEVELS, Item, ItemKind
from services.ledger.domain.documents import (
    FEN_MAX,
    LINES_MAX,
    Document,
    Kind,
    Line,
    Problem,
    find_problems,
    normal_number,
)

OPENING_REASON = "期初登记"
"""Marks what was entered as an opening balance: the reason of the back entry."""
ROWS_MAX = 20_000
OPENING_COLUMNS = {
    "quota_key": True,
    "document_number": True,
    "fund_code": True,
    "division_code": True,
    "fiscal_year": True,
    "amount": True,
    "issued_on": True,
    "effective_on": False,
    "function_class": False,
    "upper_document_number": False,
    "issuer_division_code": False,
    "pending": False,
    "summary": False,
}
"""Columns of a file of opening quotas, and whether a row must have something in them. Amounts in yuan."""
_YUAN = re.compile(r"(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,2}))?")


class State(Enum):
    """What a line would do."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class SetupLine:
    """One line of a file: what it is about, its state, and why if it is refused or in conflict."""

    file: str
    line: int
    about: str
    state: State
    code: str = ""
    zh: str = ""
    en: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether it keeps everything from being done."""
        return self.state in (State.CONFLICT, State.REFUSED)


@dataclass(frozen=True)
class ItemRow:
    """An item with its place."""

    file: str
    line: int
    item: Item


@dataclass(frozen=True)
class Opening:
    """A quota that was there before the platform, with its original days; `amount_fen` is what is left of it."""

    file: str
    line: int
    quota_key: str
    document_number: str
    fund_code: str
    division_code: str
    fiscal_year: int
    amount_fen: int
    issued_on: date
    effective_on: date
    function_class: str = ""
    upper_document_number: str = ""
    issuer_division_code: str = ""
    pending: bool = False
    summary: str = ""

    @property
    def content(self) -> tuple[object, ...]:
        """What must be the same for it to be known."""
        return (
            self.document_number,
            self.fund_code,
            self.division_code,
            self.fiscal_year,
            self.amount_fen,
            self.issued_on,
            self.effective_on,
            self.function_class,
            self.upper_document_number,
            self.issuer_division_code,
        )


@dataclass(frozen=True)
class SetupPlan:
    """What would happen: every line, the changes and the documents that do it."""

    lines: tuple[SetupLine, ...]
    changes: tuple[LocalChange, ...]
    documents: tuple[Document, ...]

    @property
    def wrong(self) -> list[SetupLine]:
        """The lines that keep everything from being done."""
        return [one for one in self.lines if one.is_wrong]


def opening_of(file: str, line: int, row: Mapping[str, str]) -> Opening | SetupLine:
    """An opening quota out of the cells of a row, or the line that says what is wrong with it."""
    about = row.get("quota_key", "")
    if unknown := sorted(row.keys() - OPENING_COLUMNS):
        return _refused(
            file, line, about, "setup_column", f"未知的列 {unknown[0]}", f"unknown column {unknown[0]}"
        )
    for name, needed in OPENING_COLUMNS.items():
        if needed and not row.get(name, ""):
            return _refused(file, line, about, "setup_missing", f"缺少 {name}", f"{name} is missing")
    yuan = _YUAN.fullmatch(row["amount"])
    if yuan is None:
        zh, en = f"金额“{row['amount']}”应为元，最多两位小数", f"{row['amount']!r} is no amount in yuan"
        return _refused(file, line, about, "setup_amount", zh, en)
    try:
        issued_on = date.fromisoformat(row["issued_on"])
        effective_on = date.fromisoformat(row.get("effective_on") or row["issued_on"])
        fiscal_year = int(row["fiscal_year"])
    except ValueError:
        return _refused(file, line, about, "setup_day", "年度或日期有误", "the year or a day is not valid")
    texts = {name: row.get(name, "") for name in ("function_class", "issuer_division_code", "summary")}
    return Opening(
        file,
        line,
        about,
        normal_number(row["document_number"]),
        row["fund_code"],
        row["division_code"],
        fiscal_year,
        int(yuan[1]) * 100 + int((yuan[2] or "").ljust(2, "0")),
        issued_on,
        effective_on,
        upper_document_number=normal_number(row.get("upper_document_number", "")),
        pending=row.get("pending", "") == "1",
        **texts,
    )


def plan_items(
    rows: Sequence[ItemRow], items: tuple[Item, ...], recorded: Mapping[str, LocalChange]
) -> tuple[list[SetupLine], list[LocalChange], tuple[Item, ...]]:
    """What item rows would do on top of `items`: their lines, the changes, and the items afterwards.

    Divisions are taken from the top of the tree down, whatever the order of the lines.
    """
    lines, changes = [], []
    for row in sorted(rows, key=lambda one: (one.file, _rank(one.item), one.line)):
        item = replace(row.item, locked=False)
        key = f"setup:{item.kind.value}:{item.code}:{item.valid_from}"
        about = f"{item.code} {item.name}"
        change = LocalChange(key, Action.ADD, item)
        there = [one for one in items if one.identity == item.identity]
        if recorded.get(key) == change or any(_alike(one, item) for one in there):
            lines.append(SetupLine(row.file, row.line, about, State.KNOWN))
            continue
        made = change_items(items, change)
        if key in recorded or (there and not any(one.locked for one in there)):
            lines.append(_conflict(row.file, row.line, about, item.said_zh, item.said_en))
        elif isinstance(made, Problem):
            lines.append(SetupLine(row.file, row.line, about, State.REFUSED, made.code, made.zh, made.en))
        else:
            items = made
            changes.append(change)
            lines.append(SetupLine(row.file, row.line, about, State.NEW))
    return sorted(lines, key=lambda one: (one.file, one.line)), changes, items


def _alike(one: Item, other: Item) -> bool:
    """Whether an item says what another says; where it comes from, remarks and finance codes aside."""
    names = ("name", "level", "parent_code", "category", "working", "valid_to")
    return one.valid_from == other.valid_from and all(
        getattr(one, name) == getattr(other, name) for name in names
    )


def _rank(item: Item) -> int:
    return LEVELS.index(item.level) if item.kind is ItemKind.DIVISION and item.level in LEVELS else 0


def plan_openings(
    openings: Sequence[Opening],
    recorded: Mapping[str, tuple[object, ...]],
    items: Sequence[Item],
    closed_years: Collection[int],
    today: date,
) -> tuple[list[SetupLine], list[Document]]:
    """What opening quotas would do; `recorded` is the content of quotas that are there, by key."""
    divisions = {one.code: one.level for one in items if one.kind is ItemKind.DIVISION}
    funds = {one.code for one in items if one.kind is ItemKind.FUND}
    lines: list[SetupLine] = []
    new: list[Opening] = []
    seen: set[str] = set()
    for one in openings:
        line = _opening_line(one, recorded, divisions, funds, today, seen)
        if line.state is State.NEW and one.fiscal_year in closed_years:
            zh, en = f"{one.fiscal_year} 年度已结账", f"the year {one.fiscal_year} is closed"
            line = _refused(one.file, one.line, one.quota_key, "closed_year", zh, en)
        seen.add(one.quota_key)
        lines.append(line)
        if line.state is State.NEW:
            new.append(one)
    return lines, _documents(new, divisions)


def _opening_line(
    one: Opening,
    recorded: Mapping[str, tuple[object, ...]],
    divisions: Mapping[str, str],
    funds: Collection[str],
    today: date,
    seen: Collection[str],
) -> SetupLine:
    where = (one.file, one.line, one.quota_key)
    if one.quota_key in seen:
        return _conflict(*where, f"指标 {one.quota_key}", f"quota {one.quota_key}")
    if one.quota_key in recorded:
        if recorded[one.quota_key] == one.content:
            return SetupLine(*where, State.KNOWN)
        return _conflict(*where, f"指标 {one.quota_key}", f"quota {one.quota_key}")
    if one.division_code not in divisions:
        return _refused(
            *where, "division_unknown", f"没有区划 {one.division_code}", f"no division {one.division_code}"
        )
    if one.fund_code not in funds:
        zh, en = f"资金清单中没有 {one.fund_code}", f"the list of funds has no {one.fund_code}"
        return _refused(*where, "fund_unknown", zh, en)
    if bool(one.upper_document_number) != bool(one.issuer_division_code):
        zh, en = "上级文号和下达区划应同时填写", "the document above and who issued it are said together"
        return _refused(*where, "upper", zh, en)
    if not 0 < one.amount_fen <= FEN_MAX:
        return _refused(*where, "amount", "金额无效", "the amount is not valid")
    if faults := find_problems(_document([one]), today):
        first = faults[0]
        return SetupLine(*where, State.REFUSED, first.code, first.zh, first.en)
    return SetupLine(*where, State.NEW)


def _documents(openings: Sequence[Opening], divisions: Mapping[str, str]) -> list[Document]:
    """Opening quotas by division, document and days, from the province down, at most 500 in one document."""
    groups: dict[tuple[object, ...], list[Opening]] = {}
    for one in openings:
        rank = LEVELS.index(divisions[one.division_code])
        group = (
            rank,
            one.division_code,
            one.fiscal_year,
            one.effective_on,
            one.issued_on,
            one.document_number,
        )
        groups.setdefault(group, []).append(one)
    return [
        _document(found[start : start + LINES_MAX])
        for _, found in sorted(groups.items(), key=lambda pair: str(pair[0]))
        for start in range(0, len(found), LINES_MAX)
    ]


def _document(openings: Sequence[Opening]) -> Document:
    first = openings[0]
    keys = hashlib.sha256("\n".join(one.quota_key for one in openings).encode()).hexdigest()
    return Document(
        key=f"opening:{keys[:32]}",
        kind=Kind.REGISTER,
        document_number=first.document_number,
        division_code=first.division_code,
        fiscal_year=first.fiscal_year,
        effective_on=first.effective_on,
        issued_on=first.issued_on,
        back_entry_reason=OPENING_REASON,
        lines=tuple(
            Line(
                quota_key=one.quota_key,
                amount_fen=one.amount_fen,
                fund_code=one.fund_code,
                function_class=one.function_class,
                upper_document_number=one.upper_document_number,
                issuer_division_code=one.issuer_division_code,
                pending=one.pending,
                summary=one.summary,
            )
            for one in openings
        ),
    )


def _conflict(file: str, line: int, about: str, zh: str, en: str) -> SetupLine:
    return SetupLine(
        file,
        line,
        about,
        State.CONFLICT,
        "ledger.setup_conflict",
        f"{zh} 已登记且内容不同",
        f"{en} is recorded with other content",
    )


def _refused(file: str, line: int, about: str, code: str, zh: str, en: str) -> SetupLine:
    return SetupLine(file, line, about, State.REFUSED, f"ledger.{code}", zh, en)

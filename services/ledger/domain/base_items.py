"""Base data with time: what there is on a day, what followed what, and what is wrong with a set of items.

An item is in force from `valid_from` to `valid_to`, both days included; it is ended, never taken away: facts of its
time, and facts that still name it, keep their meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import pairwise

from services.ledger.domain.changes import BaseData, Division, Fund
from services.ledger.domain.days import Calendar
from services.ledger.domain.documents import Problem

BEGINNING = date(2000, 1, 1)
"""Where an item begins of which nobody says since when it is there: no document is older."""
ITEMS_MAX = 20_000
CODE_MAX, NAME_MAX, NOTE_MAX = 40, 200, 500
LEVELS = ("central", "province", "prefecture", "county", "township")
"""From the top down."""
FUND_LEVELS = ("central", "provincial", "prefecture", "county")
"""Whose list a fund is on, as the shipped lists say it."""
CATEGORIES = ("poverty", "project", "benefit", "operations", "general")
FORMS = ("", "development_zone", "statistical_area")
FLOW_SIGN = ">"

_CODES = {
    "level": r"[a-z]{1,20}",
    "division": r"[0-9]{6}|[0-9]{9}|[0-9]{12}",
    "fund": r"[A-Z][A-Z0-9]{1,11}",
    "function_class": r"[0-9]{3}|[0-9]{5}|[0-9]{7}",
    "government_class": r"[0-9]{3}|[0-9]{5}",
    "department_class": r"[0-9]{3}|[0-9]{5}",
    "flow": r"[a-z]{1,20}>[a-z]{1,20}",
    "calendar": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")


class ItemKind(Enum):
    """What an item is. The value is stored and signed: never reuse one."""

    LEVEL = "level"
    DIVISION = "division"
    FUND = "fund"
    FUNCTION_CLASS = "function_class"
    GOVERNMENT_CLASS = "government_class"
    DEPARTMENT_CLASS = "department_class"
    FLOW = "flow"
    CALENDAR = "calendar"


KINDS_ZH = {
    ItemKind.LEVEL: "级次",
    ItemKind.DIVISION: "区划",
    ItemKind.FUND: "资金项",
    ItemKind.FUNCTION_CLASS: "功能分类科目",
    ItemKind.GOVERNMENT_CLASS: "政府经济分类科目",
    ItemKind.DEPARTMENT_CLASS: "部门经济分类科目",
    ItemKind.FLOW: "下达关系",
    ItemKind.CALENDAR: "日历",
}


@dataclass(frozen=True)
class Item:
    """One item in one period. `valid_to` is its last day, None as long as nobody ended it.

    `code` of a flow is "issuer>receiver", of a day of the calendar the day; `finance_code` has nine digits, empty if
    it is not known; `form` says what a division is that is no ordinary one; `working` is of the calendar only;
    `locked` items are changed by a template from above and by nobody below.
    """

    kind: ItemKind
    code: str
    name: str
    valid_from: date = BEGINNING
    valid_to: date | None = None
    locked: bool = False
    level: str = ""
    parent_code: str = ""
    finance_code: str = ""
    form: str = ""
    succeeded_by: str = ""
    category: str = ""
    scope_note: str = ""
    working: bool = False
    source: str = ""
    note: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """What stays the same over its periods."""
        return self.kind.value, self.code

    def is_in_force(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def said_zh(self) -> str:
        """What a person calls it, in Chinese."""
        return f"{KINDS_ZH[self.kind]} {self.code}"

    @property
    def said_en(self) -> str:
        """What a person calls it, in English."""
        return f"{self.kind.value.replace('_', ' ')} {self.code}"


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items by kind, code and period: the one order in which they are signed and shown."""
    return tuple(sorted(items, key=lambda one: (*one.identity, one.valid_from)))


def in_force(items: Iterable[Item], day: date) -> list[Item]:
    """What is in force on a day, one item of each code at the most."""
    return [one for one in items if one.is_in_force(day)]


def successors(items: Iterable[Item], code: str, day: date) -> list[str]:
    """A division's code, then those that followed it, up to the one in force on a day or the last that is named.

    Empty if the code is not known.
    """
    return _chain(_by_code(items, ItemKind.DIVISION), code, day)


def _chain(divisions: Mapping[str, Sequence[Item]], code: str, day: date) -> list[str]:
    chain: list[str] = []
    while code in divisions and code not in chain:
        chain.append(code)
        periods = divisions[code]
        if any(one.is_in_force(day) for one in periods):
            break
        code = next((one.succeeded_by for one in reversed(periods) if _was_followed(one, day)), "")
    return chain


def _was_followed(item: Item, day: date) -> bool:
    return item.valid_to is not None and item.valid_to < day and bool(item.succeeded_by)


def parents(items: Iterable[Item], day: date) -> dict[str, str]:
    """The parent of each division in force on a day: one that ended is stood for by the one that followed it."""
    divisions = _by_code(items, ItemKind.DIVISION)
    found = {}
    for periods in divisions.values():
        for one in in_force(periods, day):
            chain = _chain(divisions, one.parent_code, day)
            found[one.code] = chain[-1] if chain else ""
    return found


def known_by(items: Iterable[Item], today: date) -> BaseData:
    """What facts of today may name: what is in force, and with its last name what ended, for facts that still name it.

    Flows are those in force; the calendar is whole.
    """
    begun = [one for one in in_order(items) if one.valid_from <= today]
    latest = {one.identity: one for one in begun}
    of_kind: dict[ItemKind, list[Item]] = {kind: [] for kind in ItemKind}
    for one in latest.values():
        of_kind[one.kind].append(one)
    return BaseData(
        [Division(one.code, one.name, one.level, one.parent_code) for one in of_kind[ItemKind.DIVISION]],
        [Fund(one.code, one.level, one.name, one.category, one.scope_note) for one in of_kind[ItemKind.FUND]],
        Calendar({date.fromisoformat(one.code): one.working for one in of_kind[ItemKind.CALENDAR]}),
        [ends_of(one) for one in of_kind[ItemKind.FLOW] if one.is_in_force(today)],
    )


def ends_of(flow: Item) -> tuple[str, str]:
    """The levels of a flow: issuer, receiver."""
    issuer, _, receiver = flow.code.partition(FLOW_SIGN)
    return issuer, receiver


def plain(name: str) -> str:
    """A name without blanks and forms of characters: two names that look the same are the same."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def find_faults(items: Sequence[Item]) -> list[Problem]:
    """What is wrong with a whole set of items; empty if it can be in force."""
    if len(items) > ITEMS_MAX:
        zh, en = f"基础数据最多 {ITEMS_MAX} 条", f"base data has at most {ITEMS_MAX} items"
        return [Problem("ledger.base_too_many", zh, en)]
    faults = [fault for one in items for fault in _item_faults(one)]
    if faults:
        return faults
    divisions = _by_code(items, ItemKind.DIVISION)
    return [
        *_overlaps(items),
        *_tree_faults(items),
        *_level_order(divisions),
        *_succession_faults(divisions),
        *_second_province(divisions),
    ]


def _item_faults(item: Item) -> Iterator[Problem]:
    if not re.fullmatch(_CODES[item.kind.value], item.code):
        yield fault(item, "code", "代码格式有误", "has a code that is not of its form")
    texts = (item.name, item.source, item.note, item.scope_note)
    if not item.name.strip() or len(item.name) > NAME_MAX or any(len(text) > NOTE_MAX for text in texts):
        yield fault(item, "text", "名称为空或文字过长", "has no name, or a text that is too long")
    if any(map(_CONTROL.search, texts)):
        yield fault(item, "text", "含有控制字符", "holds a control character")
    if item.valid_to is not None and item.valid_to < item.valid_from:
        yield fault(item, "period", "止期早于起期", "ends before it begins")
    if item.succeeded_by and (item.valid_to is None or item.kind is not ItemKind.DIVISION):
        yield fault(item, "successor", "只有已终止的区划才有后继", "has a successor without having ended")
    levels = {ItemKind.DIVISION: LEVELS, ItemKind.FUND: FUND_LEVELS}.get(item.kind)
    if levels and item.level not in levels:
        yield fault(item, "level_unknown", f"级次“{item.level}”未知", f"has the unknown level {item.level!r}")
    if item.kind is ItemKind.LEVEL and item.code not in LEVELS:
        yield fault(item, "level_unknown", "级次未知", "is none of the levels")
    if item.kind is ItemKind.FUND and item.category not in CATEGORIES:
        yield fault(item, "category", f"资金类别“{item.category}”未知", "has an unknown category")
    if item.kind is ItemKind.DIVISION:
        if item.form not in FORMS:
            yield fault(item, "form", f"区划类型“{item.form}”未知", "has an unknown form")
        if item.finance_code and not re.fullmatch("[0-9]{9}", item.finance_code):
            yield fault(
                item, "finance_code", "财政区划代码应为 9 位数字", "has no finance code of nine digits"
            )
    if item.kind is ItemKind.FLOW and not _goes_down(item):
        yield fault(item, "flow", "下达关系应由上级到下级", "does not lead from a level to one below")
    if item.kind is ItemKind.CALENDAR and not _is_day(item.code):
        yield fault(item, "day", "不是日期", "is no day")


def _goes_down(flow: Item) -> bool:
    issuer, receiver = ends_of(flow)
    return issuer in LEVELS and receiver in LEVELS and LEVELS.index(issuer) < LEVELS.index(receiver)


def _is_day(code: str) -> bool:
    try:
        return bool(date.fromisoformat(code))
    except ValueError:
        return False


def _overlaps(items: Sequence[Item]) -> Iterator[Problem]:
    for before, after in pairwise(in_order(items)):
        if before.identity == after.identity and (
            before.valid_to is None or after.valid_from <= before.valid_to
        ):
            yield fault(after, "overlap", "的有效期重叠", "has periods that overlap")


def _tree_faults(items: Sequence[Item]) -> Iterator[Problem]:
    """Parents that are not there, and parents in a circle."""
    known = {one.identity for one in items}
    above: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for one in items:
        if one.parent_code:
            parent = (one.kind.value, one.parent_code)
            if parent not in known:
                zh = f"的上级 {one.parent_code} 不存在"
                yield fault(one, "parent_unknown", zh, f"is below {one.parent_code}, which is not there")
            above[one.identity].add(parent)
        elif one.kind is ItemKind.DIVISION and one.level != "province":
            yield fault(one, "parent_unknown", "没有上级", "has no parent")
    yield from _circles(items, above, "cycle", "的上下级关系成环", "is above itself")


def _circles(
    items: Sequence[Item],
    leads: Mapping[tuple[str, str], set[tuple[str, str]]],
    code: str,
    zh: str,
    en: str,
) -> Iterator[Problem]:
    """Items that lead to themselves: what is left when all that lead to nothing are taken away, again and again."""
    left = {start: set(ends) for start, ends in leads.items()}
    while True:
        done = [start for start, ends in left.items() if not ends & left.keys()]
        if not done:
            break
        for start in done:
            del left[start]
    told = {one.identity: one for one in items}
    for identity in sorted(left)[:1]:
        yield fault(told[identity], code, zh, en)


def _level_order(divisions: Mapping[str, Sequence[Item]]) -> Iterator[Problem]:
    for periods in divisions.values():
        for one in periods:
            if one.level == "central":
                yield fault(one, "level_order", "不能为中央级", "cannot be of the central level")
            for parent in divisions.get(one.parent_code, ())[:1]:
                if LEVELS.index(parent.level) >= LEVELS.index(one.level):
                    zh = f"（{one.level}）不能隶属于 {parent.code}（{parent.level}）"
                    en = f"({one.level}) cannot be below {parent.code} ({parent.level})"
                    yield fault(one, "level_order", zh, en)


def _succession_faults(divisions: Mapping[str, Sequence[Item]]) -> Iterator[Problem]:
    leads: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    items = [one for periods in divisions.values() for one in periods]
    for one in items:
        if not one.succeeded_by:
            continue
        if one.succeeded_by not in divisions:
            zh, en = (
                f"的后继 {one.succeeded_by} 不存在",
                f"is followed by {one.succeeded_by}, which is not there",
            )
            yield fault(one, "successor", zh, en)
        leads[one.identity].add((one.kind.value, one.succeeded_by))
    yield from _circles(items, leads, "succession_cycle", "的后继关系成环", "follows itself")


def _second_province(divisions: Mapping[str, Sequence[Item]]) -> Iterator[Problem]:
    provinces = sorted(code for code, periods in divisions.items() if periods[0].level == "province")
    if len(provinces) > 1:
        first = divisions[provinces[1]][0]
        yield fault(first, "second_province", "：一套基础数据只有一个省", "is a second province in one set")


def _by_code(items: Iterable[Item], kind: ItemKind) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for one in in_order(one for one in items if one.kind is kind):
        found[one.code].append(one)
    return found


def fault(item: Item, code: str, zh: str, en: str) -> Problem:
    """What is wrong with an item: its name stands before the sentence in both languages."""
    return Problem(
        code if "." in code else f"ledger.base_{code}",
        f"{item.said_zh} {zh}" if zh[0] not in "的（：" else f"{item.said_zh}{zh}",
        f"{item.said_en} {en}",
        parameters={"kind": item.kind.value, "code": item.code},
    )

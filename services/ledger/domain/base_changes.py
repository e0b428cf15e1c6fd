"""What a province changes of its base data below a template, and what is in force when both are put together.

A template comes from above; its locked items are changed by nobody below. Local changes are kept in order and put on
top of whatever template is in force: base data is a fold of the two, and nothing is ever overwritten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

from services.ledger.domain.base_items import FLOW_SIGN, Item, ItemKind, fault, find_faults, in_order, plain
from services.ledger.domain.documents import Problem

LOCKED_ITEM = "ledger.locked_item"
_DAY = timedelta(days=1)
_NAMED_ONCE = (ItemKind.FUND, ItemKind.LEVEL, ItemKind.FUNCTION_CLASS)


class Action(Enum):
    """What a change does. The value is stored: never reuse one."""

    ADD = "add"
    RENAME = "rename"
    END = "end"


_LOCAL = {
    Action.ADD: (ItemKind.DIVISION, ItemKind.FUND, ItemKind.FLOW, ItemKind.CALENDAR),
    Action.RENAME: (ItemKind.DIVISION, ItemKind.FUND),
    Action.END: (ItemKind.DIVISION, ItemKind.FUND, ItemKind.FLOW),
}


@dataclass(frozen=True)
class LocalChange:
    """One change by the province; `key` is the caller's.

    `item` is the whole item that is added. A rename says kind, code, the new name and `valid_from`, the first day of
    it; an end says kind, code, `valid_to`, the last day, and of a division the code that follows.
    """

    key: str
    action: Action
    item: Item


@dataclass(frozen=True)
class Composed:
    """What a template and local changes make together; `set_aside` are changes that a newer template left no room for."""

    items: tuple[Item, ...]
    set_aside: tuple[LocalChange, ...]


@dataclass(frozen=True)
class Difference:
    """An item that two sets do not have alike; None where a set does not have it."""

    before: Item | None
    after: Item | None


def compose(template: Sequence[Item], changes: Sequence[LocalChange]) -> Composed:
    """Puts changes on top of a template, in their order. A change that is refused now is set aside, not lost."""
    return _composed(in_order(template), tuple(changes))


@lru_cache(maxsize=4)
def _composed(first: tuple[Item, ...], changes: tuple[LocalChange, ...]) -> Composed:
    index, aside = _Index(first), []
    for change in changes:
        if isinstance(made := index.changed(change), Problem):
            aside.append(change)
        else:
            index.put(change, made)
    if not find_faults(items := index.items()):
        return Composed(items, tuple(aside))
    # One of them does not fit any more: each is looked at by itself, which takes longer.
    items, aside = first, []
    for change in changes:
        if isinstance(whole := change_items(items, change), Problem):
            aside.append(change)
        else:
            items = whole
    return Composed(items, tuple(aside))


def change_items(items: tuple[Item, ...], change: LocalChange) -> tuple[Item, ...] | Problem:
    """The items after a change, or why it is refused; then nothing has changed."""
    index = _Index(items)
    made = index.changed(change)
    if isinstance(made, Problem):
        return made
    index.put(change, made)
    changed = index.items()
    faults = find_faults(changed)
    return faults[0] if faults else changed


class _Index:
    """Items by what they are, and the names that are locked."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._periods: dict[tuple[str, str], list[Item]] = defaultdict(list)
        self._names: dict[tuple[ItemKind, str], Item] = {}
        for one in items:
            self._periods[one.identity].append(one)
            if one.locked and one.kind in _NAMED_ONCE:
                self._names.setdefault((one.kind, plain(one.name)), one)

    def items(self) -> tuple[Item, ...]:
        """All of them."""
        return in_order(one for periods in self._periods.values() for one in periods)

    def put(self, change: LocalChange, periods: list[Item]) -> None:
        """Takes in what a change made."""
        self._periods[change.item.identity] = periods

    def changed(self, change: LocalChange) -> list[Item] | Problem:
        """The periods of the changed item afterwards; whether they fit the others is not looked at."""
        asked = change.item
        periods = self._periods.get(asked.identity, [])
        if locked := self._locked(periods, change):
            return fault(
                locked,
                LOCKED_ITEM,
                "由上级模板锁定，本级不得更改、终止或覆盖",
                "is locked by the template from above: it is not changed, ended or shadowed below",
            )
        if asked.kind not in _LOCAL[change.action] or (
            change.action is Action.ADD and "central" in (asked.level, *asked.code.split(FLOW_SIGN))
        ):
            return fault(asked, "not_local", "不属于本级可以变更的内容", "is nothing that is changed below")
        if change.action is Action.ADD:
            return [*periods, replace(asked, locked=False)]
        day = asked.valid_from if change.action is Action.RENAME else asked.valid_to
        if day is None:
            return fault(asked, "period", "缺少止期", "has no last day")
        return _cut(periods, change, day)

    def _locked(self, periods: Sequence[Item], change: LocalChange) -> Item | None:
        """The locked item that a change would touch: its own, or one of whose name it would be a second."""
        own = next((one for one in periods if one.locked), None)
        if own or change.action is Action.END:
            return own
        return self._names.get((change.item.kind, plain(change.item.name)))


def _cut(periods: Sequence[Item], change: LocalChange, day: date) -> list[Item] | Problem:
    """Ends the period that a day lies in, or has it go on under another name."""
    asked = change.item
    held = next((one for one in periods if one.is_in_force(day)), None)
    if held is None:
        return fault(asked, "not_there", f"在 {day} 不存在", f"is not in force on {day}")
    rest = [one for one in periods if one is not held]
    if change.action is Action.END:
        return [*rest, replace(held, valid_to=day, succeeded_by=asked.succeeded_by)]
    source, note = asked.source or held.source, asked.note or held.note
    renamed = replace(held, name=asked.name, valid_from=day, source=source, note=note)
    before = [] if held.valid_from == day else [replace(held, valid_to=day - _DAY, succeeded_by="")]
    return [*rest, *before, renamed]


def differences(before: Iterable[Item], after: Iterable[Item]) -> list[Difference]:
    """In what two sets differ, item by item, in their order; a period is known by its first day."""
    old = {(*one.identity, one.valid_from): one for one in before}
    new = {(*one.identity, one.valid_from): one for one in after}
    return [
        Difference(old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]

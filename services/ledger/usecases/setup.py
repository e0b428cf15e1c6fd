"""Setting up a province out of its files: looked at line by line first, then done whole, and again without effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.errors import Conflict, InvalidInput, TooLarge
from services.ledger.domain.base_items import ItemKind, in_force
from services.ledger.domain.setup import (
    ROWS_MAX,
    ItemRow,
    Opening,
    SetupLine,
    SetupPlan,
    State,
    plan_items,
    plan_openings,
)
from services.ledger.usecases.base_sets import ISSUED, BaseBook, change_all, read_base_data
from services.ledger.usecases.documents import post_document
from services.ledger.usecases.ports import Book

TOLD_LINES_MAX = 5


@dataclass(frozen=True)
class SetupFiles:
    """What the files hold; `unreadable` are rows of opening quotas that are none."""

    items: Sequence[ItemRow]
    openings: Sequence[Opening]
    unreadable: Sequence[SetupLine]


@dataclass(frozen=True)
class Missing:
    """What is still to be done in a province, in numbers."""

    has_issued_template: bool
    counties: int
    counties_without_quota: int
    closed_days: int


class Quotas(Protocol):
    """What is recorded of quotas."""

    def contents(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, tuple[object, ...]]:
        """The content (`Opening.content`) of those of the quotas that are there, by key."""
        ...

    def divisions(self, scope: Scope) -> frozenset[str]:
        """Divisions that have a quota."""
        ...

    def closed_years(self, scope: Scope) -> frozenset[int]:
        """Fiscal years that are closed."""
        ...

    def closed_days(self, scope: Scope) -> int:
        """How many business days are closed."""
        ...


def plan_setup(book: BaseBook, quotas: Quotas, files: SetupFiles, caller: Caller, today: date) -> SetupPlan:
    """What setting up would do, line by line. Changes nothing."""
    caller.require(ADMINISTRATOR)
    caller.require_whole_province()
    if len(files.items) + len(files.openings) + len(files.unreadable) > ROWS_MAX:
        zh, en = f"一次最多 {ROWS_MAX} 行", f"at most {ROWS_MAX} lines are set up at once"
        raise TooLarge("ledger.setup_rows", zh, en)
    view = read_base_data(book, today)
    recorded = {one.change.key: one.change for one in view.changes}
    item_lines, changes, items = plan_items(files.items, view.items, recorded)
    there = quotas.contents(caller.scope, [one.quota_key for one in files.openings])
    opening_lines, documents = plan_openings(
        files.openings, there, items, quotas.closed_years(caller.scope), today
    )
    quota_lines = sorted([*files.unreadable, *opening_lines], key=lambda one: (one.file, one.line))
    return SetupPlan((*item_lines, *quota_lines), tuple(changes), tuple(documents))


def set_up(
    book: BaseBook, postings: Book, quotas: Quotas, files: SetupFiles, caller: Caller, today: date
) -> SetupPlan:
    """Does what `plan_setup` says, and answers it. Twice is once.

    A line that is in conflict (Conflict) or refused (InvalidInput) keeps everything from being done, and is named. What
    a kill left undone is done by the next run.
    """
    plan = plan_setup(book, quotas, files, caller, today)
    if plan.wrong:
        raise _wrong(plan.wrong)
    change_all(book, plan.changes, caller, today)
    for document in plan.documents:
        post_document(postings, document, caller, today)
    return plan


def missing(book: BaseBook, quotas: Quotas, scope: Scope, today: date) -> Missing:
    """What is still to be done."""
    view = read_base_data(book, today)
    here = in_force(view.items, today)
    counties = {one.code for one in here if one.kind is ItemKind.DIVISION and one.level == "county"}
    issued = view.applied is not None and view.applied.origin == ISSUED
    without = counties - quotas.divisions(scope)
    return Missing(issued, len(counties), len(without), quotas.closed_days(scope))


def _wrong(lines: Sequence[SetupLine]) -> InvalidInput | Conflict:
    told, more = lines[:TOLD_LINES_MAX], len(lines) - TOLD_LINES_MAX
    zh = "；".join(f"{one.file} 第 {one.line} 行：{one.zh}" for one in told)
    en = "; ".join(f"{one.file} line {one.line}: {one.en}" for one in told)
    kind = Conflict if any(one.state is State.CONFLICT for one in lines) else InvalidInput
    first = next((one for one in lines if one.state is State.CONFLICT), lines[0])
    return kind(
        first.code,
        zh + (f"；另有 {more} 行" if more > 0 else ""),
        en + (f"; and {more} more lines" if more > 0 else ""),
        {"file": first.file, "line": first.line},
    )

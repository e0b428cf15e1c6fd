"""Base data: applying a template from above, changing what may be changed below it, and reading both as of a day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.errors import Conflict, InvalidInput, NotFound, Refused, TooLarge
from services.ledger.domain import templates
from services.ledger.domain.base_changes import (
    LOCKED_ITEM,
    Composed,
    Difference,
    LocalChange,
    change_items,
    compose,
    differences,
)
from services.ledger.domain.base_items import Item, ItemKind, in_force, known_by, parents, successors
from services.ledger.domain.changes import BaseData
from services.ledger.domain.documents import KEY_MAX, Problem
from services.ledger.domain.templates import Template

SHIPPED, ISSUED = "shipped", "issued"
CHANGES_MAX = 20_000
SETS_MAX = 1_000
PAGE_MAX = 500
NOBODY = "system"


@dataclass(frozen=True)
class AppliedSet:
    """A template that was applied: who did it and when; `origin` is "shipped" or "issued" (signed from above)."""

    id: int
    origin: str
    issuer: str
    version: int
    valid_from: date
    note: str
    key_id: str
    sha256: str
    items: int
    applied_by: str
    applied_at: datetime


@dataclass(frozen=True)
class RecordedChange:
    """A local change with who made it and when."""

    id: int
    change: LocalChange
    changed_by: str
    changed_at: datetime


class BaseReading(Protocol):
    """What is recorded of base data."""

    def sets(self) -> Sequence[AppliedSet]:
        """Every template that was applied, oldest first."""
        ...

    def template(self, set_id: int) -> Template:
        """The template of one of them."""
        ...

    def changes(self) -> Sequence[RecordedChange]:
        """Every local change, oldest first."""
        ...

    def holds(self, data: BaseData) -> bool:
        """Whether this is what is stored of what facts may name."""
        ...


class BaseChanging(BaseReading, Protocol):
    """A transaction in which nobody else changes base data, and no posting runs."""

    def add_set(self, template: Template, origin: str, sha256: str, by: str) -> None:
        """Records that a template was applied."""
        ...

    def add_change(self, change: LocalChange, by: str) -> None:
        """Records a local change."""
        ...

    def put(self, data: BaseData) -> bool:
        """Stores and tells what facts may name, if it is not what is stored; says whether it was."""
        ...


class BaseBook(Protocol):
    """Where base data is kept."""

    def reading(self) -> AbstractContextManager[BaseReading]:
        """What is recorded, as of one moment."""
        ...

    def changing(self, request_id: str) -> AbstractContextManager[BaseChanging]:
        """A transaction; an exception leaves everything as it was."""
        ...


@dataclass(frozen=True)
class BaseView:
    """Base data as it is known now: the items of all times, the template below them, and what was set aside."""

    items: tuple[Item, ...]
    applied: AppliedSet | None
    changes: Sequence[RecordedChange]
    set_aside: tuple[LocalChange, ...]


@dataclass(frozen=True)
class TemplateResult:
    """What applying a template did; `known` if it was the newest already. `set_aside`: local changes it has no room for."""

    applied: AppliedSet
    known: bool
    set_aside: tuple[LocalChange, ...]


def refresh_base_data(book: BaseBook, shipped: Template, today: date) -> bool:
    """Applies the shipped template if it is newer than the shipped one in force, and stores what is in force today.

    A template from above is never replaced by a shipped one. Says whether anything changed; again changes nothing, and
    no posting waits for it.
    """
    templates.check_items(shipped.items)
    sha256 = _sha256(shipped)
    with book.reading() as known:
        if not _is_newer(known, shipped, sha256) and known.holds(known_by(_view(known, today).items, today)):
            return False
    with book.changing("") as base:
        is_new = _is_newer(base, shipped, sha256)
        if is_new:
            base.add_set(shipped, SHIPPED, sha256, NOBODY)
        return base.put(known_by(_view(base, today).items, today)) or is_new


def _is_newer(base: BaseReading, shipped: Template, sha256: str) -> bool:
    sets = base.sets()
    newest = sets[-1] if sets else None
    return newest is None or (
        newest.origin == SHIPPED and newest.sha256 != sha256 and shipped.version >= newest.version
    )


def read_base_data(book: BaseBook, today: date) -> BaseView:
    """All that is known of base data now."""
    with book.reading() as base:
        return _view(base, today)


def list_base_items(
    book: BaseBook, scope: Scope, day: date, kind: ItemKind | None, year: int, today: date
) -> tuple[BaseView, list[Item]]:
    """What is in force on a day, of one kind or of all but the calendar, which is shown year by year.

    Base data is for everybody, whatever their scope. The parent of a division is the one that stands for it that day.
    """
    del scope  # Everybody enters against the same divisions and funds.
    view = read_base_data(book, today)
    if kind is ItemKind.CALENDAR:
        return view, [one for one in view.items if one.kind is kind and one.code.startswith(f"{year:04d}-")]
    above = parents(view.items, day)
    return view, [
        replace(one, parent_code=above[one.code]) if one.kind is ItemKind.DIVISION else one
        for one in in_force(view.items, day)
        if one.kind is kind or (kind is None and one.kind is not ItemKind.CALENDAR)
    ]


def follow_division(book: BaseBook, scope: Scope, code: str, day: date, today: date) -> list[Item]:
    """A division and those that followed it, to the one in force on a day; a code that is not known is NotFound."""
    del scope  # As of all base data.
    items = read_base_data(book, today).items
    chain = successors(items, code, day)
    if not chain:
        raise NotFound(
            "ledger.base_no_division", f"没有区划 {code}", f"there is no division {code}", {"code": code}
        )
    latest = {one.code: one for one in items if one.kind is ItemKind.DIVISION}
    return [latest[one] for one in chain]


def list_templates(book: BaseBook, scope: Scope) -> list[AppliedSet]:
    """Every template that was applied, newest first."""
    del scope  # As of all base data.
    with book.reading() as base:
        return list(reversed(base.sets()))


def list_base_changes(
    book: BaseBook, scope: Scope, limit: int, today: date
) -> tuple[list[RecordedChange], tuple[LocalChange, ...]]:
    """The newest local changes, 1 to 500, and those of all that are set aside."""
    del scope  # As of all base data.
    if not 1 <= limit <= PAGE_MAX:
        raise InvalidInput("ledger.limit", f"每页 1 至 {PAGE_MAX} 条", f"a page has 1 to {PAGE_MAX} rows")
    view = read_base_data(book, today)
    return list(reversed(view.changes))[:limit], view.set_aside


def check_template(template: Template, trusted: Collection[bytes]) -> None:
    """Refuses a template whose signature or items cannot be taken."""
    templates.check_signature(template, trusted)
    templates.check_items(template.items)


def apply_template(
    book: BaseBook, template: Template, trusted: Collection[bytes], caller: Caller, today: date
) -> TemplateResult:
    """Applies a template from above, once. Refused, with nothing changed:

    a key that is not trusted (NotAllowed), a wrong signature and items that cannot be together (InvalidInput), a
    version older than the newest (Refused), and another content under its number (Conflict).
    """
    _require_administrator(caller)
    check_template(template, trusted)
    sha256 = _sha256(template)
    with book.changing(caller.request_id) as base:
        issued = [one for one in base.sets() if one.origin == ISSUED]
        newest = issued[-1] if issued else None
        if newest and newest.version == template.version and newest.sha256 == sha256:
            return TemplateResult(newest, True, _view(base, today).set_aside)
        if newest and template.version <= newest.version:
            _refuse_version(template, newest)
        if len(base.sets()) >= SETS_MAX:
            raise TooLarge("ledger.base_too_many", "模板版本过多", "there are too many versions of templates")
        base.add_set(template, ISSUED, sha256, caller.user)
        view = _view(base, today)
        base.put(known_by(view.items, today))
        aside = compose(template.items, [one.change for one in view.changes]).set_aside
        return TemplateResult(base.sets()[-1], False, aside)


def _refuse_version(template: Template, newest: AppliedSet) -> None:
    if template.version == newest.version:
        raise Conflict(
            "ledger.template_conflict",
            f"第 {template.version} 版模板已应用且内容不同",
            f"version {template.version} of the template is applied with other content",
            {"version": template.version},
        )
    raise Refused(
        "ledger.template_old",
        f"模板第 {template.version} 版早于已应用的第 {newest.version} 版",
        f"version {template.version} of the template is older than version {newest.version}, which is applied",
        {"version": template.version, "applied": newest.version},
    )


def change_base_data(book: BaseBook, change: LocalChange, caller: Caller, today: date) -> bool:
    """Makes one local change, once: false if it was there with the same content.

    Refused, with nothing changed: what a template locked (Refused, `ledger.locked_item`), what is not changed below or
    does not fit (InvalidInput), and a key with other content (Conflict).
    """
    return change_all(book, [change], caller, today) == 1


def change_all(book: BaseBook, changes: Sequence[LocalChange], caller: Caller, today: date) -> int:
    """Makes local changes, all or none; says how many were new."""
    _require_administrator(caller)
    with book.changing(caller.request_id) as base:
        recorded = base.changes()
        known = {one.change.key: one.change for one in recorded}
        new = [change for change in changes if not is_known(known, change)]
        if len(recorded) + len(new) > CHANGES_MAX:
            raise TooLarge("ledger.base_too_many", "本级变更过多", "there are too many local changes")
        items = _view(base, today).items
        for change in new:
            items = changed(items, change)
            base.add_change(change, caller.user)
        if new:
            base.put(known_by(items, today))
        return len(new)


def is_known(known: dict[str, LocalChange], change: LocalChange) -> bool:
    """Whether a change is recorded; a key with other content is a Conflict."""
    before = known.get(change.key)
    if before is not None and before != change:
        raise Conflict(
            "ledger.base_key_conflict",
            f"变更 {change.key} 已登记且内容不同",
            f"change {change.key} is recorded with other content",
            {"key": change.key},
        )
    return before is not None


def changed(items: tuple[Item, ...], change: LocalChange) -> tuple[Item, ...]:
    """The items after a change; a refusal is raised."""
    if not 0 < len(change.key) <= KEY_MAX or not change.key.isprintable():
        raise InvalidInput("ledger.base_key", "变更标识无效", "the key of the change is not valid")
    made = change_items(items, change)
    if isinstance(made, Problem):
        kind = Refused if made.code == LOCKED_ITEM else InvalidInput
        raise kind(made.code, made.zh, made.en, made.parameters)
    return made


def diff_templates(book: BaseBook, scope: Scope, before_id: int, after_id: int) -> list[Difference]:
    """In what two applied templates differ."""
    del scope  # As of all base data.
    with book.reading() as base:
        ids = {one.id for one in base.sets()}
        for asked in (before_id, after_id):
            if asked not in ids:
                raise NotFound(
                    "ledger.base_no_set", f"没有模板版本 {asked}", f"there is no applied set {asked}"
                )
        return differences(base.template(before_id).items, base.template(after_id).items)


def _require_administrator(caller: Caller) -> None:
    """Base data is of the whole province, and so is who changes it."""
    caller.require(ADMINISTRATOR)
    caller.require_whole_province()


def _view(base: BaseReading, today: date) -> BaseView:
    """The newest template whose day has come, with the local changes on top."""
    begun = [one for one in base.sets() if one.valid_from <= today]
    issued = [one for one in begun if one.origin == ISSUED] or begun
    changes = base.changes()
    if not issued:
        return BaseView((), None, changes, ())
    made: Composed = compose(base.template(issued[-1].id).items, [one.change for one in changes])
    return BaseView(made.items, issued[-1], changes, made.set_aside)


def _sha256(template: Template) -> str:
    return hashlib.sha256(templates.to_json(template)).hexdigest()

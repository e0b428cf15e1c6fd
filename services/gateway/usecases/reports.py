"""Frozen reports: made by a person, kept as they were, and held against what the ledger says now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from services.gateway.domain.reports import (
    Definition,
    Diff,
    Heading,
    Version,
    check_heading,
    differences,
    frozen_bytes,
)
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.clock import Clock
from services.kit.errors import Conflict, NotFound, Refused, TooLarge, Unavailable

VERSIONS_MAX = 99


class Told(NamedTuple):
    """What the ledger says: rows, their total, and the block that they end with."""

    rows: Sequence[Mapping[str, Any]]
    total: Mapping[str, Any]
    as_of: str
    height: int
    head_hash: str


@dataclass(frozen=True)
class Asked:
    """A report as somebody asks for it. The key is the caller's: the same again changes nothing."""

    key: str
    title: str
    month: str
    dimensions: tuple[str, ...]
    filter: Mapping[str, Any]
    as_of: str


class Viewed(Protocol):
    """Where a view is asked for."""

    def whole(
        self, caller: Caller, dimensions: Sequence[str], wanted: Mapping[str, Any], as_of: str, known_at: str
    ) -> Told:
        """All rows of a view; refuses one of too many."""
        ...


class ReportStore(Protocol):
    """Where versions are kept."""

    def add(self, version: Version, request_id: str) -> bool:
        """Adds a version and tells of it; False, and nothing done, if it is there."""
        ...

    def newest(self, report_id: str) -> int:
        """The newest version of a report; 0 if there is none."""
        ...

    def version(self, scope: Scope, report_id: str, version: int) -> Version | None:
        """A version, if the scope sees all that it is of."""
        ...

    def headings(self, scope: Scope, before: int, limit: int) -> list[Heading]:
        """Versions, newest first, without the first `before` ones."""
        ...


@dataclass(frozen=True)
class Reports:
    """What the commands on reports need."""

    store: ReportStore
    ledger: Viewed
    clock: Clock


def freeze(reports: Reports, caller: Caller, asked: Asked) -> Version:
    """Makes the first version of a report; the same key with other content is a conflict."""
    caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    check_heading(asked.title, asked.month)
    scope = caller.scope.narrowed(str(asked.filter.get("division_code", "")))
    known = reports.store.version(caller.scope, asked.key, 1)
    if known is None:
        if reports.store.newest(asked.key):
            raise _conflict(asked.key)
        version = _make(reports, caller, scope, asked, 1)
        if reports.store.add(version, caller.request_id):
            return version
        known = reports.store.version(caller.scope, asked.key, 1)
    if known is None or _asked_of(known.heading) != (scope, *_said(asked)):
        raise _conflict(asked.key)
    return known


def freeze_again(reports: Reports, caller: Caller, report_id: str, number: int) -> Version:
    """Makes the next version of a report, as of the same day and known now; refused if nothing differs."""
    caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    newest = reports.store.newest(report_id)
    before = get_version(reports, caller.scope, report_id, min(number - 1, newest))
    if number <= newest:
        return get_version(reports, caller.scope, report_id, number)
    if number != newest + 1 or number > VERSIONS_MAX:
        raise Refused(
            "gateway.report_version",
            f"下一版本是第 {newest + 1} 版",
            f"the next version is number {newest + 1}",
            {"next": newest + 1},
        )
    heading = before.heading
    asked = Asked(
        report_id,
        heading.title,
        heading.month,
        heading.definition.dimensions,
        heading.definition.filter,
        heading.definition.as_of,
    )
    version = _make(reports, caller, heading.scope, asked, number)
    if not differences(before.rows, version.rows, before.total, version.total).count:
        raise Refused(
            "gateway.report_unchanged",
            "该报表冻结后没有新数据",
            "nothing has come since the report was frozen",
        )
    if not reports.store.add(version, caller.request_id):
        return get_version(reports, caller.scope, report_id, number)
    return version


def get_version(reports: Reports, scope: Scope, report_id: str, number: int) -> Version:
    """One version; refuses one that is unknown or outside the scope."""
    found = reports.store.version(scope, report_id, number)
    if found is None:
        raise NotFound(
            "gateway.report_unknown",
            f"没有报表 {report_id} 第 {number} 版",
            f"there is no version {number} of report {report_id}",
        )
    return found


def newer_data(reports: Reports, caller: Caller, version: Version) -> Diff | None:
    """What the ledger says now of the same, as of the same day, against what was frozen (此后有新数据).

    None if the ledger does not say: it is away, or has become too much for one answer. What is frozen is read all the same.
    """
    definition = version.heading.definition
    narrowed = replace(caller, scope=version.heading.scope)
    try:
        told = reports.ledger.whole(narrowed, definition.dimensions, definition.filter, definition.as_of, "")
    except (TooLarge, Unavailable):
        return None
    return differences(version.rows, told.rows, version.total, told.total)


def diff(reports: Reports, scope: Scope, report_id: str, number: int) -> Diff:
    """What a version changed of the one before it."""
    after = get_version(reports, scope, report_id, number)
    if number == 1:
        return Diff((), (), ())
    before = get_version(reports, scope, report_id, number - 1)
    return differences(before.rows, after.rows, before.total, after.total)


def _make(reports: Reports, caller: Caller, scope: Scope, asked: Asked, number: int) -> Version:
    narrowed = replace(caller, scope=scope)
    # Asked twice: for the height, then for what was known at it, which nothing that comes meanwhile can change.
    height = reports.ledger.whole(narrowed, ("year",), asked.filter, asked.as_of, "").height
    told = reports.ledger.whole(narrowed, asked.dimensions, asked.filter, asked.as_of, str(height))
    definition = Definition(asked.dimensions, dict(asked.filter), asked.as_of, str(height), told.head_hash)
    content, sha256 = frozen_bytes(definition, told.rows, told.total)
    heading = Heading(
        asked.key,
        number,
        asked.title,
        asked.month,
        scope.division,
        scope.funds,
        definition,
        sha256,
        height,
        len(told.rows),
        caller.user,
        reports.clock.now(),
    )
    return Version(heading, content)


def _said(asked: Asked) -> tuple[object, ...]:
    return asked.title, asked.month, asked.dimensions, dict(asked.filter), asked.as_of


def _asked_of(heading: Heading) -> tuple[object, ...]:
    definition = heading.definition
    filter_ = dict(definition.filter)
    return heading.scope, heading.title, heading.month, definition.dimensions, filter_, definition.as_of


def _conflict(key: str) -> Conflict:
    return Conflict(
        "gateway.report_exists",
        f"报表 {key} 已存在且内容不同",
        f"report {key} exists with other content",
        {"key": key},
    )

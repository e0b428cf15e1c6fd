"""Views: sums by dimensions, as of a business day and as known at a place of the chain. Every question takes a scope."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from services.kit.caller import Scope
from services.kit.clock import CHINA, microseconds
from services.kit.errors import InvalidInput, TooLarge
from services.ledger.domain.views import Share, Sums, schedule_share
from services.ledger.usecases.reading import refuse_unstorable

VIEW_ROWS_MAX = 10_000
DIMENSIONS_MAX = 3
DIMENSIONS = ("year", "level", "division", "fund", "category", "document", "project", "month", "age")
HEIGHT_DIGITS_MAX = 18
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class ViewFilter:
    """What to look at; empty or zero for everything that the scope allows."""

    fiscal_year: int = 0
    division_code: str = ""
    only_here: bool = False
    level: str = ""
    category: str = ""
    fund_code: str = ""
    document_number: str = ""


@dataclass(frozen=True)
class Asked:
    """A view as it is asked for: days and heights as texts."""

    dimensions: Sequence[str]
    filter: ViewFilter
    as_of: str = ""
    known_at: str = ""
    schedule_bp: Sequence[int] = ()
    limit: int = VIEW_ROWS_MAX
    page_token: str = ""


@dataclass(frozen=True)
class Seen:
    """Which entries count: up to a business day (None: all) and up to a height of the chain (None: all)."""

    as_of: date | None = None
    height: int | None = None


class Place(NamedTuple):
    """A block of the chain; height 0 is before the first."""

    height: int
    hash: bytes
    recorded_at_us: int


class ViewRow(NamedTuple):
    """Sums under the names of a row; no names in the total."""

    names: tuple[str, ...]
    sums: Sums


@dataclass(frozen=True)
class View:
    """Rows, their total, and what they are of."""

    rows: Sequence[ViewRow]
    total: Sums
    seen: Seen
    place: Place
    schedule_on: date
    schedule: Share
    closed_to: date | None
    next_page_token: str = ""


class ViewReader(Protocol):
    """The questions that the database answers."""

    def place(self, known_at_us: int | None, height: int | None) -> Place | None:
        """The newest block up to a moment, or the block of a height, or else the newest; None if there is none."""
        ...

    def sums(
        self,
        scope: Scope,
        dimensions: Sequence[str],
        wanted: ViewFilter,
        seen: Seen,
        day: date,
        start: int,
        limit: int,
    ) -> tuple[Sums, list[ViewRow]]:
        """The sums of everything, and rows from `start` on in order of their names. `day` is what ages count to."""
        ...

    def closed_to(self) -> date | None:
        """The newest closed day."""
        ...


def view(reader: ViewReader, scope: Scope, asked: Asked, today: date) -> View:
    """A page of a view. Refuses dimensions, days, heights and limits that are none."""
    _check(asked)
    seen, place = look_from(reader, asked, today)
    day = seen.as_of or today
    share = schedule_share(day, asked.schedule_bp)
    start = _start(asked.page_token)
    narrowed = scope.narrowed(asked.filter.division_code)
    total, rows = reader.sums(narrowed, asked.dimensions, asked.filter, seen, day, start, asked.limit + 1)
    more = len(rows) > asked.limit
    return View(
        rows[: asked.limit],
        total.as_whole(),
        seen,
        place,
        day,
        share,
        reader.closed_to(),
        str(start + asked.limit) if more else "",
    )


def look_from(reader: ViewReader, asked: Asked, today: date) -> tuple[Seen, Place]:
    """Which entries count, and the block that they end with."""
    as_of = _day(asked.as_of, today) if asked.as_of else None
    moment, height = _known(asked.known_at, today) if asked.known_at else (None, None)
    place = reader.place(moment, height)
    if place is None and height:
        raise InvalidInput(
            "ledger.height", f"账链没有高度 {height}", f"the chain has no height {height}", {"height": height}
        )
    place = place or Place(0, b"", 0)
    return Seen(as_of, place.height if asked.known_at else None), place


def whole(reader: ViewReader, scope: Scope, asked: Asked, today: date) -> View:
    """All rows of a view; refuses one of more than 10,000."""
    found = view(reader, scope, replace(asked, limit=VIEW_ROWS_MAX, page_token=""), today)
    if found.next_page_token:
        raise TooLarge(
            "ledger.view_rows",
            f"结果超过 {VIEW_ROWS_MAX} 行，请缩小范围",
            f"there are more than {VIEW_ROWS_MAX} rows: ask for less",
        )
    return found


def _check(asked: Asked) -> None:
    wanted = asked.filter
    refuse_unstorable(
        wanted.division_code, wanted.level, wanted.category, wanted.fund_code, wanted.document_number
    )
    unknown = [name for name in asked.dimensions if name not in DIMENSIONS]
    if unknown:
        names = ", ".join(DIMENSIONS)
        raise InvalidInput(
            "ledger.dimension",
            f"没有维度“{unknown[0][:40]}”，可用：{names}",
            f"there is no dimension {unknown[0][:40]!r}, but {names}",
            {"dimension": unknown[0][:40]},
        )
    given = len(asked.dimensions)
    if not 1 <= given <= DIMENSIONS_MAX or len(set(asked.dimensions)) != given:
        raise InvalidInput(
            "ledger.dimensions",
            f"请选择 1 至 {DIMENSIONS_MAX} 个不同的维度",
            f"a view has 1 to {DIMENSIONS_MAX} different dimensions",
        )
    if not 1 <= asked.limit <= VIEW_ROWS_MAX:
        raise InvalidInput(
            "ledger.view_limit",
            f"行数应为 1 至 {VIEW_ROWS_MAX}",
            f"a view has 1 to {VIEW_ROWS_MAX} rows",
        )


def _day(iso: str, today: date) -> date:
    try:
        day = date.fromisoformat(iso if _DAY.fullmatch(iso) else "")
    except ValueError as error:
        raise InvalidInput(
            "ledger.day", f"日期“{iso}”无效，应为 2018-07-30 这样的日期", f"{iso!r} is no day", {"day": iso}
        ) from error
    if day > today:
        raise InvalidInput(
            "ledger.future_day", f"日期 {iso} 尚未到来", f"the day {iso} has not come yet", {"day": iso}
        )
    return day


def _known(said: str, today: date) -> tuple[int | None, int | None]:
    """A moment in microseconds, or a height."""
    if said.isascii() and said.isdigit() and len(said) <= HEIGHT_DIGITS_MAX:
        return None, int(said)
    if _DAY.fullmatch(said):
        ends = datetime.combine(_day(said, today) + timedelta(days=1), datetime.min.time(), CHINA)
        return microseconds(ends) - 1, None
    try:
        moment = datetime.fromisoformat(said)
        moment = moment.astimezone(CHINA) if moment.tzinfo else moment.replace(tzinfo=CHINA)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            "ledger.known_at",
            f"“{said}”不是日期、时刻或账链高度",
            f"{said!r} is neither a day, nor a moment, nor a height of the chain",
            {"known_at": said},
        ) from error
    _day(moment.date().isoformat(), today)
    return microseconds(moment), None


def _start(page_token: str) -> int:
    if not page_token:
        return 0
    if not (page_token.isascii() and page_token.isdigit() and len(page_token) <= len(str(VIEW_ROWS_MAX)) + 2):
        raise InvalidInput("ledger.page_token", "分页标记无效", "the page token is not valid")
    return int(page_token)

"""Monitoring indicators of divisions and categories, as of a business day. Every question takes a scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol

from services.kit.caller import Scope
from services.ledger.domain.indicators import Amounts, Indicator, work_out
from services.ledger.domain.views import Sums, added
from services.ledger.usecases.viewing import VIEW_ROWS_MAX, Asked, ViewFilter, ViewReader, whole

GROUP = ("division", "category", "age")


class Decomposed(NamedTuple):
    """Of a division and category, fen: money received long enough ago, and what of it was passed on in time."""

    division_code: str
    category: str
    mature_fen: int
    decomposed_fen: int


class IndicatorReader(ViewReader, Protocol):
    """The questions that the database answers."""

    def decomposed(
        self, scope: Scope, wanted: ViewFilter, day: date, within_days: int, limit: int
    ) -> list[Decomposed]:
        """What of the money received so many days before the day was issued or allotted within them."""
        ...


class Value(NamedTuple):
    """An indicator of a division, of a category, or of all."""

    indicator_id: str
    division_code: str
    category: str
    numerator_fen: int
    denominator_fen: int
    value: int | None


@dataclass(frozen=True)
class Indicated:
    """Values, and what they are of."""

    indicators: Sequence[Indicator]
    values: Sequence[Value]
    as_of: date
    height: int


Key = tuple[str, str, str]
"""Division, category and age."""


def indicators(
    reader: IndicatorReader,
    scope: Scope,
    known: Sequence[Indicator],
    wanted: ViewFilter,
    as_of: str,
    today: date,
) -> Indicated:
    """All indicators: of everything, of each division, of each category. Refuses a day that is none or has not come."""
    asked = Asked(GROUP, wanted, as_of or today.isoformat())
    view = whole(reader, scope, asked, today)
    amounts: dict[Key, Amounts] = {
        (row.names[0], row.names[1], row.names[2]): Amounts(row.sums) for row in view.rows
    }
    day = view.seen.as_of or today
    within_days = next((one.within_days for one in known if one.within_days), 0)
    if within_days:
        narrowed = scope.narrowed(wanted.division_code)
        for found in reader.decomposed(narrowed, wanted, day, within_days, VIEW_ROWS_MAX):
            key = (found.division_code, found.category, "")
            there = amounts.get(key, Amounts())
            amounts[key] = replace(there, mature_fen=found.mature_fen, decomposed_fen=found.decomposed_fen)
    return Indicated(known, list(_values(known, amounts)), day, view.place.height)


_GROUPS: tuple[Callable[[Key], tuple[str, str]], ...] = (
    lambda _: ("", ""),
    lambda key: (key[0], ""),
    lambda key: ("", key[1]),
)


def _values(known: Sequence[Indicator], amounts: Mapping[Key, Amounts]) -> Iterator[Value]:
    """Of everything, of each division, of each category; each indicator of the categories that it is of."""
    for group in _GROUPS:
        for one in known:
            by_group: dict[tuple[str, str], dict[str, list[Amounts]]] = defaultdict(lambda: defaultdict(list))
            for key, of in amounts.items():
                if not one.categories or key[1] in one.categories:
                    by_group[group(key)][key[2]].append(of)
            for (division, category), ages in sorted(by_group.items()):
                # Of all divisions together money that was passed on counts once; of one it is what it received.
                worked = work_out(one, {age: _added(of, not division) for age, of in ages.items()})
                yield Value(one.id, division, category, *vars(worked).values())


def _added(parts: Sequence[Amounts], inside: bool) -> Amounts:
    sums: Sums = added(part.sums for part in parts)
    return Amounts(
        sums.as_whole() if inside else sums,
        sum(part.mature_fen for part in parts),
        sum(part.decomposed_fen for part in parts),
    )

"""Monitoring indicators (监控指标): declared in files, checked when they are read, worked out of the sums of a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.kit.errors import InvalidInput
from services.ledger.domain.views import AGES, Sums, basis_points

BP, FEN = "bp", "fen"
UNITS = (BP, FEN)
DIRECTIONS = ("higher", "lower", "neutral")
CATEGORIES = ("poverty", "project", "benefit", "operations", "general", "unassigned")
TEXT_MAX = 500
MEASURES = (
    "total_fen",
    "issued_fen",
    "stays_fen",
    "allotted_fen",
    "pending_fen",
    "free_fen",
    "frozen_fen",
    "in_transit_fen",
    "balance_fen",
    "paid_fen",
    "intermediate_fen",
    "suspense_fen",
    "mature_fen",
    "decomposed_fen",
)
"""What a numerator or a denominator may add up. The last two are of money that was received so many days ago as a
decomposition may take, and of what of it was issued or allotted by then."""


@dataclass(frozen=True)
class Words:
    """The same in two languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Side:
    """A sum of measures, less others, of money of some ages (none named: of all)."""

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Indicator:
    """One indicator. Without a denominator it is an amount."""

    id: str
    title: Words
    meaning: Words
    source: str
    unit: str
    direction: str
    numerator: Side
    denominator: Side | None = None
    categories: tuple[str, ...] = ()
    within_days: int = 0
    """Of measures that need it: how many days a decomposition may take."""


NOTHING = Sums()


@dataclass(frozen=True)
class Amounts:
    """What the money of one group adds up to: the sums of a view, and the decomposition in time."""

    sums: Sums = NOTHING
    mature_fen: int = 0
    decomposed_fen: int = 0

    def measure(self, name: str) -> int:
        """A measure by its name, fen."""
        if name == "mature_fen":
            return self.mature_fen
        if name == "decomposed_fen":
            return self.decomposed_fen
        return int(getattr(self.sums, "issued_out_fen" if name == "issued_fen" else name))


@dataclass(frozen=True)
class Worked:
    """An indicator as it is worked out; `value` is None where there is nothing to divide by."""

    numerator_fen: int
    denominator_fen: int
    value: int | None


def work_out(indicator: Indicator, by_age: Mapping[str, Amounts]) -> Worked:
    """An indicator of the money of one group, which is given by age. Shares are rounded half up once."""
    numerator = _side(indicator.numerator, by_age)
    if indicator.denominator is None:
        return Worked(numerator, 0, numerator)
    denominator = _side(indicator.denominator, by_age)
    return Worked(numerator, denominator, basis_points(numerator, denominator) if denominator > 0 else None)


def _side(side: Side, by_age: Mapping[str, Amounts]) -> int:
    amounts = [of for age, of in by_age.items() if not side.ages or age in side.ages]
    plus = sum(of.measure(name) for of in amounts for name in side.plus)
    return plus - sum(of.measure(name) for of in amounts for name in side.minus)


def read_indicator(file: str, said: Any) -> Indicator:
    """An indicator out of what its file says; refuses it with the file and the field at fault."""
    reader = _Reader(file, said)
    known = {"id", "title", "meaning", "source", "unit", "direction", "numerator", "denominator"}
    reader.only(known | {"categories", "within_days"})
    indicator = Indicator(
        id=reader.text("id"),
        title=reader.words("title"),
        meaning=reader.words("meaning"),
        source=reader.text("source"),
        unit=reader.one_of("unit", UNITS),
        direction=reader.one_of("direction", DIRECTIONS),
        numerator=reader.side("numerator"),
        denominator=reader.side("denominator") if "denominator" in reader.said else None,
        categories=reader.names("categories", CATEGORIES),
        within_days=reader.days("within_days"),
    )
    if indicator.id != file.removesuffix(".yaml"):
        raise reader.refusal("id", "应与文件名相同", "is the name of its file")
    if (indicator.unit == FEN) != (indicator.denominator is None):
        raise reader.refusal(
            "unit", "有分母的用 bp，没有分母的用 fen", "is bp with a denominator, and fen without"
        )
    named = {*indicator.numerator.plus, *(indicator.denominator.plus if indicator.denominator else ())}
    if bool(named & {"mature_fen", "decomposed_fen"}) != bool(indicator.within_days):
        raise reader.refusal(
            "within_days", "只与按期分解的计量一起使用", "goes with the measures of decomposition in time"
        )
    return indicator


def check_together(indicators: Sequence[Indicator]) -> None:
    """Refuses indicators that ask for decomposition within different days: one answer has one such limit."""
    limits = {one.within_days for one in indicators if one.within_days}
    if len(limits) > 1:
        raise InvalidInput(
            "ledger.indicator",
            "指标定义中 within_days 不一致",
            "indicators name different within_days",
            {"field": "within_days"},
        )


class _Reader:
    """Takes fields out of a file, or says which one is wrong."""

    def __init__(self, file: str, said: Any) -> None:
        self.file = file
        self.said: dict[str, Any] = said if isinstance(said, dict) else {}
        if not isinstance(said, dict):
            raise self.refusal("", "应为字段的集合", "is a mapping of fields")

    def refusal(self, field: str, zh: str, en: str) -> InvalidInput:
        """The refusal of a field, to be raised."""
        return InvalidInput(
            "ledger.indicator",
            f"指标文件 {self.file} 的“{field}”{zh}",
            f"{self.file}: {field} {en}",
            {"file": self.file, "field": field},
        )

    def only(self, known: set[str]) -> None:
        """Refuses fields that nobody reads."""
        for name in self.said:
            if name not in known:
                raise self.refusal(str(name), "没有这个字段", "is no field")

    def text(self, field: str, of: Any = None) -> str:
        """A text that is there."""
        value = (self.said if of is None else of).get(field.rpartition(".")[2])
        if not isinstance(value, str) or not 1 <= len(value) <= TEXT_MAX:
            raise self.refusal(
                field, f"应为 1 至 {TEXT_MAX} 字的文本", f"is a text of 1 to {TEXT_MAX} characters"
            )
        return value

    def words(self, field: str) -> Words:
        """A text in both languages."""
        value = self.said.get(field)
        if not isinstance(value, dict) or set(value) != {"zh", "en"}:
            raise self.refusal(field, "应有 zh 和 en", "has zh and en")
        return Words(self.text(f"{field}.zh", value), self.text(f"{field}.en", value))

    def one_of(self, field: str, among: Sequence[str]) -> str:
        """One of some names."""
        value = self.said.get(field)
        if value not in among:
            raise self.refusal(field, f"应为 {'、'.join(among)} 之一", f"is one of {', '.join(among)}")
        return str(value)

    def names(self, field: str, among: Sequence[str], of: Any = None) -> tuple[str, ...]:
        """Some of some names, each once; none if the field is missing."""
        value = (self.said if of is None else of).get(field.rpartition(".")[2], [])
        wrong = not isinstance(value, list) or any(one not in among for one in value)
        if wrong or len(set(value)) != len(value):
            raise self.refusal(field, f"应取自 {'、'.join(among)}", f"has names out of {', '.join(among)}")
        return tuple(value)

    def days(self, field: str) -> int:
        """A number of days, 0 if the field is missing."""
        value = self.said.get(field, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3660:
            raise self.refusal(field, "应为整数天", "is a whole number of days")
        return value

    def side(self, field: str) -> Side:
        """A numerator or a denominator."""
        value = self.said.get(field)
        if (
            not isinstance(value, dict)
            or not set(value) <= {"plus", "minus", "ages"}
            or not value.get("plus")
        ):
            raise self.refusal(field, "应有 plus，可有 minus、ages", "has plus, and may have minus and ages")
        return Side(
            self.names(f"{field}.plus", MEASURES, value),
            self.names(f"{field}.minus", MEASURES, value),
            self.names(f"{field}.ages", AGES, value),
        )

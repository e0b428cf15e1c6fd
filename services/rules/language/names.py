"""The names that a condition may use, with their types and ranges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.rules.domain import FACT_KINDS, FactField, Parameter
from services.rules.language.expression import Expression, ValueType, constant

SEQ_MAX = 1_000_000
WINDOW_FACTS_MAX = 1_000_000
"""A window of more facts than this cannot be judged."""
INT_MIN, INT_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class Name:
    """One name: its type in CEL, its range if it is an int, if it is a date, and what a person calls it."""

    name: str
    type: ValueType
    minimum: int
    maximum: int
    label: str
    is_date: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Names:
    """What is known in one condition. `constants` are the rule's parameters ("param.days")."""

    known: Mapping[str, Name]
    constants: Mapping[str, Expression]
    lists_allowed: bool = True

    def with_parameters(self, parameters: Iterable[Parameter]) -> Names:
        """The same names and the parameters as constants."""
        constants = {f"param.{item.name}": constant(item.value) for item in parameters}
        return Names(self.known, constants, self.lists_allowed)


def _name(name: str, field: FactField) -> Name:
    kind: ValueType = "int" if field.type == "date" else field.type
    least = INT_MIN if field.minimum is None else field.minimum
    most = INT_MAX if field.maximum is None else field.maximum
    return Name(name, kind, least, most, field.label, field.type == "date", field.nullable)


def names_of_kind(kind: str) -> Names:
    """The fields of one fact."""
    fields = FACT_KINDS[kind].fields
    return Names({field.name: _name(field.name, field) for field in fields}, {})


def names_of_window(kind: str, key: Iterable[str], sum_range: tuple[int, int] | None) -> Names:
    """What a window's verdict may depend on: its key, its last day, its count and its sum."""
    fields = FACT_KINDS[kind].by_name
    known = {name: _name(name, fields[name]) for name in key}
    known["day"] = _name("day", fields["day"])
    known["window.count"] = Name("window.count", "int", 0, WINDOW_FACTS_MAX, "笔数")
    if sum_range is not None:
        known["window.sum"] = Name("window.sum", "int", *sum_range, "合计")
    return Names(known, {}, lists_allowed=False)


def names_of_match(roles: Mapping[str, str]) -> Names:
    """The fields of every role, and each role's seq: its rank in the group by day, then key."""
    known: dict[str, Name] = {}
    for role, kind in roles.items():
        for field in FACT_KINDS[kind].fields:
            known[f"{role}.{field.name}"] = _name(f"{role}.{field.name}", field)
        known[f"{role}.seq"] = Name(f"{role}.seq", "int", 0, SEQ_MAX, "组内先后")
    return Names(known, {}, lists_allowed=False)

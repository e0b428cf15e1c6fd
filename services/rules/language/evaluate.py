"""Evaluates a condition on one row, step by step: for explanations, where every part's value is shown.

Values are ints (dates as day numbers), texts, bools, or None for unknown. Kleene logic: false decides an &&,
true decides an ||, otherwise unknown stays unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from services.rules.language.expression import Expression

Plain = int | str | bool | None
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH_ORDINAL


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(number + EPOCH_ORDINAL)


def list_name(expression: Expression) -> str:
    """The name under which the answer of a list stands in a row: "listed:<list>"."""
    return f"listed:{expression.value}"


def evaluate(expression: Expression, row: Mapping[str, Plain]) -> Plain:
    """The value of the expression, None if unknown. A list's answer is read from the row (see list_name)."""
    op, args = expression.op, expression.args
    if op == "const":
        return expression.value
    if op == "field":
        return row.get(str(expression.value))
    if op == "known":
        return row.get(str(args[0].value)) is not None
    if op == "listed":
        return None if evaluate(args[0], row) is None else row.get(list_name(expression))
    if op in {"&&", "||"}:
        return _junction(op == "||", evaluate(args[0], row), evaluate(args[1], row))
    left = evaluate(args[0], row)
    if left is None:
        return None
    if op == "!":
        return not left
    if op == "negate":
        return -int(left)
    if op == "in":
        return any(left == item.value for item in args[1].args)
    right = evaluate(args[1], row)
    if right is None:
        return None
    if op in _COMPARE:
        return bool(_COMPARE[op](left, right))
    if op in {"+", "-", "*"}:
        return _arithmetic(op, int(left), int(right))
    return _text(op, str(left), str(right))


def _junction(decisive: bool, left: Plain, right: Plain) -> Plain:
    if left is decisive or right is decisive:
        return decisive
    return None if left is None or right is None else not decisive


def _arithmetic(op: str, left: int, right: int) -> int:
    if op == "+":
        return left + right
    return left - right if op == "-" else left * right


def _text(op: str, left: str, right: str) -> bool:
    if op == "contains":
        return right in left
    if op == "startsWith":
        return left.startswith(right)
    if op == "endsWith":
        return left.endswith(right)
    return _matches(left, right)


@lru_cache(maxsize=1024)
def _matches(text: str, pattern: str) -> bool:
    # The live engine's own search: an explanation must not read a pattern in another way than the verdict.
    return bool(pl.Series([text]).str.contains(pattern)[0])

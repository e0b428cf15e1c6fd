"""Conditions as Polars expressions: the live back end.

Polars' own & | ~ are Kleene logic and comparing with null gives null, so the tree translates node by node.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from services.rules.language.expression import Expression

Column = Callable[[str], pl.Expr]
ListColumn = Callable[[Expression], pl.Expr]


def number(column: pl.Expr, is_date: bool) -> pl.Expr:
    """An int64 of an int column or of a date column (its day number)."""
    return (column.to_physical() if is_date else column).cast(pl.Int64)


def polars_form(expression: Expression, column: Column, listed: ListColumn) -> pl.Expr:
    """The expression over a frame. `column` gives the column of a name, ints and dates as int64; `listed` the
    bool column with the answers of a list."""

    def form(node: Expression) -> pl.Expr:
        op, args = node.op, node.args
        if op == "const":
            return pl.lit(node.value, dtype=_LITERAL_TYPES[node.type])
        if op == "field":
            return column(str(node.value))
        if op == "known":
            return column(str(args[0].value)).is_not_null()
        if op == "listed":
            return pl.when(column(str(args[0].value)).is_not_null()).then(listed(node))
        if op == "in":
            return _membership(form(args[0]), args[1])
        if op in _TEXT:
            return _TEXT[op](form(args[0]), str(args[1].value))
        if len(args) == 1:
            return ~form(args[0]) if op == "!" else -form(args[0])
        return _BINARY[op](form(args[0]), form(args[1]))

    return form(expression)


def _membership(value: pl.Expr, items: Expression) -> pl.Expr:
    constants = pl.Series([item.value for item in items.args], dtype=_LITERAL_TYPES[items.type])
    # Polars answers false for null in some versions and null in others; the meaning here is fixed: unknown.
    return pl.when(value.is_not_null()).then(value.is_in(constants.implode()))


_LITERAL_TYPES: dict[str, pl.DataType] = {"int": pl.Int64(), "string": pl.String(), "bool": pl.Boolean()}
_TEXT: dict[str, Callable[[pl.Expr, str], pl.Expr]] = {
    "contains": lambda text, part: text.str.contains(part, literal=True),
    "startsWith": lambda text, part: text.str.starts_with(part),
    "endsWith": lambda text, part: text.str.ends_with(part),
    "matches": lambda text, pattern: text.str.contains(pattern),
}
_BINARY: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "&&": lambda left, right: left & right,
    "||": lambda left, right: left | right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
}

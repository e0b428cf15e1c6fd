"""Proves that no sum or product in a condition can leave 64 bits, from the declared ranges of the fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.rules.language.expression import Expression, conjuncts
from services.rules.language.names import INT_MAX, INT_MIN, Name

Range = tuple[int, int]


@dataclass(eq=False)
class Overflow(Exception):  # noqa: N818 - a finding, caught by lint
    """The node whose value could be out of range, and the range."""

    node: Expression
    span: Range


def check_ranges(expression: Expression, known: Mapping[str, Name]) -> None:
    """Raises Overflow at the first int node whose value could leave 64 bits."""
    if expression.type == "int":
        range_of(expression, known)
        return
    for argument in expression.args:
        check_ranges(argument, known)


def range_of(expression: Expression, known: Mapping[str, Name]) -> Range:
    """The smallest and largest value of an int expression. Raises Overflow."""
    if expression.op == "const":
        return int(expression.value or 0), int(expression.value or 0)
    if expression.op == "field":
        name = known[str(expression.value)]
        return name.minimum, name.maximum
    spans = [range_of(argument, known) for argument in expression.args]
    low, high = _combine(expression.op, spans)
    if low < INT_MIN or high > INT_MAX:
        raise Overflow(expression, (low, high))
    return low, high


def _combine(op: str, spans: list[Range]) -> Range:
    if op == "list":
        return min(span[0] for span in spans), max(span[1] for span in spans)
    if op == "negate":
        return -spans[0][1], -spans[0][0]
    left, right = spans
    if op == "+":
        return left[0] + right[0], left[1] + right[1]
    if op == "-":
        return left[0] - right[1], left[1] - right[0]
    products = [a * b for a in left for b in right]
    return min(products), max(products)


def narrowed(field: str, condition: Expression, known: Mapping[str, Name]) -> Range:
    """The range of a field among the facts for which the condition holds, by its plain comparisons."""
    low, high = known[field].minimum, known[field].maximum
    for part in conjuncts(condition):
        bound = _bound(part, field)
        if bound is None:
            continue
        op, value = bound
        if op in {">", ">=", "=="}:
            low = max(low, value + (op == ">"))
        if op in {"<", "<=", "=="}:
            high = min(high, value - (op == "<"))
    return low, max(low, high)


def _bound(part: Expression, field: str) -> tuple[str, int] | None:
    if part.op not in {"<", "<=", ">", ">=", "=="}:
        return None
    left, right = part.args
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
    if left.op == "field" and left.value == field and right.op == "const" and right.type == "int":
        return part.op, int(right.value or 0)
    if right.op == "field" and right.value == field and left.op == "const" and left.type == "int":
        return mirrored[part.op], int(left.value or 0)
    return None

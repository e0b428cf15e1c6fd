"""Comparisons between two roles, moved so that each side speaks of one role."""

from __future__ import annotations

from collections.abc import Mapping

from services.rules.language.cel import ConditionProblem
from services.rules.language.expression import MIRRORED, Expression, constant
from services.rules.language.names import Name
from services.rules.language.ranges import Overflow, check_ranges


def separated(part: Expression, known: Mapping[str, Name]) -> tuple[Expression, str, Expression]:
    """Left, operator, right: `b.day - a.day <= 3` becomes `b.day <= a.day + 3`. Raises ConditionProblem."""
    terms, rest = _linear(part.args[0])
    more, others = _linear(part.args[1])
    for name, factor in more.items():
        terms[name] = terms.get(name, 0) - factor
    rest -= others
    sides: dict[str, dict[str, int]] = {}
    for name, factor in terms.items():
        if factor:
            sides.setdefault(name.partition(".")[0], {})[name] = factor
    if len(sides) != 2:
        raise ConditionProblem(
            part.offset,
            "match.construct",
            "此比较化简后不是两个角色之间的比较",
            "this does not compare two roles",
        )
    left_terms, right_terms = sides.values()
    op, sign = part.op, 1
    if all(factor < 0 for factor in left_terms.values()):
        op, sign = MIRRORED[op], -1
    left = _sum({name: sign * factor for name, factor in left_terms.items()}, 0, part.offset)
    right = _sum({name: -sign * factor for name, factor in right_terms.items()}, -sign * rest, part.offset)
    try:
        for side in (left, right):
            check_ranges(side, known)
    except Overflow as overflow:
        raise ConditionProblem(
            part.offset, "condition.overflow", "此比较可能超出 64 位整数", "this could leave 64 bits"
        ) from overflow
    return left, op, right


def _linear(node: Expression) -> tuple[dict[str, int], int]:
    if node.op == "const":
        return {}, int(node.value or 0)
    if node.op == "field":
        return {str(node.value): 1}, 0
    parts = [_linear(argument) for argument in node.args]
    if node.op == "negate":
        return {name: -factor for name, factor in parts[0][0].items()}, -parts[0][1]
    (left, left_rest), (right, right_rest) = parts
    if node.op in {"+", "-"}:
        sign = 1 if node.op == "+" else -1
        terms = dict(left)
        for name, factor in right.items():
            terms[name] = terms.get(name, 0) + sign * factor
        return terms, left_rest + sign * right_rest
    if left and right:
        raise ConditionProblem(
            node.offset,
            "match.construct",
            "角色之间的比较只能含加、减和乘以常数",
            "only sums and constant factors here",
        )
    terms, factor = (left, right_rest) if left else (right, left_rest)
    rest = right_rest * left_rest
    return {name: value * factor for name, value in terms.items()}, rest


def _sum(terms: Mapping[str, int], rest: int, offset: int) -> Expression:
    whole: Expression | None = None
    for name, factor in terms.items():
        term = Expression("field", "int", name, (), offset)
        if factor != 1:
            term = Expression("*", "int", None, (term, constant(factor, offset)), offset)
        whole = term if whole is None else Expression("+", "int", None, (whole, term), offset)
    assert whole is not None
    return whole if rest == 0 else Expression("+", "int", None, (whole, constant(rest, offset)), offset)

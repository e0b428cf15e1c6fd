"""The disjunctive normal form of a match's condition: `or` between roles becomes several branches."""

from __future__ import annotations

from dataclasses import replace

from services.rules.language.cel import ConditionProblem
from services.rules.language.expression import COMPARISONS, OPPOSITE, Expression, roles_of

BRANCHES_MAX = 8


def branches_of(condition: Expression) -> list[tuple[Expression, ...]]:
    """The disjunctive normal form, in which a part that speaks of one role only stays whole."""
    condition = _negation_inward(condition, False)
    if len(roles_of(condition)) <= 1 or condition.op not in {"&&", "||"}:
        return [(condition,)]
    left, right = (branches_of(argument) for argument in condition.args)
    found = left + right if condition.op == "||" else [(*a, *b) for a in left for b in right]
    if len(found) > BRANCHES_MAX:
        raise ConditionProblem(
            condition.offset, "match.branches", "“或”的组合过多，请拆成几条规则", "too many cases of ||"
        )
    return found


def _negation_inward(node: Expression, negated: bool) -> Expression:
    if len(roles_of(node)) <= 1:
        return Expression("!", "bool", None, (node,), node.offset) if negated else node
    if node.op == "!":
        return _negation_inward(node.args[0], not negated)
    if node.op in {"&&", "||"}:
        op = node.op if not negated else ("||" if node.op == "&&" else "&&")
        return replace(node, op=op, args=tuple(_negation_inward(item, negated) for item in node.args))
    if node.op in COMPARISONS:
        return replace(node, op=OPPOSITE[node.op]) if negated else node
    raise ConditionProblem(
        node.offset,
        "match.construct",
        "角色之间只能比较大小和相等",
        "roles can only be compared with each other",
    )

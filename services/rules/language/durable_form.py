"""A match plan as a ruleset of durable_rules: flat AND joins over small integers, each ending in the sentinel.

A fact carries id, role (its part's tag), key (its group's number), one (always 1) and, for every join it takes
part in, s<n>. What an absent part compares with may be unknown on the other side: k<n> is 1 where it is known.
"""

from __future__ import annotations

import json

from services.rules.language.expression import MIRRORED
from services.rules.language.match_plan import Branch, MatchPlan, Part

_OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_Condition = dict[str, object]


def slot(join: int) -> str:
    """The field of a fact with its side of a join."""
    return f"s{join}"


def known_slot(join: int) -> str:
    """The field of a fact that says whether its side of a join with an absent part is known."""
    return f"k{join}"


def durable_definition(plan: MatchPlan) -> str:
    """The ruleset as JSON. A rule per branch, named like it; its aliases are m0, m1, … in the order of roles."""
    return json.dumps({branch.name: {"all": _branch(plan, branch)} for branch in plan.branches})


def _branch(plan: MatchPlan, branch: Branch) -> list[_Condition]:
    alias = {part.role: f"m{index}" for index, part in enumerate(branch.present)}
    steps: list[_Condition] = [{"m0": {"role": branch.present[0].tag}}]
    for index, part in enumerate(branch.present[1:], 1):
        earlier = {role: alias[role] for role in list(alias)[:index]}
        steps.append({f"m{index}": _joined(plan, part, earlier, absent=False)})
    for index, part in enumerate(branch.absent):
        steps.append({f"d{index}$not": _joined(plan, part, alias, absent=True)})
    return steps


def _joined(plan: MatchPlan, part: Part, earlier: dict[str, str], *, absent: bool) -> _Condition:
    conditions: list[_Condition] = [{"role": part.tag}, {"key": {"m0": "key"}}]
    for number in part.joins:
        join = plan.joins[number]
        mine_left = join.left_role == part.role
        other = join.right_role if mine_left else join.left_role
        if other not in earlier:
            continue
        op = join.op if mine_left else MIRRORED[join.op]
        theirs: _Condition = {earlier[other]: slot(number)}
        conditions.append({slot(number): theirs} if op == "==" else {_OPERATORS[op]: {slot(number): theirs}})
        if absent:
            conditions.append({known_slot(number): {earlier[other]: known_slot(number)}})
    # A join whose last condition can be false reads out of bounds: this one is always true.
    conditions.append({"$gte": {"one": {"m0": "one"}}})
    return {"$and": conditions}

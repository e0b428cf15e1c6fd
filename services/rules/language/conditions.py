"""All conditions of one rule together: compiled, and checked for its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.rules.domain import FACT_KINDS, MatchSpec, Parameter, Rule, WindowSpec
from services.rules.language.cel import ConditionProblem, compile_condition
from services.rules.language.expression import Expression, ValueType, constant, fields_of, rewrite, walk
from services.rules.language.match_plan import MatchPlan, plan_match
from services.rules.language.names import (
    INT_MAX,
    WINDOW_FACTS_MAX,
    Names,
    names_of_kind,
    names_of_match,
    names_of_window,
)
from services.rules.language.ranges import narrowed

TEXT_STRIDE = 100_000
"""Offsets in problems count over all texts of a rule: number of the text × this + offset in it.

The texts are numbered: when 0, window.where 1, amount 2, then the absent roles in order."""
_AMOUNT, _FIRST_NONE = 2, 3


@dataclass(frozen=True)
class Conditions:
    """The trees of a rule. `where` is a window's, true if none; `none` of absent roles; `plan` of a match.

    `amount` is the int at stake.
    """

    when: Expression
    where: Expression
    amount: Expression
    none: Mapping[str, Expression]
    plan: MatchPlan | None
    names: Names

    @property
    def lists(self) -> dict[str, Expression]:
        """The lists that are read, each with the first node that reads it."""
        found: dict[str, Expression] = {}
        for node in walk(self.when):
            if node.op == "listed":
                found.setdefault(str(node.value), node)
        return found

    def read(self) -> tuple[str, ...]:
        """The names that the conditions read, sorted; those of a window's facts are not among them."""
        names = set(fields_of(self.when))
        for condition in self.none.values():
            names.update(fields_of(condition))
        return tuple(sorted(names))


def conditions_of(rule: Rule) -> Conditions:
    """The conditions of a checked rule."""
    return compile_conditions(rule.on, rule.when, rule.amount, rule.params, rule.window, rule.match)


def compile_conditions(
    on: str,
    when: str,
    amount: str,
    parameters: tuple[Parameter, ...],
    window: WindowSpec | None,
    match: MatchSpec | None,
) -> Conditions:
    """The conditions of a rule of this shape. Raises ConditionProblem with an offset over all its texts."""
    true = constant(True)
    if window is not None:
        where, names = _window_names(on, window, parameters)
        return Conditions(_compiled(when, names, 0), where, _amount(amount, names), {}, None, names)
    if match is None:
        names = names_of_kind(on).with_parameters(parameters)
        return Conditions(_compiled(when, names, 0), true, _amount(amount, names), {}, None, names)
    everyone = {**match.roles, **{role.name: role.kind for role in match.none}}
    names = names_of_match(everyone).with_parameters(parameters)
    condition = _compiled(when, names, 0)
    none = {
        role.name: _compiled(role.when, names, _FIRST_NONE + index) for index, role in enumerate(match.none)
    }
    absent = {role.name: (role.kind, none[role.name]) for role in match.none}
    plan = plan_match(match.roles, condition, absent, names)
    return Conditions(condition, true, _amount(amount, names), none, plan, names)


def _amount(text: str, names: Names) -> Expression:
    return _compiled(text, Names(names.known, names.constants, lists_allowed=False), _AMOUNT, "int")


def _window_names(on: str, window: WindowSpec, parameters: tuple[Parameter, ...]) -> tuple[Expression, Names]:
    fact_names = names_of_kind(on)
    fact_names = Names(fact_names.known, {}, lists_allowed=False).with_parameters(parameters)
    where = _compiled(window.where, fact_names, 1) if window.where else constant(True)
    sum_range = None
    if window.sum:
        low, high = narrowed(window.sum, where, fact_names.known)
        sum_range = (min(0, low) * WINDOW_FACTS_MAX, max(0, high) * WINDOW_FACTS_MAX)
        if max(map(abs, sum_range)) > INT_MAX:
            raise ConditionProblem(
                TEXT_STRIDE,
                "window.overflow",
                f"窗口合计可能超出 64 位整数，请在 where 中限定 {window.sum} 的上下限",
                f"the sum could leave 64 bits: bound {window.sum} in where",
            )
    names = names_of_window(on, window.key, sum_range).with_parameters(parameters)
    return where, names


def _compiled(text: str, names: Names, number: int, wanted: ValueType = "bool") -> Expression:
    base = number * TEXT_STRIDE
    try:
        expression = compile_condition(text, names, wanted)
    except ConditionProblem as problem:
        problem.offset += base
        raise
    return rewrite(expression, lambda node: _shifted(node, base)) if base else expression


def _shifted(node: Expression, base: int) -> Expression:
    return Expression(node.op, node.type, node.value, node.args, node.offset + base)


def fields_read(
    conditions: Conditions, on: str, match: MatchSpec | None, *, per_window: bool = False
) -> dict[str, set[str]]:
    """Per kind, the fields of a fact that the conditions read; for derived ones what they are made of."""
    needed: dict[str, set[str]] = {}

    def need(kind: str, field: str) -> None:
        declared = FACT_KINDS[kind].by_name.get(field)
        if declared is None:
            return
        wanted = {field}
        if declared.derived:
            wanted = {"day", "received_on"} if field == "days_since_received" else {"day"}
        needed.setdefault(kind, set()).update(wanted)

    if match is None:
        for name in (*fields_of(conditions.when), *fields_of(conditions.where)):
            need(on, name)
        if per_window:
            need(on, "day")
        return needed
    everyone = {**match.roles, **{role.name: role.kind for role in match.none}}
    for name in conditions.read():
        role, _, field = name.partition(".")
        need(everyone[role], "day" if field == "seq" else field)
    return needed

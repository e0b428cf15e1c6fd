"""From the conditions of a match to what durable_rules can do exactly.

Every role's own conditions become a filter in Polars; equalities that bind all roles become the group; what
is left are comparisons between two roles, each moved so that one role stands on each side. `or` becomes
several branches. In durable_rules a branch is one flat AND join over small integers.

A fact takes part only if its own conditions are true and what its joins read is known; an absent role is
absent if no fact makes its condition true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.rules.language.cel import ConditionProblem
from services.rules.language.expression import (
    COMPARISONS,
    MIRRORED,
    Expression,
    conjunction,
    conjuncts,
    constant,
    roles_of,
    walk,
)
from services.rules.language.match_branches import BRANCHES_MAX, branches_of
from services.rules.language.match_joins import separated
from services.rules.language.names import Names

ROLES_MAX = 6
JOINS_MAX = 16


@dataclass(frozen=True)
class Join:
    """left op right, each over the fields of one role, named without it. Sides are int, text or bool."""

    left_role: str
    left: Expression
    op: str
    right_role: str
    right: Expression


@dataclass(frozen=True)
class Part:
    """One way in which a role takes part: a fact of `role` for which `filter` holds, and its joins' numbers.

    `tag` is the part's own name, unique in the plan. `watched` are the joins of absent parts with this one:
    what they read of this fact may be unknown.
    """

    tag: str
    role: str
    kind: str
    filter: Expression
    joins: tuple[int, ...]
    watched: tuple[int, ...] = ()


@dataclass(frozen=True)
class Branch:
    """One flat AND join: these present parts, in order, and none of these absent parts."""

    name: str
    present: tuple[Part, ...]
    absent: tuple[Part, ...]


@dataclass(frozen=True)
class MatchPlan:
    """How a match is judged. `group` gives for each kind the fields whose equality forms the group."""

    roles: Mapping[str, str]
    none_roles: frozenset[str]
    group: Mapping[str, tuple[str, ...]]
    joins: tuple[Join, ...]
    branches: tuple[Branch, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts of all branches."""
        return tuple(part for branch in self.branches for part in (*branch.present, *branch.absent))


def plan_match(
    roles: Mapping[str, str],
    when: Expression,
    none: Mapping[str, tuple[str, Expression]],
    names: Names,
) -> MatchPlan:
    """The plan. `none` gives for each absent role its kind and condition. Raises ConditionProblem."""
    everyone = {**roles, **{role: kind for role, (kind, _) in none.items()}}
    _check_roles(roles, when, none)
    together = _group(everyone, [when, *(condition for _, condition in none.values())])
    _check_group(everyone, together, when)
    builder = _Builder(roles, {role: kind for role, (kind, _) in none.items()}, together, names)
    branches = branches_of(when)
    absent = [(role, branch) for role, (_, condition) in none.items() for branch in branches_of(condition)]
    if len(branches) * (1 + len(absent)) > BRANCHES_MAX * 2 or len(branches) > BRANCHES_MAX:
        raise ConditionProblem(
            when.offset, "match.branches", "“或”的组合过多，请拆成几条规则", "too many cases of ||"
        )
    built = tuple(builder.branch(index, parts, absent) for index, parts in enumerate(branches))
    for branch in built:
        _check_order(branch, roles, builder.joins, when)
    if len(builder.joins) > JOINS_MAX:
        raise ConditionProblem(
            when.offset, "match.joins", "角色之间的比较过多", "too many comparisons between roles"
        )
    group = {kind: together[role] for role, kind in everyone.items()}
    return MatchPlan(everyone, frozenset(none), group, tuple(builder.joins), built)


def _check_roles(
    roles: Mapping[str, str], when: Expression, none: Mapping[str, tuple[str, Expression]]
) -> None:
    if len(roles) + len(none) > ROLES_MAX:
        raise ConditionProblem(when.offset, "match.roles", f"角色不能超过 {ROLES_MAX} 个", "too many roles")
    if len(roles) + len(none) < 2:
        raise ConditionProblem(
            when.offset,
            "match.roles",
            "匹配至少需要两个角色；单条事实请直接用 when",
            "a match needs two roles",
        )
    for node in walk(when):
        if node.op == "field" and str(node.value).partition(".")[0] in none:
            raise ConditionProblem(
                node.offset,
                "match.none_in_when",
                f"{node.value} 属于不应存在的角色，请写到 none 的条件里",
                f"{node.value} belongs to an absent role: write it under none",
            )
    for role, (_, condition) in none.items():
        for part in conjuncts(condition):
            if role not in roles_of(part):
                raise ConditionProblem(
                    part.offset,
                    "match.none",
                    f"此条件与 {role} 无关，请写到 when",
                    f"says nothing about {role}",
                )


def _group(everyone: Mapping[str, str], conditions: list[Expression]) -> dict[str, tuple[str, ...]]:
    """For every role the fields of the equality classes that reach all roles."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    order: list[str] = []
    for condition in conditions:
        for part in conjuncts(condition):
            if _is_field_equality(part):
                left, right = (str(side.value) for side in part.args)
                order += [left, right]
                parent[root(right)] = root(left)
    classes: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(order):
        role, _, field = name.partition(".")
        classes.setdefault(root(name), {}).setdefault(role, field)
    full = [found for found in classes.values() if set(found) == set(everyone)]
    return {role: tuple(found[role] for found in full) for role in everyone}


def _is_field_equality(part: Expression) -> bool:
    return (
        part.op == "=="
        and all(side.op == "field" and not str(side.value).endswith(".seq") for side in part.args)
        and len(roles_of(part)) == 2
    )


def _check_group(
    everyone: Mapping[str, str], together: Mapping[str, tuple[str, ...]], when: Expression
) -> None:
    if not all(together.values()):
        raise ConditionProblem(
            when.offset,
            "match.group",
            "没有把所有角色联系起来的相等条件，例如 a.payee_account_token == b.payee_account_token",
            "no equality binds all roles, such as a.payee_account_token == b.payee_account_token",
        )
    by_kind: dict[str, tuple[str, ...]] = {}
    for role, kind in everyone.items():
        if by_kind.setdefault(kind, together[role]) != together[role]:
            raise ConditionProblem(
                when.offset,
                "match.group",
                "同一种事实的各角色应以相同的字段相等",
                "roles of one kind must be bound by the same fields",
            )


def _check_order(branch: Branch, roles: Mapping[str, str], joins: list[Join], when: Expression) -> None:
    """Two roles of a kind are ordered by seq or told apart by a constant, or a pair would come twice."""
    before = _earlier(branch, joins)
    seen = branch.present
    for index, first in enumerate(seen):
        for second in seen[index + 1 :]:
            if roles[first.role] != roles[second.role]:
                continue
            ordered = second.role in before[first.role] or first.role in before[second.role]
            if not ordered and not _told_apart(first.filter, second.filter):
                raise ConditionProblem(
                    when.offset,
                    "match.order",
                    f"请规定先后，例如 {second.role}.seq > {first.role}.seq，否则同一对事实会出现两次",
                    f"say which comes first, such as {second.role}.seq > {first.role}.seq",
                    f"{second.role}.seq > {first.role}.seq",
                )


def _earlier(branch: Branch, joins: list[Join]) -> dict[str, set[str]]:
    """For each role those that come before it by seq, directly or through others."""
    before: dict[str, set[str]] = {part.role: set() for part in branch.present}
    for number in {number for part in branch.present for number in part.joins}:
        join = joins[number]
        if join.left.value == "seq" and join.op in {"<", ">"}:
            first, second = (join.left_role, join.right_role)[:: 1 if join.op == "<" else -1]
            before[second].add(first)
    for _ in before:
        for known in before.values():
            known.update(*(before[role] for role in tuple(known)))
    return before


def _told_apart(first: Expression, second: Expression) -> bool:
    def constants(condition: Expression) -> set[tuple[object, object]]:
        return {
            (part.args[0].value, part.args[1].value)
            for part in conjuncts(condition)
            if part.op == "==" and part.args[0].op == "field" and part.args[1].op == "const"
        }

    mine, theirs = dict(constants(first)), dict(constants(second))
    return any(field in theirs and theirs[field] != value for field, value in mine.items())


class _Builder:
    """Collects the joins of all branches."""

    def __init__(
        self,
        roles: Mapping[str, str],
        none: Mapping[str, str],
        together: Mapping[str, tuple[str, ...]],
        names: Names,
    ) -> None:
        self.joins: list[Join] = []
        self._roles = roles
        self._none = none
        self._together = together
        self._names = names

    def branch(
        self, index: int, parts: tuple[Expression, ...], absent: list[tuple[str, tuple[Expression, ...]]]
    ) -> Branch:
        """The branch of these conditions and of every absent part."""
        present: dict[str, list[Expression]] = {role: [] for role in self._roles}
        joins: dict[str, list[int]] = {role: [] for role in self._roles}
        for part in parts:
            self._place(part, present, joins)
        watched: dict[str, list[int]] = {role: [] for role in self._roles}
        blockers = []
        for number, (role, conditions) in enumerate(absent):
            own: dict[str, list[Expression]] = {role: []}
            own_joins: dict[str, list[int]] = {role: [], **watched}
            for part in conditions:
                self._place(part, own, own_joins)
            blockers.append((f"{index}_{role}_{number}", role, own[role], own_joins[role]))
        return Branch(
            f"b{index}",
            tuple(
                Part(
                    f"{index}_{role}",
                    role,
                    kind,
                    self._filter(present[role], role),
                    tuple(dict.fromkeys(joins[role])),
                    tuple(dict.fromkeys(watched[role])),
                )
                for role, kind in self._roles.items()
            ),
            tuple(
                Part(tag, role, self._none[role], self._filter(filters, role), tuple(dict.fromkeys(numbers)))
                for tag, role, filters, numbers in blockers
            ),
        )

    def _place(
        self, part: Expression, filters: dict[str, list[Expression]], joins: dict[str, list[int]]
    ) -> None:
        mentioned = roles_of(part)
        if not mentioned:
            for own in filters.values():
                own.append(part)
        elif len(mentioned) == 1:
            (role,) = mentioned
            if any(node.op == "field" and node.value == f"{role}.seq" for node in walk(part)):
                raise ConditionProblem(
                    part.offset,
                    "match.seq",
                    "seq 只能与另一角色的 seq 比较",
                    "seq compares with another role's seq",
                )
            filters[role].append(part)
        elif not self._is_implied(part):
            number = self._join(part)
            joins[self.joins[number].left_role].append(number)
            joins[self.joins[number].right_role].append(number)

    def _is_implied(self, part: Expression) -> bool:
        if not _is_field_equality(part):
            return False
        (first, _, one), (second, _, other) = (str(side.value).partition(".") for side in part.args)
        pairs = zip(self._together[first], self._together[second], strict=True)
        return (one, other) in pairs

    def _filter(self, parts: list[Expression], role: str) -> Expression:
        return _without_role(conjunction(tuple(parts)) if parts else constant(True), role)

    def _join(self, part: Expression) -> int:
        mentioned = sorted(roles_of(part))
        if part.op not in COMPARISONS or len(mentioned) != 2:
            raise ConditionProblem(
                part.offset,
                "match.construct",
                "角色之间的条件应是两个角色的比较，例如 b.day <= a.day + 3",
                "between roles there are only comparisons of two roles, such as b.day <= a.day + 3",
            )
        left, op, right = part.args[0], part.op, part.args[1]
        if left.type == "int":
            left, op, right = separated(part, self._names.known)
        elif left.op != "field" or right.op != "field":
            raise ConditionProblem(
                part.offset, "match.construct", "这里只能比较两个字段", "only two fields compare here"
            )
        (left_role,), (right_role,) = roles_of(left), roles_of(right)
        seq = [side for side in (left, right) if any(str(n.value).endswith(".seq") for n in walk(side))]
        if seq and not all(side.op == "field" and str(side.value).endswith(".seq") for side in (left, right)):
            raise ConditionProblem(
                part.offset,
                "match.seq",
                "seq 只能与另一角色的 seq 比较",
                "seq compares with another role's seq",
            )
        if left_role > right_role:
            left, op, right = right, MIRRORED[op], left
            left_role, right_role = right_role, left_role
        join = Join(
            left_role, _without_role(left, left_role), op, right_role, _without_role(right, right_role)
        )
        if join not in self.joins:
            self.joins.append(join)
        return self.joins.index(join)


def _without_role(node: Expression, role: str) -> Expression:
    args = tuple(_without_role(item, role) for item in node.args)
    if node.op == "field" and str(node.value).startswith(f"{role}."):
        return replace(node, value=str(node.value).removeprefix(f"{role}."), args=args)
    return replace(node, args=args)

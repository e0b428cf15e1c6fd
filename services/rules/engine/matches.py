"""Match rules: candidates are chosen in Polars, related by durable_rules, and come back as hits.

The worker sees only small integers: the tag of a part, the number of the group, and for every comparison the
rank of each side's value among all values that are compared. Ranks keep order and equality, of texts too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from services.kit.rows import no_rows
from services.rules.domain import FACT_KINDS, HITS, MatchJudged, Rule
from services.rules.engine.durable_pool import DurablePool, Ruleset
from services.rules.engine.hits import (
    Evidence,
    column_of,
    fund_column,
    fund_names,
    hit_form,
    in_force,
    input_names,
    message_names,
)
from services.rules.language.conditions import Conditions, conditions_of
from services.rules.language.durable_form import durable_definition, known_slot, slot
from services.rules.language.expression import Expression, fields_of
from services.rules.language.match_plan import MatchPlan, Part
from services.rules.language.names import names_of_kind
from services.rules.language.polars_form import polars_form

FACTS_MAX = 2_000
"""Facts of a group, blockers that differ in nothing counted once; a larger group is poisoned."""
TUPLES_MAX = 40_000
"""Tuples of present facts that a group could make; past it the group is poisoned."""


class MatchRule:
    """One rule that relates the facts of a group, compiled. Warnings are facts too (kind "warning")."""

    def __init__(self, rule: Rule, conditions: Conditions | None = None) -> None:
        conditions = conditions or conditions_of(rule)
        assert rule.match is not None
        assert conditions.plan is not None
        self.rule = rule
        self.roles: dict[str, str] = dict(conditions.plan.roles)
        self.none_roles = conditions.plan.none_roles
        self._plan: MatchPlan = conditions.plan
        self._present = tuple(rule.match.roles)
        self._part = {part.tag: part for part in self._plan.parts}
        definition = durable_definition(self._plan)
        self._ruleset = Ruleset(hashlib.sha256(definition.encode()).hexdigest()[:24], definition)
        self._sequenced = any(join.left.value == "seq" for join in self._plan.joins)
        self._shown = self._shown_fields(conditions)
        role = rule.subject.role
        evidence = Evidence(
            evidence=pl.struct(
                [pl.col(f"{name}.@key").alias(name) for name in self._present]
            ).struct.json_encode(),
            facts=pl.concat_list(
                [f"{role}.@key", *(f"{name}.@key" for name in self._present if name != role)]
            ),
            division_code=pl.col(f"{role}.division_code"),
            fund_code=fund_column(rule.on, f"{role}."),
            day=pl.col(f"{role}.day"),
        )
        self._form = hit_form(rule, conditions, evidence)

    def group_columns(self, kind: str) -> tuple[str, ...]:
        """The fields in which the facts of a group agree, in the same order for every kind."""
        return self._plan.group[kind]

    def columns(self, kind: str) -> tuple[str, ...]:
        """The fields that it needs of a fact of the kind, sorted."""
        needed = {FACT_KINDS[kind].key, "day", "division_code", *self.group_columns(kind), *self._shown[kind]}
        for part in self._plan.parts:
            if part.kind == kind:
                needed.update(fields_of(part.filter))
                for number in (*part.joins, *part.watched):
                    needed.update(fields_of(self._side(part, number)))
        return tuple(sorted(needed - {"seq"}))

    def groups(self, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
        """The groups of the facts that can take part: the group's fields of the kind and "group", each group once."""
        columns = list(self.group_columns(kind))
        if frame.height == 0:
            return frame.select(columns).with_columns(pl.lit(None, pl.String).alias("group"))
        column = column_of(names_of_kind(kind))
        filters = {part.filter: None for part in self._plan.parts if part.kind == kind}
        playing = pl.any_horizontal([polars_form(condition, column, _no_list) for condition in filters])
        known = [pl.col(name).is_not_null() for name in columns]
        groups = frame.filter(playing, *known).select(columns).unique()
        return groups.with_columns(_group_json(columns).alias("group"))

    def candidates(self, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
        """The facts that can take part, once for each way in which they can.

        Columns: role, tag (the way), group (canonical JSON of the group's values), fact_key, day, s<n> (its side
        of a comparison) and the fields that a hit shows. Frames of several kinds go together diagonally.
        """
        names = names_of_kind(kind)
        column = column_of(names)
        known = [pl.col(name).is_not_null() for name in self.group_columns(kind)]
        shown = [_declared(name, kind) for name in sorted({"day", "division_code", *self._shown[kind]})]
        slots: dict[int, pl.DataType] = {}
        frames = []
        for part in (part for part in self._plan.parts if part.kind == kind):
            sides = []
            for number in (*part.joins, *part.watched):
                side = self._side(part, number)
                if side.value != "seq":
                    value = polars_form(side, column, _no_list)
                    sides.append((value.cast(pl.Int64) if side.type == "bool" else value).alias(slot(number)))
                    slots[number] = pl.String() if side.type == "string" else pl.Int64()
            rows = frame.filter(polars_form(part.filter, column, _no_list), *known).select(
                pl.lit(part.role).alias("role"),
                pl.lit(part.tag).alias("tag"),
                _group_json(self.group_columns(kind)).alias("group"),
                pl.col(FACT_KINDS[kind].key).alias("fact_key"),
                *sides,
                *shown,
            )
            needed = [slot(number) for number in part.joins if slot(number) in rows.columns]
            frames.append(rows.drop_nulls(needed) if needed else rows)
        return pl.concat(frames, how="diagonal")

    def judge(self, groups: pl.DataFrame, pool: object) -> MatchJudged:
        """The hits of whole groups of candidates; `pool` is a DurablePool, opaque to those who hand it on."""
        assert isinstance(pool, DurablePool)
        rows = self._playable(groups)
        if rows.height == 0:
            return MatchJudged(no_rows(HITS), {})
        if self._sequenced:
            rows = _with_seq(rows)
        rows = self._ranked(rows).with_row_index("id")
        rows, poisoned = self._capped(rows)
        names, facts = self._facts(rows)
        answer = pool.fire(self._ruleset, facts)
        poisoned |= {names[number]: reason for number, reason in answer.poisoned.items()}
        tuples = {tuple(int(identity) for identity in ids) for _, ids in answer.fired}
        return MatchJudged(self._hits(rows, sorted(tuples)), poisoned)

    def _side(self, part: Part, number: int) -> Expression:
        join = self._plan.joins[number]
        return join.left if join.left_role == part.role else join.right

    def _shown_fields(self, conditions: Conditions) -> dict[str, set[str]]:
        """Per kind, the fields that a hit shows or is made of."""
        shown: dict[str, set[str]] = {kind: set() for kind in self.roles.values()}
        names = {
            *input_names(self.rule, conditions),
            *message_names(self.rule),
            *fields_of(conditions.amount),
        }
        for name in names:
            role, _, field = name.partition(".")
            shown[self.roles[role]].add(field)
        month = FACT_KINDS[self.rule.on].by_name.get("month")
        if self.rule.period == "month" and month is not None:
            shown[self.rule.on].add("month")
        if self.rule.subject.kind == "warning":
            shown[self.rule.on].add("subject_kind")
        shown[self.rule.on].update(fund_names(self.rule.on))
        return shown

    def _playable(self, groups: pl.DataFrame) -> pl.DataFrame:
        """The rows of groups in which some branch has a fact for each of its present parts."""
        slots = [slot(number) for number in range(len(self._plan.joins)) if slot(number) in groups.columns]
        absent = pl.col("role").is_in(list(self.none_roles))
        # Blockers that differ in nothing that is compared block the same facts: one is enough.
        rows = pl.concat(
            [
                groups.filter(~absent),
                groups.filter(absent).unique(["group", "tag", *slots], keep="first", maintain_order=True),
            ]
        )
        several = [
            kind
            for kind in set(self.roles.values())
            if sum(self.roles[role] == kind for role in self._present) > 1
        ]
        complete = pl.lit(False)
        for branch in self._plan.branches:
            here = [(pl.col("tag") == part.tag).any().over("group") for part in branch.present]
            for kind in several:
                tags = [part.tag for part in branch.present if part.kind == kind]
                mine = pl.when(pl.col("tag").is_in(tags)).then(pl.col("fact_key"))
                here.append(mine.drop_nulls().n_unique().over("group") >= len(tags))
            complete = complete | pl.all_horizontal(here)
        return rows.filter(complete)

    def _ranked(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The sides of comparisons as ranks among all values compared; seq, where a part is ordered by it."""
        sequenced = []
        for number, join in enumerate(self._plan.joins):
            if join.left.value == "seq":
                tags = [tag for tag, part in self._part.items() if number in (*part.joins, *part.watched)]
                ranked = pl.when(pl.col("tag").is_in(tags)).then(pl.col("seq"))
                sequenced.append(ranked.alias(slot(number)))
        rows = rows.with_columns(sequenced)
        present = [slot(number) for number in range(len(self._plan.joins)) if slot(number) in rows.columns]
        return rows.with_columns(pl.col(name).rank("dense").cast(pl.Int64) for name in present)

    def _capped(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
        """Without the groups that could explode, and those with the reason."""
        counts = rows.group_by("group", "tag").len()
        sizes = counts.group_by("group").agg(
            pl.col("len").sum().alias("facts"),
            *(
                pl.col("len").filter(pl.col("tag").is_in(tags)).cast(pl.Float64).product().alias(branch.name)
                for branch in self._plan.branches
                if (tags := [part.tag for part in branch.present])
            ),
        )
        most = pl.max_horizontal([branch.name for branch in self._plan.branches])
        large = sizes.filter((pl.col("facts") > FACTS_MAX) | (most > TUPLES_MAX))
        poisoned = {
            group: f"the group has {facts} facts, more than can be related"
            for group, facts in large.select("group", "facts").iter_rows()
        }
        return (rows.filter(~pl.col("group").is_in(large["group"].implode())) if poisoned else rows), poisoned

    def _facts(self, rows: pl.DataFrame) -> tuple[list[str], list[list[dict[str, int | str]]]]:
        """The groups' names, and each group's facts for the worker, absent roles first."""
        joins = range(len(self._plan.joins))
        present = [number for number in joins if slot(number) in rows.columns]
        columns = ["id", "role", "tag", "group", *(slot(number) for number in present)]
        numbers: dict[str, int] = {}
        groups: list[list[dict[str, int | str]]] = []
        ordered = rows.select(columns).sort(~pl.col("role").is_in(list(self.none_roles)), maintain_order=True)
        for identity, _, tag, group, *sides in ordered.iter_rows():
            number = numbers.setdefault(group, len(numbers))
            if number == len(groups):
                groups.append([])
            values = dict(zip(present, sides, strict=True))
            groups[number].append(self._fact(str(identity), self._part[tag], number, values))
        return list(numbers), groups

    def _fact(self, identity: str, part: Part, key: int, sides: Mapping[int, Any]) -> dict[str, int | str]:
        fact: dict[str, int | str] = {"id": identity, "role": part.tag, "key": key, "one": 1}
        for number in part.joins:
            fact[slot(number)] = sides[number]
            if part.role in self.none_roles:
                fact[known_slot(number)] = 1
        for number in part.watched:
            fact[known_slot(number)] = int(sides[number] is not None)
            fact[slot(number)] = sides[number] or 0
        return fact

    def _hits(self, rows: pl.DataFrame, tuples: list[tuple[int, ...]]) -> pl.DataFrame:
        if not tuples:
            return no_rows(HITS)
        identities = pl.DataFrame(
            tuples, schema={f"{role}.@id": pl.UInt32 for role in self._present}, orient="row"
        )
        found = identities
        for role in self._present:
            kind = self.roles[role]
            fields = sorted({"day", "division_code", *self._shown[kind]})
            mine = rows.filter(pl.col("role") == role).select(
                pl.col("id").alias(f"{role}.@id"),
                pl.col("fact_key").alias(f"{role}.@key"),
                *(pl.col(name).alias(f"{role}.{name}") for name in fields),
            )
            found = found.join(mine, on=f"{role}.@id", how="inner", maintain_order="left")
        subject = self.rule.subject.role
        fund = fund_column(self.rule.on, f"{subject}.")
        found = found.filter(in_force(self.rule, pl.col(f"{subject}.day"), fund))
        # A fact that makes several pairs is at stake once: with the first of them.
        found = found.sort([f"{role}.@key" for role in self._present])
        first = pl.col(f"{subject}.@key").is_first_distinct()
        again = self._form.hits(found.filter(~first)).with_columns(amount_fen=pl.lit(0, pl.Int64))
        hits = pl.concat([self._form.hits(found.filter(first)), again])
        return hits.unique("evidence", keep="first", maintain_order=True).sort("evidence")


def _group_json(columns: Sequence[str]) -> pl.Expr:
    """The group's values as canonical JSON, the same for every kind of fact in it."""
    group = pl.struct([pl.col(name).alias(str(index)) for index, name in enumerate(columns)])
    return group.struct.json_encode()


def _declared(name: str, kind: str) -> pl.Expr:
    """A column in its declared type, so that frames of several kinds go together."""
    return pl.col(name).cast(FACT_KINDS[kind].by_name[name].dtype)


def _with_seq(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds seq: the rank of the fact in its group by day, then key, whatever roles it has."""
    order = (
        rows.select("group", "day", "fact_key")
        .unique()
        .sort("group", "day", "fact_key")
        .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).over("group").alias("seq"))
    )
    return rows.join(order, on=["group", "day", "fact_key"], how="left", maintain_order="left")


def _no_list(_: Expression) -> pl.Expr:
    raise AssertionError("lint refuses lists in matches")

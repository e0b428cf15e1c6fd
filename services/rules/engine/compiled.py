"""A bundle, compiled: masks over frames for single facts, window rules and match rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from services.kit.rows import no_rows
from services.rules.domain import FACT_KINDS, HITS, Bundle, Judged, Rule
from services.rules.engine.explain import explain
from services.rules.engine.hits import Evidence, HitForm, column_of, fund_column, hit_form, in_force
from services.rules.engine.matches import MatchRule
from services.rules.engine.windows import WindowRule
from services.rules.language.conditions import Conditions, conditions_of
from services.rules.language.evaluate import list_name
from services.rules.language.expression import Expression
from services.rules.language.polars_form import polars_form


class ListReader(Protocol):
    """Answers the rules' questions to the reference lists."""

    def listed(self, name: str, keys: pl.Series, days: pl.Series) -> pl.Series | None:
        """Whether each key (Int64 or String) was on the list on its day (Date); None if it has no version."""
        ...


@dataclass(frozen=True)
class _Mask:
    """One rule of form `when`: its mask, its hits, and the lists it reads as (list, key field, day field)."""

    rule: Rule
    mask: pl.Expr
    form: HitForm
    lists: tuple[tuple[str, str, str], ...]


def compile_bundle(bundle: Bundle) -> CompiledBundle:
    """The bundle ready to judge. Compiles once; judging is thread-safe."""
    return CompiledBundle(bundle)


class CompiledBundle:
    """The rules of one bundle by form and kind."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.kinds: frozenset[str] = frozenset(kind for rule in bundle.rules for kind in rule.kinds)
        self._conditions = {rule.id: conditions_of(rule) for rule in bundle.rules}
        self._rules = bundle.by_id
        self._masks: dict[str, list[_Mask]] = {}
        self._windows: dict[str, list[WindowRule]] = {}
        self._matches: list[MatchRule] = []
        for rule in bundle.rules:
            conditions = self._conditions[rule.id]
            if rule.form == "when":
                self._masks.setdefault(rule.on, []).append(_mask(rule, conditions))
            elif rule.form == "window":
                self._windows.setdefault(rule.on, []).append(WindowRule(rule, conditions))
            else:
                self._matches.append(MatchRule(rule, conditions))

    def lists_read(self, kind: str) -> Mapping[str, tuple[str, str]]:
        """The lists that rules on a kind read: name -> (field looked up, "int" or "string")."""
        fields = FACT_KINDS[kind].by_name
        return {
            name: (key, fields[key].type) for mask in self._masks.get(kind, []) for name, key, _ in mask.lists
        }

    def judge(self, kind: str, frame: pl.DataFrame, lists: ListReader) -> Judged:
        """The hits of the rules of form `when` on these facts (all columns of the kind, derived ones too).

        A rule that reads a list without a version could not judge the facts whose verdict depends on it.
        """
        masks = self._masks.get(kind, [])
        if not masks or frame.height == 0:
            return Judged(no_rows(HITS), {})
        frame, missing = _with_lists(frame, masks, lists)
        verdicts = frame.select(mask.mask.alias(mask.rule.id) for mask in masks)
        hits: list[pl.DataFrame] = []
        cannot_judge: dict[str, int] = {}
        for mask in masks:
            verdict = verdicts[mask.rule.id]
            if verdict.any():
                hits.append(mask.form.hits(frame.filter(verdict)))
            unknown = verdict.null_count()
            if unknown and any(name in missing for name, _, _ in mask.lists):
                cannot_judge[mask.rule.id] = unknown
        return Judged(pl.concat(hits or [no_rows(HITS)]), cannot_judge)

    def windows(self, kind: str) -> tuple[WindowRule, ...]:
        """The window rules on a kind."""
        return tuple(self._windows.get(kind, ()))

    def matches(self, kind: str) -> tuple[MatchRule, ...]:
        """The match rules in which a kind has a role; "warning" for the rules on warnings."""
        return tuple(rule for rule in self._matches if kind in rule.roles.values())

    def explain(self, rule_id: str, inputs: str) -> str:
        """Why the rule fired on these inputs (of a hit), as JSON; see engine.explain."""
        return explain(self._rules[rule_id], self._conditions[rule_id], inputs)


def _mask(rule: Rule, conditions: Conditions) -> _Mask:
    kind = FACT_KINDS[rule.on]
    key = pl.col(kind.key)
    if kind.per_day:
        key = pl.concat_str([key, pl.col("day").dt.strftime("%Y-%m-%d")], separator="|")
    evidence = Evidence(
        evidence=key,
        facts=pl.concat_list([key]),
        division_code=pl.col("division_code"),
        fund_code=fund_column(rule.on),
        day=pl.col("day"),
    )
    condition = polars_form(conditions.when, column_of(conditions.names), _list_column)
    force = in_force(rule, pl.col("day"), fund_column(rule.on))
    lists = tuple(
        (name, str(node.args[0].value), str(node.args[1].value)) for name, node in conditions.lists.items()
    )
    return _Mask(rule, force & condition, hit_form(rule, conditions, evidence), lists)


def _list_column(node: Expression) -> pl.Expr:
    return pl.col(list_name(node))


def _with_lists(
    frame: pl.DataFrame, masks: list[_Mask], lists: ListReader
) -> tuple[pl.DataFrame, frozenset[str]]:
    """The frame with a column "listed:<name>" for each list, and the lists without a version."""
    wanted = {item for mask in masks for item in mask.lists}
    answers, missing = [], set()
    for name, key, day in sorted(wanted):
        answer = lists.listed(name, frame[key], frame[day])
        if answer is None:
            missing.add(name)
            answer = pl.Series([None], dtype=pl.Boolean).new_from_index(0, frame.height)
        answers.append(answer.cast(pl.Boolean).alias(f"listed:{name}"))
    return frame.with_columns(answers), frozenset(missing)

"""Runs the cases of rule files by the same engine that judges: a rule says what it does in its own file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from services.rules.domain import FACT_KINDS, Bundle, Case, Rule, with_day_fields
from services.rules.engine.compiled import CompiledBundle, compile_bundle
from services.rules.engine.durable_pool import DurablePool


@dataclass(frozen=True)
class CaseOutcome:
    """What a case expects and what the rule said; `messages` are the sentences of its warnings."""

    rule: Rule
    case: Case
    said: str
    messages: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the rule said what the case expects."""
        return self.said == self.case.then


class CaseLists:
    """The lists of a case: the same on every day."""

    def __init__(self, lists: Mapping[str, Sequence[int | str]]) -> None:
        self._lists = lists

    def listed(self, name: str, keys: pl.Series, days: pl.Series) -> pl.Series | None:  # noqa: ARG002 - always
        """Membership; None for a list that the case does not name."""
        if name not in self._lists:
            return None
        return keys.is_in(pl.Series(list(self._lists[name]), dtype=keys.dtype).implode())


def run_cases(rules: Iterable[Rule], pool: DurablePool) -> list[CaseOutcome]:
    """The outcomes of all cases, in order."""
    outcomes = []
    for rule in rules:
        compiled = compile_bundle(Bundle(rule.categories[0], (rule,), b"", ""))
        outcomes += [_run(compiled, rule, case, pool) for case in rule.cases]
    return outcomes


def case_frame(kind: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """The facts of a case as the engine takes them, derived fields filled in."""
    declared = FACT_KINDS[kind]
    schema = {
        field.name: field.dtype for field in declared.fields if not field.derived or field.name == "day"
    }
    return with_day_fields(kind, pl.DataFrame(list(rows), schema=schema, orient="row"))


def _run(compiled: CompiledBundle, rule: Rule, case: Case, pool: DurablePool) -> CaseOutcome:
    frames = {kind: case_frame(kind, rows) for kind, rows in case.facts.items()}
    cannot_judge: Mapping[str, int] = {}
    if rule.form == "when":
        judged = compiled.judge(rule.on, frames[rule.on], CaseLists(case.lists))
        hits, cannot_judge = judged.hits, judged.cannot_judge
    elif rule.form == "window":
        hits = _windows(compiled, rule, frames[rule.on])
    else:
        (match,) = (item for item in compiled.matches(rule.on) if item.rule.id == rule.id)
        candidates = [match.candidates(kind, frame) for kind, frame in frames.items()]
        hits = match.judge(pl.concat(candidates, how="diagonal"), pool).hits
    said = "warn" if hits.height else "cannot_judge" if cannot_judge else "none"
    return CaseOutcome(rule, case, said, tuple(hits["message"].to_list()))


def _windows(compiled: CompiledBundle, rule: Rule, frame: pl.DataFrame) -> pl.DataFrame:
    (window,) = (item for item in compiled.windows(rule.on) if item.rule.id == rule.id)
    return window.judge(windows_of(window.contributions(frame), window.days))


def windows_of(daily: pl.DataFrame, days: int) -> pl.DataFrame:
    """The windows [last_day - days + 1, last_day] of contributions, one for each day on which a key has a fact."""
    lasts = daily.select("key_json", pl.col("day").alias("last_day"))
    inside = lasts.join(daily, on="key_json").filter(
        pl.col("day") <= pl.col("last_day"), pl.col("day") > pl.col("last_day") - timedelta(days=days)
    )
    return (
        inside.sort("key_json", "last_day", "day")
        .group_by("key_json", "last_day", maintain_order=True)
        .agg(
            pl.col("count").sum(),
            pl.col("sum").sum(),
            pl.col("division_code").first(),
            pl.col("fund_code").first(),
            pl.col("facts").explode(),
        )
    )

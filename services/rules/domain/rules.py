"""A rule, a bundle of rules, and what judging says. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

Form = Literal["when", "window", "match", "warning"]
Severity = Literal["red", "orange", "yellow", "blue"]
Period = Literal["once", "day", "month", "year", "window"]
Judge = Literal["arrival", "close"]
Verdict = Literal["none", "warn", "cannot_judge"]
Value = int | str | bool | date | None
"""A field of a fact. A bool is not an int here: ask for bool first."""


@dataclass(frozen=True)
class Subject:
    """What is warned about: the field that names it (of `role`, in a match) and the kind of thing it names.

    The kind "warning" stands for the kind that the warning's own subject_kind says.
    """

    kind: str
    field: str
    role: str = ""


@dataclass(frozen=True)
class Parameter:
    """A number or word of the rule that is configuration: its default and why it is that."""

    name: str
    value: int | str | bool
    label: str
    note: str


@dataclass(frozen=True)
class WindowSpec:
    """Counts and sums over equal `key` values in `days` whole business days [last - days + 1, last]."""

    key: tuple[str, ...]
    days: int
    sum: str
    where: str


@dataclass(frozen=True)
class NoneRole:
    """A role that must be absent: no fact of `kind` for which `when` is true."""

    name: str
    kind: str
    when: str


@dataclass(frozen=True)
class MatchSpec:
    """The facts that are related: role -> kind, in the order of the file, and the absent roles."""

    roles: Mapping[str, str]
    none: tuple[NoneRole, ...]


@dataclass(frozen=True)
class Case:
    """An example in the rule file: the facts by kind, the lists as they stand, and the expected verdict.

    A list that is not named has no version: what reads it cannot judge. Every row has every field that is
    not derived, with values as in a frame (dates are dates).
    """

    name: str
    facts: Mapping[str, tuple[Mapping[str, Value], ...]]
    lists: Mapping[str, tuple[int | str, ...]]
    then: Verdict
    line: int = 0


@dataclass(frozen=True)
class Rule:
    """One rule file, checked. `on` is the fact kind that it judges (in a match, of the subject's role).

    `amount` is what is at stake, an int expression in CEL. `funds` empty means all. `judge` says
    when a match is judged: as facts arrive, or when their day closes.
    `source` is the path inside the rulebooks ("common/purpose-irregular.yaml").
    """

    id: str
    title: str
    basis: tuple[str, ...]
    severity: Severity
    categories: tuple[str, ...]
    funds: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    on: str
    form: Form
    subject: Subject
    period: Period
    judge: Judge
    when: str
    message: str
    amount: str
    params: tuple[Parameter, ...]
    window: WindowSpec | None
    match: MatchSpec | None
    cases: tuple[Case, ...]
    source: str

    @property
    def kinds(self) -> frozenset[str]:
        """The fact kinds that the rule reads."""
        if self.match is None:
            return frozenset({self.on})
        return frozenset({*self.match.roles.values(), *(item.kind for item in self.match.none)})


@dataclass(frozen=True)
class Bundle:
    """The rules of one category, immutable.

    `content` is canonical JSON of the rule files, `hash` its SHA-256 in hex.
    """

    category: str
    rules: tuple[Rule, ...]
    content: bytes = field(repr=False)
    hash: str

    @property
    def by_id(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}


HITS: pl.Schema = pl.Schema(
    {
        "rule_id": pl.String(),
        "subject_kind": pl.String(),
        "subject": pl.String(),
        "period": pl.String(),
        "evidence": pl.String(),
        "division_code": pl.String(),
        "fund_code": pl.String(),
        "amount_fen": pl.Int64(),
        "day": pl.Date(),
        "facts": pl.List(pl.String()),
        "message": pl.String(),
        "inputs": pl.String(),
    }
)
"""One row for each way in which a rule fired. Several hits of one (rule_id, subject, period) are one warning.

`evidence` names the hit, deterministically: the fact's key (with its day for a day kind), the window's key
and last day, or the key of each role. `facts` are the keys of the facts it rests on. `inputs` is canonical
JSON of what the verdict depends on: the fields that the rule reads and its subject, the answers of the lists
as "listed:<name>"; tokens and masks only. A hit without a fund has a null fund_code.
"""


@dataclass(frozen=True)
class Judged:
    """What judging a frame said: `hits` (schema HITS), and per rule how many facts it could not judge."""

    hits: pl.DataFrame
    cannot_judge: Mapping[str, int]


@dataclass(frozen=True)
class MatchJudged:
    """What judging match groups said: `hits` (schema HITS), and which groups could not be judged, and why.

    A group is poisoned when it is larger than the cap, or when the worker dies or runs out of time on it.
    """

    hits: pl.DataFrame
    poisoned: Mapping[str, str]

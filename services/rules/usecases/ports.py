"""What the commands of rules need of the outside: the compiled rules of a bundle, and the stores of one log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

import polars as pl

from services.rules.domain import Bundle, Judged, MatchJudged, Rule
from services.rules.usecases.lists import ListStore
from services.rules.usecases.log import Entry, EvaluatorState, Quarantined, Source


class ListReader(Protocol):
    """Answers the rules' questions to the lists."""

    def listed(self, name: str, keys: pl.Series, days: pl.Series) -> pl.Series | None:
        """Whether each key was on the list on its day; None if the list has no version."""
        ...


Pool = object
"""The child processes that relate facts. Opaque here: the match rules know what to do with them."""


class WindowRule(Protocol):
    """A rule over counts and sums in whole business days."""

    @property
    def rule(self) -> Rule:
        """The rule."""
        ...

    @property
    def days(self) -> int:
        """Width of the window in days."""
        ...

    @property
    def key(self) -> tuple[str, ...]:
        """The fields that make the key."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields that it needs of a fact."""
        ...

    @property
    def count_min(self) -> int:
        """How many facts a window has at least on which the rule fires."""
        ...

    def spans(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The key's fields, key_json, first_day, last_day: the keys of facts, and the days on which they have some."""
        ...

    def contributions(self, frame: pl.DataFrame) -> pl.DataFrame:
        """key_json, day, count, sum, division_code, fund_code, facts: one row per key and day."""
        ...

    def judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The hits of windows: key_json, last_day, count, sum, division_code, fund_code, facts."""
        ...


class MatchRule(Protocol):
    """A rule that relates facts of one group."""

    @property
    def rule(self) -> Rule:
        """The rule."""
        ...

    @property
    def roles(self) -> Mapping[str, str]:
        """Role -> fact kind, absent roles too."""
        ...

    @property
    def none_roles(self) -> frozenset[str]:
        """The roles that must be absent."""
        ...

    def group_columns(self, kind: str) -> tuple[str, ...]:
        """The fields in which the facts of a group agree, in the same order for every kind."""
        ...

    def columns(self, kind: str) -> tuple[str, ...]:
        """The fields that it needs of a fact of the kind."""
        ...

    def groups(self, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
        """The group's fields of the kind and "group", each once: where the facts that can take part lie."""
        ...

    def candidates(self, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
        """role, group, fact_key, day, …: the facts that can take part, once per role."""
        ...

    def judge(self, groups: pl.DataFrame, pool: Pool) -> MatchJudged:
        """The hits of whole groups of candidates."""
        ...


class Rules(Protocol):
    """A bundle, compiled."""

    @property
    def bundle(self) -> Bundle:
        """The bundle."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The fact kinds that its rules read."""
        ...

    def lists_read(self, kind: str) -> Mapping[str, tuple[str, str]]:
        """List name -> (field that is looked up, "int" or "string") of the rules on a kind."""
        ...

    def judge(self, kind: str, frame: pl.DataFrame, lists: ListReader) -> Judged:
        """The hits of the rules of form `when`."""
        ...

    def windows(self, kind: str) -> tuple[WindowRule, ...]:
        """The window rules on a kind."""
        ...

    def matches(self, kind: str) -> tuple[MatchRule, ...]:
        """The match rules that have a role of a kind ("warning" too)."""
        ...

    def explain(self, rule_id: str, inputs: str) -> str:
        """Why a rule fired on these inputs, as JSON."""
        ...


class FactStore(Protocol):
    """The facts of a log that rules look back on."""

    @property
    def columns(self) -> Mapping[str, Mapping[str, pl.DataType]]:
        """The columns that are kept, by fact kind."""
        ...

    def take(self, kind: str, keys: Sequence[str]) -> pl.DataFrame:
        """Deletes and returns the facts of these keys."""
        ...

    def places(self, kind: str, keys: pl.Series) -> pl.DataFrame:
        """key, category and position of the facts of these (distinct) keys."""
        ...

    def add(self, kind: str, facts: pl.DataFrame) -> None:
        """Keeps facts (with their position) whose keys are not there."""
        ...

    def add_new(self, kind: str, facts: pl.DataFrame) -> bool:
        """Keeps facts if none of their keys is there; otherwise, or if one cannot be kept, nothing."""
        ...

    def of_groups(self, kind: str, groups: pl.DataFrame, size_min: int, size_max: int) -> pl.DataFrame:
        """The facts that agree with a row of `groups`, bounded per group; groups under `size_min` left out."""
        ...

    def in_days(self, kind: str, keys: pl.DataFrame, size_min: int) -> pl.DataFrame:
        """The facts that agree with a row of `keys` from its first_day to its last_day; fewer than `size_min` left out."""
        ...

    def by_values(self, kind: str, values: pl.Series) -> pl.DataFrame:
        """The facts that have one of these (distinct) values in the column of the series' name."""
        ...

    def pages_by_values(self, kind: str, values: pl.Series, rows_max: int) -> Iterator[pl.DataFrame]:
        """Like `by_values`, so many rows at a time; what changes between two pages is not seen."""
        ...

    def page(self, kind: str, after_key: str, rows_max: int) -> pl.DataFrame:
        """The next facts in the order of their keys."""
        ...


class HitStore(Protocol):
    """The hits of a log."""

    def replace(self, touched: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
        """Replaces the hits of touched groups; returns the (rule_id, subject_kind, subject, period) affected."""
        ...

    def of_warnings(self, affected: pl.DataFrame) -> pl.DataFrame:
        """All hits of these (rule_id, subject_kind, subject, period)."""
        ...

    def groups_with_hits(self, rule_id: str, groups: pl.Series) -> pl.Series:
        """Those of the groups on which the rule has a hit."""
        ...

    def periods_with_hits(self, asked: pl.DataFrame) -> pl.DataFrame:
        """The hits of these (rule_id, group_key, period), with their day."""
        ...


class WarningStore(Protocol):
    """The warnings of a log."""

    def of_ids(self, ids: Sequence[str]) -> pl.DataFrame:
        """The warnings of these ids, retracted ones too."""
        ...

    def put(self, changed: pl.DataFrame) -> None:
        """Stores a new revision of each."""
        ...

    def facts_of_subjects(self, subjects: pl.DataFrame) -> pl.DataFrame:
        """The standing warnings on these (subject_kind, subject), as facts."""
        ...


class StateStore(Protocol):
    """The state intervals of a log."""

    def put(self, kind: str, rows: pl.DataFrame) -> None:
        """Keeps state rows; one of the same key and from_day replaces."""
        ...

    def all(self, kind: str) -> pl.DataFrame:
        """All intervals, by key and from_day."""
        ...

    def note_restated(self, kind: str, rows: pl.DataFrame) -> None:
        """Remembers restated (key, from_day) until the next day closes."""
        ...

    def take_restated(self, kind: str) -> pl.DataFrame:
        """Forgets and returns what was restated."""
        ...


class LogStore(Protocol):
    """The judgement log of an evaluator."""

    def lock(self) -> EvaluatorState:
        """Locks the evaluator until the end of the transaction."""
        ...

    def append(self, state: EvaluatorState, entry: Entry) -> None:
        """Stores the new state and the entry at its place."""
        ...

    def bundle(self, digest: str) -> bytes:
        """The content of a bundle."""
        ...

    def keep_bundle(self, bundle: Bundle, deployed_by: str) -> None:
        """Stores a bundle under its hash."""
        ...

    def close_stream(self, stream: str, day: date, streams: int) -> date | None:
        """Notes that a stream closed a day; returns the day that all `streams` have closed, if there is one."""
        ...

    def count_cannot_judge(self, counts: Mapping[str, int]) -> None:
        """Adds to the rules' counters."""
        ...

    def quarantine(self, place: int, sources: Sequence[Source], items: Sequence[Quarantined]) -> None:
        """Keeps what could not be judged."""
        ...

    def release_groups(self, rule_id: str, groups: Sequence[str]) -> None:
        """Forgets the quarantine of groups that are judged anew."""
        ...

    def wait_for_close(self, rule_id: str, kind: str, facts: pl.DataFrame) -> None:
        """Notes facts (key, day) to be judged when their day closes."""
        ...

    def take_due(self, closed_to: date) -> pl.DataFrame:
        """Forgets and returns the noted facts whose day has closed: rule_id, kind, key."""
        ...


class Store(Protocol):
    """All stores of one log in one transaction."""

    @property
    def log(self) -> LogStore:
        """The judgement log."""
        ...

    @property
    def facts(self) -> FactStore:
        """The facts."""
        ...

    @property
    def hits(self) -> HitStore:
        """The hits."""
        ...

    @property
    def warnings(self) -> WarningStore:
        """The warnings."""
        ...

    @property
    def states(self) -> StateStore:
        """The states."""
        ...

    @property
    def lists(self) -> ListStore:
        """The lists."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone by an exception; a value that cannot be stored is InvalidInput."""
        ...


class Meter(Protocol):
    """Counts and times what an evaluator does."""

    def judged(self, log: str, kind: str, facts: int) -> None:
        """Facts that were judged."""
        ...

    def changed(self, log: str, rule_id: str, change: str, number: int) -> None:
        """Warnings of a rule that were "raised" or "retracted"."""
        ...

    def cannot_judge(self, log: str, rule_id: str, number: int) -> None:
        """Facts that a rule could not judge."""
        ...

    def quarantined(self, log: str, number: int) -> None:
        """Facts or groups that were quarantined."""
        ...

    def step(self, name: str) -> AbstractContextManager[object]:
        """Times a step."""
        ...

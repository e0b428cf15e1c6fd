"""One entry of one log while it is being applied: what is in force at its place, and what came of it so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from services.kit.rows import no_rows
from services.rules.domain import HITS, Rule
from services.rules.usecases.lists import KnownLists
from services.rules.usecases.log import EvaluatorState, Quarantined, Source
from services.rules.usecases.ports import Meter, Pool, Rules, Store

JUDGING_ERRORS = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
)
"""What judging a strange fact may raise. Anything else (a lost database) fails the entry, which is tried again."""

TOUCHED = {"rule_id": pl.String(), "group_key": pl.String(), "first_day": pl.Date(), "last_day": pl.Date()}
"""Groups whose hits are replaced; null days are no bound."""

GROUPED_HITS = {"group_key": pl.String(), **HITS}
"""Hits with the group that they belong to: the fact, the window's key, the match's group, the state's key."""


@dataclass
class Session:
    """What one entry sees and leaves behind. `state` is that of its own place in the log."""

    state: EvaluatorState
    sources: Sequence[Source]
    store: Store
    rules: Rules
    lists: KnownLists
    pool: Pool
    meter: Meter
    cannot_judge: Counter[str] = field(default_factory=Counter)
    quarantined: list[Quarantined] = field(default_factory=list)

    def quarantine_groups(self, rule_id: str, touched: pl.Series, poisoned: Mapping[str, str]) -> None:
        """Notes the groups of a match rule that could not be judged now; the touched ones are out of quarantine else."""
        if touched.len():
            self.store.log.release_groups(rule_id, touched.to_list())
        self.quarantined.extend(
            Quarantined("group", rule_id, group, reason) for group, reason in poisoned.items()
        )

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is done inside is undone by an exception, in the database and in what this entry has counted."""
        state, counted, noted = self.state, Counter(self.cannot_judge), len(self.quarantined)
        try:
            with self.store.attempt():
                yield
        except BaseException:
            self.state, self.cannot_judge = state, counted
            del self.quarantined[noted:]
            raise

    @property
    def by_id(self) -> Mapping[str, Rule]:
        """The rules in force, by id."""
        return self.rules.bundle.by_id

    def keeps(self, kind: str) -> bool:
        """Whether this log keeps facts of a kind: categories keep all that can be kept, `cross` what its rules read."""
        return kind in self.store.facts.columns and (self.state.log != "cross" or kind in self.rules.kinds)


@dataclass(frozen=True)
class Verdicts:
    """Groups whose hits are replaced (TOUCHED), and the hits that they have now (GROUPED_HITS)."""

    touched: pl.DataFrame
    hits: pl.DataFrame

    @staticmethod
    def none() -> Verdicts:
        """Nothing touched."""
        return Verdicts(no_rows(TOUCHED), no_rows(GROUPED_HITS))

    @staticmethod
    def all(parts: list[Verdicts]) -> Verdicts:
        """Several as one."""
        if not parts:
            return Verdicts.none()
        return Verdicts(pl.concat([part.touched for part in parts]), pl.concat([part.hits for part in parts]))


def touched_groups(rule_id: str, groups: pl.Series) -> pl.DataFrame:
    """All hits of these groups of a rule, as TOUCHED."""
    return pl.DataFrame({"group_key": groups}, schema={"group_key": pl.String()}).select(
        pl.lit(rule_id).alias("rule_id"),
        "group_key",
        pl.lit(None, pl.Date()).alias("first_day"),
        pl.lit(None, pl.Date()).alias("last_day"),
    )


def grouped(hits: pl.DataFrame, group_key: pl.Expr) -> pl.DataFrame:
    """Hits with their group, as GROUPED_HITS."""
    return hits.with_columns(group_key.alias("group_key")).select(GROUPED_HITS.keys())

"""Facts that arrive, change or go away: kept, judged, and what they touch judged anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from services.kit.rows import no_rows
from services.rules.domain import CROSS, FACT_KINDS
from services.rules.usecases.halving import by_halves
from services.rules.usecases.matches import judge_matches
from services.rules.usecases.session import (
    Session,
    Verdicts,
    grouped,
    touched_groups,
)
from services.rules.usecases.warnings import Changes, settle
from services.rules.usecases.windows import judge_windows

RESTATED = "所依据的事实已变更、冲销或改挂"
JUDGED_ROWS_MAX = 5_000
"""Facts that are judged at once: those of one event, of several that came together, or that are judged again."""


@dataclass(frozen=True)
class Change:
    """Facts of one kind: the keys that no longer stand, and the facts that stand from now on (by unique key).

    A fact whose key was there before replaces it. `added` has a column "position", the ledger's when it told the fact.
    """

    kind: str
    removed: Sequence[str]
    added: pl.DataFrame

    @property
    def size(self) -> int:
        """The number of facts that come or go."""
        return len(self.removed) + self.added.height

    @property
    def name(self) -> tuple[str, str, str]:
        """Kind, no rule, and the key of the first fact."""
        return self.kind, "", self.removed[0] if self.removed else str(self.added["key"][0])

    @property
    def position(self) -> int:
        """Of the first fact that comes; 0 if none does."""
        return int(self.added["position"][0]) if self.added.height else 0

    def halves(self) -> tuple[Change, Change]:
        """The change in two, the removals first."""
        half = self.size // 2
        if half <= len(self.removed):
            first = Change(self.kind, self.removed[:half], self.added.clear())
            return first, Change(self.kind, self.removed[half:], self.added)
        middle = half - len(self.removed)
        first = Change(self.kind, self.removed, self.added.slice(0, middle))
        return first, Change(self.kind, (), self.added.slice(middle))


def together(changes: Sequence[Change]) -> list[Change]:
    """Facts that came one change after the other, as few changes as JUDGED_ROWS_MAX allows; kinds may change places.

    Of a key that came twice the last stands.
    """
    parts: list[list[Change]] = []
    open_parts: dict[str, tuple[list[Change], int]] = {}
    for change in changes:
        part, rows = open_parts.get(change.kind, ([], 0))
        if not part or rows + change.size > JUDGED_ROWS_MAX:
            part, rows = [], 0
            parts.append(part)
        part.append(change)
        open_parts[change.kind] = part, rows + change.size
    return [_one(part) for part in parts]


def _one(changes: Sequence[Change]) -> Change:
    if len(changes) == 1:
        return changes[0]
    frame = pl.concat([change.added for change in changes])
    if frame["key"].n_unique() < frame.height:
        frame = frame.unique("key", keep="last", maintain_order=True)
    return Change(changes[0].kind, (), frame)


def apply_change(session: Session, change: Change, category: str = "") -> list[Changes]:
    """Applies a change. What cannot be judged is found by halving, quarantined, and the rest applied.

    `category` is that of the stream which tells it.
    """
    if change.size == 0 or not (change.kind in session.rules.kinds or session.keeps(change.kind)):
        return []
    if session.state.log == CROSS and session.keeps(change.kind):
        change = _not_overtaken(session, change, category)
    return by_halves(session, change, lambda part: settle(session, _judge(session, part), RESTATED))


def _judge(session: Session, change: Change) -> Verdicts:
    kind, added = change.kind, change.added
    if session.keeps(kind):
        with session.meter.step("facts"):
            gone = _keep(session, change)
        known = pl.Series("key", [*change.removed, *gone["key"].to_list()], pl.String).unique()
    else:
        # Nothing is kept of this kind: any of these keys may have been judged before.
        gone = added.clear()
        known = pl.Series("key", [*change.removed, *added["key"].to_list()], pl.String)
    session.meter.judged(session.state.log, kind, added.height)
    parts = [_judge_each(session, kind, added, known)]
    if session.keeps(kind):
        kept = list(session.store.facts.columns[kind])
        touching = pl.concat([gone.select(kept), added.select(kept).cast(gone.schema)])
        with session.meter.step("windows"):
            parts += judge_windows(session, kind, touching)
        with session.meter.step("matches"):
            parts += judge_matches(session, kind, added=added, gone=gone)
    return Verdicts.all(parts)


def _not_overtaken(session: Session, change: Change, category: str) -> Change:
    """The part of a change that no other stream has overtaken.

    A fact that moves leaves one stream and arrives in another under the same key, and a log over both may hear the
    arrival first. A later telling then stays, and only the stream that a fact stands in can take it away.
    """
    keys = pl.Series("key", [*change.removed, *change.added["key"]], pl.String).unique()
    places = session.store.facts.places(change.kind, keys).filter(pl.col("category") != category)
    elsewhere = set(places["key"])
    theirs = places.select("key", pl.col("position").alias("told_at"))
    overtaken = (
        change.added.select("key", "position")
        .join(theirs, on="key")
        .filter(pl.col("told_at") > pl.col("position"))
    )
    return replace(
        change,
        removed=[key for key in change.removed if key not in elsewhere],
        added=change.added.join(overtaken, on="key", how="anti", maintain_order="left"),
    )


def _keep(session: Session, change: Change) -> pl.DataFrame:
    """Keeps what stands from now on; returns what was kept of what no longer stands."""
    facts, kind, added = session.store.facts, change.kind, change.added
    if not change.removed and facts.add_new(kind, added):
        return no_rows(facts.columns[kind])
    gone = facts.take(kind, [*change.removed, *added["key"].to_list()])
    facts.add(kind, added)
    return gone


def _judge_each(session: Session, kind: str, added: pl.DataFrame, known: pl.Series) -> Verdicts:
    rules = [r.id for r in session.rules.bundle.rules if r.on == kind and r.form == "when"]
    if not rules:
        return Verdicts.none()
    with session.meter.step("masks"):
        judged = session.rules.judge(kind, added, session.lists)
    session.cannot_judge.update(judged.cannot_judge)
    # A fact that was not known has no hits to replace, which spares a look-up for nearly every fact.
    touched = [touched_groups(rule, known) for rule in rules] if known.len() else [Verdicts.none().touched]
    return Verdicts(pl.concat(touched), grouped(judged.hits, pl.col("evidence")))


def judge_again(session: Session, kind: str, facts: pl.DataFrame, rules: Sequence[str]) -> Verdicts:
    """Judges kept facts anew by rules that read a list which has changed."""
    whole = facts.with_columns(
        pl.lit(None, field.dtype).alias(field.name)
        for field in FACT_KINDS[kind].fields
        if field.name not in facts.columns
    )
    judged = session.rules.judge(kind, whole, session.lists)
    # The fields that are not kept are null here, so only the rules that look back may be believed.
    hits = judged.hits.filter(pl.col("rule_id").is_in(list(rules)))
    touched = [touched_groups(rule, facts["key"]) for rule in rules]
    return Verdicts(pl.concat(touched), grouped(hits, pl.col("evidence")))

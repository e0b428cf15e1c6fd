"""Match rules: the groups that facts touch are loaded whole, one query per rule, kind and batch, and judged anew."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from services.kit.rows import no_rows
from services.rules.domain import MatchJudged
from services.rules.usecases.ports import MatchRule
from services.rules.usecases.session import Session, Verdicts, grouped, touched_groups

GROUP_FACTS_MAX = 2_000
"""Facts of one kind of a group that are loaded; a larger group is not judged, and said so. The engine has its own cap
of what it relates."""


def judge_matches(session: Session, kind: str, added: pl.DataFrame, gone: pl.DataFrame) -> list[Verdicts]:
    """Judges the groups that facts coming or going lie in. Both frames have at least the kept columns."""
    parts = []
    for match in session.rules.matches(kind):
        groups = _touched(session, match, kind, added, gone)
        if groups.height:
            parts.append(judge_groups(session, match, kind, groups))
    return parts


def take_due(session: Session) -> pl.DataFrame:
    """The facts whose groups wait for a day that has closed: rule_id, kind, key. They wait no longer."""
    if session.state.closed_to is None:
        return no_rows({"rule_id": pl.String, "kind": pl.String, "key": pl.String})
    return session.store.log.take_due(session.state.closed_to)


def judge_due(session: Session, due: pl.DataFrame) -> list[Verdicts]:
    """Judges the groups of facts that waited (see `take_due`)."""
    parts = []
    for (rule_id, kind), facts in due.partition_by("rule_id", "kind", as_dict=True).items():
        match = next((m for m in session.rules.matches(str(kind)) if m.rule.id == rule_id), None)
        if match is None:
            continue
        standing = session.store.facts.by_values(str(kind), facts["key"])
        groups = match.groups(str(kind), standing)
        if groups.height:
            parts.append(judge_groups(session, match, str(kind), groups))
    return parts


def _touched(
    session: Session, match: MatchRule, kind: str, added: pl.DataFrame, gone: pl.DataFrame
) -> pl.DataFrame:
    """The groups to judge now: "group" and the group columns of the kind."""
    kept = list(session.store.facts.columns[kind])
    coming = match.groups(kind, added.select(kept))
    going = match.groups(kind, gone.select(kept)) if gone.height else coming.clear()
    if match.rule.judge == "arrival":
        return pl.concat([coming, going]).unique() if going.height else coming
    if coming.height + going.height == 0:
        return coming
    closed_to = session.state.closed_to
    facing = match.candidates(kind, added).filter(~pl.col("role").is_in(list(match.none_roles)))
    waiting = facing.filter(True if closed_to is None else pl.col("day") > closed_to)
    if waiting.height:
        session.store.log.wait_for_close(
            match.rule.id, kind, waiting.select(pl.col("fact_key").alias("key"), "day").unique()
        )
    late = facing.join(waiting, on="fact_key", how="anti")["group"]
    # A fact that must be absent can only take a verdict away by coming, and only bring one by going.
    both = pl.concat([coming, going]).unique()
    judged = session.store.hits.groups_with_hits(match.rule.id, both["group"])
    wanted = pl.concat([late, judged, going["group"]]).unique()
    return both.filter(pl.col("group").is_in(wanted.implode()))


def judge_groups(session: Session, match: MatchRule, kind: str, groups: pl.DataFrame) -> Verdicts:
    """The verdicts of whole groups; `groups` has "group" and the group columns of `kind`."""
    candidates, large = _load(session, match, kind, groups)
    if candidates.height == 0 and not large:
        session.quarantine_groups(match.rule.id, groups["group"], {})
        return Verdicts(touched_groups(match.rule.id, groups["group"]), Verdicts.none().hits)
    playing = candidates.filter(~pl.col("group").is_in(list(large)))
    judged = match.judge(playing, session.pool)
    return match_verdicts(session, match, groups["group"], playing, judged, large)


def match_verdicts(
    session: Session,
    match: MatchRule,
    touched: pl.Series,
    candidates: pl.DataFrame,
    judged: MatchJudged,
    large: Mapping[str, str],
) -> Verdicts:
    """The verdicts of the touched groups; those that could not be judged go into quarantine and have no hits."""
    session.quarantine_groups(match.rule.id, touched, {**judged.poisoned, **large})
    # The first fact of a hit is that of the subject's role, which stands in one group only.
    group_of = candidates.filter(pl.col("role") == match.rule.subject.role).select(
        "group", pl.col("fact_key").alias("subject_fact")
    )
    hits = judged.hits.with_columns(pl.col("facts").list.first().alias("subject_fact")).join(
        group_of.unique(), on="subject_fact", how="left"
    )
    return Verdicts(touched_groups(match.rule.id, touched), grouped(hits, pl.col("group")))


def _load(
    session: Session, match: MatchRule, kind: str, groups: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The candidates of whole groups, and the groups that are too large, with the reason."""
    present = {item for role, item in match.roles.items() if role not in match.none_roles}
    columns = list(match.group_columns(kind))
    wanted = groups.select(columns)
    frames: list[pl.DataFrame] = []
    large: dict[str, str] = {}
    for other in sorted(set(match.roles.values()), key=lambda item: (item not in present, item)):
        theirs = list(match.group_columns(other))
        names = dict(zip(columns, theirs, strict=True))
        facts = session.store.facts.of_groups(
            other, wanted.rename(names), _size_min(match, other), GROUP_FACTS_MAX
        )
        crowded = facts.group_by(theirs).len().filter(pl.col("len") > GROUP_FACTS_MAX)
        for group in groups.join(crowded, left_on=columns, right_on=theirs)["group"]:
            large[group] = f"more than {GROUP_FACTS_MAX} facts of kind {other}"
        found = _closed(session, match, match.candidates(other, facts))
        frames.append(found)
        if other in present:
            # A group without the facts that a rule is about needs nothing else.
            wanted = groups.join(found.select("group").unique(), on="group", how="semi").select(columns)
    return pl.concat(frames, how="diagonal"), large


def _closed(session: Session, match: MatchRule, candidates: pl.DataFrame) -> pl.DataFrame:
    if match.rule.judge == "arrival":
        return candidates
    absent = pl.col("role").is_in(list(match.none_roles))
    closed_to = session.state.closed_to
    return candidates.filter(absent if closed_to is None else absent | (pl.col("day") <= closed_to))


def _size_min(match: MatchRule, kind: str) -> int:
    """How many facts of a kind a group needs at least: `seq` orders the roles, so each needs a fact of its own."""
    roles = [role for role, item in match.roles.items() if item == kind and role not in match.none_roles]
    if len(roles) < 2:
        return 1
    ordered = all(re.search(rf"\b{re.escape(role)}\.seq\b", match.rule.when) for role in roles)
    return len(roles) if ordered else 1

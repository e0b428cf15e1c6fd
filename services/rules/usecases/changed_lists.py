"""A reference list that changes: kept once, and the facts that it touches judged anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from services.rules.domain import Rule
from services.rules.usecases.facts import REJUDGED_ROWS_MAX, judge_again
from services.rules.usecases.lists import KnownLists, ListCache, ListPart
from services.rules.usecases.session import Session
from services.rules.usecases.warnings import Changes, settle

CHANGED = "比对名单已变更"


def apply_list(session: Session, part: ListPart, cache: ListCache) -> list[Changes]:
    """Keeps a part of a list's version. Facts whose key is in it are judged anew; at the first complete version, all."""
    knew = session.lists.knows(part.name)
    session.store.lists.put(part)
    session.state = replace(session.state, lists_seq=part.seq)
    session.lists = KnownLists(session.store.lists, part.seq, cache)
    if not session.lists.knows(part.name):
        return []
    changes: list[Changes] = []
    for kind in sorted(session.rules.kinds):
        field, _ = session.rules.lists_read(kind).get(part.name, ("", ""))
        if not field or not session.keeps(kind):
            continue
        rules = [r.id for r in session.rules.bundle.rules if r.on == kind and reads_list(r, part.name)]
        pages = _touched(session, kind, field, part) if knew else _all(session, kind)
        for facts in pages:
            with session.meter.step("lists"):
                verdicts = judge_again(session, kind, facts, rules)
            changes += settle(session, verdicts, CHANGED)
    return changes


def reads_list(rule: Rule, name: str) -> bool:
    """Whether a rule's condition asks this list."""
    return re.search(rf"listed\(\s*[\"']{re.escape(name)}[\"']", rule.when) is not None


def _touched(session: Session, kind: str, field: str, part: ListPart) -> Iterator[pl.DataFrame]:
    by_code = session.store.facts.columns[kind][field] == pl.String()
    keys = part.rows["key_code" if by_code else "key_token"].drop_nulls().unique()
    facts = session.store.facts.by_values(kind, keys.alias(field))
    return facts.iter_slices(REJUDGED_ROWS_MAX)


def _all(session: Session, kind: str) -> Iterator[pl.DataFrame]:
    after = ""
    while (facts := session.store.facts.page(kind, after, REJUDGED_ROWS_MAX)).height:
        yield facts
        after = facts["key"][-1]

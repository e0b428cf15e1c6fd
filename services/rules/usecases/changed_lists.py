"""A reference list that changes: kept once, and the facts that it touches judged anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from services.rules.domain import Rule
from services.rules.usecases.facts import JUDGED_ROWS_MAX, judge_again
from services.rules.usecases.halving import Rows, by_halves, rows_of
from services.rules.usecases.lists import KnownLists, ListCache, ListPart
from services.rules.usecases.log import Quarantined
from services.rules.usecases.session import Session
from services.rules.usecases.warnings import Changes, settle

CHANGED = "比对名单已变更"
CODE_BYTES_MAX = 1_000


def apply_list(session: Session, part: ListPart, cache: ListCache) -> list[Changes]:
    """Keeps a part of a list's version. Facts whose key is in it are judged anew; at the first complete version, all."""
    part = _keepable(session, part)
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
        work = partial(_judge_again, session, kind, rules)
        for facts in _touched(session, kind, field, part) if knew else _all(session, kind):
            changes += by_halves(session, rows_of(kind, facts), work)
    return changes


def _keepable(session: Session, part: ListPart) -> ListPart:
    """The part without the codes that no database can find again; those are quarantined."""
    code = pl.col("key_code")
    strange = (code.str.contains("\0", literal=True) | (code.str.len_bytes() > CODE_BYTES_MAX)).fill_null(
        False
    )
    for key in part.rows.filter(strange)["key_code"]:
        reason = "a code of the list cannot be kept"
        session.quarantined.append(Quarantined("list", "", f"{part.name}: {key}", reason))
    return replace(part, rows=part.rows.filter(~strange))


def _judge_again(session: Session, kind: str, rules: Sequence[str], facts: Rows) -> list[Changes]:
    with session.meter.step("lists"):
        verdicts = judge_again(session, kind, facts.frame.drop("kind", "rule_id"), rules)
    return settle(session, verdicts, CHANGED)


def reads_list(rule: Rule, name: str) -> bool:
    """Whether a rule's condition asks this list."""
    return re.search(rf"listed\(\s*[\"']{re.escape(name)}[\"']", rule.when) is not None


def _touched(session: Session, kind: str, field: str, part: ListPart) -> Iterator[pl.DataFrame]:
    by_code = session.store.facts.columns[kind][field] == pl.String()
    keys = part.rows["key_code" if by_code else "key_token"].drop_nulls().unique()
    return session.store.facts.pages_by_values(kind, keys.alias(field), JUDGED_ROWS_MAX)


def _all(session: Session, kind: str) -> Iterator[pl.DataFrame]:
    after = ""
    while (facts := session.store.facts.page(kind, after, JUDGED_ROWS_MAX)).height:
        yield facts
        after = facts["key"][-1]

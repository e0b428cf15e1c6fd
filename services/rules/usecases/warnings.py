"""Warnings out of hits: a warning is the fold of the standing hits of one rule, subject and period."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from services.rules.domain import FACT_KINDS, Rule
from services.rules.usecases.columns import AFFECTED, WARNING
from services.rules.usecases.matches import match_verdicts
from services.rules.usecases.ports import Rules
from services.rules.usecases.session import Session, Verdicts

CHAIN_ROUNDS_MAX = 4
"""Conclusions from conclusions from …: lint refuses cycles, this bounds what is left."""
EXPLAINED_MAX = 200
"""Explanations that are worked out while an entry is applied; the others are when somebody asks."""
FACTS_NAMED_MAX = 100
IDENTITY = tuple(AFFECTED)
COMPARED = (
    "standing",
    "inputs_hash",
    "amount_fen",
    "severity",
    "message",
    "day",
    "division_code",
    "fund_code",
)
"""What makes a new revision of a warning when it differs; so do the facts that it rests on."""


@dataclass(frozen=True)
class Changes:
    """Warnings that an entry raised or changed, and those that it retracted (columns of the warning store).

    `replaced` are those that changed, as they were before.
    """

    raised: pl.DataFrame
    retracted: pl.DataFrame
    replaced: pl.DataFrame

    @property
    def all(self) -> pl.DataFrame:
        """Both."""
        return pl.concat([self.raised, self.retracted])


def warning_id(log: str, rule_id: str, subject_kind: str, subject: str, period: str) -> str:
    """SHA-256 of category (or "cross"), rule, subject and period, first 16 bytes in hex."""
    named = "\x1f".join((log, rule_id, subject_kind, subject, period))
    return hashlib.sha256(named.encode()).digest()[:16].hex()


def settle(session: Session, verdicts: Verdicts, because: str) -> list[Changes]:
    """Replaces hits, folds what they affect into warnings, and judges the rules on warnings, round by round."""
    rounds: list[Changes] = []
    for _ in range(CHAIN_ROUNDS_MAX):
        with session.meter.step("hits"):
            affected = session.store.hits.replace(verdicts.touched, _storable(verdicts.hits))
        if affected.height == 0:
            break
        with session.meter.step("warnings"):
            changes = _fold(session, affected, because)
        if changes.raised.height + changes.retracted.height == 0:
            break
        rounds.append(changes)
        verdicts = _judge_warnings(session, pl.concat([changes.all, changes.replaced]))
        if verdicts.touched.height == 0:
            break
    return rounds


def _storable(hits: pl.DataFrame) -> pl.DataFrame:
    # Lists of fact keys are kept as text: one fact per line.
    return hits.with_columns(pl.col("facts").list.join("\n"))


def _fold(session: Session, affected: pl.DataFrame, because: str) -> Changes:
    log = session.state.log
    # A rule that an earlier bundle had keeps its verdicts until its facts go away.
    hits = session.store.hits.of_warnings(affected)
    before = {
        row["id"]: row
        for row in session.store.warnings.of_ids(
            [warning_id(log, *row) for row in affected.select(IDENTITY).iter_rows()]
        ).iter_rows(named=True)
    }
    standing = {row["id"]: row for row in _folded(session, hits)}
    raised = [
        {**row, "revision": before[id_]["revision"] + 1 if id_ in before else 1}
        for id_, row in standing.items()
        if id_ not in before or not _same(before[id_], row)
    ]
    with_hits = {warning_id(log, *row) for row in hits.select(IDENTITY).unique().iter_rows()}
    retracted = [
        {
            **row,
            "revision": row["revision"] + 1,
            "standing": False,
            "log_place": session.state.place,
            "retracted_because": because,
        }
        for id_, row in before.items()
        if row["standing"] and id_ not in with_hits
    ]
    _explain(session, raised)
    replaced = [before[str(row["id"])] for row in raised if row["id"] in before]
    changes = Changes(*(pl.DataFrame(rows, schema=WARNING) for rows in (raised, retracted, replaced)))
    session.store.warnings.put(changes.all)
    for change, frame in (("raised", changes.raised), ("retracted", changes.retracted)):
        for rule_id, number in frame["rule_id"].value_counts().iter_rows():
            session.meter.changed(log, rule_id, change, number)
    return changes


def _same(before: Mapping[str, object], now: Mapping[str, object]) -> bool:
    if any(before[name] != now[name] for name in COMPARED):
        return False
    was, is_now = (json.loads(str(row["explanation"])) for row in (before, now))
    return all(was[name] == is_now[name] for name in ("facts", "facts_number"))


def _folded(session: Session, hits: pl.DataFrame) -> list[dict[str, object]]:
    in_force = hits.filter(pl.col("rule_id").is_in(list(session.by_id)))
    groups = (
        in_force.sort("evidence", "inputs")
        .group_by(IDENTITY, maintain_order=True)
        .agg(
            pl.col("division_code").drop_nulls().first(),
            pl.col("fund_code").drop_nulls().first(),
            pl.col("amount_fen").sum(),
            pl.col("day").max(),
            pl.col("message").first(),
            pl.col("evidence"),
            pl.col("inputs"),
            pl.col("facts"),
        )
        .sort(IDENTITY)
    )
    return [_warning(session, session.by_id[row["rule_id"]], row) for row in groups.iter_rows(named=True)]


def _warning(session: Session, rule: Rule, row: Mapping[str, object]) -> dict[str, object]:
    evidence, inputs, facts = row["evidence"], row["inputs"], row["facts"]
    assert isinstance(evidence, list)
    assert isinstance(inputs, list)
    assert isinstance(facts, list)
    identity = [str(row[name]) for name in IDENTITY]
    return {
        **{name: row[name] for name in (*IDENTITY, "amount_fen", "day", "message")},
        "id": warning_id(session.state.log, *identity),
        "revision": 1,
        "log": session.state.log,
        "standing": True,
        "title": rule.title,
        "severity": rule.severity,
        "bundle_hash": session.rules.bundle.hash,
        "division_code": row["division_code"] or "",
        "fund_code": row["fund_code"] or "",
        "inputs_hash": inputs_hash(evidence, inputs),
        "explanation": explanation(rule, inputs[0], sorted({f for item in facts for f in item.split("\n")})),
        "basis": "\n".join(rule.basis),
        "log_place": session.state.place,
        "retracted_because": "",
    }


def inputs_hash(evidence: list[str], inputs: list[str]) -> str:
    """SHA-256 over the sorted (evidence, inputs), in hex. Each text goes in with its length, so none runs into the next."""
    digest = hashlib.sha256()
    for pair in sorted(zip(evidence, inputs, strict=True)):
        for item in pair:
            data = item.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def explanation(rule: Rule, inputs: str, facts: list[str]) -> str:
    """Why a warning stands, as JSON: rule, source, inputs of the first hit, facts (at most 100 by name), their number.

    `explained` adds what is worked out of the inputs: the condition, the evaluated tree, the smallest change.
    """
    document = {
        "rule": rule.id,
        "source": rule.source,
        "inputs": json.loads(inputs),
        "facts": facts[:FACTS_NAMED_MAX],
        "facts_number": len(facts),
    }
    return _json(document)


def explained(rules: Rules, rule_id: str, stored: str) -> str:
    """A stored explanation with the condition, the evaluated tree and the smallest change in it.

    They are worked out anew even where they are stored: it may have been by a release that told them less well.
    """
    document = json.loads(stored)
    if rule_id not in rules.bundle.by_id:
        return stored
    return _json({**document, **json.loads(rules.explain(rule_id, _json(document["inputs"])))})


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _explain(session: Session, raised: list[dict[str, object]]) -> None:
    for row in raised[:EXPLAINED_MAX]:
        row["explanation"] = explained(session.rules, str(row["rule_id"]), str(row["explanation"]))


def _judge_warnings(session: Session, changed: pl.DataFrame) -> Verdicts:
    facts = changed.select(list(FACT_KINDS["warning"].by_name))
    touched = {match: match.groups("warning", facts)["group"] for match in session.rules.matches("warning")}
    touched = {match: groups for match, groups in touched.items() if groups.len()}
    if not touched:
        return Verdicts.none()
    standing = session.store.warnings.facts_of_subjects(changed.select("subject_kind", "subject").unique())
    parts = []
    for match, groups in touched.items():
        playing = match.candidates("warning", standing).filter(pl.col("group").is_in(groups.implode()))
        judged = match.judge(playing, session.pool)
        parts.append(match_verdicts(session, match, groups, playing, judged, {}))
    return Verdicts.all(parts)

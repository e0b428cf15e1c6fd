"""Rules and facts for tests, with all that a test does not speak of filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from services.rules.domain import FACT_KINDS, HITS, Bundle, MatchSpec, NoneRole, Rule, Subject, WindowSpec
from services.rules.engine.cases import case_frame
from services.rules.language.rulecases import DEFAULT_DAY

_RULE = Rule(
    id="common.example",
    title="疑似示例",
    basis=("预算法 第五十七条",),
    severity="yellow",
    categories=("poverty",),
    funds=(),
    valid_from=None,
    valid_to=None,
    on="payment",
    form="when",
    subject=Subject("payment", "payment_key"),
    period="once",
    judge="arrival",
    when="amount_fen > 0",
    message="{amount} 元",
    amount="amount_fen",
    params=(),
    window=None,
    match=None,
    cases=(),
    source="common/example.yaml",
)


def when_rule(when: str, **changes: Any) -> Rule:
    """A rule on single facts."""
    return replace(_RULE, when=when, **changes)


def window_rule(when: str, window: WindowSpec, **changes: Any) -> Rule:
    """A window rule on payments, about the payee's account."""
    subject = Subject("account", "payee_account_token")
    shape: dict[str, Any] = {
        "form": "window",
        "period": "window",
        "subject": subject,
        "amount": "window.sum",
        "message": "{window.sum}",
    }
    return replace(_RULE, when=when, window=window, **{**shape, **changes})


def match_rule(when: str, roles: Mapping[str, str], none: Iterable[NoneRole] = (), **changes: Any) -> Rule:
    """A match rule about the first of its roles."""
    role = next(iter(roles))
    kind = FACT_KINDS[roles[role]]
    subject = next(field for field in kind.fields if field.subject)
    shape: dict[str, Any] = {
        "form": "match",
        "on": kind.name,
        "subject": Subject(subject.subject, subject.name, role),
        "message": "疑似",
        "amount": f"{role}.amount_fen",
        "match": MatchSpec(dict(roles), tuple(none)),
    }
    return replace(_RULE, when=when, **{**shape, **changes})


def bundle_of(*rules: Rule) -> Bundle:
    """A bundle of these rules; its content is not that of files."""
    return Bundle("poverty", rules, b"", "0" * 64)


def facts(kind: str, *rows: Mapping[str, object]) -> pl.DataFrame:
    """Facts of a kind; what a row does not give is null, or a filler where null is not allowed."""
    filled = []
    for number, row in enumerate(rows, 1):
        values: dict[str, object] = {}
        for field in FACT_KINDS[kind].fields:
            if field.derived and field.name != "day":
                continue
            values[field.name] = row.get(field.name, _filler(field.type, field.nullable, number))
        filled.append(values)
    return case_frame(kind, filled)


def _filler(kind: str, nullable: bool, number: int) -> object:
    if nullable:
        return None
    return {"string": f"x{number}", "int": 1, "bool": False, "date": DEFAULT_DAY}[kind]


def assert_hits(hits: pl.DataFrame) -> None:
    """The frame has the schema of hits, and nothing is missing where nothing may be."""
    assert dict(hits.schema) == dict(HITS)
    for name in set(HITS) - {"fund_code"}:
        assert hits[name].null_count() == 0, name

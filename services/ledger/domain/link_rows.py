"""Decisions about links as entries of the ledger: their columns, and what makes two of them the same."""

from __future__ import annotations

import hashlib
from datetime import date

import polars as pl

from services.ledger.domain.links import Decision, Plan

LINKS = pl.Schema(
    {
        "key": pl.String,
        "kind": pl.String,
        "division_code": pl.String,
        "reason": pl.String,
        "original_key": pl.String,
        "recorded_on": pl.Date,
        "request_hash": pl.String,
        "recorded_by": pl.String,
    }
)
"""A decision. `recorded_on` is the day on which it was made; whether a link came late is said by it."""

LINK_LINES = pl.Schema(
    {
        "key": pl.String,
        "link_key": pl.String,
        "number": pl.Int32,
        "payment_key": pl.String,
        "quota_key": pl.String,
        "project_key": pl.String,
        "amount_fen": pl.Int64,
    }
)
"""A line of a decision: the part of a payment that it takes. No quota: it is unrelated. The project is the part's."""


def link_row(decision: Decision, division_code: str, recorded_on: date, recorded_by: str) -> pl.DataFrame:
    """The decision as one row."""
    row = {
        "key": decision.key,
        "kind": decision.kind.value,
        "division_code": division_code,
        "reason": decision.reason,
        "original_key": decision.original_key,
        "recorded_on": recorded_on,
        "request_hash": request_hash(decision),
        "recorded_by": recorded_by,
    }
    return pl.DataFrame([row], schema=LINKS)


def link_line_rows(decision: Decision, plan: Plan) -> pl.DataFrame:
    """The lines of a decision as rows."""
    rows = [
        {
            "key": decision.line_key(number),
            "link_key": decision.key,
            "number": number,
            "payment_key": line.payment_key,
            "quota_key": line.quota_key or None,
            "project_key": part.project_key,
            "amount_fen": part.amount_fen,
        }
        for number, (line, part) in enumerate(zip(decision.lines, plan.parts, strict=True), start=1)
    ]
    return pl.DataFrame(rows, schema=LINK_LINES)


def request_hash(decision: Decision) -> str:
    """SHA-256 (hex) of all that was asked: the same for the same content, whoever asks and whenever."""
    said = [repr(value) for name, value in sorted(vars(decision).items()) if name != "lines"]
    for line in decision.lines:
        said += [f"{name}={value!r}" for name, value in sorted(vars(line).items())]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()

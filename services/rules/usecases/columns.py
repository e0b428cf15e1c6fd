"""The columns of hits and warnings as they are stored."""

from __future__ import annotations

import polars as pl

AFFECTED: dict[str, pl.DataType] = {
    "rule_id": pl.String(),
    "subject_kind": pl.String(),
    "subject": pl.String(),
    "period": pl.String(),
}
"""What a warning is about; with the log it is its identity."""

HIT: dict[str, pl.DataType] = {
    "group_key": pl.String(),
    **AFFECTED,
    "evidence": pl.String(),
    "division_code": pl.String(),
    "fund_code": pl.String(),
    "amount_fen": pl.Int64(),
    "day": pl.Date(),
    "facts": pl.String(),
    "message": pl.String(),
    "inputs": pl.String(),
}
"""A hit and its group. `facts` has one key per line."""

WARNING: dict[str, pl.DataType] = {
    "id": pl.String(),
    "revision": pl.Int32(),
    "log": pl.String(),
    **AFFECTED,
    "standing": pl.Boolean(),
    "title": pl.String(),
    "severity": pl.String(),
    "bundle_hash": pl.String(),
    "division_code": pl.String(),
    "fund_code": pl.String(),
    "amount_fen": pl.Int64(),
    "day": pl.Date(),
    "message": pl.String(),
    "inputs_hash": pl.String(),
    "explanation": pl.String(),
    "basis": pl.String(),
    "log_place": pl.Int64(),
    "retracted_because": pl.String(),
}
"""A warning at one revision. `basis` has one entry per line."""

"""The door checks that all profiles share: refusing rows with a reason, findings, covered days, limits of length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from services.ingest.domain import text
from services.ingest.domain.imports import Covered, Finding, Rejected, TextBatch
from services.ingest.domain.reasons import rejected
from services.ingest.usecases import Context
from services.kit.caller import Scope

CODE_CHARS_MAX = 128
TEXT_CHARS_MAX = 2_000
FEN_MAX = 10**14


@dataclass(frozen=True)
class Check:
    """A row for which `bad` holds is refused. `name` is the field at fault; null counts as not bad.

    The sentence of the reason may quote `parameters`, and as {division} the row's own division (`quotes_division`).
    """

    reason: str
    name: str
    bad: pl.Expr
    parameters: Mapping[str, str] = field(default_factory=dict)
    quotes_division: bool = False


@dataclass(frozen=True)
class Odd:
    """A row for which `holds` is true posts with a finding."""

    reason: str
    name: str
    holds: pl.Expr


def normal_frame(batch: TextBatch, free_text: Sequence[str] = ()) -> pl.DataFrame:
    """Every text column in its normal form: codes and names without invisible characters, free text as prose."""
    if batch.normal:
        return batch.frame
    return batch.frame.with_columns(
        text.normal_prose(pl.col(name)) if name in free_text else text.normal_code(pl.col(name))
        for name in text.odd_columns(batch.frame)
    )


def too_long(frame: pl.DataFrame, free_text: Sequence[str]) -> list[Check]:
    """Checks for the columns that hold a value past their limit; none in the usual case."""
    limits = {
        name: TEXT_CHARS_MAX if name in free_text else CODE_CHARS_MAX
        for name, kind in frame.schema.items()
        if kind == pl.String
    }
    # A value has at most as many characters as bytes, and bytes are counted already.
    longest = frame.select(pl.col(name).str.len_bytes().max() for name in limits).row(0)
    return [
        Check("ingest.too_long", name, pl.col(name).str.len_chars() > limit)
        for (name, limit), size in zip(limits.items(), longest, strict=True)
        if size is not None and size > limit
    ]


def missing(name: str, reason: str = "ingest.no_key") -> Check:
    """Refuses rows without a value in a column."""
    return Check(reason, name, pl.col(name).is_null())


def bad_amount(name: str, fen_name: str) -> Check:
    """Refuses rows whose fen column is null or past the ledger's range."""
    amount = pl.col(fen_name)
    return Check("ingest.bad_amount", name, amount.is_null() | (amount.abs() > FEN_MAX))


def refuse(
    frame: pl.DataFrame, checks: Sequence[Check], labels: Mapping[str, str], batch: TextBatch
) -> tuple[pl.DataFrame, list[Rejected]]:
    """The rows that pass every check, and the others with the first check that each fails."""
    if not checks or frame.height == 0:
        return frame, []
    numbered = [pl.when(check.bad.fill_null(False)).then(pl.lit(n)) for n, check in enumerate(checks)]
    failed = frame.select(pl.coalesce(numbered).alias("check")).to_series()
    if failed.null_count() == frame.height:
        return frame, []
    key = pl.col("voucher").fill_null("") if "voucher" in frame.columns else pl.lit("")
    division = pl.col("division_code") if "division_code" in frame.columns else pl.lit(None, pl.String)
    shown = frame.select("line", key.alias("of"), division.alias("division")).with_columns(failed)
    refused = []
    for line, of, code, number in shown.filter(pl.col("check").is_not_null()).rows():
        check = checks[number]
        label = labels.get(check.name, check.name)
        quoted = {**check.parameters, "division": code} if check.quotes_division else check.parameters
        refused.append(rejected(line, label, check.reason, of, batch.original(line, of), **quoted))
    return frame.filter(failed.is_null()), refused


def find(
    frame: pl.DataFrame, odds: Sequence[Odd], labels: Mapping[str, str], context: Context
) -> list[Finding]:
    """Findings about rows of a typed frame (columns key, division_code, line, effective_on)."""
    found: list[Finding] = []
    for odd in odds:
        hits = frame.filter(odd.holds.fill_null(False))
        for key, division, line, day in hits.select("key", "division_code", "line", "effective_on").rows():
            name = f"{context.file_sha256[:16]}:{odd.reason}:{key}"
            label = labels.get(odd.name, odd.name)
            found.append(Finding(name, division, line, label, odd.reason, day))
    return found


def outside_division(context: Context) -> list[Check]:
    """Refuses rows of a division outside the one that the import was sent for: nobody writes into another's ledger.

    A division that base data does not have is nobody's: it posts, with a finding.
    """
    sender = Scope(context.division_code)
    outside = sorted(code for code in context.known.divisions if not sender.sees_division(code))
    if not outside:
        return []
    bad = pl.col("division_code").is_in(outside)
    return [Check("ingest.outside_division", "division", bad, {"sender": sender.division}, True)]


def unknown_division(context: Context, name: str = "division_code") -> list[Odd]:
    """The finding of a division that base data does not have; none if base data is not known."""
    if not context.known.divisions:
        return []
    known = pl.col(name).is_in(list(context.known.divisions))
    return [Odd("ingest.unknown_division", "division", ~known)]


def covered(frame: pl.DataFrame, source: str) -> tuple[Covered, ...]:
    """First and last business day per division of a typed frame."""
    if frame.height == 0:
        return ()
    days = frame.group_by("division_code").agg(
        pl.col("effective_on").min().alias("first"), pl.col("effective_on").max().alias("last"), pl.len()
    )
    return tuple(
        Covered(source, division, first, last, rows)
        for division, first, last, rows in days.sort("division_code").rows()
    )


Typing = Callable[[TextBatch, Context, Mapping[str, str]], "Typed"]


@dataclass(frozen=True)
class Typed:
    """What typing makes of a batch of text: the frame, who was refused, what is odd, which days are covered."""

    frame: pl.DataFrame
    rejected: list[Rejected] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    covered: tuple[Covered, ...] = ()

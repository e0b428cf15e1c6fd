"""The journal as text for Beancount: accounts opened, a transaction for each transfer, balances asserted at the end.

Amounts are written out of int64 fen, digit by digit. Account names are made of the field's own names, and no two
accounts have the same: a key keeps its letters (A-Z, a-z, CJK) and digits, and of any other character stands its number
in hexadecimal between two hyphens.
"""

from __future__ import annotations

import re
from datetime import date

import polars as pl

from services.ledger.domain.accounts import KIND_BITS, AccountKind, TransferKind, kind_name

CURRENCY = "CNY"
_KEPT_APART = re.compile(r"[^A-Za-z0-9\u4e00-\u9fa5]")
_EQUITY = (
    AccountKind.SOURCE.name,
    AccountKind.RECEIVED.name,
    AccountKind.SUSPENSE.name,
    AccountKind.UNRELATED.name,
)
_KINDS = {int(kind): kind.name.lower() for kind in TransferKind}


def component(prefix: str, name: object) -> str:
    """A part of an account's name: a capital letter, then the name with its foreign characters written as numbers."""
    text = "" if name is None else str(name)
    return prefix + _KEPT_APART.sub(lambda found: f"-{ord(found[0]):x}-", text)


def account_name(
    account_id: int,
    quota_key: str | None,
    fund_code: str | None,
    division_code: str | None,
    project_key: str | None,
    fiscal_year: int | None,
    owner: str | None,
) -> str:
    """The name of an account: its root, whose it is, and what it holds."""
    kind = kind_name(account_id)
    word = f"Kind{kind}" if kind.isdigit() else "".join(part.title() for part in kind.split("_"))
    if quota_key is not None:
        whose = [component("D", division_code), component("F", fund_code), component("Q", quota_key)]
        whose += [component("X", project_key)] if project_key is not None else []
    elif division_code is not None:
        whose = [component("D", division_code), component("Y", fiscal_year)]
    else:
        whose = [component("N", account_id >> KIND_BITS)]
    # Of an owner of another shape only its own name is known to be nobody else's.
    plain = owner is None or owner.startswith(("allotment:", "suspense:"))
    return ":".join([_root(kind), *whose, *([] if plain else [component("O", owner)]), word])


def _root(kind: str) -> str:
    name = kind.upper()
    if "PAID" in name:
        return "Expenses"
    return "Equity" if name in _EQUITY else "Assets"


def beginning(title: str) -> str:
    """What a file begins with."""
    return f'option "title" "{title}"\noption "operating_currency" "{CURRENCY}"\n'


def opened(names: pl.DataFrame, day: date) -> str:
    """The opening of accounts (name, quota_key, document_number) on a day."""
    lines = pl.concat_str(
        pl.lit(f"{day.isoformat()} open "),
        "name",
        pl.lit(f" {CURRENCY}\n"),
        _metadata("quota", "quota_key"),
        _metadata("document", "document_number"),
    )
    return "".join(names.select(lines).to_series())


def transactions(transfers: pl.DataFrame) -> str:
    """Transfers as transactions: id, kind, amount_fen, effective_on, debit and credit (names of accounts),
    subject_kind, subject_key, quota_key and document_number."""
    amount = _yuan(pl.col("amount_fen"))
    kind = pl.col("kind").cast(pl.Int64).replace_strict(_KINDS, default=pl.col("kind").cast(pl.String))
    subject = pl.concat_str([pl.col("subject_kind"), pl.col("subject_key")], separator=" ", ignore_nulls=True)
    lines = pl.concat_str(
        pl.lit("\n"),
        pl.col("effective_on").dt.strftime("%Y-%m-%d"),
        pl.lit(' * "'),
        _quoted(subject),
        pl.lit('" "'),
        kind,
        pl.lit('"\n  transfer: "'),
        pl.col("id").cast(pl.String),
        pl.lit('"\n'),
        _metadata("subject", "subject_key"),
        _metadata("quota", "quota_key"),
        _metadata("document", "document_number"),
        pl.lit("  "),
        "debit",
        pl.lit("  -"),
        amount,
        pl.lit(f" {CURRENCY}\n  "),
        "credit",
        pl.lit("  "),
        amount,
        pl.lit(f" {CURRENCY}\n"),
    )
    return "".join(transfers.select(lines).to_series())


def asserted(balances: pl.DataFrame, day: date) -> str:
    """The balances (name, balance_fen) at the beginning of a day, exact to the fen."""
    lines = pl.concat_str(
        pl.lit(f"{day.isoformat()} balance "),
        "name",
        pl.lit("  "),
        pl.when(pl.col("balance_fen") < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        _yuan(pl.col("balance_fen").abs()),
        pl.lit(f" ~ 0.00 {CURRENCY}\n"),
    )
    return "\n" + "".join(balances.select(lines).to_series())


def _yuan(fen: pl.Expr) -> pl.Expr:
    """Yuan with two decimals out of fen that are not negative."""
    return pl.concat_str(
        (fen // 100).cast(pl.String), pl.lit("."), (fen % 100).cast(pl.String).str.pad_start(2, "0")
    )


def _metadata(name: str, column: str) -> pl.Expr:
    """A line of metadata, or nothing where there is no value."""
    line = pl.concat_str(pl.lit(f'  {name}: "'), _quoted(pl.col(column)), pl.lit('"\n'))
    return pl.when(pl.col(column).is_null()).then(pl.lit("")).otherwise(line)


def _quoted(value: pl.Expr) -> pl.Expr:
    """A text inside quotation marks; a control character becomes a space, for a text has one line."""
    return (
        value.str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all('"', '\\"', literal=True)
        .str.replace_all(r"[\x00-\x1f\x7f]", " ")
    )

"""Text of files into values, in columns: normal forms, fen, days, document numbers, purposes. No float anywhere."""

from __future__ import annotations

import unicodedata

import polars as pl

_AMOUNT = r"^[+-]?[0-9]{1,12}(?:\.[0-9]{1,2}0*)?$"
_GROUPED_AMOUNT = r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2}0*)?$"
_DOCUMENT_YEAR = r"[\[\(\{【〔<〈《［（]\s*([0-9]{4})\s*[\]\)\}】〕>〉》］）]"
_DOCUMENT_NUMBER = r"^\p{Han}{1,20}〔[0-9]{4}〕第?[0-9]{1,6}号$"
_MASK = "************"


def stripped(text: pl.Expr) -> pl.Expr:
    """Text without blanks around it; null where nothing remains."""
    bare = text.str.strip_chars()
    return pl.when(bare.str.len_bytes() > 0).then(bare)


def normalised(series: pl.Series) -> pl.Series:
    """NFKC (full-width digits and brackets become plain ones), stripped; null where nothing remains.

    Most columns of codes are plain ASCII; those are not sent through the normaliser.
    """
    if (series.str.len_bytes() != series.str.len_chars()).any():
        series = series.str.normalize("NFKC")
    return series.to_frame("text").select(stripped(pl.col("text"))).to_series().alias(series.name)


def fen(text: pl.Expr) -> pl.Expr:
    """Yuan in text ("1,234.50", "-3", "12.5") as int64 fen, exactly; null where it is no amount of whole fen."""
    ungrouped = text.str.replace_all(",", "", literal=True)
    plain = pl.when(text.str.contains(_GROUPED_AMOUNT)).then(ungrouped).otherwise(text)
    split = plain.str.strip_chars_start("+-").str.splitn(".", 2)
    yuan = split.struct.field("field_0")
    cents = split.struct.field("field_1").fill_null("").str.slice(0, 2).str.pad_end(2, "0")
    unsigned = pl.concat_str([yuan, cents]).cast(pl.Int64, strict=False)
    signed = pl.when(plain.str.starts_with("-")).then(-unsigned).otherwise(unsigned)
    return pl.when(plain.str.contains(_AMOUNT)).then(signed)


def yuan_text(amount_fen: int) -> str:
    """Fen as yuan with two decimals, the inverse of `fen`."""
    sign = "-" if amount_fen < 0 else ""
    yuan, cents = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan}.{cents:02d}"


def day(text: pl.Expr) -> pl.Expr:
    """A date in "2018-07-30" or "20180730"; null where it is neither."""
    dashed = text.str.to_date("%Y-%m-%d", strict=False)
    bare = pl.when(text.str.len_bytes() == 8).then(text).str.to_date("%Y%m%d", strict=False)
    return pl.coalesce(dashed, bare)


def month(text: pl.Expr) -> pl.Expr:
    """A month in "2018-07" or "201807" as the number 201807 (Int32); null where it is neither."""
    number = text.str.replace_all("-", "", literal=True).cast(pl.Int32, strict=False)
    formed = text.str.contains(r"^[0-9]{4}-?(?:0[1-9]|1[0-2])$")
    return pl.when(formed & number.is_between(200001, 210012)).then(number)


def year(text: pl.Expr) -> pl.Expr:
    """A fiscal year of 2000 to 2100 as Int32; null where it is none."""
    number = pl.when(text.str.contains(r"^[0-9]{4}$")).then(text).cast(pl.Int32, strict=False)
    return pl.when(number.is_between(2000, 2100)).then(number)


def division6(text: pl.Expr) -> pl.Expr:
    """A division: the first six digits of a 6- or 9-digit code; anything else stays as it is."""
    return pl.when(text.str.contains(r"^[0-9]{6}(?:[0-9]{3})?$")).then(text.str.slice(0, 6)).otherwise(text)


def document_number(text: pl.Expr) -> pl.Expr:
    """The normal form of a document number (given NFKC text): no blanks, and 〔〕 around the year."""
    compact = text.str.replace_all(r"\s+", "")
    return compact.str.replace(_DOCUMENT_YEAR, "〔${1}〕")


def document_number_ok(number: pl.Expr) -> pl.Expr:
    """Whether a normal form is a regular document number, such as 青财农字〔2018〕1085号. Never null."""
    return number.str.contains(_DOCUMENT_NUMBER).fill_null(False)


def without_numbers(text: pl.Expr) -> pl.Expr:
    """Free text in which long digit runs (12 and more: identity numbers, accounts) and mobile numbers are masked."""
    accounts = text.str.replace_all(r"[0-9０-９]{12,}[XxＸｘ]?", _MASK)
    spaced = accounts.str.replace_all(r"[0-9０-９]{4}(?:[ -][0-9０-９]{3,4}){2,}[XxＸｘ]?", _MASK)
    return spaced.str.replace_all(r"(^|[^0-9*])1[3-9][0-9]{9}([^0-9]|$)", "${1}" + _MASK + "${2}")


def without_names(purposes: pl.Series, names: pl.Series, hidden: pl.Series) -> pl.Series:
    """Free text in which the person of the same row is masked; `hidden` says in which rows (Boolean)."""
    frame = pl.DataFrame({"purpose": purposes, "name": names, "hidden": hidden})
    named = pl.col("hidden") & pl.col("purpose").str.contains(pl.col("name"), literal=True)
    hits = frame.select(named.fill_null(False).alias("hit")).to_series()
    if not hits.any():
        return purposes
    # Polars replaces no pattern that differs by row; such rows are few.
    replaced = [
        purpose.replace(name, name[0] + "*" * (len(name) - 1)) if hit else purpose
        for purpose, name, hit in zip(purposes.to_list(), names.to_list(), hits.to_list(), strict=True)
    ]
    return pl.Series(purposes.name, replaced, pl.String)


def normal_header(name: str) -> str:
    """A column's name in normal form: "金额（元）" is "金额(元)"."""
    return "".join(unicodedata.normalize("NFKC", name).split())

"""Text of files into values, in columns: normal forms, fen, days, document numbers, purposes. No float anywhere."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import polars as pl

_AMOUNT = r"^[+-]?[0-9]{1,12}(?:\.[0-9]{1,2}0*)?$"
_GROUPED_AMOUNT = r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2}0*)?$"
_TWO_DECIMALS = r"^[0-9]{1,12}\.[0-9]{2}$"
_UNSEEN = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"
_UNSEEN_IN_PROSE = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}--[\n\t]]"
# Printable ASCII, the ideographs and a few marks are the same in every normal form.
_ODD = r"^$|^ | $|[^ -~\x{4e00}-\x{9fff}〔〕《》、。·“”]"
# Printable ASCII, and the bytes of U+4000 to U+9FFF: ideographs, the same in every normal form.
_SAFE_BYTES = bytes((*range(0x20, 0x7F), *range(0x80, 0xC0), *range(0xE4, 0xEA)))
_OPENING, _CLOSING = "〔".encode(), "〕".encode()
_DAY_MIN, _DAY_MAX = date(1900, 1, 1), date(9999, 12, 31)
_BUSINESS_DAY_MIN, _BUSINESS_DAY_MAX = date(2000, 1, 1), date(2100, 12, 31)
_BRACKET_OR_BLANK = r"[\s\[\(\{【<〈《［（]"
_MAY_BE_A_NUMBER = r"[0-9０-９]{11}|[0-9０-９]{4}[ -][0-9０-９]{3}"
_DOCUMENT_YEAR = r"[\[\(\{【〔<〈《［（]\s*([0-9]{4})\s*[\]\)\}】〕>〉》］）]"
_DOCUMENT_NUMBER = r"^\p{Han}{1,20}〔[0-9]{4}〕第?[0-9]{1,6}号$"
_MASK = "************"
_LONG_NUMBER = re.compile("[0-9０-９]{15,}[XxＸｘ]?")
SHOWN_HEADER_MAX = 40


def stripped(text: pl.Expr) -> pl.Expr:
    """Text without blanks around it; null where nothing remains."""
    bare = text.str.strip_chars()
    return pl.when(bare.str.len_bytes() > 0).then(bare)


def normal_code(text: pl.Expr) -> pl.Expr:
    """Codes and names: no control or invisible characters, NFKC (full-width digits and brackets become plain ones),
    stripped; null where nothing remains."""
    return stripped(text.str.replace_all(_UNSEEN, "").str.normalize("NFKC"))


def normal_prose(text: pl.Expr) -> pl.Expr:
    """Free text: NFC, stripped, without control and invisible characters but for line breaks and tabs."""
    return stripped(text.str.replace_all(_UNSEEN_IN_PROSE, "").str.normalize("NFC"))


def odd_columns(frame: pl.DataFrame) -> list[str]:
    """The columns of text in which some value may not be in its normal form; in the usual case none.

    One look at the bytes is much cheaper than normalising what is normal already.
    """
    names = [name for name, kind in frame.schema.items() if kind == pl.String]
    odd = frame.select(pl.col(name).str.contains(_ODD).any() for name in names).row(0) if names else ()
    return [name for name, is_odd in zip(names, odd, strict=True) if is_odd]


def surely_normal(encoded: bytes, before: bytes, behind: bytes, ends: bytes = b"\n") -> bool:
    """Whether all texts in some UTF-8 are surely in their normal form. `before` and `behind`, or one
    of the bytes `ends`, stand around each text.

    Says no to much that would be normal too: it only counts bytes, because it is asked about every byte of a file.
    """
    rare = set(encoded.translate(None, _SAFE_BYTES + ends))
    if rare - {0xE3} or (rare and encoded.count(0xE3) != encoded.count(_OPENING) + encoded.count(_CLOSING)):
        return False
    if b" " not in encoded:
        return True
    blanks = [before + b" ", b" " + behind]
    for end in ends:
        blanks += (b"%c " % end, b" %c" % end)
    return not any(blank in encoded for blank in blanks) and encoded[:1] != b" " and encoded[-1:] != b" "


def fen(text: pl.Expr) -> pl.Expr:
    """Yuan in text ("1,234.50", "-3", "12.5") as int64 fen, exactly; null where it is no amount of whole fen."""
    return text.map_batches(_fen, return_dtype=pl.Int64)


def _fen(text: pl.Series) -> pl.Series:
    if text.str.contains(_TWO_DECIMALS).all():  # What nearly every file holds.
        return text.str.replace(".", "", literal=True).cast(pl.Int64)
    return text.alias("text").to_frame().select(_careful_fen(pl.col("text"))).to_series().alias(text.name)


def _careful_fen(text: pl.Expr) -> pl.Expr:
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
    """A date of 1900 to 9999 in "2018-07-30" or "20180730"; null where it is none."""
    dashed = text.str.to_date("%Y-%m-%d", strict=False)
    bare = pl.when(text.str.len_bytes() == 8).then(text).str.to_date("%Y%m%d", strict=False)
    found = pl.coalesce(dashed, bare)
    return pl.when(found.is_between(_DAY_MIN, _DAY_MAX)).then(found)


def business_day(text: pl.Expr) -> pl.Expr:
    """A date on which money may move: of 2000 to 2100, as fiscal years are; null where it is none."""
    found = day(text)
    return pl.when(found.is_between(_BUSINESS_DAY_MIN, _BUSINESS_DAY_MAX)).then(found)


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
    return text.map_batches(_document_number, return_dtype=pl.String)


def _document_number(text: pl.Series) -> pl.Series:
    if not text.str.contains(_BRACKET_OR_BLANK).any():
        return text
    return text.str.replace_all(r"\s+", "").str.replace(_DOCUMENT_YEAR, "〔${1}〕")


def document_number_ok(number: pl.Expr) -> pl.Expr:
    """Whether a normal form is a regular document number, such as 青财农字〔2018〕1085号. Never null."""
    return number.str.contains(_DOCUMENT_NUMBER).fill_null(False)


def without_numbers(text: pl.Expr) -> pl.Expr:
    """Free text in which long digit runs (12 and more: identity numbers, accounts) and mobile numbers are masked."""
    return text.map_batches(_without_numbers, return_dtype=pl.String)


def _without_numbers(text: pl.Series) -> pl.Series:
    if not text.str.contains(_MAY_BE_A_NUMBER).any():
        return text
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


def seen(written: str) -> str:
    """One text from outside (a name, a reason): NFC, without control and invisible characters, stripped."""
    shown = (letter for letter in written if unicodedata.category(letter) not in ("Cc", "Cf", "Zl", "Zp"))
    return unicodedata.normalize("NFC", "".join(shown)).strip()


def file_name(written: str) -> str:
    """The last part of a path, in which digit runs as long as identity numbers and accounts are masked."""
    return _LONG_NUMBER.sub(_MASK, seen(written.replace("\\", "/").rpartition("/")[2]))


def shown_header(name: str) -> str:
    """A column's name for a sentence: short, and masked, because a file without a header begins with a person."""
    return _LONG_NUMBER.sub(_MASK, seen(name))[:SHOWN_HEADER_MAX]


def normal_header(name: str) -> str:
    """A column's name in normal form: "金额（元）" is "金额(元)"."""
    return "".join(unicodedata.normalize("NFKC", name).split())

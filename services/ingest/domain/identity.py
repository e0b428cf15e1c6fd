"""Identity numbers and credit codes: check digits in columns; and the masks under which persons may be shown."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def id_number_ok(text: pl.Expr) -> pl.Expr:
    """Whether an identity number has its GB 11643 check digit (20 characters: the disability card around one).

    The 15-digit form has no check digit and passes on its shape. Null counts as not ok.
    """
    first18 = text.str.slice(0, 18)
    total = _weighted(first18, _ID_WEIGHTS, "0123456789")
    expected = (total % 11).replace_strict(list(range(11)), list(_ID_CHECKS), default=None)
    formed = text.str.contains(r"^[0-9]{17}[0-9X](?:[0-9]{2})?$")
    checked = formed & (first18.str.slice(17, 1) == expected)
    return (checked | text.str.contains(r"^[0-9]{15}$")).fill_null(False)


def person_number(text: pl.Expr) -> pl.Expr:
    """Whether a text is surely a person's identity number: 18 characters with a birthday and the right check digit."""
    return text.str.contains(r"^[0-9]{6}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]$") & id_number_ok(
        text
    )


def credit_code_ok(text: pl.Expr) -> pl.Expr:
    """Whether a unified social credit code has its GB 32100 check character. Null counts as not ok."""
    total = _weighted(text, _CREDIT_WEIGHTS, _CREDIT_ALPHABET)
    places = list(range(31))
    expected = ((31 - total % 31) % 31).replace_strict(places, list(_CREDIT_ALPHABET), default=None)
    formed = text.str.contains(r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$")
    return (formed & (text.str.slice(17, 1) == expected)).fill_null(False)


def _weighted(text: pl.Expr, weights: Sequence[int], alphabet: str) -> pl.Expr:
    letters, values = list(alphabet), list(range(len(alphabet)))
    terms = [
        text.str.slice(place, 1).replace_strict(letters, values, default=None, return_dtype=pl.Int32) * weight
        for place, weight in enumerate(weights)
    ]
    return pl.sum_horizontal(terms, ignore_nulls=False)


def name_mask(name: pl.Expr) -> pl.Expr:
    """A person's name as its first character and a star for each other: 张*, 王**."""
    rest = (name.str.len_chars().cast(pl.Int32) - 1).clip(1, 8)
    stars = rest.replace_strict(list(range(1, 9)), ["*" * n for n in range(1, 9)], default="*")
    return name.str.slice(0, 1) + stars


def id_mask(number: pl.Expr) -> pl.Expr:
    """An identity number as its first six and last four characters; what has no such form is hidden whole."""
    long = number.str.contains(r"^[0-9A-Z]{15,20}$")
    shown = number.str.slice(0, 6) + "********" + number.str.slice(-4)
    return pl.when(long).then(shown).when(number.is_not_null()).then(pl.lit("********"))


def account_mask(account: pl.Expr) -> pl.Expr:
    """An account as its last four characters; a short one, or one with a name in it, is hidden whole."""
    long = account.str.contains(r"^[0-9A-Za-z-]{8,}$")
    return pl.when(long).then("****" + account.str.slice(-4)).when(account.is_not_null()).then(pl.lit("****"))


def masked(kind: str, value: str) -> str:
    """One clear value of the vault under its mask."""
    frame = pl.DataFrame({"value": [value]})
    expression = {"id_number": id_mask, "name": name_mask}.get(kind, account_mask)(pl.col("value"))
    return str(frame.select(expression).item())


def normal_account(series: pl.Series) -> pl.Series:
    """An account in the vault's normal form (given NFKC text): without blanks."""
    if series.str.contains(" ", literal=True).any():
        return series.str.replace_all(r"\s+", "")
    return series

"""Who a payee is, by name and account. The words are data (profiles/payee_kinds.yaml), the order is the rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

PERSON = "person"
UNKNOWN = "unknown"
INSTITUTIONS = ("special_account", "township", "village", "platform", "enterprise", "unit")
_PERSON_NAME = r"^(?:\p{Han}{2,4}|\p{Han}{1,8}·\p{Han}{1,12})$"
_PERSON_ACCOUNT = r"^62[0-9]{14,17}$"
_TAIL = r"[\(（][^\(\)（）]*[\)）]"


@dataclass(frozen=True)
class PayeeKind:
    """An institution's kind: endings of its names, and words of which one must come before (none: not asked)."""

    kind: str
    endings: tuple[str, ...]
    words: tuple[str, ...] = ()


def payee_kind(name: pl.Expr, account: pl.Expr, kinds: Sequence[PayeeKind]) -> pl.Expr:
    """The first kind whose words fit, then person by name or card number, else unknown. Never null."""
    person = name.str.contains(_PERSON_NAME) | account.str.contains(_PERSON_ACCOUNT)
    kind = pl.when(person).then(pl.lit(PERSON)).otherwise(pl.lit(UNKNOWN))
    for entry in reversed(kinds):  # From the last to the first, so that the first that fits decides.
        kind = pl.when(name.str.contains(_pattern(entry))).then(pl.lit(entry.kind)).otherwise(kind)
    return kind


def _pattern(entry: PayeeKind) -> str:
    """One expression for all endings of a kind: anchored at the end, it is read from there, whatever their number."""
    tail = rf"(?:{_TAIL})?$"
    if entry.words:
        words = "|".join(re.escape(word) for word in entry.words)
        endings = "|".join(re.escape(ending) for ending in entry.endings)
        return f"(?:{words}).*(?:{endings}){tail}"
    # At least three characters: 王局 is a person.
    before = ("." * max(3 - len(ending), 0) + re.escape(ending) for ending in entry.endings)
    return f"(?:{'|'.join(before)}){tail}"


def is_institution(kind: pl.Expr, name: pl.Expr) -> pl.Expr:
    """Whether the name may be shown: an institution by kind, and not of a person's form."""
    return kind.is_in(INSTITUTIONS) & ~name.str.contains(_PERSON_NAME).fill_null(False) | (
        # "财政局" has the form of a name too, but its ending says what it is.
        kind.is_in(("unit", "township", "special_account"))
    )

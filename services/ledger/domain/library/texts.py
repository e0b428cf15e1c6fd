"""Texts and limits that cards, targets and reports have in common."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from services.ledger.domain.documents import Problem

KEY_MAX = 200
SHORT_MAX = 200
LONG_MAX = 2_000
REASON_MAX = 200
FEN_MAX = 10**14

_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")


def text_problems(
    said: object,
    labels: Mapping[str, str],
    limits: Mapping[str, int],
    optional: frozenset[str],
    line: int = 0,
) -> Iterator[Problem]:
    """What is wrong with the texts of `said`: missing, too long, not storable. `limits`: field -> characters."""
    for name, longest in limits.items():
        text, label = str(getattr(said, name)), labels[name]
        if not text.strip():
            if name not in optional:
                yield missing(name, label, line)
        elif len(text) > longest:
            yield Problem(
                "ledger.text_too_long",
                f"{label}超过 {longest} 个字符",
                f"{name} has more than {longest} characters",
                line,
                {"field": name},
            )
        elif _CONTROL.search(text):
            yield Problem(
                "ledger.unstorable_text",
                f"{label}含有控制字符",
                f"{name} holds a control character",
                line,
                {"field": name},
            )


def missing(name: str, label: str, line: int = 0) -> Problem:
    """A field that has to be filled in and is not."""
    return Problem("ledger.field_missing", f"缺少{label}", f"{name} is missing", line, {"field": name})


def hash_of(*said: object) -> str:
    """SHA-256 (hex) of what was asked: the same for the same content, whoever asks and whenever."""
    return hashlib.sha256("\n".join(map(repr, said)).encode()).hexdigest()

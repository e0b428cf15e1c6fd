"""The sentence of a warning: text with {names} in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.rules.domain import FACT_KINDS, MatchSpec, Parameter, WindowSpec

_PIECE = re.compile(r"\{([^{}]*)\}")
UNKNOWN = "（无）"

Shown = Literal["text", "int", "date", "yuan", "month", "bool", "const"]


@dataclass(frozen=True)
class Piece:
    """Literal text (`name` empty), or a value: the column it comes from and how it is shown."""

    text: str
    name: str = ""
    shown: Shown = "const"


@dataclass(frozen=True)
class UnknownName:
    """A name in a message that nothing stands for."""

    name: str
    known: tuple[str, ...]


def shown_names(
    on: str, window: WindowSpec | None, match: MatchSpec | None, parameters: tuple[Parameter, ...]
) -> dict[str, Piece]:
    """The names that a message of such a rule may use. An amount "x_fen" is also there as "x", in yuan."""
    names: dict[str, Piece] = {}
    if match is not None:
        for role, kind in match.roles.items():
            names |= _fields(kind, f"{role}.", None)
    elif window is not None:
        names |= _fields(on, "", {*window.key, "day"})
        names["window.count"] = Piece("", "window.count", "int")
        if window.sum:
            amount: Shown = "yuan" if window.sum.endswith("_fen") else "int"
            names["window.sum"] = Piece("", "window.sum", amount)
    else:
        names |= _fields(on, "", None)
    for parameter in parameters:
        text = str(parameter.value)
        if isinstance(parameter.value, int) and parameter.name.endswith("_fen"):
            text = yuan(parameter.value)
        names[f"param.{parameter.name}"] = Piece(text)
    return names


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _fields(kind: str, prefix: str, only: set[str] | None) -> dict[str, Piece]:
    names: dict[str, Piece] = {}
    for field in FACT_KINDS[kind].fields:
        if only is not None and field.name not in only:
            continue
        name = prefix + field.name
        shown: Shown = "text" if field.type == "string" else field.type
        if field.type == "int" and field.minimum == 200001:
            shown = "month"
        names[name] = Piece("", name, shown)
        if field.name.endswith("_fen"):
            names[name.removesuffix("_fen")] = Piece("", name, "yuan")
    return names


def parse_message(text: str, names: Mapping[str, Piece]) -> tuple[Piece, ...] | UnknownName:
    """The pieces of a message, or the first name that is not known."""
    pieces: list[Piece] = []
    end = 0
    for found in _PIECE.finditer(text):
        if found.start() > end:
            pieces.append(Piece(text[end : found.start()]))
        if found[1] not in names:
            return UnknownName(found[1], tuple(names))
        pieces.append(names[found[1]])
        end = found.end()
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return tuple(pieces)

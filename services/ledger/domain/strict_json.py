"""JSON texts that leave the ledger and come back: read strictly, so that no two texts mean the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.kit.errors import InvalidInput

INTEGER_MAX = 2**63 - 1


def read_object(text: bytes, what: str) -> dict[str, Any]:
    """The JSON object that a text is; refuses anything else. `what` is the code of its kind, such as "head"."""
    try:
        found = json.loads(text, object_pairs_hook=_no_name_twice)
    except (ValueError, RecursionError) as error:
        raise unreadable(what) from error
    if not isinstance(found, dict):
        raise unreadable(what)
    return found


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def take(found: object, shape: Mapping[str, type], what: str) -> dict[str, Any]:
    """The fields of an object that has exactly these, each of its type; integers are 0 to 2**63 - 1."""
    if not isinstance(found, dict) or found.keys() != shape.keys():
        raise unreadable(what)
    for name, kind in shape.items():
        # A boolean is an int to Python, and is none here.
        if type(found[name]) is not kind:
            raise unreadable(what)
        if kind is int and not 0 <= found[name] <= INTEGER_MAX:
            raise unreadable(what)
        if kind is str and not _can_be_kept(found[name]):
            raise unreadable(what)
    return found


def _can_be_kept(text: str) -> bool:
    """Neither half of a pair of surrogates nor NUL can be signed and stored."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def bytes_of(text: object, what: str, length: int | None = None) -> bytes:
    """The bytes of lower-case hexadecimal digits, of a length if one is given."""
    try:
        found = bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or found.hex() != text or length not in (None, len(found)):
        raise unreadable(what)
    return found


def unreadable(what: str) -> InvalidInput:
    """The refusal of a text that is no document of its kind."""
    zh = {"head": "链头", "receipt": "回执", "template": "基础数据模板"}[what]
    return InvalidInput(
        f"ledger.{what}_unreadable",
        f"不是完整的{zh}",
        f"this is not a whole {what}, or not one of this version",
    )

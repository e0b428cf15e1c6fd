"""Signed templates: base data as it comes from above, one JSON text, signed with Ed25519.

The signature is over PREFIX and the SHA-256 of the canonical text of all other fields: names sorted, no blanks, UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.kit.errors import InvalidInput, NotAllowed, TooLarge
from services.ledger.domain.base_items import ITEMS_MAX, Item, ItemKind, find_faults, in_order
from services.ledger.domain.documents import Problem
from services.ledger.domain.heads import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, key_id
from services.ledger.domain.strict_json import bytes_of, read_object, take, unreadable

FORMAT = 1
PREFIX = b"mingzhang base data template 1\n"
BYTES_MAX = 8 * 1024**2
ISSUER_MAX = 100
FAULTS_TOLD_MAX = 5
_SHAPE = {
    "format": int,
    "issuer": str,
    "version": int,
    "valid_from": str,
    "note": str,
    "items": list,
    "public_key": str,
    "signature": str,
}
_ITEM = {
    one.name: bool if one.name in ("locked", "working") else str for one in fields(Item)
}  # Days and kinds are texts in JSON.


@dataclass(frozen=True)
class Template:
    """Base data of an issuer: `version` grows, `valid_from` is the day from which it is in force."""

    issuer: str
    version: int
    valid_from: date
    items: tuple[Item, ...]
    note: str = ""
    public_key: bytes = b""
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """What names the key to a person; empty if nobody signed."""
        return key_id(self.public_key) if self.public_key else ""


def item_fields(item: Item) -> dict[str, Any]:
    """An item as the fields of a JSON object."""
    said = {one.name: getattr(item, one.name) for one in fields(Item)}
    ends = item.valid_to.isoformat() if item.valid_to else ""
    return said | {"kind": item.kind.value, "valid_from": item.valid_from.isoformat(), "valid_to": ends}


def item_of(found: object, what: str = "template") -> Item:
    """The item of a JSON object; refuses what is none."""
    said = take(found, _ITEM, what)
    try:
        said["kind"] = ItemKind(said["kind"])
        said["valid_from"] = date.fromisoformat(said["valid_from"])
        said["valid_to"] = date.fromisoformat(said["valid_to"]) if said["valid_to"] else None
    except ValueError as error:
        raise unreadable(what) from error
    return Item(**said)


def _body(template: Template) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "issuer": template.issuer,
        "version": template.version,
        "valid_from": template.valid_from.isoformat(),
        "note": template.note,
        "items": [item_fields(one) for one in in_order(template.items)],
        "public_key": template.public_key.hex(),
    }


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed_bytes(template: Template) -> bytes:
    """What the signature is over."""
    return PREFIX + hashlib.sha256(_canonical(_body(template))).digest()


def sign(template: Template, seed: bytes) -> Template:
    """The template, signed with the private key of this seed (32 bytes)."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    mine = replace(template, public_key=key.public_key().public_bytes_raw(), signature=b"")
    return replace(mine, signature=key.sign(signed_bytes(mine)))


def to_json(template: Template) -> bytes:
    """The one text of a template."""
    return _canonical(_body(template) | {"signature": template.signature.hex()}) + b"\n"


@lru_cache(maxsize=8)
def read(text: bytes) -> Template:
    """The template of a text; refuses anything else. Neither the signature nor the items are checked here."""
    if len(text) > BYTES_MAX:
        raise TooLarge(
            "ledger.template_size",
            f"模板超过 {BYTES_MAX} 字节",
            f"the template is larger than {BYTES_MAX} bytes",
        )
    said = take(read_object(text, "template"), _SHAPE, "template")
    if said["format"] != FORMAT or not 0 < said["version"] < 2**31 or len(said["items"]) > ITEMS_MAX:
        raise unreadable("template")
    if not 0 < len(said["issuer"]) <= ISSUER_MAX or len(said["note"]) > ISSUER_MAX * 10:
        raise unreadable("template")
    signed = bool(said["public_key"])
    try:
        valid_from = date.fromisoformat(said["valid_from"])
    except ValueError as error:
        raise unreadable("template") from error
    return Template(
        said["issuer"],
        said["version"],
        valid_from,
        tuple(item_of(one) for one in said["items"]),
        said["note"],
        bytes_of(said["public_key"], "template", PUBLIC_KEY_BYTES if signed else 0),
        bytes_of(said["signature"], "template", SIGNATURE_BYTES if signed else 0),
    )


def check_signature(template: Template, trusted: Collection[bytes]) -> None:
    """Refuses a template of a key that is not trusted, and one that its key did not sign."""
    if template.public_key not in trusted:
        raise NotAllowed(
            "ledger.template_foreign_key",
            f"模板的签发密钥 {template.key_id or '（无）'} 不在受信任的密钥之中",
            f"the key {template.key_id or '(none)'} of the template is not one of those trusted",
            {"key_id": template.key_id},
        )
    try:
        Ed25519PublicKey.from_public_bytes(template.public_key).verify(
            template.signature, signed_bytes(template)
        )
    except InvalidSignature as error:
        raise InvalidInput(
            "ledger.template_signature",
            f"模板（第 {template.version} 版）的签名无效",
            f"the signature of the template, version {template.version}, is not valid",
            {"version": template.version},
        ) from error


def check_items(items: Iterable[Item]) -> None:
    """Refuses items that cannot be in force together; the first faults are told."""
    if faults := find_faults(tuple(items)):
        raise refusal(faults)


def refusal(faults: list[Problem]) -> InvalidInput:
    """The faults of base data as one refusal, with the code of the first."""
    told = faults[:FAULTS_TOLD_MAX]
    more = len(faults) - len(told)
    return InvalidInput(
        told[0].code,
        "；".join(one.zh for one in told) + (f"；另有 {more} 处" if more else ""),
        "; ".join(one.en for one in told) + (f"; and {more} more" if more else ""),
        told[0].parameters,
    )

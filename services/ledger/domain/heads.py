"""Signed heads: what the chain was at a moment, signed with Ed25519, so that whoever keeps one can tell a rewritten chain.

The signature is over an encoding of the form of an entry (`domain.entries.encode`), with a tag that no entry has: tag
128, version 1; the integers height, recorded_at_us and signed_at_us; then as texts the province (UTF-8), the hash of
the block and the public key. Times are microseconds since the epoch, UTC. In a file each head is one line of JSON,
bytes in lower-case hexadecimal; the key's id is the first 8 bytes of the SHA-256 of the public key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.kit.errors import InvalidInput
from services.ledger.domain.chain import VERSION
from services.ledger.domain.entries import encode
from services.ledger.domain.proofs import HASH_BYTES
from services.ledger.domain.strict_json import bytes_of, read_object, take, unreadable

TAG = 128
PUBLIC_KEY_BYTES, SIGNATURE_BYTES, KEY_ID_BYTES = 32, 64, 8
LINE_BYTES_MAX = 4_096
_SHAPE = {
    "version": int,
    "province": str,
    "height": int,
    "hash": str,
    "recorded_at_us": int,
    "signed_at_us": int,
    "key_id": str,
    "public_key": str,
    "signature": str,
}


@dataclass(frozen=True)
class SignedHead:
    """A block that was the newest, or whose place matters, with the signature of the ledger that kept it.

    `province` is the code of the province of the ledger, empty if it knows none. Times in microseconds, UTC.
    """

    province: str
    height: int
    hash: bytes
    recorded_at_us: int
    signed_at_us: int
    public_key: bytes
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """What names the key to a person."""
        return key_id(self.public_key)


def key_id(public_key: bytes) -> str:
    """The first 8 bytes of the SHA-256 of a public key, in hexadecimal."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES].hex()


def signed_bytes(head: SignedHead) -> bytes:
    """What the signature is over."""
    numbers = [head.height, head.recorded_at_us, head.signed_at_us]
    return encode(TAG, numbers, [head.province.encode(), head.hash, head.public_key])


def sign(
    province: str, height: int, block_hash: bytes, recorded_at_us: int, signed_at_us: int, seed: bytes
) -> SignedHead:
    """A block's head, signed with the private key of this seed (32 bytes)."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public_key = key.public_key().public_bytes_raw()
    head = SignedHead(province, height, block_hash, recorded_at_us, signed_at_us, public_key)
    signature = key.sign(signed_bytes(head))
    return SignedHead(province, height, block_hash, recorded_at_us, signed_at_us, public_key, signature)


def public_key_of(seed: bytes) -> bytes:
    """The public key of a seed, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def check(head: SignedHead, trusted: Collection[bytes]) -> None:
    """Refuses a head that its key did not sign, and one of another key than those trusted (none: any key)."""
    if trusted and head.public_key not in trusted:
        raise InvalidInput(
            "ledger.head_foreign_key",
            f"链头由其他密钥 {head.key_id} 签名",
            f"the head is signed with another key, {head.key_id}",
            {"key_id": head.key_id},
        )
    try:
        Ed25519PublicKey.from_public_bytes(head.public_key).verify(head.signature, signed_bytes(head))
    except InvalidSignature as error:
        raise InvalidInput(
            "ledger.head_signature",
            f"高度 {head.height} 的链头签名无效",
            f"the signature of the head at height {head.height} is not valid",
            {"height": head.height},
        ) from error


def fields_of(head: SignedHead) -> dict[str, object]:
    """A head as the fields of a JSON object."""
    return {
        "version": VERSION,
        "province": head.province,
        "height": head.height,
        "hash": head.hash.hex(),
        "recorded_at_us": head.recorded_at_us,
        "signed_at_us": head.signed_at_us,
        "key_id": head.key_id,
        "public_key": head.public_key.hex(),
        "signature": head.signature.hex(),
    }


def head_of(found: object) -> SignedHead:
    """The head of a JSON object; refuses what is not one of this version. The signature is not checked here."""
    fields = take(found, _SHAPE, "head")
    head = SignedHead(
        fields["province"],
        fields["height"],
        bytes_of(fields["hash"], "head", HASH_BYTES),
        fields["recorded_at_us"],
        fields["signed_at_us"],
        bytes_of(fields["public_key"], "head", PUBLIC_KEY_BYTES),
        bytes_of(fields["signature"], "head", SIGNATURE_BYTES),
    )
    if fields["version"] != VERSION or fields["key_id"] != head.key_id or head.height == 0:
        raise unreadable("head")
    return head


def line_of(head: SignedHead) -> bytes:
    """A head as one line of a file, with its end."""
    return orjson.dumps(fields_of(head)) + b"\n"


def read_line(line: bytes) -> SignedHead:
    """The head of a line; refuses anything else."""
    if len(line) > LINE_BYTES_MAX:
        raise unreadable("head")
    return head_of(read_object(line, "head"))

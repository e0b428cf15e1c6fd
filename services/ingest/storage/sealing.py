"""Keys derived from the vault key, one per purpose, and values sealed with them (AES-256-GCM)."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.kit.ids import Ids

NONCE_BYTES = 12


def derived_key(vault_key: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """A 32-byte key for one purpose (and, with a salt, for one file)."""
    return HKDF(SHA256(), 32, salt, f"mingzhang ingest {purpose}".encode()).derive(vault_key)


class Sealer:
    """Seals short values: nonce, then cipher text with its tag. What a value belongs to is authenticated with it."""

    def __init__(self, key: bytes, ids: Ids) -> None:
        self._cipher = AESGCM(key)
        self._ids = ids

    def seal(self, value: bytes, belongs_to: bytes) -> bytes:
        """A value as sealed bytes."""
        nonce = bytes.fromhex(self._ids.new())[:NONCE_BYTES]
        return nonce + self._cipher.encrypt(nonce, value, belongs_to)

    def open(self, sealed: bytes, belongs_to: bytes) -> bytes:
        """The value again; cryptography's InvalidTag if it was changed or belongs elsewhere."""
        return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], belongs_to)

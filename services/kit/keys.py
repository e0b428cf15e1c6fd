"""The secrets of an installation: from the configuration, or kept in the data folder of one machine."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
from pathlib import Path

from services.kit.config import Config
from services.kit.errors import InvalidInput

SECRET_CHARACTERS_MIN = 32
VAULT_BYTES = 32
SIGNING_BYTES = 32
PUBLIC_BYTES = 32


def secret_key(config: Config) -> bytes:
    """The key that signs callers, at least 32 characters."""
    text = config.secret_key or _kept(config.data_dir / "secret.key", secrets.token_urlsafe(48))
    if len(text) < SECRET_CHARACTERS_MIN:
        raise InvalidInput(
            "config.secret_key",
            f"MINGZHANG_SECRET_KEY 至少 {SECRET_CHARACTERS_MIN} 个字符",
            f"MINGZHANG_SECRET_KEY has at least {SECRET_CHARACTERS_MIN} characters",
        )
    return text.encode()


def vault_key(config: Config) -> bytes:
    """The 32-byte key of the vault and of raw files."""
    return _of_base64(config, "vault", VAULT_BYTES)


def signing_key(config: Config) -> bytes:
    """The 32-byte seed of the private key (Ed25519) that signs heads of the chain."""
    return _of_base64(config, "signing", SIGNING_BYTES)


def template_keys(config: Config) -> frozenset[bytes]:
    """The public keys (Ed25519) of those whose base data is taken from above."""
    try:
        keys = frozenset(bytes.fromhex(text) for text in config.template_keys)
    except ValueError:
        keys = frozenset({b""})
    if any(len(key) != PUBLIC_BYTES for key in keys):
        raise InvalidInput(
            "config.template_keys",
            "MINGZHANG_TEMPLATE_KEYS 中的公钥应各为 64 位十六进制数字，以逗号分隔",
            "MINGZHANG_TEMPLATE_KEYS are public keys of 64 hexadecimal digits each, separated by commas",
        )
    return keys


def _of_base64(config: Config, name: str, length: int) -> bytes:
    fresh = base64.b64encode(secrets.token_bytes(length)).decode()
    text = getattr(config, f"{name}_key") or _kept(config.data_dir / f"{name}.key", fresh)
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != length:
        raise InvalidInput(
            f"config.{name}_key",
            f"MINGZHANG_{name.upper()}_KEY 应为 {length} 字节的 Base64",
            f"MINGZHANG_{name.upper()}_KEY is the Base64 of {length} bytes",
        )
    return key


def _kept(path: Path, fresh: str) -> str:
    """The content of the file; made once, whole, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own, not of the process: in a container every start has the same number.
        handle, made = tempfile.mkstemp(prefix=f"{path.stem}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)  # The first of two processes wins.
        except FileExistsError:
            pass
        finally:
            os.unlink(made)
    return path.read_text(encoding="ascii").strip()

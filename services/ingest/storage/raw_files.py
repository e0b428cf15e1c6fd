"""Uploaded files, encrypted at rest under a keyed name of their content; read back as a seekable stream.

A file is a header (magic, salt) and chunks of 256 KiB, each sealed by itself with its number and whether it is the
last: chunks cannot be swapped, cut off or read without the key, and any place can be read without what is before it.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.ingest.domain.reasons import refused_file, too_large
from services.ingest.storage.sealing import derived_key
from services.ingest.usecases import StoredFile
from services.kit.clock import Clock
from services.kit.ids import Ids

CHUNK_BYTES = 256 * 1024
TAG_BYTES = 16
MAGIC = b"MZRAW1\0\0"
SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + SALT_BYTES
PART_AGE_MAX = timedelta(days=1)


class RawFiles:
    """The folder of raw files."""

    def __init__(self, folder: Path, vault_key: bytes, ids: Ids) -> None:
        self._folder = folder
        self._key = vault_key
        self._name_key = derived_key(vault_key, "raw file names")
        self._ids = ids
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def store(self, blocks: Iterable[bytes], bytes_max: int) -> StoredFile:
        """Writes a file; of an empty one (InvalidInput), one past the limit (TooLarge) or broken off, nothing stays."""
        temporary = self._folder / f"{self._ids.new()}.part"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                stored = self._write(file, blocks, bytes_max)
                if stored.size_bytes == 0:
                    raise refused_file("ingest.empty_file")
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(self._path(stored.sha256))
            self._sync_folder()
        finally:
            temporary.unlink(missing_ok=True)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        """A stored file as a seekable stream of its clear bytes."""
        reader = _Reader(self._path(sha256), self._key)
        return cast(BinaryIO, io.BufferedReader(reader, CHUNK_BYTES))

    def sweep(self, clock: Clock) -> None:
        """Removes what a killed process left of uploads."""
        oldest = (clock.now() - PART_AGE_MAX).timestamp()
        for path in self._folder.glob("*.part"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _write(self, file: BinaryIO, blocks: Iterable[bytes], bytes_max: int) -> StoredFile:
        salt = bytes.fromhex(self._ids.new() + self._ids.new())
        cipher = AESGCM(derived_key(self._key, "raw file", salt))
        file.write(MAGIC + salt)
        digest, size, number = hashlib.sha256(), 0, 0
        waiting = bytearray()
        for block in blocks:
            size += len(block)
            if size > bytes_max:
                raise too_large("ingest.upload_too_large", limit=bytes_max)
            digest.update(block)
            waiting += block
            while len(waiting) > CHUNK_BYTES:  # The last chunk waits for the end: it is sealed as the last.
                file.write(cipher.encrypt(_nonce(number), bytes(waiting[:CHUNK_BYTES]), b"more"))
                del waiting[:CHUNK_BYTES]
                number += 1
        file.write(cipher.encrypt(_nonce(number), bytes(waiting), b"last"))
        return StoredFile(digest.hexdigest(), size)

    def _path(self, sha256: str) -> Path:
        name = hashlib.blake2b(sha256.encode(), key=self._name_key, digest_size=24).hexdigest()
        return self._folder / f"{name}.raw"

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class _Reader(io.RawIOBase):
    """Decrypts one chunk at a time."""

    def __init__(self, path: Path, vault_key: bytes) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError as error:
            raise refused_file("ingest.raw_file_missing") from error
        header = self._file.read(HEADER_BYTES)
        if not header.startswith(MAGIC):
            self._file.close()
            raise refused_file("ingest.key_changed")
        self._cipher = AESGCM(derived_key(vault_key, "raw file", header[len(MAGIC) :]))
        sealed = path.stat().st_size - HEADER_BYTES
        self._chunks = -(-sealed // (CHUNK_BYTES + TAG_BYTES))
        self._size = sealed - self._chunks * TAG_BYTES
        self._place = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place in the clear bytes."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves to a place in the clear bytes."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, "before the beginning of the file")
        self._place = base + offset
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # The stub says Buffer, io gives views.
        """Fills a buffer from at most one chunk."""
        number, start = divmod(self._place, CHUNK_BYTES)
        if self._place >= self._size:
            return 0
        part = self._chunk(number)[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def close(self) -> None:
        """Closes the file and forgets the chunk."""
        self._held = (-1, b"")
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(HEADER_BYTES + number * (CHUNK_BYTES + TAG_BYTES))
            sealed = self._file.read(CHUNK_BYTES + TAG_BYTES)
            place = b"last" if number == self._chunks - 1 else b"more"
            try:
                self._held = (number, self._cipher.decrypt(_nonce(number), sealed, place))
            except InvalidTag as error:
                raise refused_file("ingest.key_changed") from error
        return self._held[1]


def _nonce(number: int) -> bytes:
    # Each file has a key of its own, so its chunks' numbers are nonces enough.
    return number.to_bytes(12, "big")

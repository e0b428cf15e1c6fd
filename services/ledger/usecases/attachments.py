"""Files that come with documents: added before the document, read by whoever sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.errors import NotFound, TooLarge
from services.ledger.domain.attachments import WAITING_BYTES_MAX, WAITING_DAYS, joined, media_type
from services.ledger.usecases.quota_reading import QuotaReader, get_document


@dataclass(frozen=True)
class File:
    """A file with its bytes. `sha256` is hex."""

    sha256: str
    media_type: str
    body: bytes


@dataclass(frozen=True)
class NamedFile:
    """A file as a document names it."""

    file_name: str
    file: File


class Files(Protocol):
    """Where files are kept."""

    def add(self, file: File, by: str, at: datetime, waiting_bytes_max: int) -> bool:
        """Keeps a file, again if it is there; False if the files of this person that wait become too many bytes."""
        ...

    def get(self, sha256: str) -> File | None:
        """A file."""
        ...

    def forget(self, before: datetime) -> int:
        """Removes the files added before a moment that no document names; says how many."""
        ...


def add_attachment(files: Files, caller: Caller, chunks: Iterable[bytes], now: datetime) -> File:
    """Keeps a file for a document to come. The same bytes again are the same file."""
    caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    body = joined(chunks)
    file = File(hashlib.sha256(body).hexdigest(), media_type(body), body)
    if not files.add(file, caller.user, now, WAITING_BYTES_MAX):
        raise TooLarge(
            "ledger.attachments_waiting",
            f"您已上传而未随单据提交的附件超过 {WAITING_BYTES_MAX // 1024**2} MB，请先提交单据",
            f"your files that no document names are more than {WAITING_BYTES_MAX // 1024**2} MB: hand in the document first",
        )
    return file


def get_attachment(
    files: Files, reader: QuotaReader, scope: Scope, document_key: str, sha256: str
) -> NamedFile:
    """A file that a document names, for whoever sees the document."""
    document, _ = get_document(reader, scope, document_key)
    names = [one.file_name for one in document.attachments if one.sha256 == sha256]
    file = files.get(sha256) if names else None
    if file is None:
        raise NotFound(
            "ledger.attachment_unknown",
            "单据没有这一附件",
            "the document has no such file",
            {"sha256": sha256[:64]},
        )
    # The name in the document is sealed in the chain, so the bytes are what was handed in, or nothing is shown.
    if hashlib.sha256(file.body).hexdigest() != sha256:
        raise RuntimeError(f"the bytes of file {sha256} were changed")
    return NamedFile(names[0], file)


def forget_attachments(files: Files, now: datetime) -> int:
    """Removes the files that waited for a document too long."""
    return files.forget(now - timedelta(days=WAITING_DAYS))

"""Files that come with documents: which kinds are taken, known by their content and never by their name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from services.kit.errors import InvalidInput, TooLarge

BYTES_MAX = 10 * 1024**2
CHUNK_BYTES_MAX = 1024**2
WAITING_BYTES_MAX = 256 * 1024**2
"""Of the files of one person that no document names yet."""
WAITING_DAYS = 7
ENTRIES_MAX = 4_096
"""Of an archive, as which OFD and Office files come."""

_BEGINS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "application/x-ole-storage",
}
_HOLDS = {
    "OFD.xml": "application/ofd",
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def joined(chunks: Iterable[bytes]) -> bytes:
    """The bytes of a file; refuses too large a chunk or file, and nothing at all."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(chunk) > CHUNK_BYTES_MAX or len(body) > BYTES_MAX:
            raise TooLarge(
                "ledger.attachment_too_large",
                f"附件不得超过 {BYTES_MAX // 1024**2} MB",
                f"a file has at most {BYTES_MAX // 1024**2} MB",
                {"bytes_max": BYTES_MAX},
            )
    if not body:
        raise InvalidInput("ledger.attachment_empty", "附件是空文件", "the file is empty")
    return bytes(body)


def media_type(body: bytes) -> str:
    """What a file is by its content; refuses what is none of the kinds in which documents come."""
    for begin, found in _BEGINS.items():
        if body.startswith(begin):
            return found
    if body.startswith(b"PK\x03\x04"):
        names = _entries(body)
        for name, found in _HOLDS.items():
            if name in names:
                return found
    raise InvalidInput(
        "ledger.attachment_type",
        "附件应为 PDF、OFD、图片（PNG、JPEG、TIFF）或 Office 文件",
        "a file is a PDF, an OFD, a picture (PNG, JPEG, TIFF) or an Office file",
    )


def _entries(body: bytes) -> frozenset[str]:
    """The names in an archive, which is not unpacked; none if it is broken or has too many."""
    # Each entry begins so in the list at the end; counted first, as reading a long list takes much memory.
    if body.count(b"PK\x01\x02") > ENTRIES_MAX:
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return frozenset()
    return frozenset(names)

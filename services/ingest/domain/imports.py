"""Imports, their states and progress, and what a profile and the ledger make of a file's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import polars as pl

MESSAGE_MAX = 400
FILE_NAME_MAX = 200


class ImportState(StrEnum):
    """Where an import stands. RUNNING survives a kill: the import is then read again."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True)
class NewImport:
    """A stored file that waits to be read."""

    import_id: str
    file_name: str
    profile: str
    division_code: str
    file_sha256: str
    size_bytes: int
    uploaded_by: str
    uploaded_at: datetime
    request_id: str


@dataclass(frozen=True)
class Progress:
    """How far an import has come. `batches` of the file are sealed: a resumed import does not post them again."""

    batches: int = 0
    bytes_read: int = 0
    rows_read: int = 0
    rows_posted: int = 0
    rows_known: int = 0
    rows_quarantined: int = 0


@dataclass(frozen=True)
class Import:
    """An import as it stands. `error_*` are empty unless it failed; `ended_at` is None while it runs."""

    new: NewImport
    state: ImportState
    progress: Progress
    error_code: str = ""
    error_zh: str = ""
    error_en: str = ""
    ended_at: datetime | None = None

    @property
    def import_id(self) -> str:
        """Identity."""
        return self.new.import_id

    @staticmethod
    def waiting(new: NewImport) -> Import:
        """An import that nobody has begun."""
        return Import(new, ImportState.WAITING, Progress())


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be a posting. `line` 0 is the file as a whole; `field` "" the row as a whole.

    `key` tells rows of one line apart (vouchers in a file without line breaks); it holds no personal data.
    """

    line: int
    field: str
    reason: str
    zh: str
    en: str
    key: str = ""
    original: bytes = b""


@dataclass(frozen=True)
class Covered:
    """Days of one source and division that rows brought."""

    source: str
    division_code: str
    first_day: date
    last_day: date
    rows: int


@dataclass(frozen=True)
class Finding:
    """Something odd about a row that posts all the same. `key` is the same in every run over the same file."""

    key: str
    division_code: str | None
    line: int
    field: str
    reason: str
    day: date


@dataclass(frozen=True)
class Sensitive:
    """A clear column of a typed frame, and the column of tokens that takes its place. `kind` is the vault's."""

    column: str
    kind: str
    token: str


@dataclass(frozen=True)
class TextBatch:
    """Rows of a file as text: a String column per field and `line` (Int32), a few MiB at most.

    `number` rises by one from 1 and is the same in every reading of the file. `offset` is how many bytes of the
    file were read by then. `original(line, key)` gives the bytes of a row back. `normal` says that the reader saw
    from the bytes that every text is in its normal form.
    """

    number: int
    frame: pl.DataFrame
    offset: int
    rejected: tuple[Rejected, ...] = ()
    rows_rejected: int = 0
    original: Callable[[int, str], bytes] = field(default=lambda _line, _key: b"")
    normal: bool = False


@dataclass(frozen=True)
class TypedBatch:
    """Rows that passed the door: the target's columns, with clear values where tokens will stand.

    `rows_rejected` counts rows; one entry of `rejected` may stand for a whole voucher.
    """

    frame: pl.DataFrame
    rejected: tuple[Rejected, ...]
    rows_rejected: int
    findings: tuple[Finding, ...]
    covered: tuple[Covered, ...]


@dataclass(frozen=True)
class Posted:
    """What the ledger made of a batch."""

    posted: int
    known: int
    refused: tuple[Rejected, ...] = ()


@dataclass(frozen=True)
class ListPart:
    """Rows of one reference list out of one batch, with tokens in place."""

    name: str
    rows: pl.DataFrame


@dataclass(frozen=True)
class Known:
    """Base data at the start of an import: codes of divisions and funds. Empty sets mean: not told, do not check."""

    divisions: frozenset[str] = frozenset()
    funds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BatchOutcome:
    """All that one sealed batch leaves behind, written in one transaction."""

    progress: Progress
    rejected: tuple[Rejected, ...] = ()
    findings: tuple[Finding, ...] = ()
    covered: tuple[Covered, ...] = ()
    parts: tuple[ListPart, ...] = ()

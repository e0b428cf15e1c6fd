"""The ports of ingest's use cases, and the values that pass through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

import polars as pl

from services.ingest.domain.imports import (
    BatchOutcome,
    Import,
    Known,
    NewImport,
    Posted,
    Progress,
    Sensitive,
    TextBatch,
    TypedBatch,
)
from services.ingest.domain.payees import PayeeKind
from services.kit.caller import Scope
from services.kit.clock import Clock
from services.kit.errors import MingzhangError


@dataclass(frozen=True)
class StoredFile:
    """A file in the raw store: SHA-256 of its clear bytes (hex) and their number."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Upload:
    """What a caller sends, before its bytes."""

    file_name: str
    profile: str = ""
    division_code: str = ""


@dataclass(frozen=True)
class Quarantined:
    """A row in quarantine, as people see it."""

    id: str
    import_id: str
    file_name: str
    line: int
    field: str
    reason: str
    reason_zh: str
    reason_en: str
    quarantined_at: datetime


@dataclass(frozen=True)
class Reading:
    """Who reads clear values, why, and whether whole or masked."""

    read_by: str
    read_at: datetime
    reason: str
    whole: bool
    request_id: str


@dataclass(frozen=True)
class Revealed:
    """A value behind a token, masked as far as the reader's roles ask for."""

    token: int
    kind: str
    value: str


@dataclass(frozen=True)
class Context:
    """What a profile is told about the import that it types rows for. `payee_kinds` are those of institutions."""

    import_id: str
    file_sha256: str
    division_code: str = ""
    known: Known = field(default_factory=Known)
    payee_kinds: Sequence[PayeeKind] = ()


class RawFiles(Protocol):
    """Encrypted files by content."""

    def store(self, blocks: Iterable[bytes], bytes_max: int) -> StoredFile:
        """Keeps a file, or nothing of it (TooLarge past the limit)."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """A kept file, seekable."""
        ...


class Profile(Protocol):
    """A source format."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def layout(self) -> str:
        """How it cuts a file into batches; another one, and numbers of batches mean other rows."""
        ...

    @property
    def target(self) -> str:
        """Where its rows go: quotas, projects, allotments, payments, disbursements or lists."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the target, in order."""
        ...

    @property
    def sensitive(self) -> tuple[Sensitive, ...]:
        """The clear columns that become tokens."""
        ...

    def check(self, source: BinaryIO) -> None:
        """Refuses a file that cannot be read as a whole, before anything of it is posted."""
        ...

    def batches(self, source: BinaryIO) -> Iterator[TextBatch]:
        """The rows as text; the same batches with the same numbers each time."""
        ...

    def typed(self, batch: TextBatch, context: Context) -> TypedBatch:
        """The rows behind the door."""
        ...


class Profiles(Protocol):
    """All source formats."""

    def find(self, source: BinaryIO, name: str = "") -> Profile:
        """The named profile, or the one that fits the content; refuses what fits none."""
        ...


class Vault(Protocol):
    """Tokens for values."""

    def tokens(self, kind: str, values: pl.Series) -> pl.Series:
        """The Int64 token of each value; null for null."""
        ...

    def reveal(self, tokens: Sequence[int], reading: Reading) -> list[Revealed]:
        """The values behind tokens; logs the reading first."""
        ...


class Ledger(Protocol):
    """The ledger as ingest sees it. Both calls wait for it as long as it takes, and give up (Stopping) at a stop."""

    def post(self, target: str, rows: pl.DataFrame) -> Posted:
        """Posts rows of a target; the rows' keys make it idempotent."""
        ...

    def known(self) -> Known:
        """Codes of divisions and funds in force."""
        ...


class ImportStore(Protocol):
    """Imports, their progress and what they leave behind."""

    def add(self, new: NewImport) -> tuple[Import, bool]:
        """Adds an import; of a file that is known, the earlier import instead (True).

        One that failed waits anew under its identity, with what is said this time: another profile, another sender.
        """
        ...

    def unfinished(self, passed_over: frozenset[str]) -> Import | None:
        """The first import that waits or was broken off, in order of upload."""
        ...

    def begin(self, import_id: str, profile: Profile) -> tuple[int, Progress]:
        """The import is being read; answers how often it was begun since it last sealed a batch, and its progress.

        Progress under another layout counts for nothing: the file is read again, and what was posted is known.
        """
        ...

    def set_aside(self, import_id: str) -> None:
        """The import was broken off through no fault of its own: this beginning does not count."""
        ...

    def seal(self, import_: Import, outcome: BatchOutcome, at: datetime) -> None:
        """Writes what a batch left behind, once."""
        ...

    def finish(self, import_: Import, at: datetime) -> None:
        """The import is read: its state and its events, in one transaction."""
        ...

    def fail(self, import_: Import, error: MingzhangError, at: datetime) -> None:
        """The import is refused as a whole: its state and its event, in one transaction."""
        ...

    def get(self, import_id: str, scope: Scope) -> Import | None:
        """One import inside a scope."""
        ...

    def page(self, scope: Scope, limit: int, before: str) -> tuple[list[Import], str]:
        """Imports inside a scope, newest first, and where the page ends."""
        ...

    def quarantine(
        self, scope: Scope, import_id: str, limit: int, before: str
    ) -> tuple[list[Quarantined], str]:
        """Quarantined rows inside a scope, newest first, and where the page ends."""
        ...


class Stopping(Exception):  # noqa: N818 - no error: the process is asked to end, the import goes on at the next start
    """Raised where work is broken off because the process stops."""


@dataclass(frozen=True)
class Ports:
    """What the reading of imports works with."""

    raw_files: RawFiles
    store: ImportStore
    profiles: Profiles
    vault: Vault
    ledger: Ledger
    clock: Clock
    payee_kinds: Sequence[PayeeKind] = ()
    stopping: Callable[[], bool] = lambda: False
    measure: Callable[[str, BatchOutcome], None] = lambda _profile, _outcome: None

"""Ingest put together on a real database, with a ledger that remembers what it was handed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from services.ingest.domain.imports import Import, Known, Posted
from services.ingest.domain.reasons import refused_by_ledger
from services.ingest.profiles import Profiles, payee_kinds
from services.ingest.storage.imports import Imports
from services.ingest.storage.raw_files import RawFiles
from services.ingest.storage.sealing import Sealer, derived_key
from services.ingest.storage.vault import Vault
from services.ingest.usecases import Ports, Upload, get_import, run_import, start_import
from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.database import PostgresDatabase
from services.kit.ids import RandomIds
from services.kit.streams import StreamLog

KEY = bytes(range(32))
PROVINCE = Caller("admin", (ADMINISTRATOR,), Scope("630000"), "zh", "request-1")
NOW = datetime(2018, 10, 1, 1, 2, 3, tzinfo=UTC)


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Always the same moment."""
        return NOW


@dataclass
class FakeLedger:
    """A ledger in memory: a key it has is known, one on the list of refusals is refused."""

    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    batches: list[pl.DataFrame] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()
    base: Known = field(default_factory=Known)
    before_post: Callable[[], None] = lambda: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, target: str, rows: pl.DataFrame) -> Posted:
        """Takes what is new."""
        del target
        self.before_post()
        with self._lock:
            self.batches.append(rows)
            posted = known = 0
            refused = []
            for row in rows.to_dicts():
                key = str(row["key"])
                if key in self.refuses:
                    refused.append(
                        refused_by_ledger(int(row["line"]), "", "ledger.key_conflict", "冲突", "x", key)
                    )
                elif key in self.rows:
                    known += 1
                else:
                    self.rows[key] = row
                    posted += 1
            return Posted(posted, known, tuple(refused))

    def known(self) -> Known:
        """What the test says."""
        return self.base


@dataclass
class Ingest:
    """The service without its doors: upload, read, look."""

    ports: Ports
    ledger: FakeLedger
    database: PostgresDatabase
    streams: StreamLog
    folder: Path

    def upload(
        self, data: bytes, name: str = "file", profile: str = "", division: str = ""
    ) -> tuple[Import, bool]:
        """Takes a file in; True if it is known."""
        blocks = (data[at : at + 1_000_000] for at in range(0, len(data), 1_000_000))
        return start_import(self.ports, RandomIds(), PROVINCE, Upload(name, profile, division), blocks, 10**9)

    def bring(self, data: bytes, name: str = "file", profile: str = "", division: str = "") -> Import:
        """Takes a file in, reads it, and answers how the import ended."""
        import_, known = self.upload(data, name, profile, division)
        if not known:
            run_import(self.ports, import_)
        return self.look(import_.import_id)

    def look(self, import_id: str) -> Import:
        """The import as it stands."""
        return get_import(self.ports.store, PROVINCE.scope, import_id)

    def reasons(self, import_id: str = "") -> list[tuple[int, str, str]]:
        """Line, field and reason of what is in quarantine, in the order of the file."""
        rows, _ = self.ports.store.quarantine(PROVINCE.scope, import_id, 500, "")
        return sorted((row.line, row.field, row.reason) for row in rows)

    def told(self, stream: str) -> list[bytes]:
        """The bodies of a stream."""
        events, _ = self.streams.read_events(stream, 1, 64)
        return [event.body for event in events]

    def again(self, **changes: object) -> Ingest:
        """The same, with other parts."""
        return replace(self, ports=replace(self.ports, **changes))  # type: ignore[arg-type] # a test's own words


@pytest.fixture
def ingest(service_database: Callable[[str], PostgresDatabase], tmp_path: Path) -> Ingest:
    """Ingest on a fresh database and folder, with keyed tokens."""
    database = service_database("ingest")
    ids, clock = RandomIds(), StillClock()
    streams = StreamLog("ingest", database, clock, lambda: None)
    ledger = FakeLedger()
    ports = Ports(
        RawFiles(tmp_path / "raw", KEY, ids),
        Imports(database, streams, Sealer(derived_key(KEY, "quarantine"), ids)),
        Profiles(body_bytes_max=4 * 1024**2),
        Vault(database, KEY, "keyed", ids, clock),
        ledger,
        clock,
        payee_kinds(),
    )
    return Ingest(ports, ledger, database, streams, tmp_path / "raw")

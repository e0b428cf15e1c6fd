"""Loading goes through the doors in order, can be repeated, and stops at the first thing that is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mingzhang.ingest.v1 import ingest_pb2
from mingzhang.ledger.v1 import ledger_pb2

from services.demo import first_start
from services.demo.load import Doors, load_through
from services.kit.config import Config
from services.kit.errors import InvalidInput, Refused
from services.kit.module import ServiceKit
from tests.unit.demo.conftest import SEEDS
from tests.unit.demo.reading import files_of, manifest_of

Demo = Callable[[int], Path]


@dataclass
class FakeIngest:
    """Takes files in, finishes each at the second question, and remembers the order."""

    quarantined: str = ""
    uploads: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    started_before: dict[str, set[str]] = field(default_factory=dict)
    _files: dict[str, tuple[str, int]] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def UploadFile(
        self, parts: Iterator[ingest_pb2.UploadFileRequest], **_options: Any
    ) -> ingest_pb2.UploadFileResponse:
        """Stores a file under its hash."""
        header = next(parts).header
        assert header.profile
        assert header.division_code
        chunks = [part.chunk for part in parts]
        assert all(len(chunk) <= 1024 * 1024 for chunk in chunks)
        digest = hashlib.sha256(b"".join(chunks)).hexdigest()
        with self._lock:
            known = digest in self._files
            self.uploads.append(digest)
            self.started_before[digest] = set(self.ended)
            self._files[digest] = (header.file_name, len(chunks))
        return ingest_pb2.UploadFileResponse(import_id=digest, file_sha256=digest, known=known)

    def GetImport(
        self, request: ingest_pb2.GetImportRequest, **_options: Any
    ) -> ingest_pb2.GetImportResponse:
        """Runs at first, then has ended."""
        with self._lock:
            asked = self._asked[request.import_id] = self._asked.get(request.import_id, 0) + 1
            name = self._files[request.import_id][0]
            state = ingest_pb2.IMPORT_STATE_RUNNING if asked == 1 else ingest_pb2.IMPORT_STATE_FINISHED
            if asked > 1:
                self.ended.append(request.import_id)
        found = ingest_pb2.Import(state=state, rows_read=1, rows_quarantined=int(name == self.quarantined))
        return ingest_pb2.GetImportResponse(**{"import": found})


@dataclass
class FakeLedger:
    """Closes days, and remembers what it was asked."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    def CloseDays(
        self, request: ledger_pb2.CloseDaysRequest, **_options: Any
    ) -> ledger_pb2.CloseDaysResponse:
        """Closes whatever is asked."""
        self.asked.append((getattr(request, "from"), request.up_to))
        return ledger_pb2.CloseDaysResponse(closed=31, closed_to=request.up_to)


def doors(ingest: FakeIngest, ledger: FakeLedger) -> Doors:
    """The fakes in place of the stubs."""
    return Doors(cast(Any, ingest), cast(Any, ledger))


def test_groups_are_loaded_one_after_the_other(demo: Demo) -> None:
    """Every file of a group has ended before one of the next group starts, and all of them are sent."""
    ingest = FakeIngest()
    load_through(doors(ingest, FakeLedger()), demo(SEEDS[0]), lambda _line: None)
    too_early, before = [], set[str]()
    for group in manifest_of(demo(SEEDS[0]))["groups"]:
        own = {file["sha256"] for file in group["files"]}
        too_early += [name for name in own if not before <= ingest.started_before[name]]
        before |= own

    assert too_early == []
    assert sorted(ingest.uploads) == sorted(file["sha256"] for file in files_of(demo(SEEDS[0])))


def test_days_close_from_the_first_to_the_last_after_everything_is_in(demo: Demo) -> None:
    """Months are closed one by one up to the day that was asked for."""
    ledger = FakeLedger()
    load_through(doors(FakeIngest(), ledger), demo(SEEDS[0]), lambda _line: None, "2018-03-10")

    assert ledger.asked == [
        ("2018-01-02", "2018-02-01"),
        ("2018-01-02", "2018-03-03"),
        ("2018-01-02", "2018-03-10"),
    ]


def test_each_group_is_a_line_of_progress(demo: Demo) -> None:
    """Who loads sees which group is in, how many rows and how fast; the second time, that they were known."""
    lines: list[str] = []
    both = doors(FakeIngest(), FakeLedger())
    load_through(both, demo(SEEDS[0]), lines.append)
    load_through(both, demo(SEEDS[0]), lines.append)
    groups = len(manifest_of(demo(SEEDS[0]))["groups"])

    assert sum(line.startswith("[") for line in lines) == 2 * groups
    assert sum("known already" in line for line in lines) == groups


def test_a_quarantined_row_stops_the_load(demo: Demo) -> None:
    """A demo is clean; if a row is refused, something is wrong, and no day is closed."""
    ledger = FakeLedger()
    name = Path(files_of(demo(SEEDS[0]))[20]["path"]).name

    with pytest.raises(Refused) as refusal:
        load_through(doors(FakeIngest(name), ledger), demo(SEEDS[0]), lambda _line: None)

    assert refusal.value.code == "demo.import_failed"
    assert ledger.asked == []


def test_a_folder_without_a_manifest_is_no_demo(tmp_path: Path) -> None:
    """The refusal names the folder."""
    with pytest.raises(InvalidInput) as refusal:
        load_through(doors(FakeIngest(), FakeLedger()), tmp_path, lambda _line: None)

    assert refusal.value.code == "demo.no_manifest"


@pytest.fixture
def kit(tmp_path: Path) -> ServiceKit:
    """A kit of which only the configuration is there."""
    config = replace(Config(), data_dir=tmp_path, demo_size="s", demo_seed=3)
    return cast(ServiceKit, SimpleNamespace(config=config))


def test_the_first_start_loads_once_and_leaves_no_file(
    kit: ServiceKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files hold clear names and numbers: they are gone when the load is over, and a marker stays."""
    loads: list[int] = []

    def count_files(_kit: ServiceKit, directory: Path, _report: object) -> None:
        loads.append(len(files_of(directory)))

    monkeypatch.setattr(first_start, "load", count_files)
    outcomes = [first_start.run(kit, lambda _line: None) for _ in range(2)]
    left = [path.name for path in kit.config.data_dir.iterdir()]

    assert outcomes == [True, False]
    assert len(loads) == 1
    assert left == [first_start.MARKER]


def test_a_first_start_that_broke_off_is_repeated(kit: ServiceKit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes are loaded again, and the files of the broken try are gone."""
    seen: list[str] = []

    def fail_once(_kit: ServiceKit, directory: Path, _report: object) -> None:
        seen.append((directory / "manifest.json").read_text(encoding="utf-8"))
        if len(seen) == 1:
            raise Refused("test.down", "停", "down")

    monkeypatch.setattr(first_start, "load", fail_once)
    with pytest.raises(Refused):
        first_start.run(kit, lambda _line: None)
    left = [path.name for path in kit.config.data_dir.iterdir()]

    assert left == [first_start.MARKER]
    assert first_start.run(kit, lambda _line: None)
    assert seen[0] == seen[1]


def test_another_demo_in_the_same_data_is_refused(kit: ServiceKit) -> None:
    """Two demos would plant into each other."""
    (kit.config.data_dir / first_start.MARKER).write_text(
        json.dumps({"size": "s", "seed": 99, "loaded": True}), encoding="utf-8"
    )

    with pytest.raises(Refused) as refusal:
        first_start.run(kit, lambda _line: None)

    assert refusal.value.code == "demo.other"

"""Loads a demo through the doors that everybody uses: uploads in the manifest's order, then days close.

Files of one group are in flight together, groups come one after the other. A file that is known changes nothing, so
a load that was broken off is simply started again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mingzhang.ingest.v1 import ingest_pb2, ingest_pb2_grpc
from mingzhang.ledger.v1 import ledger_pb2, ledger_pb2_grpc

from services.demo.write import MANIFEST
from services.kit.errors import InvalidInput, Refused
from services.kit.module import ServiceKit

Report = Callable[[str], None]
CHUNK_BYTES = 1024 * 1024
IN_FLIGHT_MAX = 4
UPLOAD_TIMEOUT_S = 3_600
ASK_TIMEOUT_S = 60
CLOSE_TIMEOUT_S = 3_600
IMPORT_TIMEOUT_S = 6 * 3_600
_FIRST_WAIT_S = 0.02
_LONGEST_WAIT_S = 1.0
_DAYS_PER_CALL = 31


@dataclass(frozen=True)
class DemoFile:
    """A file of the manifest."""

    path: Path
    profile: str
    division: str
    sha256: str


@dataclass(frozen=True)
class DemoGroup:
    """Files that may be loaded together."""

    name: str
    files: tuple[DemoFile, ...]


@dataclass(frozen=True)
class Loaded:
    """What became of a file."""

    rows_read: int
    rows_quarantined: int
    known: bool


@dataclass(frozen=True)
class Doors:
    """The two services that a demo enters by."""

    ingest: ingest_pb2_grpc.IngestServiceStub
    ledger: ledger_pb2_grpc.LedgerServiceStub


def load(kit: ServiceKit, directory: Path, report: Report, close_to: str = "") -> None:
    """Loads the demo in a folder and closes the days up to `close_to` (by default the demo's last day).

    Raises InvalidInput if the folder is no demo or was changed, Refused if an import failed or a row was
    quarantined: a demo is clean.
    """
    doors = Doors(
        ingest_pb2_grpc.IngestServiceStub(kit.channel("ingest")),
        ledger_pb2_grpc.LedgerServiceStub(kit.channel("ledger")),
    )
    load_through(doors, directory, report, close_to)


def load_through(doors: Doors, directory: Path, report: Report, close_to: str = "") -> None:
    """`load` with the doors given."""
    manifest = read_manifest(directory)
    groups = groups_of(manifest, directory)
    started = time.monotonic()
    rows = 0
    for number, group in enumerate(groups, 1):
        group_started = time.monotonic()
        with ThreadPoolExecutor(IN_FLIGHT_MAX, thread_name_prefix="demo-load") as pool:
            loaded = list(pool.map(lambda file: _load_file(doors, file), group.files))
        group_rows = sum(item.rows_read for item in loaded)
        rows += group_rows
        report(_line(number, len(groups), group, loaded, time.monotonic() - group_started))
    report(f"loaded {rows} rows in {time.monotonic() - started:.1f} s, closing days")
    last_day = close_to or str(manifest["last_day"])
    _close_days(doors, str(manifest["first_day"]), last_day, report)


def read_manifest(directory: Path) -> dict[str, object]:
    """The manifest of a demo folder; refuses a folder without one."""
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "demo.no_manifest", f"{directory} 不是演示数据文件夹", f"{directory} is no demo folder"
        ) from error
    if not isinstance(manifest, dict):
        raise InvalidInput(
            "demo.no_manifest", f"{directory} 不是演示数据文件夹", f"{directory} is no demo folder"
        )
    return manifest


def groups_of(manifest: dict[str, object], directory: Path) -> list[DemoGroup]:
    """The groups of files in the order of loading."""
    groups = manifest["groups"]
    if not isinstance(groups, list):
        raise InvalidInput(
            "demo.no_manifest", f"{directory} 的清单不完整", f"the manifest of {directory} is not whole"
        )
    return [
        DemoGroup(
            group["name"],
            tuple(
                DemoFile(directory / file["path"], file["profile"], file["division"], file["sha256"])
                for file in group["files"]
            ),
        )
        for group in groups
    ]


def _load_file(doors: Doors, file: DemoFile) -> Loaded:
    answer = doors.ingest.UploadFile(_parts(file), timeout=UPLOAD_TIMEOUT_S, wait_for_ready=True)
    if answer.file_sha256 != file.sha256:
        raise InvalidInput(
            "demo.changed", f"{file.path.name} 与清单不符", f"{file.path.name} is not what the manifest says"
        )
    ended = _wait(doors, answer.import_id, file.path.name)
    if ended.state == ingest_pb2.IMPORT_STATE_FAILED or ended.rows_quarantined:
        raise Refused(
            "demo.import_failed",
            f"{file.path.name} 导入失败：{ended.error_zh or f'{ended.rows_quarantined} 行被隔离'}",
            f"{file.path.name} was not taken: {ended.error_en or f'{ended.rows_quarantined} rows in quarantine'}",
            {"file": file.path.name, "import_id": answer.import_id, "code": ended.error_code},
        )
    return Loaded(ended.rows_read, ended.rows_quarantined, answer.known)


def _parts(file: DemoFile) -> Iterator[ingest_pb2.UploadFileRequest]:
    header = ingest_pb2.UploadHeader(
        file_name=file.path.name, profile=file.profile, division_code=file.division
    )
    yield ingest_pb2.UploadFileRequest(header=header)
    with file.path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            yield ingest_pb2.UploadFileRequest(chunk=chunk)


def _wait(doors: Doors, import_id: str, name: str) -> ingest_pb2.Import:
    """The import when it has ended, asked for ever more rarely."""
    wait_s, deadline = _FIRST_WAIT_S, time.monotonic() + IMPORT_TIMEOUT_S
    ended = (ingest_pb2.IMPORT_STATE_FINISHED, ingest_pb2.IMPORT_STATE_FAILED)
    while True:
        request = ingest_pb2.GetImportRequest(import_id=import_id)
        answer = doors.ingest.GetImport(request, timeout=ASK_TIMEOUT_S, wait_for_ready=True)
        state: ingest_pb2.Import = getattr(answer, "import")  # The field's name is a keyword of Python.
        if state.state in ended:
            return state
        if time.monotonic() > deadline:
            raise Refused("demo.import_slow", f"{name} 导入超时", f"the import of {name} does not end")
        time.sleep(wait_s)
        wait_s = min(wait_s * 1.5, _LONGEST_WAIT_S)


def _close_days(doors: Doors, first_day: str, last_day: str, report: Report) -> None:
    """Closes days a month at a time, so that every call is short and progress shows."""
    last = date.fromisoformat(last_day)
    up_to = date.fromisoformat(first_day)
    while True:
        up_to = min(up_to + timedelta(days=_DAYS_PER_CALL - 1), last)
        request = ledger_pb2.CloseDaysRequest(up_to=up_to.isoformat())
        setattr(request, "from", first_day)  # A keyword again.
        answer = doors.ledger.CloseDays(request, timeout=CLOSE_TIMEOUT_S, wait_for_ready=True)
        report(f"closed {answer.closed} days, up to {answer.closed_to}")
        if up_to == last:
            return


def _line(number: int, groups: int, group: DemoGroup, loaded: list[Loaded], seconds: float) -> str:
    rows = sum(item.rows_read for item in loaded)
    known = sum(item.known for item in loaded)
    rate = int(rows / seconds) if seconds > 0 else rows
    again = f", {known} known already" if known else ""
    return f"[{number}/{groups}] {group.name}: {len(loaded)} files{again}, {rows} rows, {seconds:.1f} s, {rate} rows/s"

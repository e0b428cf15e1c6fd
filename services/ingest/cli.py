"""Inbound command line: `mingzhang ingest import FILE…` and `quarantine` through the service's door, and `formats`."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mingzhang.ingest.v1 import ingest_pb2, ingest_pb2_grpc

from services.ingest.domain import formats
from services.ingest.profiles import Profiles
from services.kit.errors import InvalidInput
from services.kit.module import ServiceKit

CHUNK_BYTES = 1024**2
UPLOAD_TIMEOUT_S = 3_600
ASK_TIMEOUT_S = 30
POLL_MS = 200
PAGE_ROWS = 500
OPEN_STATES = (ingest_pb2.IMPORT_STATE_WAITING, ingest_pb2.IMPORT_STATE_RUNNING)


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser], open_kit: Callable[[], ServiceKit]
) -> None:
    """Adds this service's subcommands."""
    command = parser.add_parser("import", help="导入文件 · import files")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("--profile", default="", help="模板，默认按内容识别 · found by content if not given")
    command.add_argument("--division", default="", help="报送区划 · division that sends the file")
    command.set_defaults(run=lambda given: _import(given, open_kit))
    command = parser.add_parser("quarantine", help="查看隔离的数据行 · show rows in quarantine")
    command.add_argument("--import-id", default="", help="某一导入批次 · of one import")
    command.set_defaults(run=lambda given: _quarantine(given, open_kit))
    command = parser.add_parser("formats", help="列出文件格式 · list the formats of files")
    command.add_argument("--language", choices=("zh", "en"), default="zh", help="语言 · language")
    command.add_argument("--markdown", action="store_true", help="写成 docs/formats.md · as docs/formats.md")
    command.set_defaults(run=_formats)


def _formats(given: argparse.Namespace) -> int:
    """Asks the profiles themselves: no system need be running."""
    known = Profiles().formats
    told = formats.lines(known, given.language)
    sys.stdout.write(formats.markdown(known) if given.markdown else "".join(f"{line}\n" for line in told))
    return 0


def _import(given: argparse.Namespace, open_kit: Callable[[], ServiceKit]) -> int:
    for path in given.files:
        if not path.is_file():
            raise InvalidInput("ingest.no_such_file", f"没有文件 {path}", f"there is no file {path}")
    kit = open_kit()
    stub = ingest_pb2_grpc.IngestServiceStub(kit.channel("ingest"))
    failed = 0
    for path in given.files:
        answer = stub.UploadFile(_parts(path, given.profile, given.division), timeout=UPLOAD_TIMEOUT_S)
        ended = _followed(stub, answer.import_id)
        failed += ended.state == ingest_pb2.IMPORT_STATE_FAILED
        known = "（已导入过 · known）" if answer.known else ""
        words = ended.error_en if kit.config.language == "en" else ended.error_zh
        sys.stdout.write(
            f"{path.name}{known}: {ended.profile} 读取 read {ended.rows_read}, 入账 posted {ended.rows_posted}, "
            f"已有 known {ended.rows_known}, 隔离 quarantined {ended.rows_quarantined} {words}\n"
        )
    return 1 if failed else 0


def _parts(path: Path, profile: str, division: str) -> Iterator[ingest_pb2.UploadFileRequest]:
    header = ingest_pb2.UploadHeader(file_name=path.name, profile=profile, division_code=division)
    yield ingest_pb2.UploadFileRequest(header=header)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield ingest_pb2.UploadFileRequest(chunk=chunk)


def _followed(stub: Any, import_id: str) -> ingest_pb2.Import:
    """Waits for the end of an import."""
    pause = threading.Event()
    while True:
        answer = stub.GetImport(ingest_pb2.GetImportRequest(import_id=import_id), timeout=ASK_TIMEOUT_S)
        found: ingest_pb2.Import = getattr(answer, "import")
        if found.state not in OPEN_STATES:
            return found
        pause.wait(POLL_MS / 1_000)


def _quarantine(given: argparse.Namespace, open_kit: Callable[[], ServiceKit]) -> int:
    kit = open_kit()
    stub = ingest_pb2_grpc.IngestServiceStub(kit.channel("ingest"))
    page = ""
    while True:
        request = ingest_pb2.ListQuarantineRequest(
            import_id=given.import_id, limit=PAGE_ROWS, page_token=page
        )
        answer = stub.ListQuarantine(request, timeout=ASK_TIMEOUT_S)
        for row in answer.rows:
            words = row.reason_en if kit.config.language == "en" else row.reason_zh
            sys.stdout.write(f"{row.file_name}:{row.line} {row.field} {row.reason} {words}\n")
        page = answer.next_page_token
        if not page:
            return 0

"""The doors of ingest: calls, the command line, sealing, and what operators count."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from mingzhang.ingest.v1 import ingest_pb2
from prometheus_client import CollectorRegistry

from services.ingest.cli import add_commands
from services.ingest.jobs import ImportJob
from services.ingest.metrics import Metrics
from services.ingest.rpc import CHUNK_BYTES_MAX, IngestServicer
from services.ingest.storage.sealing import NONCE_BYTES, Sealer, derived_key
from services.kit.caller import FINANCE_OFFICER, Caller, Scope
from services.kit.errors import InvalidInput, NotFound, NotSignedIn, TooLarge
from services.kit.ids import RandomIds
from services.kit.rpc.context import acting_as
from tests.builders import Row, as_csv
from tests.unit.ingest.conftest import KEY, PROVINCE, Ingest

ROWS: list[Row] = [
    {"凭证号": "V1", "明细编号": str(n), "金额(元)": "wrong" if n == 2 else "5.00"} for n in range(4)
]


@dataclass
class Doors:
    """The servicer over ingest, as a caller sees it."""

    ingest: Ingest
    bytes_max: int = 10**6
    started: list[int] = field(default_factory=list)
    caller: Caller = PROVINCE

    def call(self, method: str, request: Any) -> Any:
        """One call on behalf of the caller."""
        servicer = IngestServicer(
            self.ingest.ports, RandomIds(), self.bytes_max, lambda: self.started.append(1)
        )
        with acting_as(self.caller):
            return getattr(servicer, method)(request, None)

    def upload(self, *parts: ingest_pb2.UploadFileRequest) -> ingest_pb2.UploadFileResponse:
        """A stream of parts."""
        answer: ingest_pb2.UploadFileResponse = self.call("UploadFile", iter(parts))
        return answer


def header(name: str = "a.csv", **others: str) -> ingest_pb2.UploadFileRequest:
    """The first part."""
    return ingest_pb2.UploadFileRequest(header=ingest_pb2.UploadHeader(file_name=name, **others))


def chunk(data: bytes) -> ingest_pb2.UploadFileRequest:
    """Another part."""
    return ingest_pb2.UploadFileRequest(chunk=data)


@pytest.fixture
def doors(ingest: Ingest) -> Doors:
    """The doors of a fresh ingest."""
    return Doors(ingest)


def test_an_upload_is_kept_read_and_shown(doors: Doors) -> None:
    data = as_csv("payment_table", ROWS)
    first = doors.upload(header(), chunk(data[:100]), chunk(data[100:]))
    again = doors.upload(header("b.csv"), chunk(data))
    ImportJob(doors.ingest.ports).run()
    asked = ingest_pb2.GetImportRequest(import_id=first.import_id)
    shown = getattr(doors.call("GetImport", asked), "import")
    page = doors.call("ListImports", ingest_pb2.ListImportsRequest(limit=10))
    quarantine = doors.call("ListQuarantine", ingest_pb2.ListQuarantineRequest(limit=10))

    assert (first.size_bytes, first.known, again.known) == (len(data), False, True)
    assert again.import_id == first.import_id
    assert doors.started == [1, 1]
    assert (shown.state, shown.rows_read, shown.rows_posted) == (ingest_pb2.IMPORT_STATE_FINISHED, 4, 3)
    assert (shown.file_name, shown.bytes_read, shown.uploaded_by) == ("a.csv", len(data), "admin")
    assert shown.ended_at_us > 0
    assert [one.import_id for one in page.imports] == [first.import_id]
    assert [(row.line, row.field, row.reason) for row in quarantine.rows] == [
        (4, "金额(元)", "ingest.bad_amount")
    ]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "ingest.upload_header"),
        ([chunk(b"x")], "ingest.upload_header"),
        ([header(), header()], "ingest.empty_file"),
        ([header()], "ingest.empty_file"),
        ([header(""), chunk(b"x")], "ingest.file_name"),
        ([header("\x00\x01"), chunk(b"x")], "ingest.file_name"),
        ([header("x" * 201), chunk(b"x")], "ingest.file_name"),
    ],
)
def test_an_upload_that_is_none_is_refused(
    doors: Doors, parts: list[ingest_pb2.UploadFileRequest], code: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        doors.upload(*parts)

    assert refusal.value.code == code
    assert (refusal.value.zh, refusal.value.en) != ("", "")
    assert list(doors.ingest.folder.iterdir()) == []


def test_an_upload_over_its_limits_is_refused_and_nothing_stays(doors: Doors) -> None:
    doors.bytes_max = 1_000
    codes = []
    for parts in ([b"x" * 600] * 2, [b"x" * (CHUNK_BYTES_MAX + 1)]):
        with pytest.raises(TooLarge) as refusal:
            doors.upload(header(), *map(chunk, parts))
        codes.append(refusal.value.code)

    assert codes == ["ingest.upload_too_large", "ingest.chunk_too_large"]
    assert list(doors.ingest.folder.iterdir()) == []
    assert doors.started == []


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("ListImports", ingest_pb2.ListImportsRequest(limit=0)),
        ("ListImports", ingest_pb2.ListImportsRequest(limit=201)),
        ("ListQuarantine", ingest_pb2.ListQuarantineRequest(limit=501)),
        ("ListImports", ingest_pb2.ListImportsRequest(limit=1, page_token="\x00")),
        ("ListQuarantine", ingest_pb2.ListQuarantineRequest(limit=1, page_token="-1")),
        ("ListImports", ingest_pb2.ListImportsRequest(limit=1, page_token="9" * 30)),
        ("Reveal", ingest_pb2.RevealRequest(tokens=[1], reason="\x00\x00\x00\x00\x00\x00")),
    ],
)
def test_questions_without_a_sensible_limit_place_or_reason_are_refused(
    doors: Doors, method: str, request_: object
) -> None:
    with pytest.raises(InvalidInput):
        doors.call(method, request_)

    assert doors.started == []


def test_nobody_is_answered_outside_of_a_scope(doors: Doors) -> None:
    answer = doors.upload(header(), chunk(as_csv("payment_table", ROWS)))
    asked = ingest_pb2.GetImportRequest(import_id=answer.import_id)
    doors.caller = Caller("clerk", (FINANCE_OFFICER,), Scope("630200"))
    with pytest.raises(NotFound):
        doors.call("GetImport", asked)
    with pytest.raises(NotSignedIn):
        IngestServicer(doors.ingest.ports, RandomIds(), 1, lambda: None).GetImport(asked, None)  # type: ignore[arg-type] # the context is not read

    assert list(doors.call("ListImports", ingest_pb2.ListImportsRequest(limit=5)).imports) == []


def test_clear_values_are_told_for_a_reason(doors: Doors) -> None:
    doors.ingest.bring(as_csv("payment_table", ROWS[:1]))
    (row,) = doors.ingest.ledger.rows.values()
    request = ingest_pb2.RevealRequest(
        tokens=[int(str(row["payee_account_token"]))], reason="核实\x00疑点需要"
    )
    (value,) = doors.call("Reveal", request).values

    assert (value.kind, value.value) == ("account", "9900000000000101")


class Stub:
    """A channel on which the servicer answers."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def unary_unary(self, method: str, **_: object) -> Callable[..., object]:
        """One of the calls."""

        def call(request: object, timeout: float) -> object:
            assert timeout > 0
            if method.endswith("GetImport"):
                ImportJob(self._doors.ingest.ports).run()
            return self._doors.call(method.rpartition("/")[2], request)

        return call

    def stream_unary(self, method: str, **_: object) -> Callable[..., object]:
        """The upload."""
        return self.unary_unary(method)


def run(doors: Doors, *words: str, language: str = "zh") -> int:
    """A command as typed."""
    kit = SimpleNamespace(channel=lambda _service: Stub(doors), config=SimpleNamespace(language=language))
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(), lambda: kit)
    given = parser.parse_args(words)
    return int(given.run(given))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A good file and a bad one."""
    made = {"good.csv": as_csv("payment_table", ROWS), "bad.csv": b"a,b\n1,2\n"}
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: str(tmp_path / name) for name in made}


def test_the_command_line_tells_what_became_of_each_file(
    doors: Doors, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [run(doors, "import", files["good.csv"]), run(doors, "import", *files.values())]
    told = capsys.readouterr().out.splitlines()

    assert codes == [0, 1]
    assert (
        told[0].strip()
        == "good.csv: payment_table 读取 read 4, 入账 posted 3, 已有 known 0, 隔离 quarantined 1"
    )
    assert told[1].startswith("good.csv（已导入过 · known）")
    assert "没有任何模板与其内容相符" in told[2]


def test_the_command_line_shows_quarantine_in_the_language_of_the_house(
    doors: Doors, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(doors, "import", files["good.csv"])
    capsys.readouterr()
    codes = [run(doors, "quarantine", language=language) for language in ("zh", "en")]
    told = capsys.readouterr().out.splitlines()

    assert codes == [0, 0]
    assert told == [
        "good.csv:4 金额(元) ingest.bad_amount “金额(元)”不是金额",
        "good.csv:4 金额(元) ingest.bad_amount “金额(元)” is not an amount",
    ]


def test_the_command_line_refuses_a_file_that_is_not_there(doors: Doors, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        run(doors, "import", str(tmp_path / "none.csv"))

    assert refusal.value.code == "ingest.no_such_file"


def test_a_sealed_value_opens_only_where_it_belongs() -> None:
    sealer = Sealer(derived_key(KEY, "quarantine"), RandomIds())
    sealed = sealer.seal("张三丰".encode(), b"row 1")

    assert sealer.open(sealed, b"row 1").decode() == "张三丰"
    assert sealed != sealer.seal("张三丰".encode(), b"row 1")
    for wrong, place in (
        (sealed, b"row 2"),
        (sealed[:-1], b"row 1"),
        (bytes(NONCE_BYTES) + sealed[NONCE_BYTES:], b"row 1"),
    ):
        with pytest.raises(InvalidTag):
            sealer.open(wrong, place)


def test_each_purpose_and_each_file_has_a_key_of_its_own() -> None:
    keys = {
        derived_key(KEY, "a"),
        derived_key(KEY, "b"),
        derived_key(KEY, "a", b"1"),
        derived_key(KEY, "a", b"2"),
        derived_key(bytes(32), "a"),
    }

    assert len(keys) == 5
    assert {len(key) for key in keys} == {32}


def test_operators_count_rows_by_what_became_of_them(ingest: Ingest) -> None:
    registry = CollectorRegistry()
    counted = ingest.again(measure=Metrics(registry).batch)
    counted.bring(as_csv("payment_table", ROWS))
    counted.bring(as_csv("payment_table", ROWS, "gb18030"))
    fates = {
        fate: registry.get_sample_value(
            "mingzhang_ingest_rows_total", {"profile": "payment_table", "fate": fate}
        )
        for fate in ("posted", "known", "quarantined")
    }

    assert fates == {"posted": 3, "known": 3, "quarantined": 2}

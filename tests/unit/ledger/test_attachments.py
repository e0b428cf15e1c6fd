"""Files that come with documents: kept once, named by a document, shown to whoever sees it, forgotten if none comes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mingzhang.ledger.v1 import attachments_pb2 as pb
from sqlalchemy import text

from services.kit.caller import RULE_AUTHOR, Caller, Scope
from services.kit.clock import SystemClock
from services.kit.errors import InvalidInput, NotAllowed, NotFound, Refused, TooLarge
from services.kit.rpc.context import acting_as
from services.ledger.domain.attachments import BYTES_MAX, CHUNK_BYTES_MAX, ENTRIES_MAX, media_type
from services.ledger.domain.documents import Attachment, Kind
from services.ledger.rpc.attachments import Attachments, AttachmentServicer
from services.ledger.storage import AttachmentTable, QuotaTables
from services.ledger.usecases import attachments as usecases
from tests.unit.ledger.papers import ADMIN, Desk, line, officer
from tests.unit.ledger.world import COUNTY, PREFECTURE, PROVINCE, World

CONTEXT: Any = None
SCAN = b"%PDF-1.4 the scan of a document"
SHA = hashlib.sha256(SCAN).hexdigest()
REGISTER = line("P", 1, fund_code="C22")
NOW = datetime(2018, 3, 1, tzinfo=UTC)


def archive(*names: str) -> bytes:
    """An archive with empty files of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, b"")
    return out.getvalue()


@pytest.fixture
def servicer(world: World) -> AttachmentServicer:
    files = AttachmentTable(world.database)
    return AttachmentServicer(Attachments(files, QuotaTables(world.database), SystemClock()))


def add(servicer: AttachmentServicer, body: bytes, caller: Caller = ADMIN) -> pb.AddAttachmentResponse:
    """Sends a file in chunks."""
    chunks = [body[at : at + CHUNK_BYTES_MAX] for at in range(0, len(body), CHUNK_BYTES_MAX)]
    with acting_as(caller):
        return servicer.AddAttachment(iter(pb.AddAttachmentRequest(chunk=one) for one in chunks), CONTEXT)


def waiting(world: World) -> list[str]:
    """The files that no document names."""
    with world.database.reading() as connection:
        return list(connection.scalars(text("SELECT sha256 FROM attachment WHERE NOT named ORDER BY sha256")))


def test_a_file_is_kept_named_by_a_document_and_read_again(
    world: World, servicer: AttachmentServicer
) -> None:
    stored = [add(servicer, SCAN), add(servicer, SCAN)]
    file = Attachment(SHA, "青财农字〔2018〕1号.pdf")
    Desk(world).hand_in(Kind.REGISTER, REGISTER, key="D", attachments=(file,))
    with acting_as(ADMIN):
        read = servicer.GetAttachment(pb.GetAttachmentRequest(document_key="D", sha256=SHA), CONTEXT)

    assert stored[0] == stored[1]
    assert (stored[0].sha256, stored[0].media_type, stored[0].size_bytes) == (
        SHA,
        "application/pdf",
        len(SCAN),
    )
    assert (read.file_name, read.media_type, read.body) == (
        "青财农字〔2018〕1号.pdf",
        "application/pdf",
        SCAN,
    )
    assert waiting(world) == []


def test_a_file_is_shown_to_whoever_sees_a_document_that_names_it(
    world: World, servicer: AttachmentServicer
) -> None:
    add(servicer, SCAN)
    desk = Desk(world)
    desk.register("P")
    issue = {**line("P", 1), "to_division_code": PREFECTURE}
    desk.hand_in(Kind.ISSUE, issue, key="I", attachments=(Attachment(SHA, "scan.pdf"),))
    asked = pb.GetAttachmentRequest(document_key="I", sha256=SHA)
    with acting_as(officer(PREFECTURE)):
        seen = servicer.GetAttachment(asked, CONTEXT)
    refused = []
    for caller, request in (
        (officer(COUNTY), asked),
        (ADMIN, pb.GetAttachmentRequest(document_key="D1", sha256=SHA)),
        (ADMIN, pb.GetAttachmentRequest(document_key="I", sha256="0" * 64)),
        (ADMIN, pb.GetAttachmentRequest(document_key="nobody's", sha256=SHA)),
    ):
        with acting_as(caller), pytest.raises(NotFound) as found:
            servicer.GetAttachment(request, CONTEXT)
        refused.append(found.value.code)

    assert seen.body == SCAN
    assert refused == [
        "ledger.document_unknown",
        "ledger.attachment_unknown",
        "ledger.attachment_unknown",
        "ledger.document_unknown",
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff...", "image/jpeg"),
        (b"II*\x00...", "image/tiff"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "application/x-ole-storage"),
        (archive("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
        (
            archive("xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_a_file_is_what_its_content_says(servicer: AttachmentServicer, body: bytes, found: str) -> None:
    assert add(servicer, body).media_type == found


@pytest.mark.parametrize(
    ("body", "code", "error"),
    [
        (b"", "ledger.attachment_empty", InvalidInput),
        (b"<html><script>", "ledger.attachment_type", InvalidInput),
        (b"MZ\x90\x00", "ledger.attachment_type", InvalidInput),
        (archive("anything.exe"), "ledger.attachment_type", InvalidInput),
        (archive("OFD.xml")[:40], "ledger.attachment_type", InvalidInput),
        (archive("OFD.xml", *map(str, range(ENTRIES_MAX))), "ledger.attachment_type", InvalidInput),
        (b"%PDF-" + bytes(BYTES_MAX), "ledger.attachment_too_large", TooLarge),
    ],
)
def test_what_is_no_file_of_a_document_is_refused_in_both_languages(
    world: World, servicer: AttachmentServicer, body: bytes, code: str, error: type[Exception]
) -> None:
    with pytest.raises((InvalidInput, TooLarge)) as refused:
        add(servicer, body)

    assert isinstance(refused.value, error)
    assert refused.value.code == code
    assert refused.value.zh != refused.value.en
    assert waiting(world) == []


def test_an_archive_of_too_many_entries_is_not_even_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of entries takes many times the memory of the bytes it is read from."""
    body = archive("word/document.xml", *map(str, range(ENTRIES_MAX)))
    monkeypatch.setattr(zipfile, "ZipFile", None)

    with pytest.raises(InvalidInput):
        media_type(body)


def test_a_chunk_that_is_too_large_is_refused(servicer: AttachmentServicer) -> None:
    requests = iter([pb.AddAttachmentRequest(chunk=b"%PDF-" + bytes(CHUNK_BYTES_MAX))])

    with acting_as(ADMIN), pytest.raises(TooLarge):
        servicer.AddAttachment(requests, CONTEXT)


def test_only_who_hands_in_documents_adds_files(servicer: AttachmentServicer) -> None:
    with pytest.raises(NotAllowed):
        add(servicer, SCAN, Caller("author", (RULE_AUTHOR,), Scope(PROVINCE)))


def test_the_files_of_a_person_that_wait_are_bounded(
    world: World, servicer: AttachmentServicer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "WAITING_BYTES_MAX", 2 * len(SCAN))
    for number in range(2):
        add(servicer, SCAN[:-1] + str(number).encode())
    with pytest.raises(TooLarge) as refused:
        add(servicer, SCAN[:-1] + b"2")
    add(servicer, SCAN[:-1] + b"2", officer(COUNTY))

    assert refused.value.code == "ledger.attachments_waiting"
    assert len(waiting(world)) == 3


def test_only_files_that_waited_too_long_are_forgotten(world: World, servicer: AttachmentServicer) -> None:
    files = AttachmentTable(world.database)
    old, young = b"%PDF- old", b"%PDF- young"
    for body, days in ((SCAN, 9), (old, 8), (young, 6)):
        usecases.add_attachment(files, ADMIN, [body], NOW - timedelta(days=days))
    Desk(world).hand_in(Kind.REGISTER, REGISTER, attachments=(Attachment(SHA, "scan.pdf"),))
    forgotten = usecases.forget_attachments(files, NOW)

    assert forgotten == 1
    assert waiting(world) == [hashlib.sha256(young).hexdigest()]


def test_a_document_that_is_refused_names_no_file(world: World, servicer: AttachmentServicer) -> None:
    add(servicer, SCAN)
    with pytest.raises(Refused):
        Desk(world).hand_in(Kind.FREEZE, line("nobody's", 1), attachments=(Attachment(SHA, "scan.pdf"),))

    assert waiting(world) == [SHA]


def test_bytes_that_were_changed_are_not_shown(world: World, servicer: AttachmentServicer) -> None:
    add(servicer, SCAN)
    Desk(world).hand_in(Kind.REGISTER, REGISTER, key="D", attachments=(Attachment(SHA, "scan.pdf"),))
    with world.database.transaction() as connection:
        connection.execute(text("UPDATE attachment SET body = 'another'"))
    asked = pb.GetAttachmentRequest(document_key="D", sha256=SHA)

    with acting_as(ADMIN), pytest.raises(RuntimeError, match="were changed"):
        servicer.GetAttachment(asked, CONTEXT)

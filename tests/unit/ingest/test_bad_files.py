"""Files that no honest system sends: each is a typed error or quarantine, nothing of a refused file is posted."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.ingest.domain.imports import ImportState
from services.ingest.profiles import Profiles
from services.ingest.profiles.xml_envelope import Envelope
from services.kit.errors import InvalidInput, TooLarge
from tests.builders import Row, as_csv, as_voucher_5201, as_xlsx
from tests.unit.ingest.conftest import Ingest

ROWS: list[Row] = [{"凭证号": f"V{n}", "明细编号": str(n), "金额(元)": f"{n + 1}.00"} for n in range(6)]
LAUGHS = '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


PROFILES = {name: Profiles().find(io.BytesIO(as_csv(name, [])), name) for name in ("payment_table",)}


def body(inner: bytes, number: str = "B1") -> bytes:
    """A VoucherBody around any bytes."""
    return (
        (
            f'<VoucherBody AdmDivCode="630121000" StYear="2018" VtCode="5201" VoucherNo="{number}"><VoucherFlag/>'
            "<Attach/><Voucher>"
        ).encode()
        + inner
        + b"</Voucher></VoucherBody>"
    )


def with_body(extra: bytes) -> bytes:
    """Six good vouchers and one more body."""
    data = as_voucher_5201(ROWS).replace(b"<VoucherCount>6<", b"<VoucherCount>7<")
    return data.replace(b"</MOF>", extra + b"</MOF>")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (as_voucher_5201(ROWS)[:-300], "ingest.xml_truncated"),
        (as_voucher_5201(ROWS)[:-3], "ingest.xml_truncated"),
        (as_voucher_5201(ROWS)[:-40] + b"</MOF>", "ingest.xml_malformed"),
        (as_voucher_5201(ROWS).replace(b"</Voucher>", b"</Wrong>", 1), "ingest.xml_malformed"),
        (as_voucher_5201(ROWS).replace(b"<MOF>", LAUGHS.encode() + b"<MOF>"), "ingest.xml_doctype"),
        (
            as_voucher_5201(ROWS).replace(b"<MOF>", b'<!DOCTYPE MOF SYSTEM "file:///etc/passwd"><MOF>'),
            "ingest.xml_doctype",
        ),
        (
            as_voucher_5201(ROWS).replace(b"<VoucherCount>6<", b"<VoucherCount>5<"),
            "ingest.wrong_voucher_count",
        ),
        (as_voucher_5201(ROWS).replace(b'encoding="GBK"', b'encoding="UTF-16"', 1), "ingest.wrong_encoding"),
        (as_voucher_5201(ROWS).decode("gbk").encode("utf-16"), "ingest.wrong_encoding"),
        (b"<Other/>", "ingest.profile_mismatch"),
        (as_csv("payment_table", ROWS, "utf-16"), "ingest.wrong_encoding"),
        (b"a,b,c\n1,2,3\n", "ingest.unknown_profile"),
        (b"PK\x03\x04 but no archive", "ingest.not_xlsx"),
        (as_xlsx("payment_table", ROWS)[:-200], "ingest.not_xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "ingest.not_xlsx"),
    ],
    ids=[
        "truncated",
        "cut inside the last tag",
        "cut and closed",
        "mismatched tags",
        "billion laughs",
        "external entity",
        "wrong control total",
        "wrong declared encoding",
        "utf-16 xml",
        "other xml",
        "utf-16 csv",
        "unknown table",
        "xlsx that is not one",
        "truncated xlsx",
        "workbook of the old form",
    ],
)
def test_a_refused_file_fails_with_its_reason_and_posts_nothing(
    ingest: Ingest, data: bytes, code: str
) -> None:
    ended = ingest.bring(data)

    assert (ended.state, ended.error_code) == (ImportState.FAILED, code)
    assert ingest.ledger.rows == {}
    assert ingest.reasons() == [(0, "", code)]
    assert ended.error_zh
    assert ended.error_en


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        (b"!!! no base64 !!!", "ingest.bad_base64"),
        (base64.b64encode(b"<Voucher><PayAmt>1</PayAmt>"), "ingest.bad_voucher_xml"),
        (base64.b64encode(f"{LAUGHS}<Voucher>&c;</Voucher>".encode()), "ingest.xml_not_allowed"),
        (base64.b64encode(b"<Voucher>&undeclared;</Voucher>"), "ingest.bad_voucher_xml"),
        (
            base64.b64encode(b'<?xml version="1.0" encoding="GBK"?><Voucher>' + b"\xff\xff"),
            "ingest.bad_encoding",
        ),
        (base64.b64encode(b"<Voucher/>"), "ingest.voucher_empty"),
        (base64.b64encode(b"<Voucher/></V><V><Voucher/>"), "ingest.bad_voucher_xml"),
    ],
    ids=[
        "no base64",
        "cut xml",
        "billion laughs",
        "undeclared entity",
        "wrong encoding",
        "empty",
        "wrapper trick",
    ],
)
def test_a_bad_voucher_is_quarantined_and_the_others_post(ingest: Ingest, inner: bytes, reason: str) -> None:
    ended = ingest.bring(with_body(body(inner)))

    assert ended.state is ImportState.FINISHED
    assert [entry[2] for entry in ingest.reasons()] == [reason]
    assert len(ingest.ledger.rows) == 6


def test_a_voucher_of_another_type_is_quarantined(ingest: Ingest) -> None:
    ingest.bring(with_body(body(base64.b64encode(b"<Voucher/>")).replace(b'"5201"', b'"8202"')))

    assert [entry[2] for entry in ingest.reasons()] == ["ingest.voucher_type"]


class EndlessBody(io.RawIOBase):
    """A file with one body of any size, made while it is read."""

    def __init__(self, size: int) -> None:
        start, end = with_body(body(b"@")).split(b">@<")
        self._parts = [start + b">", b"", b"<" + end]
        self._left = size
        self._block = b"QUJD" * 262_144

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most a block."""
        del size
        if self._parts[0]:
            first, self._parts[0] = self._parts[0], b""
            return first
        if self._left > 0:
            self._left -= len(self._block)
            return self._block
        last, self._parts[2] = self._parts[2], b""
        return last

    def seek(self, offset: int, whence: int = 0) -> int:
        """Only from the beginning."""
        del offset, whence
        return 0


def test_a_body_of_two_gigabytes_streams_by_without_being_held() -> None:
    import tracemalloc

    tracemalloc.start()
    envelope = Envelope(EndlessBody(2 * 1024**3), 64 * 1024**2)  # type: ignore[arg-type] # read and seek suffice
    bodies = [(one.attributes["VoucherNo"], one.encoded is None) for one in envelope.bodies()]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert bodies == [*((f"V{n}", False) for n in range(6)), ("B1", True)]
    assert peak < 150 * 1024**2


def test_a_voucher_over_the_limit_is_quarantined_and_the_others_post(ingest: Ingest) -> None:
    ended = ingest.bring(with_body(body(base64.b64encode(b"x" * 5 * 1024**2))))

    assert [entry[2] for entry in ingest.reasons()] == ["ingest.voucher_too_large"]
    assert (ended.state, len(ingest.ledger.rows)) == (ImportState.FINISHED, 6)


def test_endless_markup_is_refused_before_it_is_held() -> None:
    data = b"<MOF><VoucherBody " + b"a" * 200_000
    with pytest.raises(InvalidInput) as refusal:
        list(Envelope(io.BytesIO(data)).bodies())

    assert refusal.value.code == "ingest.xml_malformed"


def bomb(entry: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook one of whose parts unpacks to a thousand times its size."""
    out = io.BytesIO(as_xlsx("payment_table", ROWS))
    good = zipfile.ZipFile(out)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in good.namelist():
            archive.writestr(name, b" " * 50_000_000 if name == entry else good.read(name))
    return packed.getvalue()


def test_a_workbook_that_would_explode_is_refused_unopened(ingest: Ingest) -> None:
    ended = ingest.bring(bomb())

    assert ended.error_code == "ingest.archive_explodes"


def test_a_workbook_with_a_document_type_is_refused() -> None:
    good = zipfile.ZipFile(io.BytesIO(as_xlsx("payment_table", ROWS)))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            part = good.read(name)
            if name.endswith("sheet1.xml"):
                part = part[part.index(b"<worksheet") :]
                part = LAUGHS.replace("DOCTYPE b", "DOCTYPE worksheet").encode() + part
            archive.writestr(name, part)
    source = io.BytesIO(packed.getvalue())
    with pytest.raises(InvalidInput) as refusal:
        Profiles().find(source).check(source)

    assert refusal.value.code == "ingest.xml_doctype"


def test_an_upload_over_the_limit_leaves_nothing_behind(ingest: Ingest) -> None:
    with pytest.raises(TooLarge) as refusal:
        ingest.ports.raw_files.store((b"x" * 1000 for _ in range(100)), 50_000)

    assert refusal.value.code == "ingest.upload_too_large"
    assert list(ingest.folder.iterdir()) == []


def test_an_upload_that_breaks_off_leaves_nothing_behind(ingest: Ingest) -> None:
    def broken() -> Iterator[bytes]:
        yield b"some"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        ingest.ports.raw_files.store(broken(), 50_000)

    assert list(ingest.folder.iterdir()) == []


def test_a_profile_that_the_file_is_not_of_is_refused(ingest: Ingest) -> None:
    csv_as_xml = ingest.bring(as_csv("payment_table", ROWS), profile="voucher_5201")
    quota_as_payment = ingest.bring(as_csv("quota_table", []), profile="payment_table")
    no_such = ingest.bring(as_csv("project_table", []), profile="nonsense")

    assert [one.error_code for one in (csv_as_xml, quota_as_payment, no_such)] == [
        "ingest.profile_mismatch",
        "ingest.profile_mismatch",
        "ingest.no_such_profile",
    ]


def test_a_file_that_keeps_failing_is_given_up(ingest: Ingest) -> None:
    import_, _ = ingest.upload(as_csv("payment_table", ROWS))
    for _ in range(10):
        ingest.ports.store.begin(import_.import_id, PROFILES["payment_table"])
    from services.ingest.usecases import run_import

    run_import(ingest.ports, replace(import_))

    assert ingest.look(import_.import_id).error_code == "ingest.failed"

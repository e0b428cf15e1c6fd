"""Vouchers: templates and the parser read the same, and what an envelope makes the reader hold is bounded."""

from __future__ import annotations

import base64
import io
import tracemalloc
from collections.abc import Iterator

import pytest

from services.ingest.domain.imports import ImportState, Known, TypedBatch
from services.ingest.profiles import Profiles, payee_kinds, voucher_records
from services.ingest.profiles.xml_envelope import ELEMENTS_MAX, Envelope
from services.ingest.usecases import Context
from services.kit.errors import InvalidInput
from tests.builders import Row, as_voucher_5201
from tests.unit.ingest.conftest import Ingest
from tests.unit.ingest.test_bad_files import body, with_body

CONTEXT = Context("i", "f" * 64, "", Known(), payee_kinds())


def rows(count: int) -> list[Row]:
    """Payments of a few vouchers."""
    return [
        {"凭证号": f"V{n // 3}", "明细编号": str(n), "金额(元)": f"{n + 1}.00", "收款人名称": f"示范{n}公司"}
        for n in range(count)
    ]


def changed(data: bytes, old: str, new: str, number: int = -1) -> bytes:
    """The file with a change in its vouchers; in one of them only, if a number is given."""
    start, *parts = data.split(b"<Voucher>")
    for place, part in enumerate(parts):
        encoded, end = part.split(b"</Voucher>", 1)
        if number in (-1, place):
            inner = base64.b64decode(encoded).decode("gbk").replace(old, new)
            parts[place] = base64.b64encode(inner.encode("gbk")) + b"</Voucher>" + end
        else:
            parts[place] = part
    return b"<Voucher>".join((start, *parts))


def typed(data: bytes) -> TypedBatch:
    """The only batch of a file."""
    source = io.BytesIO(data)
    profile = Profiles().find(source)
    profile.check(source)
    (batch,) = profile.batches(source)
    return profile.typed(batch, CONTEXT)


SPELLINGS = {
    "as it is": ("", ""),
    "character reference": ("示范1公司", "示范&#49;公司"),
    "blanks around": ("<AgencyCode>101001<", "<AgencyCode> 101001 <"),
    "line breaks between": ("<DetailList>", "\n<DetailList>\n"),
    "empty element": ("<Hold1></Hold1>", "<Hold1/>"),
    "missing element": ("<Hold1></Hold1>", ""),
    "other order": ("<Id>4</Id><PayAmt>5.00</PayAmt>", "<PayAmt>5.00</PayAmt><Id>4</Id>"),
    "unknown element": ("<Hold1></Hold1>", "<Hold1></Hold1><New>x</New>"),
    "twice": ("<Hold1></Hold1>", "<Hold1></Hold1><Id>other</Id>"),
    "field behind the details": ("</DetailList>", "</DetailList><After>x</After>"),
}


@pytest.mark.parametrize(("old", "new"), SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("number", [-1, 0, 1, 3])
def test_however_a_voucher_is_spelled_it_says_the_same(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str, number: int
) -> None:
    plain = as_voucher_5201(rows(12))
    data = changed(plain, old, new, number) if old else plain
    by_templates = typed(data)
    monkeypatch.setattr(voucher_records, "TEMPLATES_MAX", 0)
    parsed = typed(data)

    assert by_templates.frame.equals(parsed.frame)
    assert by_templates.frame.equals(typed(plain).frame)
    assert by_templates.rejected == parsed.rejected == ()


def test_a_value_cannot_stand_for_the_ends_of_fields_and_records() -> None:
    forged = "示范1公司&#xE000;x&#57345;x\ue000"
    frame = typed(changed(as_voucher_5201(rows(12)), "示范1公司", forged.replace("\ue000", ""))).frame

    assert frame.height == 12
    assert frame["payee_name"].to_list()[1] == "示范1公司\ufffdx\ufffdx"


def test_utf8_under_the_name_of_gbk_is_quarantined_and_not_read_as_other_words(ingest: Ingest) -> None:
    inner = '<?xml version="1.0" encoding="GBK"?><Voucher><AgencyName>示范县农牧局</AgencyName></Voucher>'
    ended = ingest.bring(with_body(body(base64.b64encode(inner.encode()))))

    assert [entry[2] for entry in ingest.reasons()] == ["ingest.bad_encoding"]
    assert (ended.state, len(ingest.ledger.rows)) == (ImportState.FINISHED, 6)


def test_two_bad_vouchers_of_the_same_number_and_line_are_both_quarantined(ingest: Ingest) -> None:
    empty = body(base64.b64encode(b"<Voucher><DetailList></DetailList></Voucher>"))
    data = with_body(body(b"!!!") + empty).replace(b"<VoucherCount>7<", b"<VoucherCount>8<")
    ended = ingest.bring(data)

    assert sorted(entry[2] for entry in ingest.reasons()) == ["ingest.bad_base64", "ingest.voucher_empty"]
    assert ended.progress.rows_quarantined == 2


def test_base64_broken_into_lines_is_read() -> None:
    data = as_voucher_5201(rows(3))
    start, encoded, end = data.partition(data.split(b"<Voucher>")[1].split(b"<")[0])
    broken = b"\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))

    assert typed(start + broken + end).frame["amount_fen"].to_list() == [100, 200, 300]


@pytest.mark.parametrize("count", ["6", "06", " 6 "])
def test_a_control_total_is_a_number(ingest: Ingest, count: str) -> None:
    data = with_body(b"").replace(b"<VoucherCount>7<", f"<VoucherCount>{count}<".encode())

    assert ingest.bring(data).state is ImportState.FINISHED


class Repeating(io.RawIOBase):
    """A file with one part many times over, made while it is read."""

    def __init__(self, start: bytes, part: bytes, times: int, end: bytes) -> None:
        self._blocks = self._made(start, part, times, end)

    @staticmethod
    def _made(start: bytes, part: bytes, times: int, end: bytes) -> Iterator[bytes]:
        yield start
        for _ in range(times):
            yield part
        yield end

    def read(self, size: int = -1) -> bytes:
        """The next part."""
        del size
        return next(self._blocks, b"")

    def seek(self, offset: int, whence: int = 0) -> int:
        """Only from the beginning."""
        del offset, whence
        return 0


def peak_bytes(source: Repeating, limit: int) -> tuple[int, str]:
    """The most that was held at once while the bodies were read, and how it ended."""
    tracemalloc.start()
    try:
        for one in Envelope(source, limit).bodies():  # type: ignore[arg-type] # read and seek suffice
            del one
        code = ""
    except InvalidInput as refusal:
        code = refusal.code
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, code


def test_many_texts_in_one_body_are_held_no_more_than_one() -> None:
    start = b'<MOF><VoucherBody VtCode="5201"><VoucherFlag/>'
    text = b"<Voucher>" + b"QUJD" * 200_000 + b"</Voucher>"
    peak, code = peak_bytes(Repeating(start, text, 60, b"</VoucherBody></MOF>"), 1024**2)

    assert code == ""
    assert peak < 12 * 1024**2


def test_elements_without_end_are_refused() -> None:
    part = b"<x/>" * 10_000
    inside = Repeating(b"<MOF><VoucherBody>", part, 100, b"</VoucherBody></MOF>")
    peak, code = peak_bytes(inside, 1024**2)

    assert code == "ingest.xml_malformed"
    assert peak < 12 * 1024**2
    assert ELEMENTS_MAX < 100 * 10_000


def test_elements_beside_the_bodies_are_passed_by() -> None:
    beside = Repeating(b"<MOF>", b"<x>y</x>" * 1_000, 100, b"</MOF>")
    peak, code = peak_bytes(beside, 1024**2)

    assert code == ""
    assert peak < 12 * 1024**2

"""Treasury vouchers 5201 (财政直接支付凭证): Base64 bodies of GBK XML in a MOF envelope.

A voucher that is not well-formed is quarantined, and the others of its batch are read (voucher_records.py).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import polars as pl
from mingzhang.ledger.v1.columns import PAYMENTS

from services.ingest.domain import text
from services.ingest.domain.formats import Format
from services.ingest.domain.imports import Finding, Rejected, TextBatch, TypedBatch
from services.ingest.domain.reasons import KEY_MAX, ORIGINAL_BYTES_MAX, refused_file, rejected
from services.ingest.profiles import door, payment_table
from services.ingest.profiles.voucher_records import Records, VoucherRecords
from services.ingest.profiles.xml_envelope import Body, Envelope
from services.ingest.usecases import Context

NAME = "voucher_5201"
VOUCHER_TYPE = "5201"
LAYOUT = "voucher 2"
"""Raise it whenever a file is cut into other batches."""
BATCH_DETAILS = 15_000
BATCH_CHARACTERS = 8 * 1024**2
DETAILS_MAX = 499
_TAKEN: dict[str, tuple[str, ...]] = {
    # The detail's own field wins where it is filled, else the header's.
    "detail_id": ("d.Id",),
    "paid_on": ("d.XPayDate", "h.XPayDate", "h.VouDate"),
    "amount": ("d.PayAmt",),
    "agency_code": ("d.AgencyCode", "h.AgencyCode"),
    "agency_name": ("d.AgencyName", "h.AgencyName"),
    "document_number": ("d.FileNoName", "d.FileNoCode", "h.FileNoName", "h.FileNoCode"),
    "project_key": ("d.DepProCode", "h.DepProCode"),
    "function_class": ("d.ExpFuncCode", "h.ExpFuncCode"),
    "economic_class": ("d.ExpEcoCode", "h.ExpEcoCode"),
    "pay_method": ("d.PayTypeCode", "h.PayTypeCode"),
    "settlement_mode": ("d.SetModeName", "d.SetModeCode", "h.SetModeName", "h.SetModeCode"),
    "payer_name": ("d.PayAcctName", "h.PayAcctName"),
    "payer_account": ("d.PayAcctNo", "h.PayAcctNo"),
    "payee_name": ("d.PayeeAcctName", "h.PayeeAcctName"),
    "payee_account": ("d.PayeeAcctNo", "h.PayeeAcctNo"),
    "purpose": ("d.Remark", "h.PaySummaryName"),
    "original_voucher_no": ("d.Hold1",),
    "original_detail_id": ("d.Hold2",),
    "division": ("a.AdmDivCode", "h.AdmDivCode"),
    "year": ("a.StYear", "h.StYear"),
    "voucher_type": ("a.VtCode", "h.VtCode"),
    "voucher_no": ("a.VoucherNo", "h.VoucherNo"),
}
LABELS = {name: sources[0][2:] for name, sources in _TAKEN.items()}
_ATTRIBUTES = ("AdmDivCode", "StYear", "VtCode", "VoucherNo")
_DECLARATION = re.compile(r"\s*<\?xml\b([^>]*)\?>")
_ENCODING = re.compile(r"\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_ENCODINGS = {"GBK": "gb18030", "GB2312": "gb18030", "GB18030": "gb18030", "UTF-8": "utf-8"}


@dataclass
class _Gathered:
    """The vouchers of one batch while it is filled."""

    bodies: list[Body] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    details: int = 0
    characters: int = 0


class Voucher5201:
    """The profile: reads envelopes of vouchers 5201."""

    name = NAME
    layout = LAYOUT
    target = "payments"
    columns = PAYMENTS.names
    sensitive = payment_table.SENSITIVE
    format = Format(
        NAME,
        "财政直接支付凭证（5201）",
        "treasury vouchers of direct payment (5201)",
        ("XML (MOF, GBK)",),
        tuple(label for name, label in LABELS.items() if name in payment_table.NEEDED),
        tuple(label for name, label in LABELS.items() if name not in payment_table.NEEDED),
    )

    def __init__(self, body_bytes_max: int) -> None:
        self._limit = body_bytes_max
        self._records = VoucherRecords()

    def check(self, source: BinaryIO) -> None:
        """Reads the file to its end: well-formed, no entities, and the control total holds."""
        totals = Envelope(source, self._limit).check()
        if totals.declared is not None and totals.declared.lstrip("0") != str(totals.counted or ""):
            raise refused_file("ingest.wrong_voucher_count", declared=totals.declared, counted=totals.counted)

    def batches(self, source: BinaryIO) -> Iterator[TextBatch]:
        """Details as text, in batches of whole vouchers."""
        number, gathered, envelope = 0, _Gathered(), Envelope(source, self._limit)
        for body in envelope.bodies():
            self._gather(gathered, body)
            if gathered.details >= BATCH_DETAILS or gathered.characters >= BATCH_CHARACTERS:
                number += 1
                yield self._batch(number, gathered, body.offset)
                gathered = _Gathered()
        if gathered.bodies or gathered.rejected:
            yield self._batch(number + 1, gathered, envelope.offset)

    def typed(self, batch: TextBatch, context: Context) -> TypedBatch:
        """The batch behind the door; a voucher whose amount is not the sum of its details is refused whole."""
        kept, refused, rows = _with_right_sums(batch)
        typed = payment_table.typed_payments(
            TextBatch(batch.number, kept, batch.offset, original=batch.original), context, LABELS
        )
        tokens = {entry.token for entry in self.sensitive}
        clear = [entry.column for entry in self.sensitive]
        return TypedBatch(
            typed.frame.select([name for name in self.columns if name not in tokens] + clear),
            (*batch.rejected, *refused, *typed.rejected),
            batch.rows_rejected + rows + len(typed.rejected),
            (*typed.findings, *_odd_vouchers(typed.frame, context)),
            typed.covered,
        )

    def _gather(self, gathered: _Gathered, body: Body) -> None:
        outcome = _decoded(body)
        if outcome in _REFUSALS:
            gathered.rejected.append(_refused(body, "Voucher", outcome))
            gathered.details += 1
            gathered.characters += len(gathered.rejected[-1].original)
            return
        gathered.bodies.append(body)
        gathered.texts.append(outcome)
        gathered.details += max(outcome.count("<Detail") - 1, 1)  # One of them is DetailList.
        gathered.characters += len(outcome)

    def _batch(self, number: int, gathered: _Gathered, offset: int) -> TextBatch:
        bodies = gathered.bodies
        records = self._records.read(gathered.texts)
        frame = _joined(bodies, records)
        empty = set(range(len(bodies))) - set(frame["voucher_at"].unique().to_list()) - records.broken
        for places, field_name, reason in (
            (records.broken, "Voucher", "ingest.bad_voucher_xml"),
            (empty, "DetailList", "ingest.voucher_empty"),
        ):
            for place in sorted(places):
                gathered.rejected.append(_refused(bodies[place], field_name, reason))
        originals: dict[str, bytes] = {}
        for body in bodies:
            originals.setdefault(body.attributes.get("VoucherNo", "")[:KEY_MAX], body.encoded or b"")
        return TextBatch(
            number,
            frame,
            offset,
            tuple(gathered.rejected),
            len(gathered.rejected),
            lambda _line, key: originals.get(key[:KEY_MAX], b""),
            records.by_template and _normal(gathered),
        )


_REFUSALS = frozenset(
    {
        "ingest.voucher_too_large",
        "ingest.voucher_type",
        "ingest.bad_base64",
        "ingest.bad_encoding",
        "ingest.xml_not_allowed",
    }
)


def _refused(body: Body, field_name: str, reason: str) -> Rejected:
    """A voucher to quarantine. The bytes of a long one are in the raw file only: a batch must not hold many."""
    encoded = body.encoded or b""
    original = encoded if len(encoded) <= ORIGINAL_BYTES_MAX else b""
    return rejected(body.line, field_name, reason, body.attributes.get("VoucherNo", ""), original)


def _decoded(body: Body) -> str:
    """The XML of a voucher without its declaration, or the reason why there is none."""
    if body.encoded is None:
        return "ingest.voucher_too_large"
    if body.attributes.get("VtCode", VOUCHER_TYPE) != VOUCHER_TYPE:
        return "ingest.voucher_type"
    try:
        raw = _bytes_of(body.encoded)
    except binascii.Error:
        return "ingest.bad_base64"
    declared = _DECLARATION.match(raw[:200].decode("latin-1").removeprefix("\xef\xbb\xbf"))
    named = _ENCODING.search(declared.group(1)) if declared else None
    encoding = _ENCODINGS.get(named.group(1).upper() if named else "UTF-8")
    try:
        written = raw.decode(encoding or "ascii").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return "ingest.bad_encoding"
    if encoding == "gb18030" and _is_utf8(raw):
        return "ingest.bad_encoding"  # It decodes, but into other words than were written.
    if "<!" in written:
        return "ingest.xml_not_allowed"
    found = _DECLARATION.match(written)
    return written[found.end() :].strip() if found else written.strip()


def _bytes_of(encoded: bytes) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:  # Perhaps it is only broken into lines.
        return base64.b64decode(b"".join(encoded.split()), validate=True)


def _is_utf8(raw: bytes) -> bool:
    """Whether bytes that should be GBK are UTF-8 with ideographs in it: hardly any text of GBK looks like that."""
    try:
        return _IDEOGRAPH.search(raw.decode()) is not None
    except UnicodeDecodeError:
        return False


def _normal(gathered: _Gathered) -> bool:
    """Whether all texts of a batch are surely in their normal form."""
    attributes = [body.attributes.get(name, "") for body in gathered.bodies for name in _ATTRIBUTES]
    return text.surely_normal("\n".join(gathered.texts).encode(), b">", b"<") and text.surely_normal(
        "\n".join(attributes).encode(), b"\n", b"\n"
    )


def _joined(bodies: Sequence[Body], records: Records) -> pl.DataFrame:
    """One row of text per detail, with what it takes from its voucher's header and attributes."""
    attributes = pl.DataFrame(
        [
            *(
                pl.Series(f"a.{name}", [body.attributes.get(name, "") for body in bodies], pl.String)
                for name in _ATTRIBUTES
            ),
            pl.Series("line", [body.line for body in bodies], pl.Int32),
        ]
    ).with_row_index("voucher_at")
    headers = attributes.join(records.headers, on="voucher_at", how="left", maintain_order="left")
    headers = headers.with_columns(text.stripped(pl.col(pl.String)))
    details = records.details
    if not records.by_template or text.odd_columns(details):
        details = details.with_columns(text.stripped(pl.col(pl.String)))
    of_voucher = headers.drop("voucher_at").select(pl.all().gather(details["voucher_at"]))
    both = details.hstack(of_voucher)
    return both.select(
        *(pl.coalesce(sources).alias(name) for name, sources in _TAKEN.items()),
        "line",
        "voucher_at",
        pl.coalesce("a.VoucherNo", "h.VoucherNo", pl.lit("")).alias("voucher"),
        pl.col("h.VoucherNo").alias("inner_voucher_no"),
        pl.col("h.PayAmt").alias("header_amount"),
        pl.len().over("voucher_at").alias("details"),
    )


def _with_right_sums(batch: TextBatch) -> tuple[pl.DataFrame, list[Rejected], int]:
    """The details of vouchers whose PayAmt is the sum of their details; the others, and their number of rows."""
    frame = batch.frame
    written = replace(batch, frame=frame.select(fen="amount", header_fen="header_amount"))
    plain = door.normal_frame(written)
    amounts = frame.with_columns(plain.select(text.fen(pl.col("fen")), text.fen(pl.col("header_fen"))))
    right = (pl.col("fen").sum() == pl.col("header_fen").first()) & (pl.col("fen").null_count() == 0)
    sums = amounts.with_columns(right.over("voucher_at").fill_null(False).alias("right"))
    wrong = sums.filter(~pl.col("right"))
    first = wrong.unique("voucher_at", keep="first", maintain_order=True).select("line", "voucher")
    refused = [
        rejected(line, "PayAmt", "ingest.header_differs", number, batch.original(line, number))
        for line, number in first.rows()
    ]
    return sums.filter(pl.col("right")).drop("fen", "header_fen", "right"), refused, wrong.height


def _odd_vouchers(frame: pl.DataFrame, context: Context) -> list[Finding]:
    """Findings about whole vouchers, told once each, at their first detail."""
    first = frame.unique("voucher_at", keep="first", maintain_order=True)
    differs = pl.col("inner_voucher_no") != pl.col("voucher_no")
    odds = [
        door.Odd("ingest.voucher_number_differs", "voucher_no", differs),
        door.Odd("ingest.too_many_details", "detail_id", pl.col("details") > DETAILS_MAX),
    ]
    return door.find(first, odds, LABELS, context)

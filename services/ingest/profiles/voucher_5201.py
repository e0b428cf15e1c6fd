"""Treasury vouchers 5201 (财政直接支付凭证): Base64 bodies of GBK XML in a MOF envelope.

The bodies of many vouchers are parsed as one document, and two stylesheets turn it into records of text: that costs
one parse and two transformations per batch instead of some calls per field. If the batch does not hold together, its
vouchers are parsed one by one, so that only the bad one is quarantined.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import polars as pl
from lxml import etree
from mingzhang.ledger.v1.columns import PAYMENTS

from services.ingest.domain import text
from services.ingest.domain.imports import Finding, Rejected, TextBatch, TypedBatch
from services.ingest.domain.reasons import refused_file, rejected
from services.ingest.profiles import door, payment_table
from services.ingest.profiles.xml_envelope import Body, Envelope
from services.ingest.usecases import Context

NAME = "voucher_5201"
VOUCHER_TYPE = "5201"
BATCH_DETAILS = 4_500
BATCH_CHARACTERS = 8 * 1024**2
DETAILS_MAX = 499
_HEADER = [
    "VoucherNo",
    "AdmDivCode",
    "StYear",
    "VtCode",
    "PayAmt",
    "VouDate",
    "XPayDate",
    "FileNoName",
    "FileNoCode",
    "AgencyCode",
    "AgencyName",
    "ExpFuncCode",
    "ExpEcoCode",
    "DepProCode",
    "PayTypeCode",
    "SetModeName",
    "SetModeCode",
    "PayAcctName",
    "PayAcctNo",
    "PayeeAcctName",
    "PayeeAcctNo",
    "PaySummaryName",
]
_DETAIL = [
    "Id",
    "PayAmt",
    "XPayDate",
    "FileNoName",
    "FileNoCode",
    "AgencyCode",
    "AgencyName",
    "ExpFuncCode",
    "ExpEcoCode",
    "DepProCode",
    "PayTypeCode",
    "SetModeName",
    "SetModeCode",
    "PayAcctName",
    "PayAcctNo",
    "PayeeAcctName",
    "PayeeAcctNo",
    "Remark",
    "Hold1",
    "Hold2",
]
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
_FIELD_END, _RECORD_END = "\ue000", "\ue001"
_DECLARATION = re.compile(r"\s*<\?xml\b([^>]*)\?>")
_ENCODING = re.compile(r"\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
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
    target = "payments"
    columns = PAYMENTS.names
    sensitive = payment_table.SENSITIVE

    def __init__(self, body_bytes_max: int) -> None:
        self._limit = body_bytes_max
        self._parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        self._headers = _records_stylesheet("/B/V/Voucher", _HEADER, "../@n")
        self._details = _records_stylesheet("/B/V/Voucher/DetailList/Detail", _DETAIL, "../../../@n")

    def check(self, source: BinaryIO) -> None:
        """Reads the file to its end: well-formed, no entities, and the control total holds."""
        totals = Envelope(source, self._limit).check()
        if totals.declared is not None and totals.declared != str(totals.counted):
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
        number = body.attributes.get("VoucherNo", "")
        outcome = _decoded(body)
        if outcome in _REFUSALS:
            gathered.rejected.append(rejected(body.line, "Voucher", outcome, number, body.encoded or b""))
            gathered.details += 1
            return
        gathered.bodies.append(body)
        gathered.texts.append(outcome)
        gathered.details += max(outcome.count("<Detail>"), 1)
        gathered.characters += len(outcome)

    def _batch(self, number: int, gathered: _Gathered, offset: int) -> TextBatch:
        read = self._read(gathered.texts)
        if read is None:
            read = self._read_singly(gathered)
        headers, details = read
        frame = _joined(gathered.bodies, headers, details)
        empty = sorted(set(range(len(gathered.bodies))) - set(frame["voucher_at"].to_list()))
        originals = {body.attributes.get("VoucherNo", ""): body.encoded or b"" for body in gathered.bodies}
        refused_before = {(entry.line, entry.key) for entry in gathered.rejected}
        for place in empty:
            body = gathered.bodies[place]
            voucher = body.attributes.get("VoucherNo", "")
            if (body.line, voucher[:64]) not in refused_before:
                gathered.rejected.append(
                    rejected(body.line, "DetailList", "ingest.voucher_empty", voucher, body.encoded or b"")
                )
        return TextBatch(
            number,
            frame,
            offset,
            tuple(gathered.rejected),
            len(gathered.rejected),
            lambda _line, key: originals.get(key, b""),
        )

    def _read(self, texts: Sequence[str], first: int = 0) -> tuple[list[list[str]], list[list[str]]] | None:
        """Records of headers and details of some vouchers, or None if they are not whole as one document."""
        document = "".join(f'<V n="{first + place}">{body}</V>' for place, body in enumerate(texts))
        try:
            root = etree.fromstring(f"<B>{document}</B>".encode(), self._parser)
        except etree.XMLSyntaxError:
            return None
        if len(root) != len(texts) or any(len(one) != 1 or one[0].tag != "Voucher" for one in root):
            return None
        headers = _records(self._headers(root), len(_HEADER))
        details = _records(self._details(root), len(_DETAIL))
        return None if headers is None or details is None else (headers, details)

    def _read_singly(self, gathered: _Gathered) -> tuple[list[list[str]], list[list[str]]]:
        headers: list[list[str]] = []
        details: list[list[str]] = []
        for place, (body, written) in enumerate(zip(gathered.bodies, gathered.texts, strict=True)):
            read = self._read([written], place)
            if read is None:
                number = body.attributes.get("VoucherNo", "")
                gathered.rejected.append(
                    rejected(body.line, "Voucher", "ingest.bad_voucher_xml", number, body.encoded or b"")
                )
            else:
                headers.extend(read[0])
                details.extend(read[1])
        return headers, details


_REFUSALS = frozenset(
    {
        "ingest.voucher_too_large",
        "ingest.voucher_type",
        "ingest.bad_base64",
        "ingest.bad_encoding",
        "ingest.xml_not_allowed",
    }
)


def _decoded(body: Body) -> str:
    """The XML of a voucher without its declaration, or the reason why there is none."""
    if body.encoded is None:
        return "ingest.voucher_too_large"
    if body.attributes.get("VtCode", VOUCHER_TYPE) != VOUCHER_TYPE:
        return "ingest.voucher_type"
    try:
        raw = base64.b64decode(b"".join(body.encoded.split()), validate=True)
    except binascii.Error:
        return "ingest.bad_base64"
    declared = _DECLARATION.match(raw[:200].decode("latin-1").removeprefix("\xef\xbb\xbf"))
    named = _ENCODING.search(declared.group(1)) if declared else None
    encoding = _ENCODINGS.get(named.group(1).upper() if named else "UTF-8")
    try:
        written = raw.decode(encoding or "ascii").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return "ingest.bad_encoding"
    if "<!" in written:
        return "ingest.xml_not_allowed"
    if _FIELD_END in written or _RECORD_END in written:
        written = written.replace(_FIELD_END, "\ufffd").replace(_RECORD_END, "\ufffd")
    found = _DECLARATION.match(written)
    return written[found.end() :] if found else written


def _records_stylesheet(path: str, names: Sequence[str], place: str) -> etree.XSLT:
    """A stylesheet that writes one record per element of a path: the voucher's place, then each named child."""
    values = "".join(f'<xsl:value-of select="{name}"/><xsl:text>{_FIELD_END}</xsl:text>' for name in names)
    return etree.XSLT(
        etree.XML(
            '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
            '<xsl:output method="text" encoding="UTF-8"/><xsl:template match="/">'
            f'<xsl:for-each select="{path}">{values}<xsl:value-of select="{place}"/>'
            f"<xsl:text>{_RECORD_END}</xsl:text></xsl:for-each></xsl:template></xsl:stylesheet>"
        )
    )


def _records(result: object, width: int) -> list[list[str]] | None:
    """The records of a transformation; None if a value holds one of the separators."""
    records = [record.split(_FIELD_END) for record in str(result).split(_RECORD_END)[:-1]]
    return records if all(len(record) == width + 1 for record in records) else None


def _joined(bodies: Sequence[Body], headers: list[list[str]], details: list[list[str]]) -> pl.DataFrame:
    """One row of text per detail, with what it takes from its voucher's header and attributes."""
    header_frame = _text_frame(headers, "h.", _HEADER)
    detail_frame = _text_frame(details, "d.", _DETAIL)
    attributes = pl.DataFrame(
        [
            *(
                pl.Series(f"a.{name}", [body.attributes.get(name, "") for body in bodies], pl.String)
                for name in _ATTRIBUTES
            ),
            pl.Series("line", [body.line for body in bodies], pl.Int32),
        ]
    ).with_row_index("voucher_at")
    joined = detail_frame.join(header_frame, on="voucher_at", how="left", maintain_order="left")
    joined = joined.join(attributes, on="voucher_at", how="left", maintain_order="left")
    taken = [
        pl.coalesce([_filled(source) for source in sources]).alias(name) for name, sources in _TAKEN.items()
    ]
    return joined.select(
        *taken,
        "line",
        "voucher_at",
        pl.coalesce(_filled("a.VoucherNo"), _filled("h.VoucherNo"), pl.lit("")).alias("voucher"),
        _filled("h.VoucherNo").alias("inner_voucher_no"),
        _filled("h.PayAmt").alias("header_amount"),
        pl.len().over("voucher_at").alias("details"),
    )


def _filled(column: str) -> pl.Expr:
    return text.stripped(pl.col(column))


def _text_frame(records: list[list[str]], prefix: str, names: Sequence[str]) -> pl.DataFrame:
    columns = [list(column) for column in zip(*records, strict=True)] or [[] for _ in range(len(names) + 1)]
    frame = pl.DataFrame(
        {
            f"{prefix}{name}": pl.Series(values, dtype=pl.String)
            for name, values in zip(names, columns, strict=False)
        }
    )
    places = pl.Series("voucher_at", columns[-1], pl.String).cast(pl.UInt32)
    return frame.with_columns(places)


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

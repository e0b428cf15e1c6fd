"""Tables and vouchers as files whose bytes depend on nothing but their content."""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook

from services.demo.domain import VOUCHER_TYPE, YEAR, Payment
from services.demo.tables import PAY_METHOD, PAY_METHOD_NAME, PAYEE_BANK, SETTLEMENT, Table, fiscal, yuan

_WRITTEN_AT = datetime(2018, 7, 30, 9, 0, 0)  # noqa: DTZ001 - a spreadsheet's time has no zone
_ZIP_TIME = (2018, 7, 30, 9, 0, 0)
_TIME_IN_PROPERTIES = re.compile(rb"<dcterms:modified([^>]*)>[^<]*</dcterms:modified>")
_COPY_BYTES = 1024 * 1024


def write_csv(path: Path, table: Table, encoding: str) -> None:
    """A CSV file, encoding "utf-8-sig" or "gb18030"."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(table.header)
        writer.writerows(table.rows)


def write_xlsx(path: Path, table: Table) -> None:
    """A workbook with one sheet of text cells, so that amounts stay exact."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("数据")
    sheet.append(table.header)
    for row in table.rows:
        sheet.append(row)
    workbook.properties.creator = "mingzhang demo"
    workbook.properties.created = _WRITTEN_AT
    draft = path.with_suffix(".draft")
    workbook.save(draft)
    _without_clock(draft, path)
    draft.unlink()


def _without_clock(draft: Path, path: Path) -> None:
    """Copies an archive with fixed times in place of those of the machine."""
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            info = zipfile.ZipInfo(entry.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            with source.open(entry) as read, target.open(info, "w") as write:
                if entry.filename == "docProps/core.xml":
                    write.write(_TIME_IN_PROPERTIES.sub(_fixed_time, read.read()))
                    continue
                while block := read.read(_COPY_BYTES):
                    write.write(block)


def _fixed_time(match: re.Match[bytes]) -> bytes:
    moment = f"{_WRITTEN_AT:%Y-%m-%dT%H:%M:%SZ}".encode()
    return b"<dcterms:modified" + match.group(1) + b">" + moment + b"</dcterms:modified>"


def write_vouchers(path: Path, payments: list[Payment]) -> None:
    """Vouchers 5201 in a MOF envelope. Payments of one voucher stand together, in order of their details."""
    vouchers = [
        list(details)
        for _, details in groupby(payments, key=lambda payment: (payment.division, payment.voucher_no))
    ]
    with path.open("wb") as file:
        file.write(f'<?xml version="1.0" encoding="GBK"?>\n<MOF><VoucherCount>{len(vouchers)}'.encode())
        file.write(b"</VoucherCount>")
        for details in vouchers:
            file.write(_voucher_body(details))
        file.write(b"</MOF>\n")


def _voucher_body(details: list[Payment]) -> bytes:
    first = details[0]
    body = io.StringIO()
    body.write('<?xml version="1.0" encoding="GBK"?><Voucher>')
    body.writelines(f"<{name}>{escape(value)}</{name}>" for name, value in _header(details))
    body.write("<DetailList>")
    body.writelines(_detail(payment) for payment in details)
    body.write("</DetailList></Voucher>")
    start = (
        f'<VoucherBody AdmDivCode="{fiscal(first.division)}" StYear="{YEAR}" VtCode="{VOUCHER_TYPE}"'
        f' VoucherNo="{first.voucher_no}"><VoucherFlag/><Attach/><Voucher>'
    )
    return start.encode("gbk") + base64.b64encode(body.getvalue().encode("gbk")) + b"</Voucher></VoucherBody>"


def _header(details: list[Payment]) -> Iterator[tuple[str, str]]:
    """Header fields. Of several details the header says only what they share; each detail speaks for itself."""
    first = details[0]
    single = len(details) == 1
    total = sum(payment.amount_fen for payment in details)
    day = f"{first.day:%Y%m%d}"
    yield "Id", f"{first.division}{first.voucher_no}"
    yield "AdmDivCode", fiscal(first.division)
    yield "StYear", str(YEAR)
    yield "VtCode", VOUCHER_TYPE
    yield "VouDate", day
    yield "VoucherNo", first.voucher_no
    yield "FundTypeCode", "1"
    yield "BgtTypeCode", "1"
    yield "PayTypeCode", PAY_METHOD
    yield "PayTypeName", PAY_METHOD_NAME
    yield "FileNoName", first.document_number if single else ""
    yield "AgencyCode", first.agency_code if single else ""
    yield "AgencyName", first.agency_name if single else ""
    yield "ExpFuncCode", first.function_class if single else ""
    yield "DepProCode", first.project_key if single else ""
    yield "SetModeCode", "3"
    yield "SetModeName", SETTLEMENT
    yield "PayeeAcctNo", first.payee_account if single else ""
    yield "PayeeAcctName", first.payee_name if single else ""
    yield "PayAcctNo", first.payer_account
    yield "PayAcctName", first.payer_name
    yield "PaySummaryName", first.purpose if single else "财政直接支付"
    yield "PayAmt", yuan(total)
    yield "BusinessTypeCode", "1" if single else "4"
    yield "XPayDate", day
    yield "XPayAmt", yuan(total)


def _detail(payment: Payment) -> str:
    amount = yuan(payment.amount_fen)
    return (
        f"<Detail><Id>{payment.detail_id}</Id><VoucherBillNo>{payment.voucher_no}</VoucherBillNo>"
        f"<FileNoName>{escape(payment.document_number)}</FileNoName>"
        f"<AgencyCode>{payment.agency_code}</AgencyCode><AgencyName>{payment.agency_name}</AgencyName>"
        f"<ExpFuncCode>{payment.function_class}</ExpFuncCode><ExpEcoCode>{payment.economic_class}</ExpEcoCode>"
        f"<DepProCode>{payment.project_key}</DepProCode><PayeeAcctNo>{payment.payee_account}</PayeeAcctNo>"
        f"<PayeeAcctName>{payment.payee_name}</PayeeAcctName><PayeeAcctBankName>{PAYEE_BANK}</PayeeAcctBankName>"
        f"<PayAmt>{amount}</PayAmt><Remark>{escape(payment.purpose)}</Remark>"
        f"<XPayDate>{payment.day:%Y%m%d}</XPayDate><XPayAmt>{amount}</XPayAmt>"
        f"<Hold1>{payment.original_voucher_no}</Hold1><Hold2>{payment.original_detail_id}</Hold2></Detail>"
    )

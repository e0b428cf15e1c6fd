"""Reads a written demo back with simple readers of its own, and works out how things stand at the end."""

from __future__ import annotations

import base64
import csv
import json
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl import load_workbook

from services.demo.geography import read_geography

Row = dict[str, str]
CATEGORY_OF_FUND = {fund.code: fund.category for fund in read_geography().funds}


def manifest_of(directory: Path) -> dict[str, Any]:
    """The manifest."""
    return dict(json.loads((directory / "manifest.json").read_text(encoding="utf-8")))


def files_of(directory: Path) -> list[dict[str, Any]]:
    """All files of the manifest in the order of loading."""
    return [file for group in manifest_of(directory)["groups"] for file in group["files"]]


def rows_of(path: Path) -> list[Row]:
    """The rows of a table, by header."""
    if path.suffix == ".xlsx":
        sheet = load_workbook(path, read_only=True).worksheets[0]
        table = [
            ["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    else:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig") if raw.startswith(b"\xef\xbb\xbf") else raw.decode("gb18030")
        table = list(csv.reader(text.splitlines()))
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


@dataclass
class Voucher:
    """A voucher's outer attributes, header fields and details."""

    attributes: dict[str, str]
    header: Row
    details: list[Row]


def vouchers_of(path: Path) -> list[Voucher]:
    """The vouchers of an envelope."""
    root = etree.fromstring(path.read_bytes())
    assert len(root) - 1 == int(root.findtext("VoucherCount") or "0")
    found = []
    for body in root.iter("VoucherBody"):
        voucher = etree.fromstring(base64.b64decode(body.findtext("Voucher") or ""))
        header = {str(item.tag): item.text or "" for item in voucher if item.tag != "DetailList"}
        details = [{str(item.tag): item.text or "" for item in detail} for detail in voucher.iter("Detail")]
        found.append(Voucher({str(k): str(v) for k, v in body.attrib.items()}, header, details))
    return found


def fen(yuan: str) -> int:
    """Yuan with two decimals as fen."""
    match = re.fullmatch(r"(-?)(\d+)\.(\d\d)", yuan)
    assert match, yuan
    return (-1 if match[1] else 1) * int(match[2] + match[3])


def day(text: str) -> date:
    """A day with or without dashes."""
    return date.fromisoformat(text if "-" in text else f"{text[:4]}-{text[4:6]}-{text[6:]}")


def normal(document_number: str) -> str:
    """A document number in normal form."""
    compact = unicodedata.normalize("NFKC", document_number).replace(" ", "")
    return re.sub(r"[\[(〔](\d{4})[\])〕]", r"〔\1〕", compact)


@dataclass
class Quota:
    """A quota as read."""

    key: str
    document: str
    fund: str
    category: str
    division: str
    issuer: str
    upper: str
    year: int
    function_class: str
    amount: int
    received: date
    issued: int = 0


@dataclass
class Payment:
    """A payment as read, with what corrections leave of it."""

    key: str
    voucher: str
    division: str
    day: date
    amount: int
    document: str
    project: str
    function_class: str
    payer: str
    payee: str
    account: str
    purpose: str
    original: str
    quota: Quota | None = None
    corrections: list[tuple[date, int]] = field(default_factory=list)

    @property
    def category(self) -> str:
        """The category of its quota."""
        return self.quota.category if self.quota else "unassigned"


@dataclass
class Line:
    """A line of a disbursement list as read."""

    key: str
    voucher: str
    division: str
    person: str
    benefit: str
    month: str
    day: date
    amount: int
    original: str
    payment: Payment | None = None


@dataclass
class World:
    """How everything stands once all files are in."""

    quotas: list[Quota] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    lists: dict[str, list[tuple[str, date, date]]] = field(default_factory=lambda: defaultdict(list))
    covered_to: dict[str, date] = field(default_factory=dict)

    def listed(self, name: str, subject: str, on: date) -> bool:
        """Whether something was on a list on a day."""
        return any(of == subject and first <= on <= last for of, first, last in self.lists[name])


def read_world(directory: Path) -> World:
    """Everything that was written, linked as the ledger links it."""
    world = World()
    for file in files_of(directory):
        path = directory / file["path"]
        if file["profile"] == "voucher_5201":
            world.payments.extend(
                _from_voucher(voucher, row) for voucher in vouchers_of(path) for row in voucher.details
            )
            continue
        read = {
            "quota_table": _read_quota,
            "payment_table": _read_payment,
            "disbursement_table": _read_line,
            "register_table": _read_registered,
            "reference_list": _read_listed,
        }.get(file["profile"])
        if read:
            for row in rows_of(path):
                read(world, row)
    _link(world)
    # Looking up a subject in a list of everybody would be slow.
    for name, entries in world.lists.items():
        world.lists[name] = sorted(entries)
    return world


def _from_voucher(voucher: Voucher, row: Row) -> Payment:
    division = voucher.attributes["AdmDivCode"][:6]
    start = f"{division}:{voucher.attributes['StYear']}:{voucher.attributes['VtCode']}"
    number = voucher.attributes["VoucherNo"]
    header = voucher.header
    return Payment(
        key=f"{start}:{number}:{row['Id']}",
        voucher=f"{division}:{number}",
        division=division,
        day=day(row["XPayDate"]),
        amount=fen(row["PayAmt"]),
        document=normal(row["FileNoName"] or header["FileNoName"]),
        project=row["DepProCode"] or header["DepProCode"],
        function_class=row["ExpFuncCode"] or header["ExpFuncCode"],
        payer=header["PayAcctName"],
        payee=row["PayeeAcctName"],
        account=row["PayeeAcctNo"],
        purpose=row["Remark"] or header["PaySummaryName"],
        original=f"{start}:{row['Hold1']}:{row['Hold2']}" if row["Hold1"] else "",
    )


def _read_payment(world: World, row: Row) -> None:
    division = row["区划"][:6]
    start = f"{division}:{row['年度']}:{row['凭证类型']}"
    world.payments.append(
        Payment(
            key=f"{start}:{row['凭证号']}:{row['明细编号']}",
            voucher=f"{division}:{row['凭证号']}",
            division=division,
            day=day(row["支付日期"]),
            amount=fen(row["金额(元)"]),
            document=normal(row["指标文号"]),
            project=row["项目编码"],
            function_class=row["功能科目"],
            payer=row["付款人名称"],
            payee=row["收款人名称"],
            account=row["收款人账号"],
            purpose=row["用途"],
            original=f"{start}:{row['原凭证号']}:{row['原明细编号']}" if row["原凭证号"] else "",
        )
    )


def _read_quota(world: World, row: Row) -> None:
    world.quotas.append(
        Quota(
            key=row["指标明细号"],
            document=normal(row["指标文号"]),
            fund=row["资金项编码"],
            category=CATEGORY_OF_FUND[row["资金项编码"]],
            division=row["区划"][:6],
            issuer=row["下达区划"][:6],
            upper=normal(row["上级文号"]),
            year=int(row["年度"]),
            function_class=row["功能科目"],
            amount=fen(row["指标金额(元)"]),
            received=day(row["接收日期"]),
        )
    )


def _read_line(world: World, row: Row) -> None:
    start = f"{row['区划']}:{row['年度']}"
    world.lines.append(
        Line(
            key=f"{start}:{row['批次']}:{row['序号']}",
            voucher=f"{row['区划']}:{row['支付凭证号']}",
            division=row["区划"],
            person=row["证件号码"],
            benefit=row["补贴项目"],
            month=row["发放月份"],
            day=day(row["发放日期"]),
            amount=fen(row["实发金额(元)"]),
            original=f"{start}:{row['原批次']}:{row['原序号']}" if row["原批次"] else "",
        )
    )


def _read_registered(world: World, row: Row) -> None:
    until = day(row["退出日期"]) if row["退出日期"] else date.max
    world.lists[f"registered_person:{row['证件号码']}"].append((row["证件号码"], day(row["识别日期"]), until))


def _read_listed(world: World, row: Row) -> None:
    until = day(row["失效日"]) if row["失效日"] else date.max
    world.lists[row["名单"]].append((row["对象"], day(row["生效日"]), until))


def _link(world: World) -> None:
    by_document: dict[tuple[str, str], list[Quota]] = defaultdict(list)
    for quota in world.quotas:
        if quota.document:
            by_document[quota.division, quota.document].append(quota)
    for quota in world.quotas:
        for upper in by_document.get((quota.issuer, quota.upper), []):
            upper.issued += quota.amount
    by_key = {payment.key: payment for payment in world.payments}
    assert len(by_key) == len(world.payments)
    for payment in world.payments:
        if payment.original:
            by_key[payment.original].corrections.append((payment.day, payment.amount))
        else:
            world.covered_to[payment.division] = max(
                world.covered_to.get(payment.division, date.min), payment.day
            )
    for correction in [payment for payment in world.payments if payment.original]:
        world.payments.remove(correction)
    for payment in world.payments:
        found = by_document.get((payment.division, payment.document), [])
        found = sorted(found, key=lambda quota: (quota.function_class != payment.function_class, quota.key))
        payment.quota = found[0] if found else None
    _attach(world)


def _attach(world: World) -> None:
    by_voucher: dict[str, list[Payment]] = defaultdict(list)
    for payment in world.payments:
        by_voucher[payment.voucher].append(payment)
    by_key = {line.key: line for line in world.lines}
    assert len(by_key) == len(world.lines)
    for line in [line for line in world.lines if line.original]:
        by_key[line.original].amount += line.amount
        world.lines.remove(line)
    for line in world.lines:
        line.payment = min(by_voucher[line.voucher], key=lambda payment: payment.key)

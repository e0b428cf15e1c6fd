"""The demo's rows as the tables that finance offices send: headers as in the profiles, values as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.demo.domain import (
    VOUCHER_TYPE,
    YEAR,
    Allotment,
    Disbursement,
    ListRow,
    Payment,
    Project,
    RegisteredPerson,
)
from services.demo.quotas import Quota

PAYEE_BANK = "演示农村商业银行"
PAY_METHOD, PAY_METHOD_NAME = "11", "直接支付"
SETTLEMENT = "电子转账"


@dataclass(frozen=True)
class Table:
    """A table to be written: the profile that reads it, its header, its rows and what they sum up to."""

    profile: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    amount_fen: int


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals, exactly."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def fiscal(division: str) -> str:
    """The nine digits by which finance systems call a division."""
    return f"{division}000"


def day_text(day: date | None, *, dashed: bool = True) -> str:
    """A day as 2018-07-30 or 20180730; empty for none."""
    if day is None:
        return ""
    return day.isoformat() if dashed else f"{day:%Y%m%d}"


def payment_table(payments: list[Payment], *, dashed: bool = True) -> Table:
    """Payments, profile payment_table."""
    rows = [
        (
            fiscal(p.division),
            str(YEAR),
            VOUCHER_TYPE,
            p.voucher_no,
            p.detail_id,
            day_text(p.day, dashed=dashed),
            yuan(p.amount_fen),
            p.agency_code,
            p.agency_name,
            p.document_number,
            p.project_key,
            p.function_class,
            p.economic_class,
            PAY_METHOD,
            SETTLEMENT,
            p.payer_name,
            p.payer_account,
            p.payee_name,
            p.payee_account,
            PAYEE_BANK,
            p.purpose,
            p.original_voucher_no,
            p.original_detail_id,
        )
        for p in payments
    ]
    header = (
        "区划,年度,凭证类型,凭证号,明细编号,支付日期,金额(元),预算单位编码,预算单位,指标文号,项目编码,功能科目,"
        "经济科目,支付方式,结算方式,付款人名称,付款人账号,收款人名称,收款人账号,收款人开户行,用途,原凭证号,原明细编号"
    )
    return Table("payment_table", tuple(header.split(",")), rows, sum(p.amount_fen for p in payments))


def quota_table(quotas: list[Quota]) -> Table:
    """Quotas, profile quota_table."""
    rows = [
        (
            q.key,
            q.document_number,
            q.parent.document_number if q.parent else "",
            q.fund.code,
            fiscal(q.division),
            fiscal(q.parent.division) if q.parent else "",
            str(q.year),
            q.function_class,
            f"{q.fund.name[:30]}",
            "是" if q.has_attachment else "否",
            yuan(q.amount_fen),
            day_text(q.issued_on),
            day_text(q.received_on),
        )
        for q in quotas
    ]
    header = (
        "指标明细号,指标文号,上级文号,资金项编码,区划,下达区划,年度,功能科目,指标摘要,是否已上传附件,指标金额(元),"
        "下达日期,接收日期"
    )
    return Table("quota_table", tuple(header.split(",")), rows, sum(q.amount_fen for q in quotas))


def project_table(projects: list[Project]) -> Table:
    """Projects, profile project_table."""
    rows = [
        (
            p.key,
            p.name,
            p.division,
            p.project_type,
            str(YEAR),
            yuan(p.investment_fen),
            str(p.households),
            day_text(p.start_on),
            day_text(p.end_on),
            day_text(p.entered_on),
        )
        for p in projects
    ]
    header = "项目代码,项目名称,区划,项目类别,年度,资金规模(元),受益建档立卡户数,计划开工,计划完工,入库日期"
    return Table("project_table", tuple(header.split(",")), rows, sum(p.investment_fen for p in projects))


def allotment_table(allotments: list[Allotment]) -> Table:
    """Allotments, profile allotment_table."""
    rows = [(a.key, a.quota_key, a.project_key, yuan(a.amount_fen), day_text(a.day)) for a in allotments]
    header = ("分配编号", "指标明细号", "项目代码", "金额(元)", "分配日期")
    return Table("allotment_table", header, rows, sum(a.amount_fen for a in allotments))


def disbursement_table(lines: list[Disbursement]) -> Table:
    """Disbursement lists, profile disbursement_table."""
    rows = [
        (
            d.division,
            str(YEAR),
            d.document_number,
            d.voucher_no,
            d.project_key,
            d.benefit_code,
            d.township,
            d.village,
            d.name,
            d.id_number,
            d.account,
            "户" if d.per_household else "人",
            yuan(d.due_fen),
            yuan(d.amount_fen),
            f"{d.month // 100}-{d.month % 100:02d}",
            day_text(d.day),
            d.batch,
            str(d.serial),
            d.original_batch,
            str(d.original_serial) if d.original_batch else "",
        )
        for d in lines
    ]
    header = (
        "区划,年度,指标文号,支付凭证号,项目编码,补贴项目,乡镇编码,村编码,姓名,证件号码,收款账号,按户按人补助标识,"
        "应发金额(元),实发金额(元),发放月份,发放日期,批次,序号,原批次,原序号"
    )
    return Table("disbursement_table", tuple(header.split(",")), rows, sum(d.amount_fen for d in lines))


def register_table(people: Iterable[RegisteredPerson]) -> Table:
    """The register of poor households, profile register_table."""
    rows = [
        (
            p.household,
            p.name,
            p.id_number,
            p.relation,
            p.division,
            day_text(p.identified_on),
            day_text(p.left_on),
        )
        for p in people
    ]
    header = ("户编号", "姓名", "证件号码", "与户主关系", "区划", "识别日期", "退出日期")
    return Table("register_table", header, rows, 0)


def reference_list(entries: list[ListRow]) -> Table:
    """A reference list, profile reference_list."""
    rows = [
        (e.list_name, e.kind, e.subject, day_text(e.valid_from), day_text(e.valid_to), e.basis)
        for e in entries
    ]
    return Table("reference_list", ("名单", "对象类型", "对象", "生效日", "失效日", "依据"), rows, 0)

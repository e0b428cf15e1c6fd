"""Builds real input files out of a few words: what a story does not say has a plain default."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

import openpyxl

Row = Mapping[str, object]

HEADERS: dict[str, tuple[str, ...]] = {
    "quota_table": (
        "指标明细号",
        "指标文号",
        "上级文号",
        "资金项编码",
        "区划",
        "下达区划",
        "年度",
        "功能科目",
        "指标摘要",
        "是否已上传附件",
        "指标金额(元)",
        "下达日期",
        "接收日期",
    ),
    "project_table": (
        "项目代码",
        "项目名称",
        "区划",
        "项目类别",
        "年度",
        "资金规模(元)",
        "受益建档立卡户数",
        "计划开工",
        "计划完工",
        "入库日期",
    ),
    "allotment_table": ("分配编号", "指标明细号", "项目代码", "金额(元)", "分配日期"),
    "payment_table": (
        "区划",
        "年度",
        "凭证类型",
        "凭证号",
        "明细编号",
        "支付日期",
        "金额(元)",
        "预算单位编码",
        "预算单位",
        "指标文号",
        "项目编码",
        "功能科目",
        "经济科目",
        "支付方式",
        "结算方式",
        "付款人名称",
        "付款人账号",
        "收款人名称",
        "收款人账号",
        "收款人开户行",
        "用途",
        "原凭证号",
        "原明细编号",
    ),
    "disbursement_table": (
        "区划",
        "年度",
        "指标文号",
        "支付凭证号",
        "项目编码",
        "补贴项目",
        "乡镇编码",
        "村编码",
        "姓名",
        "证件号码",
        "收款账号",
        "按户按人补助标识",
        "应发金额(元)",
        "实发金额(元)",
        "发放月份",
        "发放日期",
        "批次",
        "序号",
        "原批次",
        "原序号",
    ),
    "register_table": ("户编号", "姓名", "证件号码", "与户主关系", "区划", "识别日期", "退出日期"),
    "reference_list": ("名单", "对象类型", "对象", "生效日", "失效日", "依据"),
}

DEFAULTS: dict[str, dict[str, object]] = {
    "quota_table": {
        "指标文号": "青财农字〔2018〕100号",
        "资金项编码": "C22",
        "区划": "630121",
        "年度": 2018,
        "功能科目": "2130505",
        "指标摘要": "产业发展",
        "是否已上传附件": "是",
        "接收日期": "2018-02-01",
    },
    "project_table": {
        "项目名称": "示范项目",
        "区划": "630121",
        "项目类别": "产业",
        "年度": 2018,
        "资金规模(元)": "1000000.00",
        "受益建档立卡户数": 20,
        "入库日期": "2018-01-10",
    },
    "allotment_table": {"分配日期": "2018-03-01"},
    "payment_table": {
        "区划": "630121",
        "年度": 2018,
        "凭证类型": "5201",
        "明细编号": "1",
        "支付日期": "2018-07-03",
        "预算单位编码": "101001",
        "预算单位": "示范县农牧局",
        "指标文号": "青财农字〔2018〕100号",
        "功能科目": "2130505",
        "经济科目": "30310",
        "支付方式": "11",
        "结算方式": "电子转账",
        "付款人名称": "示范县财政局零余额账户",
        "付款人账号": "9900000000000001",
        "收款人名称": "示范养殖有限公司",
        "收款人账号": "9900000000000101",
        "收款人开户行": "示范银行",
        "用途": "支付养殖设备款",
    },
    "disbursement_table": {
        "区划": "630121",
        "年度": 2018,
        "指标文号": "青财农字〔2018〕100号",
        "补贴项目": "B01",
        "乡镇编码": "630121100",
        "按户按人补助标识": "人",
        "发放月份": "2018-07",
        "发放日期": "2018-07-10",
        "批次": "P1",
        "收款账号": "9900000000000201",
    },
    "register_table": {"与户主关系": "户主", "区划": "630121", "识别日期": "2014-01-01"},
    "reference_list": {"对象类型": "账号", "生效日": "2014-01-01", "依据": "示范依据"},
}


def table(profile: str, rows: Sequence[Row]) -> list[list[str]]:
    """Header and rows of a profile as text; unknown columns are a mistake of the test."""
    header = HEADERS[profile]
    lines = [list(header)]
    for row in rows:
        full = {**DEFAULTS[profile], **row}
        unknown = set(full) - set(header)
        if unknown:
            raise KeyError(f"{profile} has no columns {sorted(unknown)}")
        lines.append(["" if full.get(name) is None else str(full.get(name, "")) for name in header])
    return lines


def as_csv(profile: str, rows: Sequence[Row], encoding: str = "utf-8-sig") -> bytes:
    """A CSV file of the profile."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table(profile, rows))
    return text.getvalue().encode(encoding)


def as_xlsx(profile: str, rows: Sequence[Row]) -> bytes:
    """An XLSX file of the profile, every cell as text."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    for line in table(profile, rows):
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_DETAIL_FIELDS = {
    "预算单位编码": "AgencyCode",
    "预算单位": "AgencyName",
    "指标文号": "FileNoName",
    "项目编码": "DepProCode",
    "功能科目": "ExpFuncCode",
    "经济科目": "ExpEcoCode",
    "支付方式": "PayTypeCode",
    "收款人账号": "PayeeAcctNo",
    "收款人名称": "PayeeAcctName",
    "收款人开户行": "PayeeAcctBankName",
    "用途": "Remark",
    "原凭证号": "Hold1",
    "原明细编号": "Hold2",
}


def as_voucher_5201(rows: Sequence[Row], totals: Mapping[str, str] | None = None) -> bytes:
    """The same payments as vouchers: GBK XML in the MOF envelope. `totals` overrides a voucher's PayAmt."""
    full = [{**DEFAULTS["payment_table"], **row} for row in rows]
    vouchers: dict[tuple[str, str, str], list[dict[str, object]]] = {}
    for row in full:
        vouchers.setdefault((str(row["区划"]), str(row["年度"]), str(row["凭证号"])), []).append(row)
    bodies = [_voucher_body(key, details, (totals or {}).get(key[2])) for key, details in vouchers.items()]
    count = f"<VoucherCount>{len(bodies)}</VoucherCount>"
    return f'<?xml version="1.0" encoding="GBK"?>\n<MOF>{count}{"".join(bodies)}</MOF>'.encode("gbk")


def _voucher_body(key: tuple[str, str, str], details: Sequence[Row], total: str | None) -> str:
    division, year, number = key
    first = details[0]
    day = str(first["支付日期"]).replace("-", "")
    amount = total or str(sum(Decimal(str(detail["金额(元)"])) for detail in details))
    header = {
        "Id": number,
        "AdmDivCode": f"{division}000",
        "StYear": year,
        "VtCode": "5201",
        "VouDate": day,
        "VoucherNo": number,
        "FileNoName": first["指标文号"] or "",
        "AgencyCode": first["预算单位编码"],
        "AgencyName": first["预算单位"],
        "PayTypeCode": first["支付方式"],
        "SetModeName": first["结算方式"],
        "PayAcctNo": first["付款人账号"],
        "PayAcctName": first["付款人名称"],
        "PaySummaryName": first["用途"] or "",
        "PayAmt": amount,
        "XPayDate": day,
    }
    lines = "".join(_detail(detail) for detail in details)
    inner = (
        '<?xml version="1.0" encoding="GBK"?><Voucher>'
        + "".join(_element(n, v) for n, v in header.items())
        + f"<DetailList>{lines}</DetailList></Voucher>"
    )
    body = base64.b64encode(inner.encode("gbk")).decode("ascii")
    return (
        f'<VoucherBody AdmDivCode="{division}000" StYear="{year}" VtCode="5201" VoucherNo="{number}">'
        f"<VoucherFlag/><Attach/><Voucher>{body}</Voucher></VoucherBody>"
    )


def _detail(row: Row) -> str:
    fields = {
        "Id": row["明细编号"],
        "PayAmt": row["金额(元)"],
        "XPayDate": str(row["支付日期"]).replace("-", ""),
        **{name: row.get(column) or "" for column, name in _DETAIL_FIELDS.items()},
    }
    return "<Detail>" + "".join(_element(name, value) for name, value in fields.items()) + "</Detail>"


def _element(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"


WRITERS: dict[str, Callable[[str, Sequence[Row]], bytes]] = {
    "csv": lambda profile, rows: as_csv(profile, rows),
    "gbk": lambda profile, rows: as_csv(profile, rows, "gb18030"),
    "xlsx": as_xlsx,
    "xml": lambda _, rows: as_voucher_5201(rows),
}

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(serial: int) -> str:
    """A valid GB 11643 number that no person has: an address code not in use, born in the 1800s."""
    body = f"63990018500101{serial:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def file_name(story: str, step: int, profile: str, form: str) -> str:
    """A name that says which step of which story the file is."""
    ending = {"csv": "csv", "gbk": "csv", "xlsx": "xlsx", "xml": "xml"}[form]
    return f"{story}_{step:02d}_{profile}_{hashlib.sha256(story.encode()).hexdigest()[:4]}.{ending}"

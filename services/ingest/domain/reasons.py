"""Why a row is quarantined or a file refused, in both languages. None of the sentences carries a clear value."""

from __future__ import annotations

from collections.abc import Sequence

from services.ingest.domain.formats import Format
from services.ingest.domain.imports import Rejected
from services.kit.errors import InvalidInput, TooLarge

KEY_MAX = 64
ORIGINAL_BYTES_MAX = 1024**2
"""A longer original (a huge voucher) is not kept twice: the raw file has it."""

ROW_REASONS: dict[str, tuple[str, str]] = {
    "ingest.bad_amount": ("“{field}”不是金额", "“{field}” is not an amount"),
    "ingest.bad_date": ("“{field}”不是日期", "“{field}” is not a date"),
    "ingest.bad_month": ("“{field}”不是月份", "“{field}” is not a month"),
    "ingest.bad_year": ("“{field}”不是年度", "“{field}” is not a year"),
    "ingest.no_key": ("缺少“{field}”，无法标识该行", "“{field}” is missing, the row has no key"),
    "ingest.too_long": ("“{field}”过长", "“{field}” is too long"),
    "ingest.line_too_long": ("该行超过长度上限", "the line is over the limit of length"),
    "ingest.outside_division": (
        "区划 {division} 不在报送区划 {sender} 的范围内",
        "division {division} is outside division {sender}, for which the file was sent",
    ),
    "ingest.ragged_row": ("列数与表头不符", "the row does not have the columns of the header"),
    "ingest.unclosed_quote": ("引号没有闭合", "a quotation mark is not closed"),
    "ingest.bad_encoding": ("该行的编码无法识别", "the encoding of the row cannot be read"),
    "ingest.bad_base64": ("凭证正文不是 Base64", "the body of the voucher is not Base64"),
    "ingest.bad_voucher_xml": ("凭证正文不是合法的 XML", "the body of the voucher is not well-formed XML"),
    "ingest.xml_not_allowed": (
        "凭证正文含有文档类型或实体声明",
        "the body of the voucher declares a document type or entities",
    ),
    "ingest.voucher_too_large": ("凭证正文超过大小上限", "the body of the voucher is over the limit"),
    "ingest.voucher_empty": ("凭证没有明细", "the voucher has no details"),
    "ingest.voucher_type": ("凭证类型不是 5201", "the voucher is not of type 5201"),
    "ingest.header_differs": (
        "凭证金额与明细合计不符",
        "the amount of the voucher is not the sum of its details",
    ),
    "ingest.number_as_code": (
        "“{field}”是证件号码，不能作为编码报送",
        "“{field}” is an identity number and must not be sent as a code",
    ),
    "ingest.unknown_object_type": (
        "“{field}”应为 账号、证件号码 或 编码",
        "“{field}” must be 账号, 证件号码 or 编码",
    ),
}

FINDINGS = (
    "ingest.unknown_division",
    "ingest.unknown_fund",
    "ingest.no_benefit_code",
    "ingest.identity_check_failed",
    "ingest.voucher_number_differs",
    "ingest.too_many_details",
)
"""Reasons of import findings: odd, but the row posts."""

_FILE_REASONS: dict[str, tuple[str, str]] = {
    "ingest.unknown_profile": (
        "无法识别文件格式：没有任何模板与其内容相符（mingzhang ingest formats 列出各种格式）",
        "no profile matches the content of the file (mingzhang ingest formats lists them)",
    ),
    "ingest.nearest_profile": (
        "无法识别文件格式：最接近“{title_zh}”，缺少列：{columns_zh}",
        "the format is not recognised: the nearest is “{title_en}” ({profile}), missing columns: {columns}",
    ),
    "ingest.profile_mismatch": ("文件内容不符合模板 {profile}", "the file is not one of profile {profile}"),
    "ingest.no_such_profile": ("没有名为 {profile} 的模板", "there is no profile {profile}"),
    "ingest.column_missing": (
        "文件应为“{title_zh}”，缺少列：{columns_zh}",
        "the file should be “{title_en}” ({profile}), missing columns: {columns}",
    ),
    "ingest.column_unknown": ("未知的列“{column}”", "column “{column}” is not known"),
    "ingest.column_twice": ("列“{column}”重复", "column “{column}” occurs twice"),
    "ingest.empty_file": ("文件是空的", "the file is empty"),
    "ingest.wrong_encoding": (
        "文件编码无法识别，应为 UTF-8 或 GBK/GB18030",
        "the encoding cannot be read, it must be UTF-8 or GBK/GB18030",
    ),
    "ingest.xml_truncated": ("XML 文件不完整，没有入账", "the XML file is cut off, nothing was posted"),
    "ingest.xml_malformed": (
        "XML 文件格式错误（第 {line} 行），没有入账",
        "the XML is not well-formed (line {line}), nothing was posted",
    ),
    "ingest.xml_doctype": (
        "XML 文件含有文档类型或实体声明，拒绝读取",
        "the XML declares a document type or entities, which is refused",
    ),
    "ingest.wrong_voucher_count": (
        "控制总数不符：VoucherCount 为 {declared}，实有凭证 {counted}",
        "the control total is wrong: VoucherCount says {declared}, the file has {counted}",
    ),
    "ingest.not_xlsx": ("文件不是可读的 XLSX 工作簿", "the file is not a readable XLSX workbook"),
    "ingest.key_changed": ("存储的文件无法解密", "the stored file cannot be decrypted"),
    "ingest.raw_file_missing": (
        "存储的文件不存在，请重新报送",
        "the stored file is not there, send it again",
    ),
    "ingest.failed": ("多次尝试后仍无法读取该文件", "the file could not be read after several attempts"),
}

_TOO_LARGE: dict[str, tuple[str, str]] = {
    "ingest.upload_too_large": ("文件超过 {limit} 字节的上限", "the file is over the limit of {limit} bytes"),
    "ingest.archive_explodes": (
        "工作簿解压后过大，拒绝读取",
        "the workbook would unpack to too much, which is refused",
    ),
}


def rejected(
    line: int, field: str, reason: str, key: str = "", original: bytes = b"", **parameters: str
) -> Rejected:
    """A row to quarantine, with its sentences. `field` is the column as the file names it; the parameters are what
    else the sentences quote, none of it personal."""
    zh, en = ROW_REASONS[reason]
    key = key[:KEY_MAX]
    before_zh, before_en = (f"凭证 {key}：", f"voucher {key}: ") if key else ("", "")
    return Rejected(
        line,
        field,
        reason,
        before_zh + zh.format(field=field, **parameters),
        before_en + en.format(field=field, **parameters),
        key,
        original,
    )


def refused_by_ledger(line: int, field: str, reason: str, zh: str, en: str, key: str) -> Rejected:
    """A row that the ledger did not take. Of its key only the voucher's number helps to find the row's bytes."""
    parts = key.split(":")
    return Rejected(line, field, reason, zh, en, parts[3] if len(parts) == 5 else "")


def refused_file(code: str, **parameters: object) -> InvalidInput:
    """The error of a file that is refused as a whole."""
    zh, en = _FILE_REASONS[code]
    return InvalidInput(code, zh.format(**parameters), en.format(**parameters), parameters)


def refused_columns(code: str, format_: Format, columns: Sequence[str]) -> InvalidInput:
    """The error of a file that lacks columns of a format."""
    return refused_file(
        code,
        profile=format_.name,
        title_zh=format_.title_zh,
        title_en=format_.title_en,
        columns_zh="、".join(columns),
        columns=", ".join(columns),
    )


def too_large(code: str, **parameters: object) -> TooLarge:
    """The error of a file past a limit."""
    zh, en = _TOO_LARGE[code]
    return TooLarge(code, zh.format(**parameters), en.format(**parameters), parameters)

"""Documents by which people register, issue, receive and change quotas: what one says, and whether it is whole.

Whether the money is there is decided by movements.py, which knows the balances.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum

LINES_MAX = 500
ATTACHMENTS_MAX = 20
FEN_MAX = 10**14
KEY_MAX = 200
TEXT_MAX = 500

_OPENING, _CLOSING = r"[\[({【〔<〈《［（]", r"[\])}】〕>〉》］）]"
_YEAR = re.compile(rf"{_OPENING}([0-9]{{4}}){_CLOSING}")
_REGULAR = re.compile(r"[一-鿿]{1,20}〔[0-9]{4}〕第?[0-9]{1,6}号")
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Kind(Enum):
    """What a document does. The value is stored and sealed: never reuse one."""

    REGISTER = "register"
    ISSUE = "issue"
    RECEIVE = "receive"
    RELEASE = "release"
    ADJUST = "adjust"
    TRANSFER = "transfer"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    INTEGRATE = "integrate"
    RECOVER = "recover"
    CARRY_OVER = "carry_over"
    ALLOT = "allot"
    REVERSE = "reverse"


class Take(Enum):
    """How much a line takes."""

    AMOUNT = ""
    REST = "rest"
    ALL = "all"


@dataclass(frozen=True)
class Line:
    """A line of a document; `_FIELDS_OF` says which kind has which fields. Amounts in fen."""

    quota_key: str = ""
    to_quota_key: str = ""
    to_division_code: str = ""
    project_key: str = ""
    issue_line_key: str = ""
    amount_fen: int = 0
    take: Take = Take.AMOUNT
    fund_code: str = ""
    function_class: str = ""
    upper_document_number: str = ""
    issuer_division_code: str = ""
    pending: bool = False
    summary: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that came with a document: SHA-256 (hex) of its bytes, and its name."""

    sha256: str
    file_name: str


@dataclass(frozen=True)
class Document:
    """A document as somebody hands it in. `issued_on` is the day printed on it, `effective_on` the business day."""

    key: str
    kind: Kind
    document_number: str
    division_code: str
    fiscal_year: int
    effective_on: date
    issued_on: date
    lines: tuple[Line, ...]
    advance: bool = False
    back_entry_reason: str = ""
    summary: str = ""
    original_key: str = ""
    attachments: tuple[Attachment, ...] = ()

    def line_key(self, number: int) -> str:
        """The key of a line; numbers begin with 1."""
        return f"{self.key}:{number}"


@dataclass(frozen=True)
class Problem:
    """Why a document is refused: a code, the sentence in both languages, and the line at fault (0: the document)."""

    code: str
    zh: str
    en: str
    line: int = 0
    parameters: Mapping[str, object] | None = None


_FIELDS_OF: dict[Kind, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(needed.split()), frozenset(allowed.split()))
    for kind, (needed, allowed) in {
        Kind.REGISTER: (
            "quota_key fund_code",
            "amount_fen function_class upper_document_number issuer_division_code pending",
        ),
        Kind.ISSUE: ("quota_key to_division_code amount_fen", ""),
        Kind.RECEIVE: ("quota_key issue_line_key", "pending"),
        Kind.RELEASE: ("quota_key amount_fen", ""),
        Kind.ADJUST: ("quota_key", "amount_fen take"),
        Kind.TRANSFER: ("quota_key to_quota_key amount_fen", ""),
        Kind.FREEZE: ("quota_key amount_fen", ""),
        Kind.UNFREEZE: ("quota_key amount_fen", ""),
        Kind.INTEGRATE: ("quota_key to_quota_key amount_fen", ""),
        Kind.RECOVER: ("quota_key", "amount_fen take"),
        Kind.CARRY_OVER: ("quota_key to_quota_key", "amount_fen take"),
        Kind.ALLOT: ("quota_key project_key amount_fen", ""),
        Kind.REVERSE: ("", ""),
    }.items()
}
"""Fields of a line that a kind needs, and those that it may have besides; `summary` always."""

_LABELS = {
    "quota_key": "指标",
    "to_quota_key": "转入指标",
    "to_division_code": "接收区划",
    "project_key": "项目",
    "issue_line_key": "下达明细",
    "amount_fen": "金额",
    "take": "额度方式",
    "fund_code": "资金项",
    "function_class": "功能科目",
    "upper_document_number": "上级文号",
    "issuer_division_code": "下达区划",
    "pending": "待分标识",
    "key": "单据标识",
    "document_number": "文号",
    "division_code": "区划",
    "summary": "摘要",
    "original_key": "原单据",
    "back_entry_reason": "补录原因",
    "file_name": "附件名称",
}


def normal_number(written: str) -> str:
    """A document number in normal form: no blanks, and 〔〕 around the year, such as 青财农字〔2018〕1085号."""
    return _YEAR.sub(r"〔\1〕", re.sub(r"\s+", "", unicodedata.normalize("NFKC", written)), count=1)


def is_regular(number: str) -> bool:
    """Whether a normal form is a regular document number."""
    return _REGULAR.fullmatch(number) is not None


def find_problems(document: Document, today: date) -> list[Problem]:
    """What is wrong with a document by itself, whatever the ledger holds."""
    return [*_head_problems(document, today), *_count_problems(document), *_line_problems(document)]


def _head_problems(document: Document, today: date) -> Iterator[Problem]:
    yield from _text_problems(document, 0, ("key", "division_code"), KEY_MAX)
    yield from _text_problems(document, 0, ("document_number", "original_key"), KEY_MAX, may_be_empty=True)
    yield from _text_problems(document, 0, ("summary", "back_entry_reason"), TEXT_MAX, may_be_empty=True)
    if not is_regular(document.document_number):
        yield Problem(
            "ledger.document_number",
            f"文号“{document.document_number}”不规范，应如 青财农字〔2018〕1085号",
            f"{document.document_number!r} is not a regular document number",
        )
    if document.effective_on > today:
        yield Problem(
            "ledger.future_day",
            f"业务日 {document.effective_on} 尚未到来；今天是 {today}",
            f"the business day {document.effective_on} has not come yet; today is {today}",
        )
    if document.issued_on > document.effective_on:
        yield Problem(
            "ledger.issued_later",
            f"印发日期 {document.issued_on} 晚于业务日 {document.effective_on}",
            f"the document is dated {document.issued_on}, after the business day {document.effective_on}",
        )
    if not 2000 <= document.fiscal_year <= 2100:
        yield Problem("ledger.fiscal_year", "年度应为 2000 至 2100", "the year is not from 2000 to 2100")
    if document.issued_on.year < 2000:
        yield Problem(
            "ledger.day_too_old", "业务日和印发日期不早于 2000 年", "no day is before the year 2000"
        )
    if document.advance and document.fiscal_year != document.effective_on.year + 1:
        yield Problem(
            "ledger.advance_year",
            "提前下达的单据，年度应为业务日的下一年",
            "advance notice is of the year after the business day's",
        )
    if document.advance and document.kind not in (Kind.REGISTER, Kind.ISSUE):
        yield Problem(
            "ledger.advance_kind",
            "只有登记和下达可以是提前下达",
            "only what is registered or issued can be advance notice",
        )


def _count_problems(document: Document) -> Iterator[Problem]:
    reverses = document.kind is Kind.REVERSE
    if reverses == bool(document.lines) or len(document.lines) > LINES_MAX:
        zh = "冲销单据没有明细" if reverses else f"单据应有 1 至 {LINES_MAX} 条明细"
        en = "a reversal has no lines" if reverses else f"a document has 1 to {LINES_MAX} lines"
        yield Problem("ledger.lines", zh, en)
    if reverses != bool(document.original_key):
        yield Problem(
            "ledger.original",
            "冲销单据须指明原单据，其他单据不得指明",
            "a reversal names the document that it undoes, and no other document does",
        )
    if len(document.attachments) > ATTACHMENTS_MAX:
        yield Problem(
            "ledger.attachments",
            f"附件最多 {ATTACHMENTS_MAX} 个",
            f"a document has at most {ATTACHMENTS_MAX} files",
        )
    for attachment in document.attachments:
        yield from _text_problems(attachment, 0, ("file_name",), KEY_MAX)
        if not _SHA256.fullmatch(attachment.sha256):
            yield Problem("ledger.attachment", "附件摘要应为 SHA-256", "a file is named by its SHA-256")


def _line_problems(document: Document) -> Iterator[Problem]:
    needed, allowed = _FIELDS_OF[document.kind]
    empty = Line()
    for number, line in enumerate(document.lines, start=1):
        given = {one.name for one in fields(line) if getattr(line, one.name) != getattr(empty, one.name)}
        for name in sorted(needed - given):
            yield Problem(
                "ledger.field_missing", f"缺少{_LABELS[name]}", f"{name} is missing", number, {"field": name}
            )
        for name in sorted(given - needed - allowed - {"summary"}):
            yield Problem(
                "ledger.field_unwanted",
                f"此类单据没有{_LABELS[name]}",
                f"a document of this kind has no {name}",
                number,
                {"field": name},
            )
        texts = [name for name in given if isinstance(getattr(line, name), str)]
        yield from _text_problems(line, number, sorted(texts), TEXT_MAX)
        yield from _amount_problems(document.kind, number, line)


def _amount_problems(kind: Kind, number: int, line: Line) -> Iterator[Problem]:
    by_take = line.take is not Take.AMOUNT
    if by_take and line.amount_fen:
        yield Problem(
            "ledger.amount_and_take",
            "已选剩余或全部额度，不再填金额",
            "an amount is not said beside the rest or all of it",
            number,
        )
    if kind is Kind.CARRY_OVER and line.take is Take.ALL:
        yield Problem(
            "ledger.take", "结转只能按金额或剩余额度", "what is carried over is an amount or the rest", number
        )
    # Nothing may be registered: a quota into which others are integrated begins with nothing.
    may_be_zero = kind in (Kind.REGISTER, Kind.RECEIVE) or by_take
    least = -FEN_MAX if kind is Kind.ADJUST else 0 if may_be_zero else 1
    if not least <= line.amount_fen <= FEN_MAX or (
        kind is Kind.ADJUST and not by_take and not line.amount_fen
    ):
        yield Problem("ledger.amount", "金额无效", "the amount is not valid", number)


def _text_problems(
    said: object, line: int, names: Sequence[str], longest: int, may_be_empty: bool = False
) -> Iterator[Problem]:
    for name in names:
        text = getattr(said, name)
        if not text and not may_be_empty:
            yield Problem(
                "ledger.field_missing", f"缺少{_LABELS[name]}", f"{name} is missing", line, {"field": name}
            )
        elif len(text) > longest:
            yield Problem(
                "ledger.text_too_long",
                f"{_LABELS[name]}超过 {longest} 个字符",
                f"{name} has more than {longest} characters",
                line,
                {"field": name},
            )
        elif _CONTROL.search(text):
            yield Problem(
                "ledger.unstorable_text",
                f"{_LABELS[name]}含有控制字符",
                f"{name} holds a control character",
                line,
                {"field": name},
            )

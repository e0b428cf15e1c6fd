from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListUnlinkedRequest(_message.Message):
    __slots__ = ("division_code", "payment_key", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    payment_key: str
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., payment_key: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUnlinkedResponse(_message.Message):
    __slots__ = ("payments", "next_page_token", "suspense_fen", "unrelated_fen", "due_day")
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SUSPENSE_FEN_FIELD_NUMBER: _ClassVar[int]
    UNRELATED_FEN_FIELD_NUMBER: _ClassVar[int]
    DUE_DAY_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[UnlinkedPayment]
    next_page_token: str
    suspense_fen: int
    unrelated_fen: int
    due_day: int
    def __init__(self, payments: _Optional[_Iterable[_Union[UnlinkedPayment, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., suspense_fen: _Optional[int] = ..., unrelated_fen: _Optional[int] = ..., due_day: _Optional[int] = ...) -> None: ...

class UnlinkedPayment(_message.Message):
    __slots__ = ("key", "division_code", "fiscal_year", "day", "voucher_no", "document_number", "fund_code", "function_class", "project_key", "agency_name", "purpose", "payee_name_mask", "amount_fen", "unlinked_fen", "due_on", "late", "proposals")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_NO_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    AGENCY_NAME_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PAYEE_NAME_MASK_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    UNLINKED_FEN_FIELD_NUMBER: _ClassVar[int]
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    key: str
    division_code: str
    fiscal_year: int
    day: str
    voucher_no: str
    document_number: str
    fund_code: str
    function_class: str
    project_key: str
    agency_name: str
    purpose: str
    payee_name_mask: str
    amount_fen: int
    unlinked_fen: int
    due_on: str
    late: bool
    proposals: _containers.RepeatedCompositeFieldContainer[LinkProposal]
    def __init__(self, key: _Optional[str] = ..., division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., day: _Optional[str] = ..., voucher_no: _Optional[str] = ..., document_number: _Optional[str] = ..., fund_code: _Optional[str] = ..., function_class: _Optional[str] = ..., project_key: _Optional[str] = ..., agency_name: _Optional[str] = ..., purpose: _Optional[str] = ..., payee_name_mask: _Optional[str] = ..., amount_fen: _Optional[int] = ..., unlinked_fen: _Optional[int] = ..., due_on: _Optional[str] = ..., late: _Optional[bool] = ..., proposals: _Optional[_Iterable[_Union[LinkProposal, _Mapping]]] = ...) -> None: ...

class LinkProposal(_message.Message):
    __slots__ = ("quota_key", "document_number", "fund_code", "fiscal_year", "free_fen", "score", "reasons", "reason_zh", "reason_en")
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    FREE_FEN_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    REASON_ZH_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    quota_key: str
    document_number: str
    fund_code: str
    fiscal_year: int
    free_fen: int
    score: int
    reasons: _containers.RepeatedScalarFieldContainer[str]
    reason_zh: str
    reason_en: str
    def __init__(self, quota_key: _Optional[str] = ..., document_number: _Optional[str] = ..., fund_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., free_fen: _Optional[int] = ..., score: _Optional[int] = ..., reasons: _Optional[_Iterable[str]] = ..., reason_zh: _Optional[str] = ..., reason_en: _Optional[str] = ...) -> None: ...

class LinkPart(_message.Message):
    __slots__ = ("payment_key", "quota_key", "project_key", "amount_fen")
    PAYMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    payment_key: str
    quota_key: str
    project_key: str
    amount_fen: int
    def __init__(self, payment_key: _Optional[str] = ..., quota_key: _Optional[str] = ..., project_key: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class LinkPaymentsRequest(_message.Message):
    __slots__ = ("key", "division_code", "lines", "reason")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    key: str
    division_code: str
    lines: _containers.RepeatedCompositeFieldContainer[LinkPart]
    reason: str
    def __init__(self, key: _Optional[str] = ..., division_code: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[LinkPart, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class MarkUnrelatedRequest(_message.Message):
    __slots__ = ("key", "division_code", "lines", "reason")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    key: str
    division_code: str
    lines: _containers.RepeatedCompositeFieldContainer[LinkPart]
    reason: str
    def __init__(self, key: _Optional[str] = ..., division_code: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[LinkPart, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class UndoLinkRequest(_message.Message):
    __slots__ = ("key", "original_key", "reason")
    KEY_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    key: str
    original_key: str
    reason: str
    def __init__(self, key: _Optional[str] = ..., original_key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class LinkDecisionResponse(_message.Message):
    __slots__ = ("decision", "known", "overdrawn")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    OVERDRAWN_FIELD_NUMBER: _ClassVar[int]
    decision: LinkDecision
    known: bool
    overdrawn: _containers.RepeatedCompositeFieldContainer[Overdrawn]
    def __init__(self, decision: _Optional[_Union[LinkDecision, _Mapping]] = ..., known: _Optional[bool] = ..., overdrawn: _Optional[_Iterable[_Union[Overdrawn, _Mapping]]] = ...) -> None: ...

class Overdrawn(_message.Message):
    __slots__ = ("quota_key", "amount_fen")
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    quota_key: str
    amount_fen: int
    def __init__(self, quota_key: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class LinkDecision(_message.Message):
    __slots__ = ("key", "kind", "division_code", "reason", "original_key", "undone_by", "recorded_on", "recorded_at", "recorded_by", "position", "lines")
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_KEY_FIELD_NUMBER: _ClassVar[int]
    UNDONE_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_ON_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    key: str
    kind: str
    division_code: str
    reason: str
    original_key: str
    undone_by: str
    recorded_on: str
    recorded_at: str
    recorded_by: str
    position: int
    lines: _containers.RepeatedCompositeFieldContainer[LinkDecisionLine]
    def __init__(self, key: _Optional[str] = ..., kind: _Optional[str] = ..., division_code: _Optional[str] = ..., reason: _Optional[str] = ..., original_key: _Optional[str] = ..., undone_by: _Optional[str] = ..., recorded_on: _Optional[str] = ..., recorded_at: _Optional[str] = ..., recorded_by: _Optional[str] = ..., position: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[LinkDecisionLine, _Mapping]]] = ...) -> None: ...

class LinkDecisionLine(_message.Message):
    __slots__ = ("key", "payment_key", "quota_key", "project_key", "amount_fen", "payment_day", "late")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_DAY_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    key: str
    payment_key: str
    quota_key: str
    project_key: str
    amount_fen: int
    payment_day: str
    late: bool
    def __init__(self, key: _Optional[str] = ..., payment_key: _Optional[str] = ..., quota_key: _Optional[str] = ..., project_key: _Optional[str] = ..., amount_fen: _Optional[int] = ..., payment_day: _Optional[str] = ..., late: _Optional[bool] = ...) -> None: ...

class ListLinkDecisionsRequest(_message.Message):
    __slots__ = ("division_code", "payment_key", "key", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    payment_key: str
    key: str
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., payment_key: _Optional[str] = ..., key: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLinkDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[LinkDecision]
    next_page_token: str
    def __init__(self, decisions: _Optional[_Iterable[_Union[LinkDecision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CheckListsRequest(_message.Message):
    __slots__ = ("division_code", "only_differences", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    ONLY_DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    only_differences: bool
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., only_differences: _Optional[bool] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class CheckListsResponse(_message.Message):
    __slots__ = ("checks", "next_page_token")
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    checks: _containers.RepeatedCompositeFieldContainer[ListCheck]
    next_page_token: str
    def __init__(self, checks: _Optional[_Iterable[_Union[ListCheck, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListCheck(_message.Message):
    __slots__ = ("payment_key", "division_code", "day", "voucher_no", "paid_fen", "listed_fen", "lines", "difference_fen")
    PAYMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_NO_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    LISTED_FEN_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FEN_FIELD_NUMBER: _ClassVar[int]
    payment_key: str
    division_code: str
    day: str
    voucher_no: str
    paid_fen: int
    listed_fen: int
    lines: int
    difference_fen: int
    def __init__(self, payment_key: _Optional[str] = ..., division_code: _Optional[str] = ..., day: _Optional[str] = ..., voucher_no: _Optional[str] = ..., paid_fen: _Optional[int] = ..., listed_fen: _Optional[int] = ..., lines: _Optional[int] = ..., difference_fen: _Optional[int] = ...) -> None: ...

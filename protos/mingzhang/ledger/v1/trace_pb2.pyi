from mingzhang.ledger.v1 import ledger_pb2 as _ledger_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UpperState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UPPER_STATE_UNSPECIFIED: _ClassVar[UpperState]
    UPPER_STATE_RECORDED: _ClassVar[UpperState]
    UPPER_STATE_NONE_NAMED: _ClassVar[UpperState]
    UPPER_STATE_NOT_RECORDED: _ClassVar[UpperState]
    UPPER_STATE_CIRCULAR: _ClassVar[UpperState]

class IssueState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ISSUE_STATE_UNSPECIFIED: _ClassVar[IssueState]
    ISSUE_STATE_AGREES: _ClassVar[IssueState]
    ISSUE_STATE_NOT_RECEIVED: _ClassVar[IssueState]
    ISSUE_STATE_MORE_RECEIVED: _ClassVar[IssueState]
    ISSUE_STATE_UPPER_NOT_RECORDED: _ClassVar[IssueState]
UPPER_STATE_UNSPECIFIED: UpperState
UPPER_STATE_RECORDED: UpperState
UPPER_STATE_NONE_NAMED: UpperState
UPPER_STATE_NOT_RECORDED: UpperState
UPPER_STATE_CIRCULAR: UpperState
ISSUE_STATE_UNSPECIFIED: IssueState
ISSUE_STATE_AGREES: IssueState
ISSUE_STATE_NOT_RECEIVED: IssueState
ISSUE_STATE_MORE_RECEIVED: IssueState
ISSUE_STATE_UPPER_NOT_RECORDED: IssueState

class SearchRequest(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("payments", "quotas", "more", "is_document")
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    IS_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[_ledger_pb2.Payment]
    quotas: _containers.RepeatedCompositeFieldContainer[QuotaNode]
    more: bool
    is_document: bool
    def __init__(self, payments: _Optional[_Iterable[_Union[_ledger_pb2.Payment, _Mapping]]] = ..., quotas: _Optional[_Iterable[_Union[QuotaNode, _Mapping]]] = ..., more: _Optional[bool] = ..., is_document: _Optional[bool] = ...) -> None: ...

class QuotaStep(_message.Message):
    __slots__ = ("visible", "key", "division_code", "level", "document_number", "upper_document_number", "issuer_division_code", "fund_code", "fund_level", "fiscal_year", "amount_fen", "issued_on", "received_on", "issued_here_fen", "upper")
    VISIBLE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    UPPER_DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUER_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_LEVEL_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_ON_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_ON_FIELD_NUMBER: _ClassVar[int]
    ISSUED_HERE_FEN_FIELD_NUMBER: _ClassVar[int]
    UPPER_FIELD_NUMBER: _ClassVar[int]
    visible: bool
    key: str
    division_code: str
    level: str
    document_number: str
    upper_document_number: str
    issuer_division_code: str
    fund_code: str
    fund_level: str
    fiscal_year: int
    amount_fen: int
    issued_on: str
    received_on: str
    issued_here_fen: int
    upper: UpperState
    def __init__(self, visible: _Optional[bool] = ..., key: _Optional[str] = ..., division_code: _Optional[str] = ..., level: _Optional[str] = ..., document_number: _Optional[str] = ..., upper_document_number: _Optional[str] = ..., issuer_division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., fund_level: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., amount_fen: _Optional[int] = ..., issued_on: _Optional[str] = ..., received_on: _Optional[str] = ..., issued_here_fen: _Optional[int] = ..., upper: _Optional[_Union[UpperState, str]] = ...) -> None: ...

class TracePaymentRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class TracedShare(_message.Message):
    __slots__ = ("key", "category", "amount_fen", "standing", "suspense", "steps", "allotment")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    SUSPENSE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENT_FIELD_NUMBER: _ClassVar[int]
    key: str
    category: str
    amount_fen: int
    standing: bool
    suspense: bool
    steps: _containers.RepeatedCompositeFieldContainer[QuotaStep]
    allotment: ProjectAllotment
    def __init__(self, key: _Optional[str] = ..., category: _Optional[str] = ..., amount_fen: _Optional[int] = ..., standing: _Optional[bool] = ..., suspense: _Optional[bool] = ..., steps: _Optional[_Iterable[_Union[QuotaStep, _Mapping]]] = ..., allotment: _Optional[_Union[ProjectAllotment, _Mapping]] = ...) -> None: ...

class ProjectAllotment(_message.Message):
    __slots__ = ("project_key", "project_name", "allotted_fen", "left_fen", "allotments")
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    LEFT_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENTS_FIELD_NUMBER: _ClassVar[int]
    project_key: str
    project_name: str
    allotted_fen: int
    left_fen: int
    allotments: int
    def __init__(self, project_key: _Optional[str] = ..., project_name: _Optional[str] = ..., allotted_fen: _Optional[int] = ..., left_fen: _Optional[int] = ..., allotments: _Optional[int] = ...) -> None: ...

class TracePaymentResponse(_message.Message):
    __slots__ = ("payment", "shares", "original", "corrections", "project_name", "disbursements", "disbursed_fen", "block_height")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    DISBURSEMENTS_FIELD_NUMBER: _ClassVar[int]
    DISBURSED_FEN_FIELD_NUMBER: _ClassVar[int]
    BLOCK_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    payment: _ledger_pb2.Payment
    shares: _containers.RepeatedCompositeFieldContainer[TracedShare]
    original: _ledger_pb2.Payment
    corrections: _containers.RepeatedCompositeFieldContainer[_ledger_pb2.Payment]
    project_name: str
    disbursements: int
    disbursed_fen: int
    block_height: int
    def __init__(self, payment: _Optional[_Union[_ledger_pb2.Payment, _Mapping]] = ..., shares: _Optional[_Iterable[_Union[TracedShare, _Mapping]]] = ..., original: _Optional[_Union[_ledger_pb2.Payment, _Mapping]] = ..., corrections: _Optional[_Iterable[_Union[_ledger_pb2.Payment, _Mapping]]] = ..., project_name: _Optional[str] = ..., disbursements: _Optional[int] = ..., disbursed_fen: _Optional[int] = ..., block_height: _Optional[int] = ...) -> None: ...

class QuotaNode(_message.Message):
    __slots__ = ("key", "division_code", "level", "document_number", "upper_document_number", "issuer_division_code", "upper", "fund_code", "fund_level", "category", "fiscal_year", "issued_on", "received_on", "amount_fen", "issued_fen", "allotted_fen", "free_fen", "paid_fen", "intermediate_fen", "children", "children_fen", "missing_fen", "below", "below_paid_fen", "below_intermediate_fen", "progress_bp")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    UPPER_DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUER_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    UPPER_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_LEVEL_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    ISSUED_ON_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_ON_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    INTERMEDIATE_FEN_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FEN_FIELD_NUMBER: _ClassVar[int]
    MISSING_FEN_FIELD_NUMBER: _ClassVar[int]
    BELOW_FIELD_NUMBER: _ClassVar[int]
    BELOW_PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    BELOW_INTERMEDIATE_FEN_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_BP_FIELD_NUMBER: _ClassVar[int]
    key: str
    division_code: str
    level: str
    document_number: str
    upper_document_number: str
    issuer_division_code: str
    upper: UpperState
    fund_code: str
    fund_level: str
    category: str
    fiscal_year: int
    issued_on: str
    received_on: str
    amount_fen: int
    issued_fen: int
    allotted_fen: int
    free_fen: int
    paid_fen: int
    intermediate_fen: int
    children: int
    children_fen: int
    missing_fen: int
    below: int
    below_paid_fen: int
    below_intermediate_fen: int
    progress_bp: int
    def __init__(self, key: _Optional[str] = ..., division_code: _Optional[str] = ..., level: _Optional[str] = ..., document_number: _Optional[str] = ..., upper_document_number: _Optional[str] = ..., issuer_division_code: _Optional[str] = ..., upper: _Optional[_Union[UpperState, str]] = ..., fund_code: _Optional[str] = ..., fund_level: _Optional[str] = ..., category: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., issued_on: _Optional[str] = ..., received_on: _Optional[str] = ..., amount_fen: _Optional[int] = ..., issued_fen: _Optional[int] = ..., allotted_fen: _Optional[int] = ..., free_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., intermediate_fen: _Optional[int] = ..., children: _Optional[int] = ..., children_fen: _Optional[int] = ..., missing_fen: _Optional[int] = ..., below: _Optional[int] = ..., below_paid_fen: _Optional[int] = ..., below_intermediate_fen: _Optional[int] = ..., progress_bp: _Optional[int] = ...) -> None: ...

class TraceDocumentRequest(_message.Message):
    __slots__ = ("document_number", "limit", "page_token")
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    document_number: str
    limit: int
    page_token: str
    def __init__(self, document_number: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class TraceDocumentResponse(_message.Message):
    __slots__ = ("quotas", "next_page_token")
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    quotas: _containers.RepeatedCompositeFieldContainer[QuotaNode]
    next_page_token: str
    def __init__(self, quotas: _Optional[_Iterable[_Union[QuotaNode, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListQuotaNodesRequest(_message.Message):
    __slots__ = ("division_code", "fund_code", "fiscal_year", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    fund_code: str
    fiscal_year: int
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQuotaNodesResponse(_message.Message):
    __slots__ = ("quotas", "next_page_token")
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    quotas: _containers.RepeatedCompositeFieldContainer[QuotaNode]
    next_page_token: str
    def __init__(self, quotas: _Optional[_Iterable[_Union[QuotaNode, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetQuotaRequest(_message.Message):
    __slots__ = ("key", "limit", "page_token")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    key: str
    limit: int
    page_token: str
    def __init__(self, key: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetQuotaResponse(_message.Message):
    __slots__ = ("quota", "steps", "children", "next_page_token", "allotments", "more_allotments")
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTMENTS_FIELD_NUMBER: _ClassVar[int]
    MORE_ALLOTMENTS_FIELD_NUMBER: _ClassVar[int]
    quota: QuotaNode
    steps: _containers.RepeatedCompositeFieldContainer[QuotaStep]
    children: _containers.RepeatedCompositeFieldContainer[QuotaNode]
    next_page_token: str
    allotments: _containers.RepeatedCompositeFieldContainer[ProjectAllotment]
    more_allotments: bool
    def __init__(self, quota: _Optional[_Union[QuotaNode, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[QuotaStep, _Mapping]]] = ..., children: _Optional[_Iterable[_Union[QuotaNode, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., allotments: _Optional[_Iterable[_Union[ProjectAllotment, _Mapping]]] = ..., more_allotments: _Optional[bool] = ...) -> None: ...

class ListQuotaPaymentsRequest(_message.Message):
    __slots__ = ("quota_key", "project_key", "limit", "page_token")
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    quota_key: str
    project_key: str
    limit: int
    page_token: str
    def __init__(self, quota_key: _Optional[str] = ..., project_key: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class QuotaPayment(_message.Message):
    __slots__ = ("payment", "standing_fen", "has_disbursements")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    STANDING_FEN_FIELD_NUMBER: _ClassVar[int]
    HAS_DISBURSEMENTS_FIELD_NUMBER: _ClassVar[int]
    payment: _ledger_pb2.Payment
    standing_fen: int
    has_disbursements: bool
    def __init__(self, payment: _Optional[_Union[_ledger_pb2.Payment, _Mapping]] = ..., standing_fen: _Optional[int] = ..., has_disbursements: _Optional[bool] = ...) -> None: ...

class ListQuotaPaymentsResponse(_message.Message):
    __slots__ = ("payments", "next_page_token")
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[QuotaPayment]
    next_page_token: str
    def __init__(self, payments: _Optional[_Iterable[_Union[QuotaPayment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListDisbursementsRequest(_message.Message):
    __slots__ = ("payment_key", "limit", "page_token")
    PAYMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payment_key: str
    limit: int
    page_token: str
    def __init__(self, payment_key: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class DisbursementLine(_message.Message):
    __slots__ = ("key", "day", "benefit_code", "township_code", "village_code", "month", "due_fen", "amount_fen", "standing_fen", "per_household", "name_mask", "person_mask", "account_mask", "name_token", "person_token", "account_token")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_CODE_FIELD_NUMBER: _ClassVar[int]
    TOWNSHIP_CODE_FIELD_NUMBER: _ClassVar[int]
    VILLAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DUE_FEN_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STANDING_FEN_FIELD_NUMBER: _ClassVar[int]
    PER_HOUSEHOLD_FIELD_NUMBER: _ClassVar[int]
    NAME_MASK_FIELD_NUMBER: _ClassVar[int]
    PERSON_MASK_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_MASK_FIELD_NUMBER: _ClassVar[int]
    NAME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    key: str
    day: str
    benefit_code: str
    township_code: str
    village_code: str
    month: int
    due_fen: int
    amount_fen: int
    standing_fen: int
    per_household: bool
    name_mask: str
    person_mask: str
    account_mask: str
    name_token: int
    person_token: int
    account_token: int
    def __init__(self, key: _Optional[str] = ..., day: _Optional[str] = ..., benefit_code: _Optional[str] = ..., township_code: _Optional[str] = ..., village_code: _Optional[str] = ..., month: _Optional[int] = ..., due_fen: _Optional[int] = ..., amount_fen: _Optional[int] = ..., standing_fen: _Optional[int] = ..., per_household: _Optional[bool] = ..., name_mask: _Optional[str] = ..., person_mask: _Optional[str] = ..., account_mask: _Optional[str] = ..., name_token: _Optional[int] = ..., person_token: _Optional[int] = ..., account_token: _Optional[int] = ...) -> None: ...

class ListDisbursementsResponse(_message.Message):
    __slots__ = ("lines", "next_page_token")
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[DisbursementLine]
    next_page_token: str
    def __init__(self, lines: _Optional[_Iterable[_Union[DisbursementLine, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReconcileIssuesRequest(_message.Message):
    __slots__ = ("fiscal_year", "division_code", "fund_code", "only_differences", "limit", "page_token")
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    ONLY_DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    fiscal_year: int
    division_code: str
    fund_code: str
    only_differences: bool
    limit: int
    page_token: str
    def __init__(self, fiscal_year: _Optional[int] = ..., division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., only_differences: _Optional[bool] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class IssueLine(_message.Message):
    __slots__ = ("upper_division_code", "upper_document_number", "upper_key", "division_code", "fund_code", "fiscal_year", "issued_fen", "registered_fen", "difference_fen", "issues", "registered", "since", "days", "state")
    UPPER_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    UPPER_DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    UPPER_KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FEN_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FEN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUES_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    upper_division_code: str
    upper_document_number: str
    upper_key: str
    division_code: str
    fund_code: str
    fiscal_year: int
    issued_fen: int
    registered_fen: int
    difference_fen: int
    issues: int
    registered: int
    since: str
    days: int
    state: IssueState
    def __init__(self, upper_division_code: _Optional[str] = ..., upper_document_number: _Optional[str] = ..., upper_key: _Optional[str] = ..., division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., issued_fen: _Optional[int] = ..., registered_fen: _Optional[int] = ..., difference_fen: _Optional[int] = ..., issues: _Optional[int] = ..., registered: _Optional[int] = ..., since: _Optional[str] = ..., days: _Optional[int] = ..., state: _Optional[_Union[IssueState, str]] = ...) -> None: ...

class ReconcileIssuesResponse(_message.Message):
    __slots__ = ("lines", "next_page_token", "issued_fen", "registered_fen", "differing", "all")
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FEN_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FEN_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[IssueLine]
    next_page_token: str
    issued_fen: int
    registered_fen: int
    differing: int
    all: int
    def __init__(self, lines: _Optional[_Iterable[_Union[IssueLine, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., issued_fen: _Optional[int] = ..., registered_fen: _Optional[int] = ..., differing: _Optional[int] = ..., all: _Optional[int] = ...) -> None: ...

class ReconcileDocumentsRequest(_message.Message):
    __slots__ = ("fiscal_year", "division_code", "fund_code", "limit", "page_token")
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    fiscal_year: int
    division_code: str
    fund_code: str
    limit: int
    page_token: str
    def __init__(self, fiscal_year: _Optional[int] = ..., division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class LevelTotals(_message.Message):
    __slots__ = ("level", "quotas", "amount_fen", "issued_fen", "kept_fen", "allotted_fen", "paid_fen", "intermediate_fen")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FEN_FIELD_NUMBER: _ClassVar[int]
    KEPT_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    INTERMEDIATE_FEN_FIELD_NUMBER: _ClassVar[int]
    level: str
    quotas: int
    amount_fen: int
    issued_fen: int
    kept_fen: int
    allotted_fen: int
    paid_fen: int
    intermediate_fen: int
    def __init__(self, level: _Optional[str] = ..., quotas: _Optional[int] = ..., amount_fen: _Optional[int] = ..., issued_fen: _Optional[int] = ..., kept_fen: _Optional[int] = ..., allotted_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., intermediate_fen: _Optional[int] = ...) -> None: ...

class DocumentTotals(_message.Message):
    __slots__ = ("document_number", "fund_code", "complete", "levels")
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    document_number: str
    fund_code: str
    complete: bool
    levels: _containers.RepeatedCompositeFieldContainer[LevelTotals]
    def __init__(self, document_number: _Optional[str] = ..., fund_code: _Optional[str] = ..., complete: _Optional[bool] = ..., levels: _Optional[_Iterable[_Union[LevelTotals, _Mapping]]] = ...) -> None: ...

class ReconcileDocumentsResponse(_message.Message):
    __slots__ = ("documents", "next_page_token")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[DocumentTotals]
    next_page_token: str
    def __init__(self, documents: _Optional[_Iterable[_Union[DocumentTotals, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

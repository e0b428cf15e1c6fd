from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuotaDocumentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUOTA_DOCUMENT_KIND_UNSPECIFIED: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_REGISTER: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_ISSUE: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_RECEIVE: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_RELEASE: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_ADJUST: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_TRANSFER: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_FREEZE: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_UNFREEZE: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_INTEGRATE: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_RECOVER: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_CARRY_OVER: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_ALLOT: _ClassVar[QuotaDocumentKind]
    QUOTA_DOCUMENT_KIND_REVERSE: _ClassVar[QuotaDocumentKind]

class QuotaTake(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUOTA_TAKE_UNSPECIFIED: _ClassVar[QuotaTake]
    QUOTA_TAKE_REST: _ClassVar[QuotaTake]
    QUOTA_TAKE_ALL: _ClassVar[QuotaTake]
QUOTA_DOCUMENT_KIND_UNSPECIFIED: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_REGISTER: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_ISSUE: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_RECEIVE: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_RELEASE: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_ADJUST: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_TRANSFER: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_FREEZE: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_UNFREEZE: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_INTEGRATE: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_RECOVER: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_CARRY_OVER: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_ALLOT: QuotaDocumentKind
QUOTA_DOCUMENT_KIND_REVERSE: QuotaDocumentKind
QUOTA_TAKE_UNSPECIFIED: QuotaTake
QUOTA_TAKE_REST: QuotaTake
QUOTA_TAKE_ALL: QuotaTake

class QuotaLine(_message.Message):
    __slots__ = ("quota_key", "to_quota_key", "to_division_code", "project_key", "issue_line_key", "amount_fen", "take", "fund_code", "function_class", "upper_document_number", "issuer_division_code", "pending", "summary")
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    TO_QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    TO_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    ISSUE_LINE_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    TAKE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    UPPER_DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUER_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    quota_key: str
    to_quota_key: str
    to_division_code: str
    project_key: str
    issue_line_key: str
    amount_fen: int
    take: QuotaTake
    fund_code: str
    function_class: str
    upper_document_number: str
    issuer_division_code: str
    pending: bool
    summary: str
    def __init__(self, quota_key: _Optional[str] = ..., to_quota_key: _Optional[str] = ..., to_division_code: _Optional[str] = ..., project_key: _Optional[str] = ..., issue_line_key: _Optional[str] = ..., amount_fen: _Optional[int] = ..., take: _Optional[_Union[QuotaTake, str]] = ..., fund_code: _Optional[str] = ..., function_class: _Optional[str] = ..., upper_document_number: _Optional[str] = ..., issuer_division_code: _Optional[str] = ..., pending: _Optional[bool] = ..., summary: _Optional[str] = ...) -> None: ...

class Attachment(_message.Message):
    __slots__ = ("sha256", "file_name")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    file_name: str
    def __init__(self, sha256: _Optional[str] = ..., file_name: _Optional[str] = ...) -> None: ...

class PostQuotaDocumentRequest(_message.Message):
    __slots__ = ("key", "kind", "document_number", "division_code", "fiscal_year", "effective_on", "issued_on", "advance", "back_entry_reason", "summary", "original_key", "lines", "attachments")
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ON_FIELD_NUMBER: _ClassVar[int]
    ISSUED_ON_FIELD_NUMBER: _ClassVar[int]
    ADVANCE_FIELD_NUMBER: _ClassVar[int]
    BACK_ENTRY_REASON_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_KEY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    ATTACHMENTS_FIELD_NUMBER: _ClassVar[int]
    key: str
    kind: QuotaDocumentKind
    document_number: str
    division_code: str
    fiscal_year: int
    effective_on: str
    issued_on: str
    advance: bool
    back_entry_reason: str
    summary: str
    original_key: str
    lines: _containers.RepeatedCompositeFieldContainer[QuotaLine]
    attachments: _containers.RepeatedCompositeFieldContainer[Attachment]
    def __init__(self, key: _Optional[str] = ..., kind: _Optional[_Union[QuotaDocumentKind, str]] = ..., document_number: _Optional[str] = ..., division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., effective_on: _Optional[str] = ..., issued_on: _Optional[str] = ..., advance: _Optional[bool] = ..., back_entry_reason: _Optional[str] = ..., summary: _Optional[str] = ..., original_key: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[QuotaLine, _Mapping]]] = ..., attachments: _Optional[_Iterable[_Union[Attachment, _Mapping]]] = ...) -> None: ...

class QuotaLinePosted(_message.Message):
    __slots__ = ("key", "asked", "amount_fen", "state", "received_quota_key")
    KEY_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    asked: QuotaLine
    amount_fen: int
    state: str
    received_quota_key: str
    def __init__(self, key: _Optional[str] = ..., asked: _Optional[_Union[QuotaLine, _Mapping]] = ..., amount_fen: _Optional[int] = ..., state: _Optional[str] = ..., received_quota_key: _Optional[str] = ...) -> None: ...

class QuotaDocument(_message.Message):
    __slots__ = ("key", "kind", "document_number", "division_code", "fiscal_year", "effective_on", "issued_on", "advance", "back_entry_reason", "summary", "original_key", "reversed_by", "recorded_by", "recorded_at", "position", "amount_fen", "attachments")
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ON_FIELD_NUMBER: _ClassVar[int]
    ISSUED_ON_FIELD_NUMBER: _ClassVar[int]
    ADVANCE_FIELD_NUMBER: _ClassVar[int]
    BACK_ENTRY_REASON_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_KEY_FIELD_NUMBER: _ClassVar[int]
    REVERSED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    ATTACHMENTS_FIELD_NUMBER: _ClassVar[int]
    key: str
    kind: QuotaDocumentKind
    document_number: str
    division_code: str
    fiscal_year: int
    effective_on: str
    issued_on: str
    advance: bool
    back_entry_reason: str
    summary: str
    original_key: str
    reversed_by: str
    recorded_by: str
    recorded_at: str
    position: int
    amount_fen: int
    attachments: _containers.RepeatedCompositeFieldContainer[Attachment]
    def __init__(self, key: _Optional[str] = ..., kind: _Optional[_Union[QuotaDocumentKind, str]] = ..., document_number: _Optional[str] = ..., division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., effective_on: _Optional[str] = ..., issued_on: _Optional[str] = ..., advance: _Optional[bool] = ..., back_entry_reason: _Optional[str] = ..., summary: _Optional[str] = ..., original_key: _Optional[str] = ..., reversed_by: _Optional[str] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[str] = ..., position: _Optional[int] = ..., amount_fen: _Optional[int] = ..., attachments: _Optional[_Iterable[_Union[Attachment, _Mapping]]] = ...) -> None: ...

class PostQuotaDocumentResponse(_message.Message):
    __slots__ = ("document", "lines", "known")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    document: QuotaDocument
    lines: _containers.RepeatedCompositeFieldContainer[QuotaLinePosted]
    known: bool
    def __init__(self, document: _Optional[_Union[QuotaDocument, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[QuotaLinePosted, _Mapping]]] = ..., known: _Optional[bool] = ...) -> None: ...

class GetQuotaDocumentRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class GetQuotaDocumentResponse(_message.Message):
    __slots__ = ("document", "lines")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    document: QuotaDocument
    lines: _containers.RepeatedCompositeFieldContainer[QuotaLinePosted]
    def __init__(self, document: _Optional[_Union[QuotaDocument, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[QuotaLinePosted, _Mapping]]] = ...) -> None: ...

class ListQuotaDocumentsRequest(_message.Message):
    __slots__ = ("division_code", "fiscal_year", "kind", "document_number", "quota_key", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    fiscal_year: int
    kind: QuotaDocumentKind
    document_number: str
    quota_key: str
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., kind: _Optional[_Union[QuotaDocumentKind, str]] = ..., document_number: _Optional[str] = ..., quota_key: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQuotaDocumentsResponse(_message.Message):
    __slots__ = ("documents", "next_page_token")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[QuotaDocument]
    next_page_token: str
    def __init__(self, documents: _Optional[_Iterable[_Union[QuotaDocument, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListQuotasRequest(_message.Message):
    __slots__ = ("division_code", "fiscal_year", "fund_code", "document_number", "key", "only_here", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ONLY_HERE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    fiscal_year: int
    fund_code: str
    document_number: str
    key: str
    only_here: bool
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., fund_code: _Optional[str] = ..., document_number: _Optional[str] = ..., key: _Optional[str] = ..., only_here: _Optional[bool] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Quota(_message.Message):
    __slots__ = ("key", "division_code", "fiscal_year", "document_number", "upper_document_number", "issuer_division_code", "fund_code", "category", "function_class", "summary", "received_on", "has_attachment", "upper_key", "made_by", "arranged_fen", "received_fen", "adjusted_fen", "transferred_fen", "carried_over_fen", "integrated_fen", "recovered_fen", "pending_fen", "free_fen", "frozen_fen", "in_transit_fen", "issued_fen", "allotted_unpaid_fen", "paid_fen", "intermediate_fen")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    UPPER_DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUER_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_ON_FIELD_NUMBER: _ClassVar[int]
    HAS_ATTACHMENT_FIELD_NUMBER: _ClassVar[int]
    UPPER_KEY_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    ARRANGED_FEN_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FEN_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_FEN_FIELD_NUMBER: _ClassVar[int]
    TRANSFERRED_FEN_FIELD_NUMBER: _ClassVar[int]
    CARRIED_OVER_FEN_FIELD_NUMBER: _ClassVar[int]
    INTEGRATED_FEN_FIELD_NUMBER: _ClassVar[int]
    RECOVERED_FEN_FIELD_NUMBER: _ClassVar[int]
    PENDING_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_FEN_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FEN_FIELD_NUMBER: _ClassVar[int]
    IN_TRANSIT_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_UNPAID_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    INTERMEDIATE_FEN_FIELD_NUMBER: _ClassVar[int]
    key: str
    division_code: str
    fiscal_year: int
    document_number: str
    upper_document_number: str
    issuer_division_code: str
    fund_code: str
    category: str
    function_class: str
    summary: str
    received_on: str
    has_attachment: bool
    upper_key: str
    made_by: str
    arranged_fen: int
    received_fen: int
    adjusted_fen: int
    transferred_fen: int
    carried_over_fen: int
    integrated_fen: int
    recovered_fen: int
    pending_fen: int
    free_fen: int
    frozen_fen: int
    in_transit_fen: int
    issued_fen: int
    allotted_unpaid_fen: int
    paid_fen: int
    intermediate_fen: int
    def __init__(self, key: _Optional[str] = ..., division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., document_number: _Optional[str] = ..., upper_document_number: _Optional[str] = ..., issuer_division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., category: _Optional[str] = ..., function_class: _Optional[str] = ..., summary: _Optional[str] = ..., received_on: _Optional[str] = ..., has_attachment: _Optional[bool] = ..., upper_key: _Optional[str] = ..., made_by: _Optional[str] = ..., arranged_fen: _Optional[int] = ..., received_fen: _Optional[int] = ..., adjusted_fen: _Optional[int] = ..., transferred_fen: _Optional[int] = ..., carried_over_fen: _Optional[int] = ..., integrated_fen: _Optional[int] = ..., recovered_fen: _Optional[int] = ..., pending_fen: _Optional[int] = ..., free_fen: _Optional[int] = ..., frozen_fen: _Optional[int] = ..., in_transit_fen: _Optional[int] = ..., issued_fen: _Optional[int] = ..., allotted_unpaid_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., intermediate_fen: _Optional[int] = ...) -> None: ...

class ListQuotasResponse(_message.Message):
    __slots__ = ("quotas", "next_page_token")
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    quotas: _containers.RepeatedCompositeFieldContainer[Quota]
    next_page_token: str
    def __init__(self, quotas: _Optional[_Iterable[_Union[Quota, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListInTransitRequest(_message.Message):
    __slots__ = ("to_division_code", "limit", "page_token")
    TO_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    to_division_code: str
    limit: int
    page_token: str
    def __init__(self, to_division_code: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class InTransit(_message.Message):
    __slots__ = ("issue_line_key", "document_number", "issuer_division_code", "to_division_code", "fiscal_year", "fund_code", "function_class", "upper_document_number", "amount_fen", "issued_on", "summary")
    ISSUE_LINE_KEY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUER_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    TO_DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    UPPER_DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_ON_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    issue_line_key: str
    document_number: str
    issuer_division_code: str
    to_division_code: str
    fiscal_year: int
    fund_code: str
    function_class: str
    upper_document_number: str
    amount_fen: int
    issued_on: str
    summary: str
    def __init__(self, issue_line_key: _Optional[str] = ..., document_number: _Optional[str] = ..., issuer_division_code: _Optional[str] = ..., to_division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., fund_code: _Optional[str] = ..., function_class: _Optional[str] = ..., upper_document_number: _Optional[str] = ..., amount_fen: _Optional[int] = ..., issued_on: _Optional[str] = ..., summary: _Optional[str] = ...) -> None: ...

class ListInTransitResponse(_message.Message):
    __slots__ = ("lines", "next_page_token")
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[InTransit]
    next_page_token: str
    def __init__(self, lines: _Optional[_Iterable[_Union[InTransit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CloseYearRequest(_message.Message):
    __slots__ = ("fiscal_year",)
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    fiscal_year: int
    def __init__(self, fiscal_year: _Optional[int] = ...) -> None: ...

class CloseYearResponse(_message.Message):
    __slots__ = ("fiscal_year", "closed_now")
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    CLOSED_NOW_FIELD_NUMBER: _ClassVar[int]
    fiscal_year: int
    closed_now: bool
    def __init__(self, fiscal_year: _Optional[int] = ..., closed_now: _Optional[bool] = ...) -> None: ...

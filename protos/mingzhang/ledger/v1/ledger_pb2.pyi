from mingzhang.envelope.v1 import envelope_pb2 as _envelope_pb2
from mingzhang.ledger.v1 import events_pb2 as _events_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PostRequest(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _envelope_pb2.Envelope
    def __init__(self, rows: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class PostResponse(_message.Message):
    __slots__ = ("posted", "known", "refused", "position")
    POSTED_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    posted: int
    known: int
    refused: _containers.RepeatedCompositeFieldContainer[RefusedRow]
    position: int
    def __init__(self, posted: _Optional[int] = ..., known: _Optional[int] = ..., refused: _Optional[_Iterable[_Union[RefusedRow, _Mapping]]] = ..., position: _Optional[int] = ...) -> None: ...

class RefusedRow(_message.Message):
    __slots__ = ("key", "line", "reason", "reason_zh", "reason_en", "field")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REASON_ZH_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    key: str
    line: int
    reason: str
    reason_zh: str
    reason_en: str
    field: str
    def __init__(self, key: _Optional[str] = ..., line: _Optional[int] = ..., reason: _Optional[str] = ..., reason_zh: _Optional[str] = ..., reason_en: _Optional[str] = ..., field: _Optional[str] = ...) -> None: ...

class CloseDaysRequest(_message.Message):
    __slots__ = ("up_to",)
    UP_TO_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    up_to: str
    def __init__(self, up_to: _Optional[str] = ..., **kwargs) -> None: ...

class CloseDaysResponse(_message.Message):
    __slots__ = ("closed", "closed_to")
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TO_FIELD_NUMBER: _ClassVar[int]
    closed: int
    closed_to: str
    def __init__(self, closed: _Optional[int] = ..., closed_to: _Optional[str] = ...) -> None: ...

class GetSummaryRequest(_message.Message):
    __slots__ = ("fiscal_year", "division_code", "category", "fund_code", "totals_only")
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    TOTALS_ONLY_FIELD_NUMBER: _ClassVar[int]
    fiscal_year: int
    division_code: str
    category: str
    fund_code: str
    totals_only: bool
    def __init__(self, fiscal_year: _Optional[int] = ..., division_code: _Optional[str] = ..., category: _Optional[str] = ..., fund_code: _Optional[str] = ..., totals_only: _Optional[bool] = ...) -> None: ...

class SummaryRow(_message.Message):
    __slots__ = ("division_code", "fund_code", "category", "fiscal_year", "arranged_fen", "issued_fen", "allotted_fen", "free_fen", "paid_fen", "intermediate_fen", "progress_bp", "pending_fen", "frozen_fen", "in_transit_fen")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    ARRANGED_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    INTERMEDIATE_FEN_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_BP_FIELD_NUMBER: _ClassVar[int]
    PENDING_FEN_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FEN_FIELD_NUMBER: _ClassVar[int]
    IN_TRANSIT_FEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    fund_code: str
    category: str
    fiscal_year: int
    arranged_fen: int
    issued_fen: int
    allotted_fen: int
    free_fen: int
    paid_fen: int
    intermediate_fen: int
    progress_bp: int
    pending_fen: int
    frozen_fen: int
    in_transit_fen: int
    def __init__(self, division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., category: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., arranged_fen: _Optional[int] = ..., issued_fen: _Optional[int] = ..., allotted_fen: _Optional[int] = ..., free_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., intermediate_fen: _Optional[int] = ..., progress_bp: _Optional[int] = ..., pending_fen: _Optional[int] = ..., frozen_fen: _Optional[int] = ..., in_transit_fen: _Optional[int] = ...) -> None: ...

class GetSummaryResponse(_message.Message):
    __slots__ = ("rows", "total", "suspense_fen", "closed_to")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    SUSPENSE_FEN_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TO_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[SummaryRow]
    total: SummaryRow
    suspense_fen: int
    closed_to: str
    def __init__(self, rows: _Optional[_Iterable[_Union[SummaryRow, _Mapping]]] = ..., total: _Optional[_Union[SummaryRow, _Mapping]] = ..., suspense_fen: _Optional[int] = ..., closed_to: _Optional[str] = ...) -> None: ...

class ListPaymentsRequest(_message.Message):
    __slots__ = ("division_code", "category", "fund_code", "from_day", "to_day", "limit", "page_token", "document_number")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    TO_DAY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    category: str
    fund_code: str
    from_day: str
    to_day: str
    limit: int
    page_token: str
    document_number: str
    def __init__(self, division_code: _Optional[str] = ..., category: _Optional[str] = ..., fund_code: _Optional[str] = ..., from_day: _Optional[str] = ..., to_day: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ..., document_number: _Optional[str] = ...) -> None: ...

class Payment(_message.Message):
    __slots__ = ("key", "division_code", "day", "amount_fen", "voucher_no", "document_number", "fund_code", "category", "project_key", "payee_name_mask", "payee_account_mask", "purpose", "payee_kind", "payee_account_token", "payee_name_token", "original_key")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_NO_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    PAYEE_NAME_MASK_FIELD_NUMBER: _ClassVar[int]
    PAYEE_ACCOUNT_MASK_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PAYEE_KIND_FIELD_NUMBER: _ClassVar[int]
    PAYEE_ACCOUNT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PAYEE_NAME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    division_code: str
    day: str
    amount_fen: int
    voucher_no: str
    document_number: str
    fund_code: str
    category: str
    project_key: str
    payee_name_mask: str
    payee_account_mask: str
    purpose: str
    payee_kind: str
    payee_account_token: int
    payee_name_token: int
    original_key: str
    def __init__(self, key: _Optional[str] = ..., division_code: _Optional[str] = ..., day: _Optional[str] = ..., amount_fen: _Optional[int] = ..., voucher_no: _Optional[str] = ..., document_number: _Optional[str] = ..., fund_code: _Optional[str] = ..., category: _Optional[str] = ..., project_key: _Optional[str] = ..., payee_name_mask: _Optional[str] = ..., payee_account_mask: _Optional[str] = ..., purpose: _Optional[str] = ..., payee_kind: _Optional[str] = ..., payee_account_token: _Optional[int] = ..., payee_name_token: _Optional[int] = ..., original_key: _Optional[str] = ...) -> None: ...

class ListPaymentsResponse(_message.Message):
    __slots__ = ("payments", "next_page_token")
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[Payment]
    next_page_token: str
    def __init__(self, payments: _Optional[_Iterable[_Union[Payment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetPaymentRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class PaymentShare(_message.Message):
    __slots__ = ("key", "category", "quota_key", "amount_fen", "standing")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    key: str
    category: str
    quota_key: str
    amount_fen: int
    standing: bool
    def __init__(self, key: _Optional[str] = ..., category: _Optional[str] = ..., quota_key: _Optional[str] = ..., amount_fen: _Optional[int] = ..., standing: _Optional[bool] = ...) -> None: ...

class GetPaymentResponse(_message.Message):
    __slots__ = ("payment", "shares", "block_height", "disbursements")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    BLOCK_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    DISBURSEMENTS_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    shares: _containers.RepeatedCompositeFieldContainer[PaymentShare]
    block_height: int
    disbursements: int
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ..., shares: _Optional[_Iterable[_Union[PaymentShare, _Mapping]]] = ..., block_height: _Optional[int] = ..., disbursements: _Optional[int] = ...) -> None: ...

class GetChainHeadRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetChainHeadResponse(_message.Message):
    __slots__ = ("height", "hash")
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    height: int
    hash: str
    def __init__(self, height: _Optional[int] = ..., hash: _Optional[str] = ...) -> None: ...

class GetBaseDataRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetBaseDataResponse(_message.Message):
    __slots__ = ("divisions", "funds")
    DIVISIONS_FIELD_NUMBER: _ClassVar[int]
    FUNDS_FIELD_NUMBER: _ClassVar[int]
    divisions: _containers.RepeatedCompositeFieldContainer[_events_pb2.Division]
    funds: _containers.RepeatedCompositeFieldContainer[_events_pb2.Fund]
    def __init__(self, divisions: _Optional[_Iterable[_Union[_events_pb2.Division, _Mapping]]] = ..., funds: _Optional[_Iterable[_Union[_events_pb2.Fund, _Mapping]]] = ...) -> None: ...

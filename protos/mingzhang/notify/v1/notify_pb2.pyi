from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListCasesRequest(_message.Message):
    __slots__ = ("division_code", "state", "severity", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    state: str
    severity: str
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., state: _Optional[str] = ..., severity: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Case(_message.Message):
    __slots__ = ("case_id", "state", "subject_kind", "subject", "division_code", "severity", "amount_fen", "warnings", "opened_at_us", "changed_at_us", "title")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_US_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_US_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    state: str
    subject_kind: str
    subject: str
    division_code: str
    severity: str
    amount_fen: int
    warnings: int
    opened_at_us: int
    changed_at_us: int
    title: str
    def __init__(self, case_id: _Optional[str] = ..., state: _Optional[str] = ..., subject_kind: _Optional[str] = ..., subject: _Optional[str] = ..., division_code: _Optional[str] = ..., severity: _Optional[str] = ..., amount_fen: _Optional[int] = ..., warnings: _Optional[int] = ..., opened_at_us: _Optional[int] = ..., changed_at_us: _Optional[int] = ..., title: _Optional[str] = ...) -> None: ...

class ListCasesResponse(_message.Message):
    __slots__ = ("cases", "next_page_token")
    CASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[Case]
    next_page_token: str
    def __init__(self, cases: _Optional[_Iterable[_Union[Case, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCaseRequest(_message.Message):
    __slots__ = ("case_id",)
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    def __init__(self, case_id: _Optional[str] = ...) -> None: ...

class CaseWarning(_message.Message):
    __slots__ = ("warning_id", "rule_id", "title", "severity", "message", "amount_fen", "standing", "day")
    WARNING_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    warning_id: str
    rule_id: str
    title: str
    severity: str
    message: str
    amount_fen: int
    standing: bool
    day: str
    def __init__(self, warning_id: _Optional[str] = ..., rule_id: _Optional[str] = ..., title: _Optional[str] = ..., severity: _Optional[str] = ..., message: _Optional[str] = ..., amount_fen: _Optional[int] = ..., standing: _Optional[bool] = ..., day: _Optional[str] = ...) -> None: ...

class TimelineEntry(_message.Message):
    __slots__ = ("at_us", "what", "actor", "note")
    AT_US_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    at_us: int
    what: str
    actor: str
    note: str
    def __init__(self, at_us: _Optional[int] = ..., what: _Optional[str] = ..., actor: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class Delivery(_message.Message):
    __slots__ = ("delivery_id", "channel", "recipient", "state", "attempts", "sent_at_us", "receipt", "message_id", "reason", "route_reason")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_US_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REASON_FIELD_NUMBER: _ClassVar[int]
    delivery_id: str
    channel: str
    recipient: str
    state: str
    attempts: int
    sent_at_us: int
    receipt: str
    message_id: str
    reason: str
    route_reason: str
    def __init__(self, delivery_id: _Optional[str] = ..., channel: _Optional[str] = ..., recipient: _Optional[str] = ..., state: _Optional[str] = ..., attempts: _Optional[int] = ..., sent_at_us: _Optional[int] = ..., receipt: _Optional[str] = ..., message_id: _Optional[str] = ..., reason: _Optional[str] = ..., route_reason: _Optional[str] = ...) -> None: ...

class GetCaseResponse(_message.Message):
    __slots__ = ("case", "warnings", "timeline", "deliveries")
    CASE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    case: Case
    warnings: _containers.RepeatedCompositeFieldContainer[CaseWarning]
    timeline: _containers.RepeatedCompositeFieldContainer[TimelineEntry]
    deliveries: _containers.RepeatedCompositeFieldContainer[Delivery]
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[CaseWarning, _Mapping]]] = ..., timeline: _Optional[_Iterable[_Union[TimelineEntry, _Mapping]]] = ..., deliveries: _Optional[_Iterable[_Union[Delivery, _Mapping]]] = ...) -> None: ...

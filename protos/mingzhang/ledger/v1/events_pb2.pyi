from mingzhang.envelope.v1 import envelope_pb2 as _envelope_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PaymentsPosted(_message.Message):
    __slots__ = ("shares",)
    SHARES_FIELD_NUMBER: _ClassVar[int]
    shares: _envelope_pb2.Envelope
    def __init__(self, shares: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class PaymentsLinked(_message.Message):
    __slots__ = ("shares", "disbursements")
    SHARES_FIELD_NUMBER: _ClassVar[int]
    DISBURSEMENTS_FIELD_NUMBER: _ClassVar[int]
    shares: _envelope_pb2.Envelope
    disbursements: _envelope_pb2.Envelope
    def __init__(self, shares: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., disbursements: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class PaymentsUnlinked(_message.Message):
    __slots__ = ("removed",)
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: _envelope_pb2.Envelope
    def __init__(self, removed: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class PaymentsReversed(_message.Message):
    __slots__ = ("removed", "shares")
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    removed: _envelope_pb2.Envelope
    shares: _envelope_pb2.Envelope
    def __init__(self, removed: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., shares: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class DisbursementsPosted(_message.Message):
    __slots__ = ("disbursements",)
    DISBURSEMENTS_FIELD_NUMBER: _ClassVar[int]
    disbursements: _envelope_pb2.Envelope
    def __init__(self, disbursements: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class QuotasChanged(_message.Message):
    __slots__ = ("quotas",)
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    quotas: _envelope_pb2.Envelope
    def __init__(self, quotas: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class ProjectsChanged(_message.Message):
    __slots__ = ("projects",)
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    projects: _envelope_pb2.Envelope
    def __init__(self, projects: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class BaseDataChanged(_message.Message):
    __slots__ = ("divisions", "funds")
    DIVISIONS_FIELD_NUMBER: _ClassVar[int]
    FUNDS_FIELD_NUMBER: _ClassVar[int]
    divisions: _containers.RepeatedCompositeFieldContainer[Division]
    funds: _containers.RepeatedCompositeFieldContainer[Fund]
    def __init__(self, divisions: _Optional[_Iterable[_Union[Division, _Mapping]]] = ..., funds: _Optional[_Iterable[_Union[Fund, _Mapping]]] = ...) -> None: ...

class Division(_message.Message):
    __slots__ = ("code", "name", "level", "parent_code")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PARENT_CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    level: str
    parent_code: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., level: _Optional[str] = ..., parent_code: _Optional[str] = ...) -> None: ...

class Fund(_message.Message):
    __slots__ = ("code", "level", "name", "category", "scope_note")
    CODE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_NOTE_FIELD_NUMBER: _ClassVar[int]
    code: str
    level: str
    name: str
    category: str
    scope_note: str
    def __init__(self, code: _Optional[str] = ..., level: _Optional[str] = ..., name: _Optional[str] = ..., category: _Optional[str] = ..., scope_note: _Optional[str] = ...) -> None: ...

class DaysClosed(_message.Message):
    __slots__ = ("day", "previous_day", "coverage", "quota_days", "progress_days", "closed", "workday_no")
    DAY_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_DAY_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    QUOTA_DAYS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_DAYS_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    WORKDAY_NO_FIELD_NUMBER: _ClassVar[int]
    day: str
    previous_day: str
    coverage: _containers.RepeatedCompositeFieldContainer[Coverage]
    quota_days: _envelope_pb2.Envelope
    progress_days: _envelope_pb2.Envelope
    closed: bool
    workday_no: int
    def __init__(self, day: _Optional[str] = ..., previous_day: _Optional[str] = ..., coverage: _Optional[_Iterable[_Union[Coverage, _Mapping]]] = ..., quota_days: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., progress_days: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., closed: _Optional[bool] = ..., workday_no: _Optional[int] = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("source", "division_code", "expected", "covered_to")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    COVERED_TO_FIELD_NUMBER: _ClassVar[int]
    source: str
    division_code: str
    expected: bool
    covered_to: str
    def __init__(self, source: _Optional[str] = ..., division_code: _Optional[str] = ..., expected: _Optional[bool] = ..., covered_to: _Optional[str] = ...) -> None: ...

class StatesRestated(_message.Message):
    __slots__ = ("restated",)
    RESTATED_FIELD_NUMBER: _ClassVar[int]
    restated: _containers.RepeatedCompositeFieldContainer[Restated]
    def __init__(self, restated: _Optional[_Iterable[_Union[Restated, _Mapping]]] = ...) -> None: ...

class Restated(_message.Message):
    __slots__ = ("kind", "key", "from_day")
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    kind: str
    key: str
    from_day: str
    def __init__(self, kind: _Optional[str] = ..., key: _Optional[str] = ..., from_day: _Optional[str] = ...) -> None: ...

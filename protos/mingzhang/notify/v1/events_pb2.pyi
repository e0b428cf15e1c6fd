from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CasesChanged(_message.Message):
    __slots__ = ("cases",)
    CASES_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[CaseState]
    def __init__(self, cases: _Optional[_Iterable[_Union[CaseState, _Mapping]]] = ...) -> None: ...

class CaseState(_message.Message):
    __slots__ = ("case_id", "state", "subject_kind", "subject", "division_code", "severity", "warning_ids")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    WARNING_IDS_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    state: str
    subject_kind: str
    subject: str
    division_code: str
    severity: str
    warning_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, case_id: _Optional[str] = ..., state: _Optional[str] = ..., subject_kind: _Optional[str] = ..., subject: _Optional[str] = ..., division_code: _Optional[str] = ..., severity: _Optional[str] = ..., warning_ids: _Optional[_Iterable[str]] = ...) -> None: ...

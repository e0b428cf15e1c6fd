from mingzhang.envelope.v1 import envelope_pb2 as _envelope_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportsFinished(_message.Message):
    __slots__ = ("imports",)
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    imports: _containers.RepeatedCompositeFieldContainer[FinishedImport]
    def __init__(self, imports: _Optional[_Iterable[_Union[FinishedImport, _Mapping]]] = ...) -> None: ...

class FinishedImport(_message.Message):
    __slots__ = ("import_id", "profile", "file_name", "file_sha256", "rows_read", "rows_posted", "rows_known", "rows_quarantined", "covered", "outcome")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    FILE_SHA256_FIELD_NUMBER: _ClassVar[int]
    ROWS_READ_FIELD_NUMBER: _ClassVar[int]
    ROWS_POSTED_FIELD_NUMBER: _ClassVar[int]
    ROWS_KNOWN_FIELD_NUMBER: _ClassVar[int]
    ROWS_QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    COVERED_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    profile: str
    file_name: str
    file_sha256: str
    rows_read: int
    rows_posted: int
    rows_known: int
    rows_quarantined: int
    covered: _containers.RepeatedCompositeFieldContainer[Covered]
    outcome: str
    def __init__(self, import_id: _Optional[str] = ..., profile: _Optional[str] = ..., file_name: _Optional[str] = ..., file_sha256: _Optional[str] = ..., rows_read: _Optional[int] = ..., rows_posted: _Optional[int] = ..., rows_known: _Optional[int] = ..., rows_quarantined: _Optional[int] = ..., covered: _Optional[_Iterable[_Union[Covered, _Mapping]]] = ..., outcome: _Optional[str] = ...) -> None: ...

class Covered(_message.Message):
    __slots__ = ("source", "division_code", "first_day", "last_day", "rows")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    source: str
    division_code: str
    first_day: str
    last_day: str
    rows: int
    def __init__(self, source: _Optional[str] = ..., division_code: _Optional[str] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., rows: _Optional[int] = ...) -> None: ...

class ImportFindings(_message.Message):
    __slots__ = ("findings",)
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    findings: _envelope_pb2.Envelope
    def __init__(self, findings: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class ListsChanged(_message.Message):
    __slots__ = ("list", "version", "rows", "complete")
    LIST_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    list: str
    version: int
    rows: _envelope_pb2.Envelope
    complete: bool
    def __init__(self, list: _Optional[str] = ..., version: _Optional[int] = ..., rows: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., complete: _Optional[bool] = ...) -> None: ...

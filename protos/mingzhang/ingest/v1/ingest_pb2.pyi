from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_STATE_UNSPECIFIED: _ClassVar[ImportState]
    IMPORT_STATE_WAITING: _ClassVar[ImportState]
    IMPORT_STATE_RUNNING: _ClassVar[ImportState]
    IMPORT_STATE_FINISHED: _ClassVar[ImportState]
    IMPORT_STATE_FAILED: _ClassVar[ImportState]
IMPORT_STATE_UNSPECIFIED: ImportState
IMPORT_STATE_WAITING: ImportState
IMPORT_STATE_RUNNING: ImportState
IMPORT_STATE_FINISHED: ImportState
IMPORT_STATE_FAILED: ImportState

class UploadFileRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: UploadHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[UploadHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class UploadHeader(_message.Message):
    __slots__ = ("file_name", "profile", "division_code")
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    profile: str
    division_code: str
    def __init__(self, file_name: _Optional[str] = ..., profile: _Optional[str] = ..., division_code: _Optional[str] = ...) -> None: ...

class UploadFileResponse(_message.Message):
    __slots__ = ("import_id", "file_sha256", "size_bytes", "known")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    file_sha256: str
    size_bytes: int
    known: bool
    def __init__(self, import_id: _Optional[str] = ..., file_sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ..., known: _Optional[bool] = ...) -> None: ...

class Import(_message.Message):
    __slots__ = ("import_id", "file_name", "profile", "state", "size_bytes", "bytes_read", "rows_read", "rows_posted", "rows_known", "rows_quarantined", "error_code", "error_zh", "error_en", "uploaded_by", "uploaded_at_us", "ended_at_us", "file_sha256", "division_code")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    BYTES_READ_FIELD_NUMBER: _ClassVar[int]
    ROWS_READ_FIELD_NUMBER: _ClassVar[int]
    ROWS_POSTED_FIELD_NUMBER: _ClassVar[int]
    ROWS_KNOWN_FIELD_NUMBER: _ClassVar[int]
    ROWS_QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_ZH_FIELD_NUMBER: _ClassVar[int]
    ERROR_EN_FIELD_NUMBER: _ClassVar[int]
    UPLOADED_BY_FIELD_NUMBER: _ClassVar[int]
    UPLOADED_AT_US_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_US_FIELD_NUMBER: _ClassVar[int]
    FILE_SHA256_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    file_name: str
    profile: str
    state: ImportState
    size_bytes: int
    bytes_read: int
    rows_read: int
    rows_posted: int
    rows_known: int
    rows_quarantined: int
    error_code: str
    error_zh: str
    error_en: str
    uploaded_by: str
    uploaded_at_us: int
    ended_at_us: int
    file_sha256: str
    division_code: str
    def __init__(self, import_id: _Optional[str] = ..., file_name: _Optional[str] = ..., profile: _Optional[str] = ..., state: _Optional[_Union[ImportState, str]] = ..., size_bytes: _Optional[int] = ..., bytes_read: _Optional[int] = ..., rows_read: _Optional[int] = ..., rows_posted: _Optional[int] = ..., rows_known: _Optional[int] = ..., rows_quarantined: _Optional[int] = ..., error_code: _Optional[str] = ..., error_zh: _Optional[str] = ..., error_en: _Optional[str] = ..., uploaded_by: _Optional[str] = ..., uploaded_at_us: _Optional[int] = ..., ended_at_us: _Optional[int] = ..., file_sha256: _Optional[str] = ..., division_code: _Optional[str] = ...) -> None: ...

class GetImportRequest(_message.Message):
    __slots__ = ("import_id",)
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    def __init__(self, import_id: _Optional[str] = ...) -> None: ...

class GetImportResponse(_message.Message):
    __slots__ = ()
    IMPORT_FIELD_NUMBER: _ClassVar[int]
    def __init__(self, **kwargs) -> None: ...

class ListImportsRequest(_message.Message):
    __slots__ = ("limit", "page_token")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    limit: int
    page_token: str
    def __init__(self, limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListImportsResponse(_message.Message):
    __slots__ = ("imports", "next_page_token")
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    imports: _containers.RepeatedCompositeFieldContainer[Import]
    next_page_token: str
    def __init__(self, imports: _Optional[_Iterable[_Union[Import, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListQuarantineRequest(_message.Message):
    __slots__ = ("import_id", "limit", "page_token")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    limit: int
    page_token: str
    def __init__(self, import_id: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class QuarantinedRow(_message.Message):
    __slots__ = ("id", "import_id", "file_name", "line", "field", "reason", "reason_zh", "reason_en", "quarantined_at_us")
    ID_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REASON_ZH_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_AT_US_FIELD_NUMBER: _ClassVar[int]
    id: str
    import_id: str
    file_name: str
    line: int
    field: str
    reason: str
    reason_zh: str
    reason_en: str
    quarantined_at_us: int
    def __init__(self, id: _Optional[str] = ..., import_id: _Optional[str] = ..., file_name: _Optional[str] = ..., line: _Optional[int] = ..., field: _Optional[str] = ..., reason: _Optional[str] = ..., reason_zh: _Optional[str] = ..., reason_en: _Optional[str] = ..., quarantined_at_us: _Optional[int] = ...) -> None: ...

class ListQuarantineResponse(_message.Message):
    __slots__ = ("rows", "next_page_token")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[QuarantinedRow]
    next_page_token: str
    def __init__(self, rows: _Optional[_Iterable[_Union[QuarantinedRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RevealRequest(_message.Message):
    __slots__ = ("tokens", "reason")
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    tokens: _containers.RepeatedScalarFieldContainer[int]
    reason: str
    def __init__(self, tokens: _Optional[_Iterable[int]] = ..., reason: _Optional[str] = ...) -> None: ...

class Revealed(_message.Message):
    __slots__ = ("token", "kind", "value")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    token: int
    kind: str
    value: str
    def __init__(self, token: _Optional[int] = ..., kind: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class RevealResponse(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[Revealed]
    def __init__(self, values: _Optional[_Iterable[_Union[Revealed, _Mapping]]] = ...) -> None: ...

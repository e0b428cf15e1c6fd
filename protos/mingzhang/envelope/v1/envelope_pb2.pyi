from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Envelope(_message.Message):
    __slots__ = ("schema_id", "rows", "sha256", "arrow")
    SCHEMA_ID_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    ARROW_FIELD_NUMBER: _ClassVar[int]
    schema_id: str
    rows: int
    sha256: bytes
    arrow: bytes
    def __init__(self, schema_id: _Optional[str] = ..., rows: _Optional[int] = ..., sha256: _Optional[bytes] = ..., arrow: _Optional[bytes] = ...) -> None: ...

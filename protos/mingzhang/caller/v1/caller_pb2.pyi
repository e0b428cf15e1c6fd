from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Caller(_message.Message):
    __slots__ = ("user", "roles", "division", "funds", "language", "request_id", "expires_at_s")
    USER_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    DIVISION_FIELD_NUMBER: _ClassVar[int]
    FUNDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_S_FIELD_NUMBER: _ClassVar[int]
    user: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    division: str
    funds: _containers.RepeatedScalarFieldContainer[str]
    language: str
    request_id: str
    expires_at_s: int
    def __init__(self, user: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., division: _Optional[str] = ..., funds: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ..., request_id: _Optional[str] = ..., expires_at_s: _Optional[int] = ...) -> None: ...

class SignedCaller(_message.Message):
    __slots__ = ("caller", "signature")
    CALLER_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    caller: bytes
    signature: bytes
    def __init__(self, caller: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UsersChanged(_message.Message):
    __slots__ = ("users",)
    USERS_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[UserState]
    def __init__(self, users: _Optional[_Iterable[_Union[UserState, _Mapping]]] = ...) -> None: ...

class UserState(_message.Message):
    __slots__ = ("user", "display_name", "email", "division_code", "roles", "language", "active")
    USER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    user: str
    display_name: str
    email: str
    division_code: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    language: str
    active: bool
    def __init__(self, user: _Optional[str] = ..., display_name: _Optional[str] = ..., email: _Optional[str] = ..., division_code: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ..., active: _Optional[bool] = ...) -> None: ...

class ReportsFrozen(_message.Message):
    __slots__ = ("report_id", "sha256")
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    report_id: str
    sha256: str
    def __init__(self, report_id: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...

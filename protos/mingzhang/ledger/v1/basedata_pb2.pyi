from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BaseItem(_message.Message):
    __slots__ = ("kind", "code", "name", "valid_from", "valid_to", "locked", "level", "parent_code", "finance_code", "form", "succeeded_by", "category", "scope_note", "working", "source", "note")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PARENT_CODE_FIELD_NUMBER: _ClassVar[int]
    FINANCE_CODE_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_BY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_NOTE_FIELD_NUMBER: _ClassVar[int]
    WORKING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    code: str
    name: str
    valid_from: str
    valid_to: str
    locked: bool
    level: str
    parent_code: str
    finance_code: str
    form: str
    succeeded_by: str
    category: str
    scope_note: str
    working: bool
    source: str
    note: str
    def __init__(self, kind: _Optional[str] = ..., code: _Optional[str] = ..., name: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ..., locked: _Optional[bool] = ..., level: _Optional[str] = ..., parent_code: _Optional[str] = ..., finance_code: _Optional[str] = ..., form: _Optional[str] = ..., succeeded_by: _Optional[str] = ..., category: _Optional[str] = ..., scope_note: _Optional[str] = ..., working: _Optional[bool] = ..., source: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class AppliedTemplate(_message.Message):
    __slots__ = ("id", "origin", "issuer", "version", "valid_from", "note", "key_id", "sha256", "items", "applied_by", "applied_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    APPLIED_BY_FIELD_NUMBER: _ClassVar[int]
    APPLIED_AT_FIELD_NUMBER: _ClassVar[int]
    id: int
    origin: str
    issuer: str
    version: int
    valid_from: str
    note: str
    key_id: str
    sha256: str
    items: int
    applied_by: str
    applied_at: str
    def __init__(self, id: _Optional[int] = ..., origin: _Optional[str] = ..., issuer: _Optional[str] = ..., version: _Optional[int] = ..., valid_from: _Optional[str] = ..., note: _Optional[str] = ..., key_id: _Optional[str] = ..., sha256: _Optional[str] = ..., items: _Optional[int] = ..., applied_by: _Optional[str] = ..., applied_at: _Optional[str] = ...) -> None: ...

class BaseChange(_message.Message):
    __slots__ = ("key", "action", "item", "changed_by", "changed_at", "set_aside")
    KEY_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    SET_ASIDE_FIELD_NUMBER: _ClassVar[int]
    key: str
    action: str
    item: BaseItem
    changed_by: str
    changed_at: str
    set_aside: bool
    def __init__(self, key: _Optional[str] = ..., action: _Optional[str] = ..., item: _Optional[_Union[BaseItem, _Mapping]] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[str] = ..., set_aside: _Optional[bool] = ...) -> None: ...

class ListBaseItemsRequest(_message.Message):
    __slots__ = ("day", "kind", "year")
    DAY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    day: str
    kind: str
    year: int
    def __init__(self, day: _Optional[str] = ..., kind: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class ListBaseItemsResponse(_message.Message):
    __slots__ = ("day", "items", "template")
    DAY_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    day: str
    items: _containers.RepeatedCompositeFieldContainer[BaseItem]
    template: AppliedTemplate
    def __init__(self, day: _Optional[str] = ..., items: _Optional[_Iterable[_Union[BaseItem, _Mapping]]] = ..., template: _Optional[_Union[AppliedTemplate, _Mapping]] = ...) -> None: ...

class FollowDivisionRequest(_message.Message):
    __slots__ = ("code", "day")
    CODE_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    code: str
    day: str
    def __init__(self, code: _Optional[str] = ..., day: _Optional[str] = ...) -> None: ...

class FollowDivisionResponse(_message.Message):
    __slots__ = ("divisions",)
    DIVISIONS_FIELD_NUMBER: _ClassVar[int]
    divisions: _containers.RepeatedCompositeFieldContainer[BaseItem]
    def __init__(self, divisions: _Optional[_Iterable[_Union[BaseItem, _Mapping]]] = ...) -> None: ...

class ListTemplatesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListTemplatesResponse(_message.Message):
    __slots__ = ("templates",)
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[AppliedTemplate]
    def __init__(self, templates: _Optional[_Iterable[_Union[AppliedTemplate, _Mapping]]] = ...) -> None: ...

class DiffTemplatesRequest(_message.Message):
    __slots__ = ("before_id", "after_id")
    BEFORE_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_ID_FIELD_NUMBER: _ClassVar[int]
    before_id: int
    after_id: int
    def __init__(self, before_id: _Optional[int] = ..., after_id: _Optional[int] = ...) -> None: ...

class BaseDifference(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: BaseItem
    after: BaseItem
    def __init__(self, before: _Optional[_Union[BaseItem, _Mapping]] = ..., after: _Optional[_Union[BaseItem, _Mapping]] = ...) -> None: ...

class DiffTemplatesResponse(_message.Message):
    __slots__ = ("differences",)
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[BaseDifference]
    def __init__(self, differences: _Optional[_Iterable[_Union[BaseDifference, _Mapping]]] = ...) -> None: ...

class ApplyTemplateRequest(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: bytes
    def __init__(self, template: _Optional[bytes] = ...) -> None: ...

class ApplyTemplateResponse(_message.Message):
    __slots__ = ("template", "known", "set_aside")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    SET_ASIDE_FIELD_NUMBER: _ClassVar[int]
    template: AppliedTemplate
    known: bool
    set_aside: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, template: _Optional[_Union[AppliedTemplate, _Mapping]] = ..., known: _Optional[bool] = ..., set_aside: _Optional[_Iterable[str]] = ...) -> None: ...

class ChangeBaseDataRequest(_message.Message):
    __slots__ = ("change",)
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    change: BaseChange
    def __init__(self, change: _Optional[_Union[BaseChange, _Mapping]] = ...) -> None: ...

class ChangeBaseDataResponse(_message.Message):
    __slots__ = ("known",)
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    known: bool
    def __init__(self, known: _Optional[bool] = ...) -> None: ...

class ListBaseChangesRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListBaseChangesResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[BaseChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[BaseChange, _Mapping]]] = ...) -> None: ...

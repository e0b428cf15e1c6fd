from mingzhang.rules.v1 import events_pb2 as _events_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListWarningsRequest(_message.Message):
    __slots__ = ("division_code", "category", "rule_id", "severity", "with_retracted", "limit", "page_token", "subject")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    WITH_RETRACTED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    category: str
    rule_id: str
    severity: str
    with_retracted: bool
    limit: int
    page_token: str
    subject: str
    def __init__(self, division_code: _Optional[str] = ..., category: _Optional[str] = ..., rule_id: _Optional[str] = ..., severity: _Optional[str] = ..., with_retracted: _Optional[bool] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ..., subject: _Optional[str] = ...) -> None: ...

class ListWarningsResponse(_message.Message):
    __slots__ = ("warnings", "next_page_token")
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    warnings: _containers.RepeatedCompositeFieldContainer[_events_pb2.Warning]
    next_page_token: str
    def __init__(self, warnings: _Optional[_Iterable[_Union[_events_pb2.Warning, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetWarningRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetWarningResponse(_message.Message):
    __slots__ = ("warning", "history")
    WARNING_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    warning: _events_pb2.Warning
    history: _containers.RepeatedCompositeFieldContainer[_events_pb2.Warning]
    def __init__(self, warning: _Optional[_Union[_events_pb2.Warning, _Mapping]] = ..., history: _Optional[_Iterable[_Union[_events_pb2.Warning, _Mapping]]] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ("category",)
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    category: str
    def __init__(self, category: _Optional[str] = ...) -> None: ...

class RuleInForce(_message.Message):
    __slots__ = ("rule_id", "title", "category", "on", "form", "severity", "basis", "standing", "cannot_judge")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    CANNOT_JUDGE_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    title: str
    category: str
    on: str
    form: str
    severity: str
    basis: _containers.RepeatedScalarFieldContainer[str]
    standing: int
    cannot_judge: int
    def __init__(self, rule_id: _Optional[str] = ..., title: _Optional[str] = ..., category: _Optional[str] = ..., on: _Optional[str] = ..., form: _Optional[str] = ..., severity: _Optional[str] = ..., basis: _Optional[_Iterable[str]] = ..., standing: _Optional[int] = ..., cannot_judge: _Optional[int] = ...) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[RuleInForce]
    def __init__(self, rules: _Optional[_Iterable[_Union[RuleInForce, _Mapping]]] = ...) -> None: ...

class DeployBundleRequest(_message.Message):
    __slots__ = ("category", "bundle")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    category: str
    bundle: bytes
    def __init__(self, category: _Optional[str] = ..., bundle: _Optional[bytes] = ...) -> None: ...

class DeployBundleResponse(_message.Message):
    __slots__ = ("bundle_hash", "log_place", "known")
    BUNDLE_HASH_FIELD_NUMBER: _ClassVar[int]
    LOG_PLACE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    bundle_hash: str
    log_place: int
    known: bool
    def __init__(self, bundle_hash: _Optional[str] = ..., log_place: _Optional[int] = ..., known: _Optional[bool] = ...) -> None: ...

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EvaluatorStatus(_message.Message):
    __slots__ = ("category", "bundle_hash", "log_place", "closed_to", "quarantined", "last_error", "applied")
    class AppliedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_HASH_FIELD_NUMBER: _ClassVar[int]
    LOG_PLACE_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TO_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    LAST_ERROR_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    category: str
    bundle_hash: str
    log_place: int
    closed_to: str
    quarantined: int
    last_error: str
    applied: _containers.ScalarMap[str, int]
    def __init__(self, category: _Optional[str] = ..., bundle_hash: _Optional[str] = ..., log_place: _Optional[int] = ..., closed_to: _Optional[str] = ..., quarantined: _Optional[int] = ..., last_error: _Optional[str] = ..., applied: _Optional[_Mapping[str, int]] = ...) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ("evaluators",)
    EVALUATORS_FIELD_NUMBER: _ClassVar[int]
    evaluators: _containers.RepeatedCompositeFieldContainer[EvaluatorStatus]
    def __init__(self, evaluators: _Optional[_Iterable[_Union[EvaluatorStatus, _Mapping]]] = ...) -> None: ...

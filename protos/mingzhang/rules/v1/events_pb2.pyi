from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WarningsRaised(_message.Message):
    __slots__ = ("warnings",)
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    def __init__(self, warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ...) -> None: ...

class WarningsRetracted(_message.Message):
    __slots__ = ("warnings",)
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    def __init__(self, warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ...) -> None: ...

class Warning(_message.Message):
    __slots__ = ("id", "revision", "category", "rule_id", "title", "severity", "bundle_hash", "subject_kind", "subject", "period", "division_code", "fund_code", "amount_fen", "message", "inputs_hash", "explanation_json", "log_place", "day", "basis", "retracted_because")
    ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_HASH_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    INPUTS_HASH_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_JSON_FIELD_NUMBER: _ClassVar[int]
    LOG_PLACE_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    RETRACTED_BECAUSE_FIELD_NUMBER: _ClassVar[int]
    id: str
    revision: int
    category: str
    rule_id: str
    title: str
    severity: str
    bundle_hash: str
    subject_kind: str
    subject: str
    period: str
    division_code: str
    fund_code: str
    amount_fen: int
    message: str
    inputs_hash: str
    explanation_json: str
    log_place: int
    day: str
    basis: _containers.RepeatedScalarFieldContainer[str]
    retracted_because: str
    def __init__(self, id: _Optional[str] = ..., revision: _Optional[int] = ..., category: _Optional[str] = ..., rule_id: _Optional[str] = ..., title: _Optional[str] = ..., severity: _Optional[str] = ..., bundle_hash: _Optional[str] = ..., subject_kind: _Optional[str] = ..., subject: _Optional[str] = ..., period: _Optional[str] = ..., division_code: _Optional[str] = ..., fund_code: _Optional[str] = ..., amount_fen: _Optional[int] = ..., message: _Optional[str] = ..., inputs_hash: _Optional[str] = ..., explanation_json: _Optional[str] = ..., log_place: _Optional[int] = ..., day: _Optional[str] = ..., basis: _Optional[_Iterable[str]] = ..., retracted_because: _Optional[str] = ...) -> None: ...

class BundlesDeployed(_message.Message):
    __slots__ = ("category", "bundle_hash", "deployed_by", "rules")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_HASH_FIELD_NUMBER: _ClassVar[int]
    DEPLOYED_BY_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    category: str
    bundle_hash: str
    deployed_by: str
    rules: int
    def __init__(self, category: _Optional[str] = ..., bundle_hash: _Optional[str] = ..., deployed_by: _Optional[str] = ..., rules: _Optional[int] = ...) -> None: ...

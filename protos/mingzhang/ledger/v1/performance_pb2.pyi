from mingzhang.ledger.v1 import library_pb2 as _library_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TargetIndicator(_message.Message):
    __slots__ = ("kind", "name", "operator", "value", "unit", "words", "core")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    CORE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    name: str
    operator: str
    value: str
    unit: str
    words: str
    core: bool
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., operator: _Optional[str] = ..., value: _Optional[str] = ..., unit: _Optional[str] = ..., words: _Optional[str] = ..., core: _Optional[bool] = ...) -> None: ...

class Targets(_message.Message):
    __slots__ = ("overall", "department", "unit", "fiscal_fen", "other_fen", "indicators")
    OVERALL_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    FISCAL_FEN_FIELD_NUMBER: _ClassVar[int]
    OTHER_FEN_FIELD_NUMBER: _ClassVar[int]
    INDICATORS_FIELD_NUMBER: _ClassVar[int]
    overall: str
    department: str
    unit: str
    fiscal_fen: int
    other_fen: int
    indicators: _containers.RepeatedCompositeFieldContainer[TargetIndicator]
    def __init__(self, overall: _Optional[str] = ..., department: _Optional[str] = ..., unit: _Optional[str] = ..., fiscal_fen: _Optional[int] = ..., other_fen: _Optional[int] = ..., indicators: _Optional[_Iterable[_Union[TargetIndicator, _Mapping]]] = ...) -> None: ...

class PostTargetStepRequest(_message.Message):
    __slots__ = ("key", "project_key", "fiscal_year", "action", "reason", "targets")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    key: str
    project_key: str
    fiscal_year: int
    action: str
    reason: str
    targets: Targets
    def __init__(self, key: _Optional[str] = ..., project_key: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., action: _Optional[str] = ..., reason: _Optional[str] = ..., targets: _Optional[_Union[Targets, _Mapping]] = ...) -> None: ...

class PostTargetStepResponse(_message.Message):
    __slots__ = ("project_key", "fiscal_year", "known")
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    project_key: str
    fiscal_year: int
    known: bool
    def __init__(self, project_key: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., known: _Optional[bool] = ...) -> None: ...

class Actual(_message.Message):
    __slots__ = ("number", "value", "words")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    number: int
    value: str
    words: str
    def __init__(self, number: _Optional[int] = ..., value: _Optional[str] = ..., words: _Optional[str] = ...) -> None: ...

class PostPerformanceReportRequest(_message.Message):
    __slots__ = ("key", "project_key", "fiscal_year", "period", "actuals", "comment", "reason")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    ACTUALS_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    key: str
    project_key: str
    fiscal_year: int
    period: str
    actuals: _containers.RepeatedCompositeFieldContainer[Actual]
    comment: str
    reason: str
    def __init__(self, key: _Optional[str] = ..., project_key: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., period: _Optional[str] = ..., actuals: _Optional[_Iterable[_Union[Actual, _Mapping]]] = ..., comment: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class TargetSetRow(_message.Message):
    __slots__ = ("project_key", "project_name", "division_code", "fiscal_year", "state", "version", "held_version", "indicators", "missing_groups", "complete", "period", "late_reports", "allotted_fen", "paid_fen")
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HELD_VERSION_FIELD_NUMBER: _ClassVar[int]
    INDICATORS_FIELD_NUMBER: _ClassVar[int]
    MISSING_GROUPS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    LATE_REPORTS_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    project_key: str
    project_name: str
    division_code: str
    fiscal_year: int
    state: str
    version: int
    held_version: int
    indicators: int
    missing_groups: _containers.RepeatedScalarFieldContainer[str]
    complete: bool
    period: str
    late_reports: int
    allotted_fen: int
    paid_fen: int
    def __init__(self, project_key: _Optional[str] = ..., project_name: _Optional[str] = ..., division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., state: _Optional[str] = ..., version: _Optional[int] = ..., held_version: _Optional[int] = ..., indicators: _Optional[int] = ..., missing_groups: _Optional[_Iterable[str]] = ..., complete: _Optional[bool] = ..., period: _Optional[str] = ..., late_reports: _Optional[int] = ..., allotted_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ...) -> None: ...

class TargetVersion(_message.Message):
    __slots__ = ("version", "targets", "recorded_by", "recorded_at")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    version: int
    targets: Targets
    recorded_by: str
    recorded_at: str
    def __init__(self, version: _Optional[int] = ..., targets: _Optional[_Union[Targets, _Mapping]] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[str] = ...) -> None: ...

class PerformanceReport(_message.Message):
    __slots__ = ("key", "period", "version", "target_version", "due_on", "reported_on", "late", "actuals", "comment", "reason", "recorded_by", "recorded_at", "position")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TARGET_VERSION_FIELD_NUMBER: _ClassVar[int]
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    REPORTED_ON_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    ACTUALS_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    key: str
    period: str
    version: int
    target_version: int
    due_on: str
    reported_on: str
    late: bool
    actuals: _containers.RepeatedCompositeFieldContainer[Actual]
    comment: str
    reason: str
    recorded_by: str
    recorded_at: str
    position: int
    def __init__(self, key: _Optional[str] = ..., period: _Optional[str] = ..., version: _Optional[int] = ..., target_version: _Optional[int] = ..., due_on: _Optional[str] = ..., reported_on: _Optional[str] = ..., late: _Optional[bool] = ..., actuals: _Optional[_Iterable[_Union[Actual, _Mapping]]] = ..., comment: _Optional[str] = ..., reason: _Optional[str] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[str] = ..., position: _Optional[int] = ...) -> None: ...

class IndicatorProgress(_message.Message):
    __slots__ = ("number", "reached_bp", "deviates")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REACHED_BP_FIELD_NUMBER: _ClassVar[int]
    DEVIATES_FIELD_NUMBER: _ClassVar[int]
    number: int
    reached_bp: int
    deviates: bool
    def __init__(self, number: _Optional[int] = ..., reached_bp: _Optional[int] = ..., deviates: _Optional[bool] = ...) -> None: ...

class TargetProgress(_message.Message):
    __slots__ = ("indicators", "output_bp", "paid_bp", "ahead")
    INDICATORS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_BP_FIELD_NUMBER: _ClassVar[int]
    PAID_BP_FIELD_NUMBER: _ClassVar[int]
    AHEAD_FIELD_NUMBER: _ClassVar[int]
    indicators: _containers.RepeatedCompositeFieldContainer[IndicatorProgress]
    output_bp: int
    paid_bp: int
    ahead: bool
    def __init__(self, indicators: _Optional[_Iterable[_Union[IndicatorProgress, _Mapping]]] = ..., output_bp: _Optional[int] = ..., paid_bp: _Optional[int] = ..., ahead: _Optional[bool] = ...) -> None: ...

class GetTargetSetRequest(_message.Message):
    __slots__ = ("project_key", "fiscal_year")
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    project_key: str
    fiscal_year: int
    def __init__(self, project_key: _Optional[str] = ..., fiscal_year: _Optional[int] = ...) -> None: ...

class GetTargetSetResponse(_message.Message):
    __slots__ = ("set", "versions", "steps", "reports", "progress", "open_steps")
    SET_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    OPEN_STEPS_FIELD_NUMBER: _ClassVar[int]
    set: TargetSetRow
    versions: _containers.RepeatedCompositeFieldContainer[TargetVersion]
    steps: _containers.RepeatedCompositeFieldContainer[_library_pb2.LibraryStep]
    reports: _containers.RepeatedCompositeFieldContainer[PerformanceReport]
    progress: TargetProgress
    open_steps: _containers.RepeatedCompositeFieldContainer[_library_pb2.OpenStep]
    def __init__(self, set: _Optional[_Union[TargetSetRow, _Mapping]] = ..., versions: _Optional[_Iterable[_Union[TargetVersion, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[_library_pb2.LibraryStep, _Mapping]]] = ..., reports: _Optional[_Iterable[_Union[PerformanceReport, _Mapping]]] = ..., progress: _Optional[_Union[TargetProgress, _Mapping]] = ..., open_steps: _Optional[_Iterable[_Union[_library_pb2.OpenStep, _Mapping]]] = ...) -> None: ...

class ListTargetSetsRequest(_message.Message):
    __slots__ = ("division_code", "fiscal_year", "state", "words", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    fiscal_year: int
    state: str
    words: str
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., state: _Optional[str] = ..., words: _Optional[str] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTargetSetsResponse(_message.Message):
    __slots__ = ("sets", "next_page_token")
    SETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sets: _containers.RepeatedCompositeFieldContainer[TargetSetRow]
    next_page_token: str
    def __init__(self, sets: _Optional[_Iterable[_Union[TargetSetRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

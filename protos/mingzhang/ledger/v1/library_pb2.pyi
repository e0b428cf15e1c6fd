from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FundingPart(_message.Message):
    __slots__ = ("source", "amount_fen")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    source: str
    amount_fen: int
    def __init__(self, source: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class ProjectCard(_message.Message):
    __slots__ = ("division_code", "township_code", "fiscal_year", "name", "project_type", "construction_nature", "place", "planned_start_on", "planned_end_on", "responsible_unit", "tasks", "funding", "households", "persons", "beneficiaries", "goal", "participation", "mechanism")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    TOWNSHIP_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_TYPE_FIELD_NUMBER: _ClassVar[int]
    CONSTRUCTION_NATURE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_START_ON_FIELD_NUMBER: _ClassVar[int]
    PLANNED_END_ON_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_UNIT_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    HOUSEHOLDS_FIELD_NUMBER: _ClassVar[int]
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    BENEFICIARIES_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    MECHANISM_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    township_code: str
    fiscal_year: int
    name: str
    project_type: str
    construction_nature: str
    place: str
    planned_start_on: str
    planned_end_on: str
    responsible_unit: str
    tasks: str
    funding: _containers.RepeatedCompositeFieldContainer[FundingPart]
    households: int
    persons: int
    beneficiaries: str
    goal: str
    participation: str
    mechanism: str
    def __init__(self, division_code: _Optional[str] = ..., township_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., name: _Optional[str] = ..., project_type: _Optional[str] = ..., construction_nature: _Optional[str] = ..., place: _Optional[str] = ..., planned_start_on: _Optional[str] = ..., planned_end_on: _Optional[str] = ..., responsible_unit: _Optional[str] = ..., tasks: _Optional[str] = ..., funding: _Optional[_Iterable[_Union[FundingPart, _Mapping]]] = ..., households: _Optional[int] = ..., persons: _Optional[int] = ..., beneficiaries: _Optional[str] = ..., goal: _Optional[str] = ..., participation: _Optional[str] = ..., mechanism: _Optional[str] = ...) -> None: ...

class PostLibraryStepRequest(_message.Message):
    __slots__ = ("key", "project_key", "action", "reason", "change_kind", "card")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANGE_KIND_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    key: str
    project_key: str
    action: str
    reason: str
    change_kind: str
    card: ProjectCard
    def __init__(self, key: _Optional[str] = ..., project_key: _Optional[str] = ..., action: _Optional[str] = ..., reason: _Optional[str] = ..., change_kind: _Optional[str] = ..., card: _Optional[_Union[ProjectCard, _Mapping]] = ...) -> None: ...

class PostPublicNoticeRequest(_message.Message):
    __slots__ = ("key", "project_key", "stage", "place", "from_day", "to_day")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    TO_DAY_FIELD_NUMBER: _ClassVar[int]
    key: str
    project_key: str
    stage: str
    place: str
    from_day: str
    to_day: str
    def __init__(self, key: _Optional[str] = ..., project_key: _Optional[str] = ..., stage: _Optional[str] = ..., place: _Optional[str] = ..., from_day: _Optional[str] = ..., to_day: _Optional[str] = ...) -> None: ...

class PostLibraryStepResponse(_message.Message):
    __slots__ = ("project_key", "known")
    PROJECT_KEY_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    project_key: str
    known: bool
    def __init__(self, project_key: _Optional[str] = ..., known: _Optional[bool] = ...) -> None: ...

class LibraryProject(_message.Message):
    __slots__ = ("key", "division_code", "township_code", "fiscal_year", "name", "project_type", "responsible_unit", "investment_fen", "households", "state", "version", "held_version", "filed_version", "target_state", "marks", "allotted_fen", "paid_fen")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    TOWNSHIP_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECT_TYPE_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_UNIT_FIELD_NUMBER: _ClassVar[int]
    INVESTMENT_FEN_FIELD_NUMBER: _ClassVar[int]
    HOUSEHOLDS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HELD_VERSION_FIELD_NUMBER: _ClassVar[int]
    FILED_VERSION_FIELD_NUMBER: _ClassVar[int]
    TARGET_STATE_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    key: str
    division_code: str
    township_code: str
    fiscal_year: int
    name: str
    project_type: str
    responsible_unit: str
    investment_fen: int
    households: int
    state: str
    version: int
    held_version: int
    filed_version: int
    target_state: str
    marks: _containers.RepeatedScalarFieldContainer[str]
    allotted_fen: int
    paid_fen: int
    def __init__(self, key: _Optional[str] = ..., division_code: _Optional[str] = ..., township_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., name: _Optional[str] = ..., project_type: _Optional[str] = ..., responsible_unit: _Optional[str] = ..., investment_fen: _Optional[int] = ..., households: _Optional[int] = ..., state: _Optional[str] = ..., version: _Optional[int] = ..., held_version: _Optional[int] = ..., filed_version: _Optional[int] = ..., target_state: _Optional[str] = ..., marks: _Optional[_Iterable[str]] = ..., allotted_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ...) -> None: ...

class CardVersion(_message.Message):
    __slots__ = ("version", "card", "investment_fen", "recorded_by", "recorded_at")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    INVESTMENT_FEN_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    version: int
    card: ProjectCard
    investment_fen: int
    recorded_by: str
    recorded_at: str
    def __init__(self, version: _Optional[int] = ..., card: _Optional[_Union[ProjectCard, _Mapping]] = ..., investment_fen: _Optional[int] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[str] = ...) -> None: ...

class LibraryStep(_message.Message):
    __slots__ = ("key", "subject", "fiscal_year", "version", "action", "state", "acted_as", "change_kind", "reason", "stage", "place", "from_day", "to_day", "days", "too_short", "recorded_by", "recorded_at", "position")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACTED_AS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    TO_DAY_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    TOO_SHORT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    key: str
    subject: str
    fiscal_year: int
    version: int
    action: str
    state: str
    acted_as: str
    change_kind: str
    reason: str
    stage: str
    place: str
    from_day: str
    to_day: str
    days: int
    too_short: bool
    recorded_by: str
    recorded_at: str
    position: int
    def __init__(self, key: _Optional[str] = ..., subject: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., version: _Optional[int] = ..., action: _Optional[str] = ..., state: _Optional[str] = ..., acted_as: _Optional[str] = ..., change_kind: _Optional[str] = ..., reason: _Optional[str] = ..., stage: _Optional[str] = ..., place: _Optional[str] = ..., from_day: _Optional[str] = ..., to_day: _Optional[str] = ..., days: _Optional[int] = ..., too_short: _Optional[bool] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[str] = ..., position: _Optional[int] = ...) -> None: ...

class ProjectFunding(_message.Message):
    __slots__ = ("quota_key", "division_code", "fiscal_year", "document_number", "fund_code", "allotted_fen", "paid_fen")
    QUOTA_KEY_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    quota_key: str
    division_code: str
    fiscal_year: int
    document_number: str
    fund_code: str
    allotted_fen: int
    paid_fen: int
    def __init__(self, quota_key: _Optional[str] = ..., division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., document_number: _Optional[str] = ..., fund_code: _Optional[str] = ..., allotted_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ...) -> None: ...

class OpenStep(_message.Message):
    __slots__ = ("action", "levels", "needs_reason", "needs_content", "state")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    NEEDS_REASON_FIELD_NUMBER: _ClassVar[int]
    NEEDS_CONTENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    action: str
    levels: _containers.RepeatedScalarFieldContainer[str]
    needs_reason: bool
    needs_content: bool
    state: str
    def __init__(self, action: _Optional[str] = ..., levels: _Optional[_Iterable[str]] = ..., needs_reason: _Optional[bool] = ..., needs_content: _Optional[bool] = ..., state: _Optional[str] = ...) -> None: ...

class GetLibraryProjectRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class GetLibraryProjectResponse(_message.Message):
    __slots__ = ("project", "cards", "steps", "funding", "open_steps", "planned_start_on", "planned_end_on", "notice_days_min")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    CARDS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    OPEN_STEPS_FIELD_NUMBER: _ClassVar[int]
    PLANNED_START_ON_FIELD_NUMBER: _ClassVar[int]
    PLANNED_END_ON_FIELD_NUMBER: _ClassVar[int]
    NOTICE_DAYS_MIN_FIELD_NUMBER: _ClassVar[int]
    project: LibraryProject
    cards: _containers.RepeatedCompositeFieldContainer[CardVersion]
    steps: _containers.RepeatedCompositeFieldContainer[LibraryStep]
    funding: _containers.RepeatedCompositeFieldContainer[ProjectFunding]
    open_steps: _containers.RepeatedCompositeFieldContainer[OpenStep]
    planned_start_on: str
    planned_end_on: str
    notice_days_min: int
    def __init__(self, project: _Optional[_Union[LibraryProject, _Mapping]] = ..., cards: _Optional[_Iterable[_Union[CardVersion, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[LibraryStep, _Mapping]]] = ..., funding: _Optional[_Iterable[_Union[ProjectFunding, _Mapping]]] = ..., open_steps: _Optional[_Iterable[_Union[OpenStep, _Mapping]]] = ..., planned_start_on: _Optional[str] = ..., planned_end_on: _Optional[str] = ..., notice_days_min: _Optional[int] = ...) -> None: ...

class ListLibraryProjectsRequest(_message.Message):
    __slots__ = ("division_code", "fiscal_year", "project_type", "state", "words", "without_targets", "limit", "page_token")
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    PROJECT_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_TARGETS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    division_code: str
    fiscal_year: int
    project_type: str
    state: str
    words: str
    without_targets: bool
    limit: int
    page_token: str
    def __init__(self, division_code: _Optional[str] = ..., fiscal_year: _Optional[int] = ..., project_type: _Optional[str] = ..., state: _Optional[str] = ..., words: _Optional[str] = ..., without_targets: _Optional[bool] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLibraryProjectsResponse(_message.Message):
    __slots__ = ("projects", "next_page_token")
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    projects: _containers.RepeatedCompositeFieldContainer[LibraryProject]
    next_page_token: str
    def __init__(self, projects: _Optional[_Iterable[_Union[LibraryProject, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

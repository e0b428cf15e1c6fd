from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ViewFilter(_message.Message):
    __slots__ = ("fiscal_year", "division_code", "only_here", "level", "category", "fund_code", "document_number")
    FISCAL_YEAR_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    ONLY_HERE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FUND_CODE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    fiscal_year: int
    division_code: str
    only_here: bool
    level: str
    category: str
    fund_code: str
    document_number: str
    def __init__(self, fiscal_year: _Optional[int] = ..., division_code: _Optional[str] = ..., only_here: _Optional[bool] = ..., level: _Optional[str] = ..., category: _Optional[str] = ..., fund_code: _Optional[str] = ..., document_number: _Optional[str] = ...) -> None: ...

class GetViewRequest(_message.Message):
    __slots__ = ("dimensions", "filter", "as_of", "known_at", "schedule_bp", "limit", "page_token")
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_BP_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    filter: ViewFilter
    as_of: str
    known_at: str
    schedule_bp: _containers.RepeatedScalarFieldContainer[int]
    limit: int
    page_token: str
    def __init__(self, dimensions: _Optional[_Iterable[str]] = ..., filter: _Optional[_Union[ViewFilter, _Mapping]] = ..., as_of: _Optional[str] = ..., known_at: _Optional[str] = ..., schedule_bp: _Optional[_Iterable[int]] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ViewRow(_message.Message):
    __slots__ = ("names", "total_fen", "arranged_fen", "received_fen", "adjusted_fen", "carried_over_fen", "transferred_fen", "integrated_fen", "recovered_fen", "allotted_fen", "issued_fen", "undistributed_fen", "distribution_bp", "paid_fen", "intermediate_fen", "progress_bp", "schedule_bp", "behind_bp", "behind_fen", "pending_fen", "free_fen", "frozen_fen", "in_transit_fen", "allotted_unpaid_fen", "drawn_fen", "balance_fen", "suspense_fen")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    ARRANGED_FEN_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FEN_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_FEN_FIELD_NUMBER: _ClassVar[int]
    CARRIED_OVER_FEN_FIELD_NUMBER: _ClassVar[int]
    TRANSFERRED_FEN_FIELD_NUMBER: _ClassVar[int]
    INTEGRATED_FEN_FIELD_NUMBER: _ClassVar[int]
    RECOVERED_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_FEN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FEN_FIELD_NUMBER: _ClassVar[int]
    UNDISTRIBUTED_FEN_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_BP_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    INTERMEDIATE_FEN_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_BP_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_BP_FIELD_NUMBER: _ClassVar[int]
    BEHIND_BP_FIELD_NUMBER: _ClassVar[int]
    BEHIND_FEN_FIELD_NUMBER: _ClassVar[int]
    PENDING_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_FEN_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FEN_FIELD_NUMBER: _ClassVar[int]
    IN_TRANSIT_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_UNPAID_FEN_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FEN_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    SUSPENSE_FEN_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    total_fen: int
    arranged_fen: int
    received_fen: int
    adjusted_fen: int
    carried_over_fen: int
    transferred_fen: int
    integrated_fen: int
    recovered_fen: int
    allotted_fen: int
    issued_fen: int
    undistributed_fen: int
    distribution_bp: int
    paid_fen: int
    intermediate_fen: int
    progress_bp: int
    schedule_bp: int
    behind_bp: int
    behind_fen: int
    pending_fen: int
    free_fen: int
    frozen_fen: int
    in_transit_fen: int
    allotted_unpaid_fen: int
    drawn_fen: int
    balance_fen: int
    suspense_fen: int
    def __init__(self, names: _Optional[_Iterable[str]] = ..., total_fen: _Optional[int] = ..., arranged_fen: _Optional[int] = ..., received_fen: _Optional[int] = ..., adjusted_fen: _Optional[int] = ..., carried_over_fen: _Optional[int] = ..., transferred_fen: _Optional[int] = ..., integrated_fen: _Optional[int] = ..., recovered_fen: _Optional[int] = ..., allotted_fen: _Optional[int] = ..., issued_fen: _Optional[int] = ..., undistributed_fen: _Optional[int] = ..., distribution_bp: _Optional[int] = ..., paid_fen: _Optional[int] = ..., intermediate_fen: _Optional[int] = ..., progress_bp: _Optional[int] = ..., schedule_bp: _Optional[int] = ..., behind_bp: _Optional[int] = ..., behind_fen: _Optional[int] = ..., pending_fen: _Optional[int] = ..., free_fen: _Optional[int] = ..., frozen_fen: _Optional[int] = ..., in_transit_fen: _Optional[int] = ..., allotted_unpaid_fen: _Optional[int] = ..., drawn_fen: _Optional[int] = ..., balance_fen: _Optional[int] = ..., suspense_fen: _Optional[int] = ...) -> None: ...

class GetViewResponse(_message.Message):
    __slots__ = ("rows", "total", "as_of", "height", "head_hash", "recorded_at_us", "schedule_on", "next_page_token", "closed_to")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    HEAD_HASH_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_US_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_ON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TO_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[ViewRow]
    total: ViewRow
    as_of: str
    height: int
    head_hash: str
    recorded_at_us: int
    schedule_on: str
    next_page_token: str
    closed_to: str
    def __init__(self, rows: _Optional[_Iterable[_Union[ViewRow, _Mapping]]] = ..., total: _Optional[_Union[ViewRow, _Mapping]] = ..., as_of: _Optional[str] = ..., height: _Optional[int] = ..., head_hash: _Optional[str] = ..., recorded_at_us: _Optional[int] = ..., schedule_on: _Optional[str] = ..., next_page_token: _Optional[str] = ..., closed_to: _Optional[str] = ...) -> None: ...

class GetIndicatorsRequest(_message.Message):
    __slots__ = ("filter", "as_of")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    filter: ViewFilter
    as_of: str
    def __init__(self, filter: _Optional[_Union[ViewFilter, _Mapping]] = ..., as_of: _Optional[str] = ...) -> None: ...

class Indicator(_message.Message):
    __slots__ = ("id", "title_zh", "title_en", "unit", "direction", "meaning_zh", "meaning_en", "source", "categories")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_ZH_FIELD_NUMBER: _ClassVar[int]
    TITLE_EN_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    MEANING_ZH_FIELD_NUMBER: _ClassVar[int]
    MEANING_EN_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    id: str
    title_zh: str
    title_en: str
    unit: str
    direction: str
    meaning_zh: str
    meaning_en: str
    source: str
    categories: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., title_zh: _Optional[str] = ..., title_en: _Optional[str] = ..., unit: _Optional[str] = ..., direction: _Optional[str] = ..., meaning_zh: _Optional[str] = ..., meaning_en: _Optional[str] = ..., source: _Optional[str] = ..., categories: _Optional[_Iterable[str]] = ...) -> None: ...

class IndicatorValue(_message.Message):
    __slots__ = ("indicator_id", "division_code", "category", "numerator_fen", "denominator_fen", "value")
    INDICATOR_ID_FIELD_NUMBER: _ClassVar[int]
    DIVISION_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    NUMERATOR_FEN_FIELD_NUMBER: _ClassVar[int]
    DENOMINATOR_FEN_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    indicator_id: str
    division_code: str
    category: str
    numerator_fen: int
    denominator_fen: int
    value: int
    def __init__(self, indicator_id: _Optional[str] = ..., division_code: _Optional[str] = ..., category: _Optional[str] = ..., numerator_fen: _Optional[int] = ..., denominator_fen: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...

class GetIndicatorsResponse(_message.Message):
    __slots__ = ("indicators", "values", "as_of", "height")
    INDICATORS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    indicators: _containers.RepeatedCompositeFieldContainer[Indicator]
    values: _containers.RepeatedCompositeFieldContainer[IndicatorValue]
    as_of: str
    height: int
    def __init__(self, indicators: _Optional[_Iterable[_Union[Indicator, _Mapping]]] = ..., values: _Optional[_Iterable[_Union[IndicatorValue, _Mapping]]] = ..., as_of: _Optional[str] = ..., height: _Optional[int] = ...) -> None: ...

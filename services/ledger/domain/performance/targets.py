"""A set of targets of a project and year: its head, its indicators, and whether it is complete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import Enum

from services.ledger.domain.documents import Problem
from services.ledger.domain.library.texts import FEN_MAX, KEY_MAX, LONG_MAX, SHORT_MAX, text_problems
from services.ledger.domain.performance.decimals import parse_number

INDICATORS_MAX = 100
UNIT_MAX = 20


class Group(Enum):
    """一级指标. The value is stored and sealed: never reuse one."""

    OUTPUT = "output"
    BENEFIT = "benefit"
    SATISFACTION = "satisfaction"


class Kind(Enum):
    """二级指标, by its group."""

    QUANTITY = "quantity"
    QUALITY = "quality"
    TIMELINESS = "timeliness"
    COST = "cost"
    ECONOMIC = "economic"
    SOCIAL = "social"
    ECOLOGICAL = "ecological"
    SUSTAINED = "sustained"
    SATISFACTION = "satisfaction"


GROUP_OF = {
    Kind.QUANTITY: Group.OUTPUT,
    Kind.QUALITY: Group.OUTPUT,
    Kind.TIMELINESS: Group.OUTPUT,
    Kind.COST: Group.OUTPUT,
    Kind.ECONOMIC: Group.BENEFIT,
    Kind.SOCIAL: Group.BENEFIT,
    Kind.ECOLOGICAL: Group.BENEFIT,
    Kind.SUSTAINED: Group.BENEFIT,
    Kind.SATISFACTION: Group.SATISFACTION,
}


class Operator(Enum):
    """How what is reached is compared with the target; TEXT is a target in words."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="
    TEXT = "text"


@dataclass(frozen=True)
class Indicator:
    """三级指标: its name, and a number with a unit, or words. Empty values are targets that are not filled in yet."""

    kind: Kind
    name: str
    operator: Operator
    value: str = ""
    unit: str = ""
    words: str = ""
    core: bool = False

    @property
    def group(self) -> Group:
        """一级指标 of its kind."""
        return GROUP_OF[self.kind]

    @property
    def is_filled(self) -> bool:
        """Whether it says what is to be reached."""
        return bool((self.words if self.operator is Operator.TEXT else self.value).strip())


@dataclass(frozen=True)
class TargetSet:
    """One version of the targets of a project and year. Money in fen."""

    project_key: str
    fiscal_year: int
    overall: str
    department: str
    unit: str
    fiscal_fen: int
    """财政拨款."""
    other_fen: int
    indicators: tuple[Indicator, ...]

    @property
    def total_fen(self) -> int:
        """资金总额."""
        return self.fiscal_fen + self.other_fen


LABELS = {
    "project_key": "项目代码",
    "overall": "年度总体目标",
    "department": "主管部门",
    "unit": "实施单位",
    "name": "三级指标名称",
    "value": "指标值",
    "words": "文字目标",
}
_LIMITS = {"project_key": KEY_MAX, "overall": LONG_MAX, "department": SHORT_MAX, "unit": SHORT_MAX}
_GROUPS_ZH = {Group.OUTPUT: "产出", Group.BENEFIT: "效益", Group.SATISFACTION: "满意度"}


def find_target_problems(targets: TargetSet) -> list[Problem]:
    """What is wrong with a set by itself; gaps are told by find_gaps, since a draft may have them."""
    return [*text_problems(targets, LABELS, _LIMITS, frozenset()), *_head(targets), *_rows(targets)]


def _head(targets: TargetSet) -> Iterator[Problem]:
    if not 2000 <= targets.fiscal_year <= 2100:
        yield Problem("ledger.fiscal_year", "年度应为 2000 至 2100", "the year is not from 2000 to 2100")
    if not (0 <= targets.fiscal_fen <= FEN_MAX and 0 <= targets.other_fen <= FEN_MAX):
        yield Problem("ledger.amount", "金额无效", "the amount is not valid")
    if len(targets.indicators) > INDICATORS_MAX:
        yield Problem(
            "ledger.indicators",
            f"指标最多 {INDICATORS_MAX} 项",
            f"a set has at most {INDICATORS_MAX} indicators",
        )
    names = [(one.kind, one.name.strip()) for one in targets.indicators]
    if len(set(names)) < len(names):
        yield Problem("ledger.indicator_twice", "同一二级指标下三级指标重名", "an indicator is named twice")


def _rows(targets: TargetSet) -> Iterator[Problem]:
    labels = {**LABELS, "unit": "单位"}
    limits = {"name": SHORT_MAX, "value": 20, "unit": UNIT_MAX, "words": SHORT_MAX}
    for number, one in enumerate(targets.indicators, start=1):
        yield from text_problems(one, labels, limits, frozenset({"value", "unit", "words"}), number)
        is_text = one.operator is Operator.TEXT
        if (is_text and (one.value or one.unit)) or (not is_text and one.words):
            yield Problem(
                "ledger.operator_value",
                "文字指标只填文字，数值指标只填数值和单位",
                "a target in words has words only, a number has a value and a unit only",
                number,
            )
        elif not is_text and one.value and parse_number(one.value) is None:
            yield Problem(
                "ledger.indicator_value",
                f"指标值“{one.value}”无效，应为不超过四位小数的非负数",
                f"{one.value!r} is no number with at most four decimals",
                number,
                {"value": one.value},
            )
        elif one.value and not one.unit.strip():
            yield Problem("ledger.indicator_unit", "缺少单位", "the unit is missing", number)


def find_gaps(targets: TargetSet) -> list[Problem]:
    """What is missing before a set can be approved: a group without an indicator, an indicator without a target."""
    groups = {one.group for one in targets.indicators if one.is_filled}
    gaps = [
        Problem(
            "ledger.target_incomplete",
            f"缺少{_GROUPS_ZH[group]}指标",
            f"there is no {group.value} indicator",
            0,
            {"group": group.value},
        )
        for group in Group
        if group not in groups
    ]
    for number, one in enumerate(targets.indicators, start=1):
        if not one.is_filled and one.core:
            gaps.append(
                Problem(
                    "ledger.target_incomplete", "核心指标没有目标值", "a core indicator has no target", number
                )
            )
    return gaps


def indicators_text(indicators: tuple[Indicator, ...]) -> str:
    """Indicators in the one form in which they are sealed: JSON, an object for each, keys in order."""
    rows = [
        {name: value.value if isinstance(value, Enum) else value for name, value in asdict(one).items()}
        for one in indicators
    ]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def indicators_of(text: str) -> tuple[Indicator, ...]:
    """The indicators of a sealed text."""
    return tuple(
        Indicator(**{**row, "kind": Kind(row["kind"]), "operator": Operator(row["operator"])})
        for row in json.loads(text)
    )

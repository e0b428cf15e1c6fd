"""The card of a project: what a project has to say before it can come into the library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from services.ledger.domain.documents import Problem
from services.ledger.domain.library.texts import (
    FEN_MAX,
    KEY_MAX,
    LONG_MAX,
    REASON_MAX,
    SHORT_MAX,
    missing,
    text_problems,
)

COUNT_MAX = 10_000_000
NOTICE_DAYS_MAX = 3_660


class Source(Enum):
    """Where the money of a project is to come from. The value is stored and sealed: never reuse one."""

    CENTRAL_BUDGET = "central_budget"
    CENTRAL_OTHER = "central_other"
    LOCAL = "local"
    SELF_RAISED = "self_raised"
    SPECIAL_BOND = "special_bond"
    LOAN = "loan"
    OTHER = "other"


class ChangeKind(Enum):
    """Why a card in the library changes; none of what is not there yet."""

    NONE = ""
    YEARLY = "yearly"
    DYNAMIC = "dynamic"


class Stage(Enum):
    """What a public notice is of."""

    ENTRY = "entry"
    PLAN = "plan"
    COMPLETION = "completion"


@dataclass(frozen=True)
class Funding:
    """A part of the money that is planned, fen."""

    source: Source
    amount_fen: int


@dataclass(frozen=True)
class Card:
    """One version of a project as somebody enters it. Money in fen; households and persons are registered poor ones."""

    project_key: str
    division_code: str
    township_code: str
    fiscal_year: int
    name: str
    project_type: str
    construction_nature: str
    place: str
    planned_start_on: date | None
    planned_end_on: date | None
    responsible_unit: str
    tasks: str
    funding: tuple[Funding, ...]
    households: int
    persons: int
    beneficiaries: str
    """Who benefits besides."""
    goal: str
    """绩效目标 in words; the indicators are sets of their own."""
    participation: str
    mechanism: str

    @property
    def investment_fen(self) -> int:
        """All that is planned, fen."""
        return sum(one.amount_fen for one in self.funding)


@dataclass(frozen=True)
class Notice:
    """A public notice (公告公示): of what, where, and from which day to which, both included."""

    project_key: str
    stage: Stage
    place: str
    from_day: date
    to_day: date

    @property
    def days(self) -> int:
        """How many days it hung."""
        return (self.to_day - self.from_day).days + 1


LABELS = {
    "project_key": "项目代码",
    "division_code": "区划",
    "township_code": "申报乡镇",
    "name": "项目名称",
    "project_type": "项目类别",
    "construction_nature": "建设性质",
    "place": "实施地点",
    "planned_start_on": "计划开工",
    "planned_end_on": "计划完工",
    "responsible_unit": "责任单位",
    "tasks": "建设任务",
    "funding": "资金规模和筹资方式",
    "beneficiaries": "受益对象",
    "goal": "绩效目标",
    "participation": "群众参与",
    "mechanism": "带贫减贫机制",
    "key": "办理标识",
    "reason": "原因",
}
_LIMITS = {
    "project_key": KEY_MAX,
    "division_code": 12,
    "township_code": 12,
    "name": SHORT_MAX,
    "project_type": SHORT_MAX,
    "construction_nature": SHORT_MAX,
    "place": SHORT_MAX,
    "responsible_unit": SHORT_MAX,
    "tasks": LONG_MAX,
    "beneficiaries": SHORT_MAX,
    "goal": LONG_MAX,
    "participation": LONG_MAX,
    "mechanism": LONG_MAX,
}
_OPTIONAL = frozenset({"township_code", "beneficiaries"})


def find_card_problems(card: Card) -> list[Problem]:
    """What is wrong with a card by itself."""
    return [*text_problems(card, LABELS, _LIMITS, _OPTIONAL), *_figures(card), *_days(card)]


def _figures(card: Card) -> Iterator[Problem]:
    if not 2000 <= card.fiscal_year <= 2100:
        yield Problem("ledger.fiscal_year", "年度应为 2000 至 2100", "the year is not from 2000 to 2100")
    if not card.funding:
        yield missing("funding", LABELS["funding"])
    for number, one in enumerate(card.funding, start=1):
        if not 0 < one.amount_fen <= FEN_MAX:
            yield Problem("ledger.amount", "金额无效", "the amount is not valid", number)
    sources = [one.source for one in card.funding]
    if len(set(sources)) < len(sources):
        yield Problem("ledger.funding_twice", "同一筹资方式只填一次", "each source of money is named once")
    if not (0 <= card.households <= COUNT_MAX and 0 <= card.persons <= COUNT_MAX):
        yield Problem(
            "ledger.count", "受益户数或人数无效", "the number of households or persons is not valid"
        )
    elif not (card.households or card.persons or card.beneficiaries.strip()):
        yield missing("beneficiaries", LABELS["beneficiaries"])
    if card.township_code and not card.township_code.startswith(card.division_code):
        yield Problem(
            "ledger.township",
            f"乡镇 {card.township_code} 不在 {card.division_code} 内",
            f"township {card.township_code} is not in {card.division_code}",
            0,
            {"field": "township_code"},
        )


def _days(card: Card) -> Iterator[Problem]:
    for name in ("planned_start_on", "planned_end_on"):
        if getattr(card, name) is None:
            yield missing(name, LABELS[name])
    start, end = card.planned_start_on, card.planned_end_on
    if start and end and (start > end or start.year < 2000 or end.year > 2100):
        yield Problem(
            "ledger.planned_days",
            "计划完工早于计划开工，或不在 2000 至 2100 年",
            "it is planned to end before it begins, or not between 2000 and 2100",
        )


@dataclass(frozen=True)
class _Words:
    key: str
    project_key: str
    reason: str


def find_step_problems(key: str, project_key: str, reason: str, needs_reason: bool) -> list[Problem]:
    """What is wrong with the words of a step: its key, its project, why."""
    optional = frozenset() if needs_reason else frozenset({"reason"})
    limits = {"key": KEY_MAX, "project_key": KEY_MAX, "reason": REASON_MAX}
    return list(text_problems(_Words(key, project_key, reason), LABELS, limits, optional))


def find_notice_problems(notice: Notice) -> list[Problem]:
    """What is wrong with a notice by itself. One that is too short is none: it has happened."""
    labels = {"project_key": LABELS["project_key"], "place": "公示地点"}
    found = list(text_problems(notice, labels, {"project_key": KEY_MAX, "place": SHORT_MAX}, frozenset()))
    if not 0 < notice.days <= NOTICE_DAYS_MAX or notice.from_day.year < 2000:
        found.append(
            Problem("ledger.notice_days", "公示起止日期无效", "the days of the notice are not valid")
        )
    return found

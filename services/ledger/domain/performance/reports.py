"""What is reported of targets, period by period, how much of each is reached, and what stands out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from services.ledger.domain.documents import Problem
from services.ledger.domain.library.texts import KEY_MAX, LONG_MAX, REASON_MAX, SHORT_MAX, text_problems
from services.ledger.domain.performance.decimals import FULL_BP, Number, parse_number, share_bp
from services.ledger.domain.performance.targets import Group, Indicator, Operator

_PERIOD = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])|Q([1-4])|)")


@dataclass(frozen=True)
class Actual:
    """What was reached of the indicator of this number (from 1), from the beginning of the year on."""

    number: int
    value: str = ""
    words: str = ""


@dataclass(frozen=True)
class Report:
    """What is reported of a period: 2018-06 a month, 2018Q2 a quarter, 2018 the self-evaluation of the year."""

    key: str
    project_key: str
    fiscal_year: int
    period: str
    actuals: tuple[Actual, ...]
    comment: str = ""
    reason: str = ""
    """Why a period is reported once more; empty the first time."""


@dataclass(frozen=True)
class Reached:
    """How much of a target is reached. `points` are basis points, None where it cannot be counted."""

    points: int | None
    deviates: bool


def span(period: str) -> tuple[date, date] | None:
    """The first day of a period and the first day after it; None if it is no period."""
    found = _PERIOD.fullmatch(period)
    if found is None or not 2000 <= int(found[1]) <= 2100:
        return None
    year = int(found[1])
    last = int(found[2]) if found[2] else int(found[3]) * 3 if found[3] else 12
    first = last if found[2] else last - 2 if found[3] else 1
    return date(year, first, 1), date(year + last // 12, last % 12 + 1, 1)


def due_day(after: date, day_of_month: int) -> date:
    """By when a period is to be reported, by the first day after it."""
    return after.replace(day=day_of_month)


def is_due(period: str, planned_end_on: date | None) -> bool:
    """Whether all of the target should be there at the end of a period: the year or the project has ended."""
    spanned = span(period)
    if spanned is None:
        return False
    _, after = spanned
    return after.month == 1 or (planned_end_on is not None and planned_end_on < after)


def find_report_problems(report: Report, indicators: Sequence[Indicator], today: date) -> list[Problem]:
    """What is wrong with a report by itself and against the targets in force. One that is late is none."""
    labels = {"key": "办理标识", "project_key": "项目代码", "comment": "说明", "reason": "更正原因"}
    limits = {"key": KEY_MAX, "project_key": KEY_MAX, "comment": LONG_MAX, "reason": REASON_MAX}
    found = list(text_problems(report, labels, limits, frozenset({"comment", "reason"})))
    spanned = span(report.period)
    if spanned is None or not report.period.startswith(str(report.fiscal_year)):
        year = report.fiscal_year
        found.append(
            Problem(
                "ledger.period",
                f"期间“{report.period}”无效，应为 {year}-06、{year}Q2 或 {year}",
                f"{report.period!r} is no month, quarter or year of {year}",
            )
        )
    elif spanned[0] > today:
        found.append(Problem("ledger.period_future", "期间尚未到来", "the period has not come yet"))
    if not report.actuals:
        found.append(Problem("ledger.actuals", "没有填报任何指标", "no indicator is reported"))
    return [*found, *_actual_problems(report, indicators)]


def _actual_problems(report: Report, indicators: Sequence[Indicator]) -> Iterator[Problem]:
    seen: set[int] = set()
    labels, limits = {"value": "完成值", "words": "完成情况"}, {"value": 20, "words": SHORT_MAX}
    for line, one in enumerate(report.actuals, start=1):
        yield from text_problems(one, labels, limits, frozenset(limits), line)
        if not 1 <= one.number <= len(indicators) or one.number in seen:
            yield Problem(
                "ledger.indicator_unknown",
                f"没有第 {one.number} 项指标，或重复填报",
                f"there is no indicator {one.number}, or it is reported twice",
                line,
            )
            continue
        seen.add(one.number)
        is_text = indicators[one.number - 1].operator is Operator.TEXT
        if is_text and (one.value or not one.words):
            yield Problem(
                "ledger.operator_value",
                "文字指标填报文字，不填数值",
                "of a target in words, words are reported and no number",
                line,
            )
        elif not is_text and parse_number(one.value) is None:
            yield Problem(
                "ledger.indicator_value",
                f"完成值“{one.value}”无效，应为不超过四位小数的非负数",
                f"{one.value!r} is no number with at most four decimals",
                line,
                {"value": one.value},
            )


def reached(indicator: Indicator, actual: Actual | None, deviation_below_bp: int, due: bool) -> Reached:
    """How much of an indicator is reached; 10,000 points exactly where the target is met or more than that."""
    target = parse_number(indicator.value) if indicator.operator is not Operator.TEXT else None
    got = parse_number(actual.value) if actual else None
    if target is None or got is None:
        return Reached(None, False)
    points = _points(indicator.operator, target, got)
    return Reached(points, due and points < deviation_below_bp)


def _points(operator: Operator, target: Number, got: Number) -> int:
    scale = max(target.scale, got.scale)
    wanted, there = target.at(scale), got.at(scale)
    if operator is Operator.AT_LEAST:
        return share_bp(there, wanted) if wanted else FULL_BP
    if there == wanted or (operator is Operator.AT_MOST and there < wanted):
        return FULL_BP
    # What should be less, or just so, and is not: by the smaller of the two against the larger.
    return share_bp(min(there, wanted), max(there, wanted))


def output_points(indicators: Sequence[Indicator], actuals: Mapping[int, Actual]) -> int | None:
    """What the output indicators with numbers reach on average, each at most in full; None if there are none.

    An indicator that nobody reported counts as nothing. Basis points, rounded down.
    """
    counted = [
        min(reached(one, actuals.get(number), 0, False).points or 0, FULL_BP)
        for number, one in enumerate(indicators, start=1)
        if one.group is Group.OUTPUT and one.operator is not Operator.TEXT and one.is_filled
    ]
    return sum(counted) // len(counted) if counted else None


def actuals_text(actuals: tuple[Actual, ...]) -> str:
    """What was reported in the one form in which it is sealed."""
    return json.dumps(
        [asdict(one) for one in actuals], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def actuals_of(text: str) -> tuple[Actual, ...]:
    """What a sealed text reports."""
    return tuple(Actual(**row) for row in json.loads(text))

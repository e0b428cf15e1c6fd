"""Planted in the states of days: progress behind schedule and money idle over a year (rules 31 and 34).

What is planted for progress stands in a division and fund of its own, so that every fen that is paid is known. An
idle quota of 2017 leaves its own key of 2017 behind schedule too, unless another quota of that key was spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.demo.calendar import MONTH_ENDS
from services.demo.domain import UNCOVERED_DIVISION, YEAR
from services.demo.plan import CATEGORIES, Plan
from services.demo.plants.rule_ids import IDLE, PROGRESS
from services.demo.quotas import Quota

_TOTAL = 12_000_000_00
_TWELFTH_OF_TENTH = _TOTAL // 120
_IDLE_TOTAL = 3_000_000_00
_UNCOVERED = (UNCOVERED_DIVISION,)
Paid = tuple[tuple[date, int], ...]


def _due(month: int) -> int:
    """What must have been paid of _TOTAL at the end of a month."""
    return _TWELFTH_OF_TENTH * (10 * month - 12)


@dataclass(frozen=True)
class _Course:
    """How a quota is paid, and the months at whose end it is behind."""

    kind: str
    paid: Paid
    behind: tuple[int, ...] = ()
    why: str = ""


_BEHIND = (
    _Course("all-along", ((date(YEAR, 4, 12), _TOTAL // 5),), (6, 7, 8, 9)),
    _Course("in-september", ((date(YEAR, 5, 15), 7_200_000_00),), (9,)),
    _Course("in-june", ((date(YEAR, 7, 10), 11_000_000_00),), (6,)),
    _Course("by-one-fen", ((date(YEAR, 5, 16), _due(9) - 1),), (9,)),
)
_IN_TIME = (
    _Course(
        "exactly-on-schedule",
        (
            (date(YEAR, 6, 8), _due(6)),
            (date(YEAR, 7, 11), _due(7) - _due(6)),
            (date(YEAR, 8, 9), _due(8) - _due(7)),
            (date(YEAR, 9, 12), _due(9) - _due(8)),
        ),
        why="月末恰好达到序时进度",
    ),
    _Course("one-fen-ahead", ((date(YEAR, 5, 17), _due(9) + 1),), why="九月末多支一分"),
    _Course(
        "caught-up-at-month-end",
        ((date(YEAR, 6, 29), 7_000_000_00), (date(YEAR, 7, 12), 3_500_000_00)),
        why="月末最后一个工作日赶上",
    ),
    _Course("behind-in-may", ((date(YEAR, 6, 7), 10_000_000_00),), why="六月以前不判断"),
)


def plant(plan: Plan, copy: int) -> None:
    """Plants one copy of each kind."""
    _progress(plan, copy)
    _parked(plan, copy)
    _passed_on(plan, copy)
    _uncovered(plan, copy)
    _idle(plan, copy)
    _not_idle(plan, copy)


def _pay(
    plan: Plan, name: str, quota: Quota, paid: Sequence[tuple[date, int]], *, late: bool = False
) -> None:
    for number, (day, amount) in enumerate(paid):
        plan.pay(quota, day, amount, plan.enterprise(name, number), late=late)


def _expect_behind(plan: Plan, name: str, quota: Quota, months: Sequence[int], paid: Paid) -> None:
    for month in months:
        unpaid = quota.kept_fen - sum(amount for day, amount in paid if day <= MONTH_ENDS[month])
        plan.expect(
            PROGRESS,
            quota.fund.category,
            "progress",
            _key(quota),
            f"{YEAR}-{month:02d}",
            unpaid,
            quota.division,
            name,
        )


def _key(quota: Quota) -> str:
    return f"{quota.division}:{quota.fund.code}:{quota.year}"


def _progress(plan: Plan, copy: int) -> None:
    for place, course in enumerate((*_BEHIND, *_IN_TIME)):
        name = f"progress.{course.kind}.{copy}"
        category = CATEGORIES[(place + copy) % len(CATEGORIES)]
        quota = plan.quota(name, plan.free_key(name, category), _TOTAL, date(YEAR, 1, 12))
        _pay(plan, name, quota, course.paid)
        if course.behind:
            _expect_behind(plan, name, quota, course.behind, course.paid)
        else:
            plan.miss(PROGRESS, course.kind, "progress", _key(quota), course.why)


def _parked(plan: Plan, copy: int) -> None:
    """Nine tenths left the treasury, but only one tenth reached a final payee."""
    name = f"progress.parked.{copy}"
    quota = plan.quota(name, plan.free_key(name, "project"), _TOTAL, date(YEAR, 1, 12))
    paid = ((date(YEAR, 4, 17), _TOTAL // 10),)
    _pay(plan, name, quota, paid)
    plan.pay(quota, date(YEAR, 5, 15), _TOTAL * 8 // 10, plan.agent(name, quota.division, 7))
    _expect_behind(plan, name, quota, (6, 7, 8, 9), paid)


def _passed_on(plan: Plan, copy: int) -> None:
    """A prefecture keeps nothing: its total is zero, and the county below pays."""
    name = f"progress.passed-on.{copy}"
    taken = plan.world.keys
    free = [
        (county.parent, county.code, fund.code)
        for county in plan.geography.counties
        for fund in plan.geography.funds
        if county.code != UNCOVERED_DIVISION
        and (county.parent, fund.code, YEAR) not in taken
        and (county.code, fund.code, YEAR) not in taken
    ]
    division, county_code, fund = plan.generator(name).choice(free)
    upper = plan.quota(name, (division, fund), 0, date(YEAR, 1, 12))
    lower = plan.quota(name, (county_code, fund), _TOTAL, date(YEAR, 1, 19), upper=upper)
    _pay(plan, name, lower, ((date(YEAR, 5, 22), _TOTAL * 9 // 10),))
    plan.miss(PROGRESS, "nothing-kept", "progress", _key(upper), "全部下达，本级可支出总额为零")


def _uncovered(plan: Plan, copy: int) -> None:
    name = f"progress.uncovered.{copy}"
    category = ("project", "operations")[copy % 2]
    quota = plan.quota(name, plan.free_key(name, category, YEAR, _UNCOVERED), _TOTAL, date(YEAR, 1, 12))
    _pay(plan, name, quota, ((date(YEAR, 5, 11), _TOTAL // 10),))
    plan.miss(PROGRESS, "uncovered-county", "progress", _key(quota), "该县六月以后的支付数据未到，不能判断")

    name = f"idle.uncovered.{copy}"
    key = plan.free_key(name, ("poverty", "benefit")[copy % 2], YEAR - 1, _UNCOVERED)
    quota = plan.quota(name, key, _IDLE_TOTAL, date(YEAR - 1, 7, 20))
    plan.miss(IDLE, "uncovered-county", "quota", quota.key, "该县六月以后的支付数据未到，不能判断")
    plan.miss(PROGRESS, "uncovered-county", "progress", _key(quota), "该县六月以后的支付数据未到，不能判断")


def _old_quota(plan: Plan, name: str, place: int, received_on: date, kept_fen: int = _IDLE_TOTAL) -> Quota:
    """A quota of 2017 in a key of its own; `place` chooses the category."""
    key = plan.free_key(name, CATEGORIES[place % len(CATEGORIES)], YEAR - 1)
    return plan.quota(name, key, kept_fen, received_on)


def _expect_idle(plan: Plan, name: str, quota: Quota, unpaid_fen: int) -> None:
    plan.expect(IDLE, quota.fund.category, "quota", quota.key, "once", unpaid_fen, quota.division, name)


def _idle(plan: Plan, copy: int) -> None:
    name = f"idle.untouched.{copy}"
    quota = _old_quota(plan, name, copy, date(YEAR - 1, 5, 10))
    _expect_idle(plan, name, quota, _IDLE_TOTAL)
    _expect_behind(plan, name, quota, (6, 7, 8, 9), ())

    name = f"idle.partly-paid.{copy}"
    quota = _old_quota(plan, name, copy + 1, date(YEAR - 1, 6, 12))
    paid = ((date(YEAR, 3, 14), _IDLE_TOTAL * 3 // 10),)
    _pay(plan, name, quota, paid)
    _expect_idle(plan, name, quota, _IDLE_TOTAL * 7 // 10)
    _expect_behind(plan, name, quota, (6, 7, 8, 9), paid)

    name = f"idle.beside-a-spent-one.{copy}"
    quota = _old_quota(plan, name, copy + 2, date(YEAR - 1, 7, 5), 200_000_00)
    spent = plan.quota(name, (quota.division, quota.fund.code), 3_800_000_00, date(YEAR - 1, 8, 8))
    _pay(plan, name, spent, ((date(YEAR, 2, 7), 3_800_000_00),))
    _expect_idle(plan, name, quota, 200_000_00)

    name = f"idle.one-fen-left.{copy}"
    quota = _old_quota(plan, name, copy + 3, date(YEAR - 1, 4, 20))
    _pay(plan, name, quota, ((date(YEAR, 2, 8), _IDLE_TOTAL - 1),))
    _expect_idle(plan, name, quota, 1)

    name = f"idle.on-the-last-day.{copy}"
    quota = _old_quota(plan, name, copy + 4, date(YEAR - 1, 9, 30))
    _pay(plan, name, quota, ((date(YEAR, 3, 8), _IDLE_TOTAL * 9 // 10),))
    _expect_idle(plan, name, quota, _IDLE_TOTAL // 10)


def _not_idle(plan: Plan, copy: int) -> None:
    name = f"idle.day-364.{copy}"
    quota = _old_quota(plan, name, copy, date(YEAR - 1, 10, 1))
    _pay(plan, name, quota, ((date(YEAR, 3, 9), _IDLE_TOTAL * 9 // 10),))
    plan.miss(IDLE, "day-364", "quota", quota.key, "最后一日满三百六十四天")

    name = f"idle.paid-on-day-364.{copy}"
    quota = _old_quota(plan, name, copy + 1, date(YEAR - 1, 5, 16))
    paid = ((date(YEAR, 3, 12), _IDLE_TOTAL // 2), (date(YEAR, 5, 15), _IDLE_TOTAL - _IDLE_TOTAL // 2))
    _pay(plan, name, quota, paid)
    plan.miss(IDLE, "paid-on-day-364", "quota", quota.key, "满一年前一日付清")

    name = f"idle.payment-arrives-later.{copy}"
    quota = _old_quota(plan, name, copy + 2, date(YEAR - 1, 6, 20))
    _pay(plan, name, quota, ((date(YEAR, 6, 14), _IDLE_TOTAL),), late=True)
    plan.miss(IDLE, "payment-arrives-later", "quota", quota.key, "期内已付清，支付数据后到")

    upper = plan.world.uppers[quota.fund.code, YEAR - 1]
    plan.miss(IDLE, "zero-balance", "quota", upper.key, "全部下达，余额为零")

"""Planted in what repeats: split payments in a window, and duplicate payments (rules 46 and 47).

Every shape begins on a Monday with an ordinary week behind it, so that the distances in days are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.demo.calendar import QUIET_MONDAYS
from services.demo.domain import YEAR, Payee, Payment
from services.demo.plan import CATEGORIES, Plan, after
from services.demo.plants.rule_ids import DUPLICATE, SPLIT
from services.demo.quotas import Quota

_LIMIT = 500_000_00


@dataclass(frozen=True)
class _Shape:
    """Payments as (days after the Monday, fen); `hits`: which of them end a window that is too much."""

    kind: str
    category: str
    parts: tuple[tuple[int, int], ...]
    hits: tuple[int, ...] = ()
    why: str = ""


_SPLITS = (
    _Shape("three-in-a-week", "poverty", ((0, 180_000_00), (2, 170_000_00), (4, 165_000_00)), (2,)),
    _Shape("exactly-the-limit", "project", ((0, 150_000_00), (1, 160_000_00), (2, 190_000_00)), (2,)),
    _Shape("seventh-day", "project", ((1, 210_000_00), (3, 220_000_00), (7, 230_000_00)), (2,)),
    _Shape(
        "two-windows",
        "poverty",
        ((0, 200_000_00), (1, 190_000_00), (2, 185_000_00), (3, 175_000_00)),
        (2, 3),
    ),
)
_NO_SPLITS = (
    _Shape(
        "one-fen-below",
        "poverty",
        ((0, 150_000_00), (1, 160_000_00), (2, 189_999_99)),
        why="合计差一分到五十万元",
    ),
    _Shape("eight-days", "project", ((0, 210_000_00), (3, 220_000_00), (7, 230_000_00)), why="首末相距八天"),
    _Shape("two-payments", "poverty", ((0, 490_000_00), (2, 480_000_00)), why="只有两笔"),
    _Shape(
        "one-not-below-limit",
        "project",
        ((0, _LIMIT), (1, 120_000_00), (2, 130_000_00)),
        why="一笔已达限额，其余合计不足",
    ),
    _Shape(
        "other-category-only",
        "operations",
        ((0, 180_000_00), (2, 170_000_00), (4, 165_000_00)),
        why="该类资金不适用本规则",
    ),
)


def plant(plan: Plan, copy: int) -> None:
    """Plants one copy of each kind."""
    _splits(plan, copy)
    _splits_of_two(plan, copy)
    _duplicates(plan, copy)
    _no_duplicates(plan, copy)


def _paid(plan: Plan, name: str, shape: _Shape) -> tuple[Quota, list[Payment]]:
    quota = plan.host(name, shape.category, sum(amount for _, amount in shape.parts))
    monday = plan.generator(name).choice(QUIET_MONDAYS)
    payee = plan.enterprise(name)
    return quota, [plan.pay(quota, after(monday, days), amount, payee) for days, amount in shape.parts]


def _splits(plan: Plan, copy: int) -> None:
    for shape in _SPLITS:
        name = f"split.{shape.kind}.{copy}"
        quota, payments = _paid(plan, name, shape)
        for hit in shape.hits:
            last = payments[hit]
            plan.expect(
                SPLIT,
                shape.category,
                "account",
                last.payee_account,
                f"{last.day}|{last.project_key}",
                sum(payment.amount_fen for payment in payments[: hit + 1]),
                quota.division,
                name,
            )
    for shape in _NO_SPLITS:
        name = f"split.{shape.kind}.{copy}"
        _, payments = _paid(plan, name, shape)
        plan.miss(SPLIT, shape.kind, "account", payments[0].payee_account, shape.why)


def _splits_of_two(plan: Plan, copy: int) -> None:
    """Three payments that would be a split if they were not to two accounts, for two projects, or one taken back."""
    parts = _SPLITS[0].parts
    for kind in ("other-account-of-same-name", "other-project"):
        name = f"split.{kind}.{copy}"
        quota = plan.host(name, "project", sum(amount for _, amount in parts))
        monday = plan.generator(name).choice(QUIET_MONDAYS)
        own = quota.projects[0].key
        others = [p.key for p in plan.world.projects if p.division == quota.division and p.key != own]
        payee = plan.enterprise(name)
        for number, (days, amount) in enumerate(parts):
            other = number == len(parts) - 1
            account = plan.account(name, 9) if other and kind != "other-project" else payee.account
            project = others[0] if other and kind == "other-project" else own
            plan.pay(quota, after(monday, days), amount, Payee(payee.name, account), project_key=project)
        plan.miss(SPLIT, kind, "account", payee.account, "第三笔属另一账号或另一项目")

    name = f"split.corrected.{copy}"
    quota, payments = _paid(plan, name, _SPLITS[0])
    plan.reverse(quota, payments[1], after(payments[1].day, 14))
    plan.miss(SPLIT, "corrected-later", "account", payments[0].payee_account, "其中一笔已全额冲销")


def _duplicates(plan: Plan, copy: int) -> None:
    for place, (kind, days, hits) in enumerate(
        (
            ("same-day", (0, 0), (1,)),
            ("three-days", (0, 3), (1,)),
            ("three-times", (0, 1, 2), (1, 2)),
        )
    ):
        name = f"duplicate.{kind}.{copy}"
        category = CATEGORIES[(place + copy) % len(CATEGORIES)]
        parts = tuple((day, 123_000_00 + place) for day in days)
        _, payments = _paid(plan, name, _Shape(kind, category, parts))
        for hit in hits:
            plan.expect_payment(DUPLICATE, category, payments[hit], name)

    name = f"duplicate.over-month-end.{copy}"
    quota = plan.host(name, "general", 2 * 124_000_00)
    payee = plan.enterprise(name)
    plan.pay(quota, date(YEAR, 5, 31), 124_000_00, payee)
    second = plan.pay(quota, date(YEAR, 6, 1), 124_000_00, payee)
    plan.expect_payment(DUPLICATE, "general", second, name)


def _no_duplicates(plan: Plan, copy: int) -> None:
    for place, (kind, parts, why) in enumerate(
        (
            ("four-days", ((0, 125_000_00), (4, 125_000_00)), "相距四天"),
            ("one-fen-less", ((0, 126_000_00), (1, 125_999_99)), "金额差一分"),
        )
    ):
        name = f"duplicate.{kind}.{copy}"
        category = CATEGORIES[(place + 3 + copy) % len(CATEGORIES)]
        _, payments = _paid(plan, name, _Shape(kind, category, parts))
        plan.miss(DUPLICATE, kind, "payment", payments[1].key, why)

    for kind, category in (
        ("other-account-of-same-name", "poverty"),
        ("other-project", "project"),
        ("no-project", "general"),
    ):
        name = f"duplicate.{kind}.{copy}"
        quota = plan.host(name, category, 2 * 127_000_00)
        monday = plan.generator(name).choice(QUIET_MONDAYS)
        payee = plan.enterprise(name)
        own = "" if kind == "no-project" else quota.projects[0].key
        others = [p.key for p in plan.world.projects if p.division == quota.division and p.key != own]
        plan.pay(quota, monday, 127_000_00, payee, project_key=own)
        again = Payee(payee.name, plan.account(name, 9)) if kind.startswith("other-account") else payee
        project = others[0] if kind == "other-project" else own
        second = plan.pay(quota, after(monday, 1), 127_000_00, again, project_key=project)
        plan.miss(DUPLICATE, kind, "payment", second.key, "账号、项目不同或没有项目")

    for number, kind in enumerate(("first-taken-back", "second-taken-back")):
        name = f"duplicate.{kind}.{copy}"
        quota, payments = _paid(plan, name, _Shape(kind, "benefit", ((0, 128_000_00), (1, 128_000_00))))
        plan.reverse(quota, payments[number], after(payments[number].day, 14))
        plan.miss(DUPLICATE, kind, "payment", payments[1].key, "其中一笔已全额冲销")

"""The thirteen rules by brute force, on what was read back. They test the demo; the truth is not made by them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from tests.unit.demo.reading import Payment, Quota, World

Hit = tuple[str, str, str, str, str, int]
"""Rule, category, kind of subject, subject, period, fen."""
FIVE = ("poverty", "project", "benefit", "operations", "general")
FIRST, LAST = date(2018, 1, 2), date(2018, 9, 30)
MONTH_ENDS = [date(2018, 6, 30), date(2018, 7, 31), date(2018, 8, 31), date(2018, 9, 30)]
KINDS = (
    ("special_account", r"专户$"),
    ("township", r"(乡人民政府|镇人民政府|街道办事处)$"),
    ("village", r"(村民委员会|居民委员会)$"),
    ("platform", r"(投资|开发).*公司$"),
    ("enterprise", r"(公司|合作社|厂)$"),
    ("unit", r"(局|委员会|办公室|中心|学校|医院|管理站)$"),
)


def judge(world: World) -> set[Hit]:
    """All warnings that must stand at the end."""
    standing = [(p, p.amount + sum(amount for _, amount in p.corrections)) for p in world.payments]
    standing = [(payment, amount) for payment, amount in standing if amount > 0]
    return {
        *document_numbers(world),
        *progress(world),
        *idle(world),
        *one_payment(world, standing),
        *splits(standing),
        *duplicates(standing),
        *not_registered(world),
        *double_benefits(world),
    }


def kind_of(payee: str) -> str:
    """What a payee is, by name."""
    return next((kind for kind, pattern in KINDS if re.search(pattern, payee)), "person")


def document_numbers(world: World) -> Iterator[Hit]:
    """Rule 15."""
    for quota in world.quotas:
        if not re.fullmatch(r"[一-龥]+〔\d{4}〕\d+号", quota.document):
            yield _quota_hit("common.document-number-irregular", quota, quota.amount)


def _quota_hit(rule: str, quota: Quota, amount: int) -> Hit:
    return (rule, quota.category, "quota", quota.key, "once", amount)


def paid_of(world: World) -> dict[str, list[tuple[date, int]]]:
    """By quota: what reached final payees, day by day."""
    paid: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for payment in world.payments:
        if payment.quota and kind_of(payment.payee) in ("person", "enterprise"):
            paid[payment.quota.key] += [(payment.day, payment.amount), *payment.corrections]
    return paid


def by_key(world: World) -> dict[tuple[str, str, int], list[Quota]]:
    """Quotas by division, fund and year."""
    keys: dict[tuple[str, str, int], list[Quota]] = defaultdict(list)
    for quota in world.quotas:
        keys[quota.division, quota.fund, quota.year].append(quota)
    return keys


def state_at(
    world_paid: dict[str, list[tuple[date, int]]], quotas: list[Quota], end: date
) -> tuple[int, int]:
    """What stays in a key and what of it was paid, on a day."""
    total = sum(quota.amount - quota.issued for quota in quotas if quota.received <= end)
    paid = sum(amount for quota in quotas for day, amount in world_paid.get(quota.key, ()) if day <= end)
    return total, paid


def progress(world: World) -> Iterator[Hit]:
    """Rule 31."""
    paid_by_quota = paid_of(world)
    for (division, fund, year), quotas in by_key(world).items():
        for end in MONTH_ENDS:
            total, paid = state_at(paid_by_quota, quotas, end)
            if total > 0 and paid * 120 < total * (10 * end.month - 12) and _covered(world, division, end):
                key = f"{division}:{fund}:{year}"
                yield (
                    "common.progress-behind-schedule",
                    quotas[0].category,
                    "progress",
                    key,
                    f"2018-{end.month:02d}",
                    total - paid,
                )


def _covered(world: World, division: str, day: date) -> bool:
    return division in world.covered_to and world.covered_to[division] + timedelta(days=10) >= day


def idle(world: World) -> Iterator[Hit]:
    """Rule 34: the first day on which it holds."""
    paid = paid_of(world)
    for quota in world.quotas:
        day = max(quota.received + timedelta(days=365), FIRST)
        while day <= LAST:
            unpaid = (
                quota.amount - quota.issued - sum(fen for on, fen in paid.get(quota.key, ()) if on <= day)
            )
            if unpaid > 0 and _covered(world, quota.division, day):
                yield _quota_hit("common.idle-over-one-year", quota, unpaid)
                break
            day += timedelta(days=1)


def one_payment(world: World, standing: list[tuple[Payment, int]]) -> Iterator[Hit]:
    """Rules 40, 41, 42, 54, 57 and the one that joins 40 and 42."""
    with_list = {line.payment.key for line in world.lines if line.payment}
    parked = ("unit", "township", "village", "platform")
    for payment, amount in standing:
        account, on = payment.account, payment.day
        own = world.listed("own_account", account, on) and not world.listed(
            "own_account_whitelist", account, on
        )
        same = payment.payer == payment.payee and not world.listed("same_name_whitelist", account, on)
        quota = payment.quota
        class_differs = bool(
            quota and payment.function_class and payment.function_class != quota.function_class
        )
        booked = kind_of(payment.payee) in parked and payment.key not in with_list
        fired = {
            "common.transfer-to-own-account": own,
            "common.same-name-transfer": same,
            "common.own-account-same-name": own and same,
            "common.transfer-booked-as-spending": payment.category in ("poverty", "benefit") and booked,
            "common.purpose-irregular": irregular(payment.purpose),
            "common.payment-quota-mismatch": quota is None or class_differs,
        }
        for rule, holds in fired.items():
            if holds:
                yield (rule, payment.category, "payment", payment.key, "once", amount)


def irregular(purpose: str) -> bool:
    """Whether a purpose says nothing or has special characters."""
    return not re.search(r"[一-龥]", purpose) or bool(set(purpose) & set("!@#$%^&*<>?|\\{}[]=+`"))


def splits(standing: list[tuple[Payment, int]]) -> Iterator[Hit]:
    """Rule 46."""
    groups: dict[tuple[str, str, str], list[tuple[date, int]]] = defaultdict(list)
    for payment, amount in standing:
        if payment.category in ("poverty", "project") and payment.project and amount < 50_000_000:
            groups[payment.category, payment.account, payment.project].append((payment.day, amount))
    for (category, account, project), facts in groups.items():
        for last in {day for day, _ in facts}:
            window = [amount for day, amount in facts if last - timedelta(days=6) <= day <= last]
            if len(window) >= 3 and sum(window) >= 50_000_000:
                yield ("common.split-payment", category, "account", account, f"{last}|{project}", sum(window))


def duplicates(standing: list[tuple[Payment, int]]) -> Iterator[Hit]:
    """Rule 47."""
    groups: dict[tuple[str, str, str, int], list[Payment]] = defaultdict(list)
    for payment, amount in standing:
        if payment.category in FIVE and payment.project:
            groups[payment.category, payment.account, payment.project, amount].append(payment)
    for (category, _, _, amount), payments in groups.items():
        ordered = sorted(payments, key=lambda payment: (payment.day, payment.key))
        for first, second in combinations(ordered, 2):
            if (second.day - first.day).days <= 3:
                yield ("common.duplicate-payment", category, "payment", second.key, "once", amount)


def not_registered(world: World) -> Iterator[Hit]:
    """Rule 61."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in world.lines:
        category = line.payment.category if line.payment else "unassigned"
        if (
            category in ("poverty", "benefit")
            and line.amount > 0
            and world.listed("registered_only_benefit", line.benefit, line.day)
            and not world.listed(f"registered_person:{line.person}", line.person, line.day)
        ):
            sums[category, line.person, line.month] += line.amount
    for (category, person, month), amount in sums.items():
        yield ("common.payee-not-registered", category, "person", person, month, amount)


def double_benefits(world: World) -> Iterator[Hit]:
    """Rule 66: what was paid again, out of another category, is at stake."""
    groups: dict[tuple[str, str, str], list[tuple[date, str, str, int]]] = defaultdict(list)
    for line in world.lines:
        if line.amount > 0:
            category = line.payment.category if line.payment else "unassigned"
            groups[line.person, line.benefit, line.month].append((line.day, line.key, category, line.amount))
    for (person, _, month), facts in groups.items():
        ordered = sorted(facts)
        again = [
            amount
            for number, (_, _, category, amount) in enumerate(ordered)
            if any(before[2] != category for before in ordered[:number])
        ]
        if again:
            yield ("cross.duplicate-benefit", "cross", "person", person, month, sum(again))

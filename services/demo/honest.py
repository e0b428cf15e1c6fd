"""The honest payments of a division, month by month: ahead of schedule, to final payees, nothing twice, nothing split.

Each quota pays 70 to 76 % of what it keeps by 22 June and up to 82 % by the end of September; the strictest
schedule that any rule asks for is 65 % in September. What is left over is for disbursement lists and plants.
A payee of a project (or of a quota without one) comes round again only after more than ten days.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import isqrt
from random import Random
from typing import NamedTuple

from services.demo.calendar import WORKING_DAYS
from services.demo.domain import MONTHS, UNCOVERED_DIVISION, UNCOVERED_FROM, YEAR, Payee, Payment, Size
from services.demo.geography import Geography
from services.demo.identities import ENTERPRISE, PERSON, Identities
from services.demo.quotas import PLANNED, SPENT, Quota, World

FIRST_HALF_END = date(YEAR, 6, 22)
SPENT_BY = date(YEAR, 4, 20)
_SECOND_HALF_START = date(YEAR, 7, 2)
_LAST_PAYDAY = date(YEAR, 9, 28)
_DETAILS_MAX = 400
_SAME_PAYEE_DAYS = 10
_TO_PERSON_BELOW_FEN = 2_000_000
_PURPOSES = {
    "poverty": ("产业扶持资金", "贫困村基础设施工程款", "扶贫车间建设款", "种养殖补助"),
    "project": ("工程进度款", "设备购置款", "农村公路养护款", "灌溉工程材料款"),
    "benefit": ("就业培训费", "康复器材款", "救助物资款", "保险保费补贴"),
    "operations": ("教学设备款", "校舍维修款", "药品款", "公共卫生服务费"),
    "general": ("生态管护劳务费", "村级公益事业款", "水源地保护工程款"),
}
_PLACES_OF_USE = ("第一标段", "第二标段", "第三批", "本级", "村级")


class Line(NamedTuple):
    """A payment to come: when, from which quota, how much, and what it is for (a project, or the quota itself)."""

    day: date
    quota: Quota
    amount_fen: int
    pool: str


@dataclass(frozen=True)
class Honesty:
    """All that the honest generators share."""

    seed: int
    size: Size
    geography: Geography
    identities: Identities
    world: World

    @cached_property
    def quotas(self) -> dict[str, list[Quota]]:
        """Quotas that pay by themselves, by division."""
        found: dict[str, list[Quota]] = {}
        for quota in self.world.quotas:
            if quota.kept_fen and quota.paying != PLANNED:
                found.setdefault(quota.division, []).append(quota)
        return found

    @cached_property
    def pool_numbers(self) -> dict[str, int]:
        """A number for every project and quota, the base of its payees' serials."""
        pools = [
            *(project.key for project in self.world.projects),
            *(quota.key for quota in self.world.quotas),
        ]
        return {pool: number for number, pool in enumerate(pools)}

    @cached_property
    def weight_total(self) -> int:
        """Sum of the weights by which payments are shared out to quotas."""
        return sum(isqrt(quota.kept_fen) for quotas in self.quotas.values() for quota in quotas)

    def payments_of(self, quota: Quota) -> int:
        """How many payments a quota makes."""
        return max(1, self.size.direct_payments * isqrt(quota.kept_fen) // self.weight_total)


def months_of_payments(honesty: Honesty, division: str) -> Iterator[list[Payment]]:
    """The direct payments of a division: one list per month, in order of days and vouchers."""
    lines = _lines_of(honesty, division)
    cycles = _cycles(lines)
    seen: dict[str, int] = {}
    start = 0
    for month in MONTHS:
        end = start
        while end < len(lines) and lines[end].day.month == month:
            end += 1
        yield list(_payments(honesty, division, lines[start:end], cycles, seen))
        start = end


def _lines_of(honesty: Honesty, division: str) -> list[Line]:
    paydays = _paydays(honesty, division)
    lines: list[Line] = []
    for quota in honesty.quotas.get(division, []):
        generator = Random(f"{honesty.seed}:pay:{quota.key}")
        pools = [project.key for project in quota.projects] or [quota.key]
        for days, amount, count in _instalments(honesty, quota, paydays, generator):
            for part in _parts(amount, count, generator):
                day = days[generator.randrange(len(days))]
                lines.append(Line(day, quota, part, pools[generator.randrange(len(pools))]))
    if lines and division != UNCOVERED_DIVISION:
        # The last line is moved to the last payday, so that the division is covered to the end of the year's part.
        latest = max(range(len(lines)), key=lambda number: lines[number].day)
        lines[latest] = lines[latest]._replace(day=_LAST_PAYDAY)
    return sorted(lines, key=lambda line: (line.day, line.quota.key))


def _instalments(
    honesty: Honesty, quota: Quota, paydays: list[date], generator: Random
) -> Iterator[tuple[list[date], int, int]]:
    """The days, the amount and the number of payments of each part of the year."""
    count = honesty.payments_of(quota)
    received = quota.received_on + timedelta(days=2)
    if quota.paying == SPENT:
        yield [day for day in paydays if received <= day <= SPENT_BY], quota.kept_fen, count
        return
    first = quota.kept_fen * generator.randint(700, 760) // 1000
    second = quota.kept_fen * generator.randint(780, 820) // 1000 - first
    first_count = max(1, count * 68 // 100)
    yield [day for day in paydays if received <= day <= FIRST_HALF_END], first, first_count
    later = [day for day in paydays if day >= _SECOND_HALF_START]
    if count > first_count and later:
        yield later, second, count - first_count


def _paydays(honesty: Honesty, division: str) -> list[date]:
    """The days on which a division pays; in the uncovered county none after early June."""
    generator = Random(f"{honesty.seed}:paydays:{division}")
    chosen: list[date] = []
    for month in MONTHS:
        days = [day for day in WORKING_DAYS if day.month == month and day <= _LAST_PAYDAY]
        if month == 6:
            days = [day for day in days if day <= FIRST_HALF_END]
        wanted = honesty.size.paydays_per_month
        chosen.extend(sorted(generator.sample(days, wanted)) if wanted else days)
    if division == UNCOVERED_DIVISION:
        early = [day for day in chosen if day < UNCOVERED_FROM]
        return early if early[-1].month == 6 else [*early, date(YEAR, 6, 5)]
    return chosen


def _parts(amount: int, count: int, generator: Random) -> Iterator[int]:
    """An amount in so many parts that differ by up to a quarter, exact in sum."""
    share = amount // count
    spread = share // 4
    left = amount
    for _ in range((count - 1) // 2):
        delta = generator.randint(1, spread)
        yield share + delta
        yield share - delta
        left -= 2 * share
    if count % 2 == 0:
        delta = generator.randint(1, spread)
        yield share - delta
        left -= share - delta
    yield left


def _cycles(lines: list[Line]) -> dict[str, int]:
    """How many payees each pool needs so that none comes round again within ten days."""
    days: dict[str, list[date]] = {}
    for line in lines:
        days.setdefault(line.pool, []).append(line.day)
    apart = timedelta(days=_SAME_PAYEE_DAYS)
    return {
        pool: 1 + max(bisect_right(dates, day + apart) - bisect_left(dates, day) for day in set(dates))
        for pool, dates in days.items()
    }


def _payments(
    honesty: Honesty, division: str, lines: list[Line], cycles: dict[str, int], seen: dict[str, int]
) -> Iterator[Payment]:
    payer = honesty.geography.payer(division, honesty.identities)
    start = 0
    while start < len(lines):
        day = lines[start].day
        end = start
        while end < len(lines) and lines[end].day == day:
            end += 1
        vouchers = -(-(end - start) // _DETAILS_MAX)
        for voucher in range(vouchers):
            voucher_no = f"{day:%Y%m%d}{voucher + 1:05d}"
            first = start + (end - start) * voucher // vouchers
            last = start + (end - start) * (voucher + 1) // vouchers
            for number, line in enumerate(lines[first:last], 1):
                turn = seen.get(line.pool, 0)
                seen[line.pool] = turn + 1
                payee = _payee(honesty, line, turn % cycles[line.pool])
                yield payment_of(
                    honesty.geography,
                    line.quota,
                    payer,
                    payee,
                    day,
                    line.amount_fen,
                    voucher_no,
                    number,
                    line.pool,
                )
        start = end


def _payee(honesty: Honesty, line: Line, turn: int) -> Payee:
    serial = honesty.pool_numbers[line.pool] * 10**6 + turn
    identities = honesty.identities
    if line.amount_fen < _TO_PERSON_BELOW_FEN and turn % 2:
        return Payee(identities.person_name(serial), identities.account(PERSON, serial))
    return Payee(identities.enterprise_name(serial), identities.account(ENTERPRISE, serial))


def payment_of(
    geography: Geography,
    quota: Quota,
    payer: Payee,
    payee: Payee,
    day: date,
    amount_fen: int,
    voucher_no: str,
    number: int,
    project_key: str,
) -> Payment:
    """A payment from a quota as its voucher has it. A project key that is the quota's own stands for none."""
    category = quota.fund.category
    agency_code, agency_name = geography.office(quota.division, category)
    purposes = _PURPOSES[category]
    purpose = purposes[number % len(purposes)] + _PLACES_OF_USE[(number + day.day) % len(_PLACES_OF_USE)]
    return Payment(
        division=quota.division,
        voucher_no=voucher_no,
        detail_id=f"{number:05d}",
        day=day,
        amount_fen=amount_fen,
        agency_code=agency_code,
        agency_name=agency_name,
        document_number=quota.document_number,
        project_key="" if project_key == quota.key else project_key,
        function_class=quota.function_class,
        economic_class="50799" if len(payee.name) > 4 else "50999",
        payer_name=payer.name,
        payer_account=payer.account,
        payee_name=payee.name,
        payee_account=payee.account,
        purpose=purpose,
    )

"""The honest disbursement lists: per county, month and benefit one payment, and the list of who got it.

Also the register of poor households, which holds everybody whom a benefit for registered people is paid to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from services.demo.calendar import working_day
from services.demo.domain import (
    MONTHS,
    UNCOVERED_DIVISION,
    YEAR,
    Disbursement,
    Payee,
    Payment,
    RegisteredPerson,
)
from services.demo.honest import Honesty, payment_of
from services.demo.identities import AGENT, ENTERPRISE, LISTED_PERSON, Identities
from services.demo.quotas import Quota

_PERSONS_PER_COUNTY_MAX = 200_000
_ENTERPRISE_SERIALS = 50_000_000_000
_HOUSEHOLD_STARTS = (0, 1, 3, 6, 10)
"""Where the households begin among twelve people in a row: they have one, two, three, four and two members."""
_HOUSEHOLD_CYCLE = 12
_LIST_SHARE_PERCENT = 10


@dataclass(frozen=True)
class Benefit:
    """Something that is paid to people or enterprises by list."""

    number: int
    code: str
    fund: str
    lines_percent: int
    typical_fen: int
    registered_only: bool
    per_household: bool = False
    to_enterprises: bool = False
    purpose: str = ""


BENEFITS = (
    Benefit(1, "FP01", "C22", 36, 120_000, True, purpose="到户产业扶持资金发放"),
    Benefit(2, "FP02", "Q09", 16, 150_000, True, purpose="雨露计划补助发放"),
    Benefit(3, "BZ01", "C36", 28, 33_000, False, per_household=True, purpose="农村低保金发放"),
    Benefit(4, "BZ02", "C37", 15, 80_000, True, purpose="公益性岗位补贴发放"),
    Benefit(5, "BZ03", "Q20", 5, 500_000, False, to_enterprises=True, purpose="企业吸纳就业补贴发放"),
)
REGISTERED_ONLY = tuple(benefit.code for benefit in BENEFITS if benefit.registered_only)


@dataclass(frozen=True)
class _Batch:
    """One list to come: who pays it, when, and how much one line is before it is graded."""

    benefit: Benefit
    quota: Quota
    day: date
    count: int
    amount_fen: int

    def line_fen(self, number: int) -> int:
        """What a line gets: the whole amount, 10 or 20 % less."""
        return self.amount_fen - self.amount_fen // 10 * (number % 3)

    @property
    def voucher_no(self) -> str:
        """The voucher of the payment, which the lines name too."""
        return f"{self.day:%Y%m%d}{70_000 + self.benefit.number:05d}"

    @property
    def project_key(self) -> str:
        """The project that is paid for; empty for none."""
        return self.quota.projects[0].key if self.quota.projects else ""


def months_of_list_payments(honesty: Honesty, division: str) -> Iterator[list[Payment]]:
    """The payments to agents: one list per month, empty for who is no county."""
    for batches in _months(honesty, division):
        yield [_payment_for(honesty, division, batch) for batch in batches]


def months_of_list_lines(honesty: Honesty, division: str) -> Iterator[list[Disbursement]]:
    """What the agents handed on: one list per month, empty for who is no county."""
    for batches in _months(honesty, division):
        yield [line for batch in batches for line in _lines_of(honesty, division, batch)]


def register_of(honesty: Honesty, division: str) -> Iterator[RegisteredPerson]:
    """The registered people of a county, household by household."""
    identified = date(YEAR - 4, 6, 30)
    for index in range(registered_count(honesty)):
        serial = person_serial(honesty, division, index)
        household, member = _household_of(index)
        yield RegisteredPerson(
            household=f"{division}H{household:06d}",
            name=person_name(honesty.identities, serial),
            id_number=honesty.identities.id_number(serial),
            relation=("户主", "配偶", "子女", "父母")[member],
            division=division,
            identified_on=identified,
            left_on=None,
        )


def registered_count(honesty: Honesty) -> int:
    """How many people a county's register has: more than its longest list for registered people."""
    longest = max(_count(honesty, benefit) for benefit in BENEFITS if benefit.registered_only)
    return max(_HOUSEHOLD_CYCLE, longest * 6 // 5)


def person_serial(honesty: Honesty, division: str, index: int) -> int:
    """The serial of a county's person."""
    return honesty.geography.numbers[division] * _PERSONS_PER_COUNTY_MAX + index


def person_name(identities: Identities, serial: int) -> str:
    """A person's name; one in 97 has a character outside GBK."""
    return identities.rare_name(serial) if serial % 97 == 5 else identities.person_name(serial)


def list_quota(honesty: Honesty, division: str, benefit: Benefit) -> Quota:
    """The quota that a county pays a benefit from: what it received in advance of the benefit's fund."""
    key = f"ZB{YEAR}{division}{benefit.fund}1"
    return next(quota for quota in honesty.quotas[division] if quota.key == key)


def agent_of(honesty: Honesty, division: str, benefit: Benefit) -> Payee:
    """Who hands a benefit on: an agent's special account, in some counties a township's government."""
    if benefit.code == "FP02" and honesty.geography.numbers[division] % 4 == 0:
        serial = honesty.geography.numbers[division] * 100 + 50
        government = honesty.geography.township_government(division, 1)
        return Payee(government, honesty.identities.account(AGENT, serial))
    return honesty.geography.agent(division, benefit.number, honesty.identities)


def _count(honesty: Honesty, benefit: Benefit) -> int:
    return max(1, honesty.size.list_lines * benefit.lines_percent // 100)


def _household_of(index: int) -> tuple[int, int]:
    """Household number and place in it (0 is its head) of a county's person."""
    cycle, place = divmod(index, _HOUSEHOLD_CYCLE)
    number = sum(1 for start in _HOUSEHOLD_STARTS if start <= place) - 1
    return cycle * len(_HOUSEHOLD_STARTS) + number, place - _HOUSEHOLD_STARTS[number]


def _months(honesty: Honesty, division: str) -> Iterator[list[_Batch]]:
    is_county = any(county.code == division for county in honesty.geography.counties)
    for month in MONTHS:
        stopped = division == UNCOVERED_DIVISION and month > 5
        yield [_batch(honesty, division, month, b) for b in BENEFITS] if is_county and not stopped else []


def _batch(honesty: Honesty, division: str, month: int, benefit: Benefit) -> _Batch:
    quota = list_quota(honesty, division, benefit)
    generator = Random(f"{honesty.seed}:list:{division}:{month}:{benefit.code}")
    day = working_day(generator, date(YEAR, month, 10), date(YEAR, month, 20))
    count = _count(honesty, benefit)
    most = quota.kept_fen * _LIST_SHARE_PERCENT // 100 // len(MONTHS) // count
    return _Batch(benefit, quota, day, count, min(benefit.typical_fen, most))


def _lines_of(honesty: Honesty, division: str, batch: _Batch) -> Iterator[Disbursement]:
    benefit = batch.benefit
    townships = honesty.geography.townships[division]
    for number in range(batch.count):
        township = townships[number % len(townships)][0]
        name, id_number, account = _beneficiary(honesty, division, benefit, number, batch.count)
        yield Disbursement(
            division=division,
            document_number=batch.quota.document_number,
            voucher_no=batch.voucher_no,
            project_key=batch.project_key,
            benefit_code=benefit.code,
            township=township,
            village=f"{township}{200 + number % 7:03d}",
            name=name,
            id_number=id_number,
            account=account,
            per_household=benefit.per_household,
            due_fen=batch.line_fen(number),
            amount_fen=batch.line_fen(number),
            month=YEAR * 100 + batch.day.month,
            day=batch.day,
            batch=f"{YEAR}{batch.day.month:02d}{benefit.code}",
            serial=number + 1,
        )


def _beneficiary(
    honesty: Honesty, division: str, benefit: Benefit, number: int, count: int
) -> tuple[str, str, str]:
    identities = honesty.identities
    if benefit.to_enterprises:
        serial = honesty.geography.numbers[division] * 10**6 + number
        account = identities.account(ENTERPRISE, _ENTERPRISE_SERIALS + serial)
        return identities.enterprise_name(serial), identities.credit_code(serial), account
    index = number
    if benefit.per_household:
        # Heads of registered households, as far as they reach in the first half, and people outside the register.
        heads = registered_count(honesty) // _HOUSEHOLD_CYCLE * len(_HOUSEHOLD_STARTS)
        cycle, place = divmod(number, len(_HOUSEHOLD_STARTS))
        inside = number < min(heads, count // 2)
        index = (
            cycle * _HOUSEHOLD_CYCLE + _HOUSEHOLD_STARTS[place]
            if inside
            else registered_count(honesty) + number
        )
    serial = person_serial(honesty, division, index)
    return (
        person_name(identities, serial),
        identities.id_number(serial),
        identities.account(LISTED_PERSON, serial),
    )


def _payment_for(honesty: Honesty, division: str, batch: _Batch) -> Payment:
    payment = payment_of(
        honesty.geography,
        batch.quota,
        honesty.geography.payer(division, honesty.identities),
        agent_of(honesty, division, batch.benefit),
        batch.day,
        sum(batch.line_fen(number) for number in range(batch.count)),
        batch.voucher_no,
        1,
        batch.project_key or batch.quota.key,
    )
    return payment._replace(purpose=batch.benefit.purpose)

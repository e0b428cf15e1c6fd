"""The plan of the demo: the honest world, and what is planted in it, with the truth written at the same moment.

Every plant draws from its own generator, named after it, so that a new plant moves no other one. Planted payments
have vouchers, payees and accounts of their own; what they cost is taken from what a quota keeps free for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import TypedDict, Unpack

from services.demo.calendar import WORKING_DAYS
from services.demo.domain import (
    UNCOVERED_DIVISION,
    YEAR,
    Disbursement,
    ListRow,
    NearMiss,
    Payee,
    Payment,
    RegisteredPerson,
    Size,
    Truth,
)
from services.demo.geography import Geography
from services.demo.honest import Honesty, payment_of
from services.demo.identities import LISTED_PERSON, PLANTED, Identities
from services.demo.quotas import HONEST, PLANNED, Quota, World, document_number

CATEGORIES = ("poverty", "project", "benefit", "operations", "general")
_HOST_LEAST_FEN = 20_000_000_00
_FREE_PERCENT = 8
"""Honest payments and lists leave this share of a quota to plants."""
_PLANTED_PERSONS = 10_000_000
OPEN_FROM = date(YEAR, 1, 1)


@dataclass(frozen=True)
class Person:
    """Somebody made up for a plant, with the county and household that the register would say."""

    name: str
    id_number: str
    account: str
    division: str
    household: str


class Changed(TypedDict, total=False):
    """Fields of a planted payment that differ from what an honest one would have."""

    document_number: str
    function_class: str
    purpose: str
    original_voucher_no: str
    original_detail_id: str


@dataclass
class Plan:
    """Everything that is written besides the honest payments and lists."""

    seed: int
    size: Size
    geography: Geography
    identities: Identities
    world: World
    payments: list[Payment] = field(default_factory=list)
    late_payments: list[Payment] = field(default_factory=list)
    disbursements: list[Disbursement] = field(default_factory=list)
    late_disbursements: list[Disbursement] = field(default_factory=list)
    register: list[RegisteredPerson] = field(default_factory=list)
    late_register: list[RegisteredPerson] = field(default_factory=list)
    lists: list[ListRow] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    near_misses: list[NearMiss] = field(default_factory=list)
    _vouchers: dict[tuple[str, date], int] = field(default_factory=dict)

    @cached_property
    def honesty(self) -> Honesty:
        """What the honest generators share. Taken once the last plant is in."""
        return Honesty(self.seed, self.size, self.geography, self.identities, self.world)

    @cached_property
    def _hosts(self) -> dict[str, list[Quota]]:
        """By category: quotas of counties, received in advance, that are large enough to hold plants."""
        counties = {county.code for county in self.geography.counties} - {UNCOVERED_DIVISION}
        found: dict[str, list[Quota]] = {category: [] for category in CATEGORIES}
        for quota in self.world.quotas:
            early = quota.received_on < date(YEAR, 2, 1) and quota.year == YEAR and quota.paying == HONEST
            big = quota.kept_fen >= _HOST_LEAST_FEN and quota.projects and quota.key.endswith("1")
            if quota.division in counties and early and big:
                quota.free_fen = quota.kept_fen * _FREE_PERCENT // 100
                found[quota.fund.category].append(quota)
        return found

    def generator(self, plant: str) -> Random:
        """The plant's own source of chance."""
        return Random(f"{self.seed}:{plant}")

    def host(self, plant: str, category: str, amount_fen: int, division: str = "") -> Quota:
        """A quota that can bear a planted amount; the same plant always begins its search at the same one."""
        hosts = self._hosts[category]
        start = self.generator(f"{plant}:host").randrange(len(hosts))
        for step in range(len(hosts)):
            quota = hosts[(start + step) % len(hosts)]
            if quota.free_fen >= amount_fen and division in ("", quota.division):
                quota.free_fen -= amount_fen
                return quota
        raise ValueError(f"no quota of {category} is free for {plant}")

    def free_key(
        self, plant: str, category: str, year: int = YEAR, divisions: Sequence[str] = ()
    ) -> tuple[str, str]:
        """A division (by default any covered county) and a fund of a category without a quota of that year."""
        taken = self.world.keys
        counties = [county.code for county in self.geography.counties if county.code != UNCOVERED_DIVISION]
        free = [
            (division, fund.code)
            for division in divisions or counties
            for fund in self.geography.funds
            if fund.category == category
            and (fund.code, year) in self.world.uppers
            and (division, fund.code, year) not in taken
        ]
        return self.generator(f"{plant}:key").choice(free)

    def quota(
        self,
        plant: str,
        key: tuple[str, str],
        kept_fen: int,
        received_on: date,
        *,
        number: str | None = None,
        late: bool = False,
        upper: Quota | None = None,
    ) -> Quota:
        """A quota of a (division, fund) that only the plan pays from, received from the province (or `upper`).

        `number` is its document number; by default a regular one of its own.
        """
        division, fund_code = key
        year = received_on.year if received_on < date(YEAR - 1, 11, 1) else YEAR
        parent = upper or self.world.uppers[fund_code, year]
        serial = 100_000 + self._serial(f"{plant}:{division}:{fund_code}", received_on.toordinal(), 900_000)
        own = document_number(parent.division, parent.fund, year, serial)
        quota = Quota(
            key=f"ZB{year}{division}{fund_code}P{serial}",
            document_number=own if number is None else number,
            parent=parent,
            fund=parent.fund,
            division=division,
            year=year,
            function_class=parent.function_class,
            received_on=received_on,
            kept_fen=kept_fen,
            paying=PLANNED,
            late=late,
        )
        return self.world.add(quota)

    def account(self, plant: str, number: int = 0) -> str:
        """An account that only this plant uses."""
        digest = hashlib.sha256(f"{plant}:{number}".encode()).digest()
        return self.identities.account(PLANTED, int.from_bytes(digest[:8], "big") % 10**14)

    def enterprise(self, plant: str, number: int = 0) -> Payee:
        """An enterprise that only this plant pays."""
        serial = self._serial(plant, number, 10**9)
        return Payee(self.identities.enterprise_name(serial), self.account(plant, number))

    def agent(self, plant: str, division: str, number: int = 0) -> Payee:
        """A special account that hands benefits on, used by this plant only."""
        return Payee(f"{self.geography.names[division]}惠农补贴代发专户", self.account(plant, number))

    def person(
        self, plant: str, division: str, number: int = 0, name: str = "", household: str = ""
    ) -> Person:
        """Somebody whom only this plant knows; not registered yet."""
        serial = _PLANTED_PERSONS + self._serial(plant, number, 20_000_000)
        return Person(
            name=name or self.identities.person_name(serial),
            id_number=self.identities.id_number(serial),
            account=self.identities.account(LISTED_PERSON, serial),
            division=division,
            household=household or f"{division}P{serial % 10**6:06d}",
        )

    def enter_register(
        self,
        person: Person,
        identified_on: date = date(YEAR - 4, 6, 30),
        left_on: date | None = None,
        *,
        relation: str = "户主",
        late: bool = False,
    ) -> Person:
        """Puts somebody in the register, or in the part of it that arrives late."""
        row = RegisteredPerson(
            person.household, person.name, person.id_number, relation, person.division, identified_on, left_on
        )
        (self.late_register if late else self.register).append(row)
        return person

    def pay(
        self,
        quota: Quota,
        day: date,
        amount_fen: int,
        payee: Payee,
        *,
        payer_name: str = "",
        project_key: str | None = None,
        late: bool = False,
        **changed: Unpack[Changed],
    ) -> Payment:
        """A planted payment with a voucher of its own; `changed` are other fields as the voucher has them."""
        if project_key is None:
            project_key = quota.projects[0].key if quota.projects else ""
        payer = self.geography.payer(quota.division, self.identities)
        number = self._vouchers.get((quota.division, day), 0) + 1
        self._vouchers[quota.division, day] = number
        voucher_no = f"{day:%Y%m%d}{90_000 + number:05d}"
        payment = payment_of(
            self.geography, quota, payer, payee, day, amount_fen, voucher_no, 1, project_key or quota.key
        )
        payment = payment._replace(payer_name=payer_name or payer.name, **changed)
        (self.late_payments if late else self.payments).append(payment)
        return payment

    def reverse(self, quota: Quota, payment: Payment, day: date, amount_fen: int = 0) -> Payment:
        """Corrects a payment, wholly or by an amount, with a voucher that arrives late."""
        return self.pay(
            quota,
            next(working for working in WORKING_DAYS if working >= day),
            -(amount_fen or payment.amount_fen),
            Payee(payment.payee_name, payment.payee_account),
            payer_name=payment.payer_name,
            project_key=payment.project_key,
            late=True,
            document_number=payment.document_number,
            purpose="退回资金冲销",
            original_voucher_no=payment.voucher_no,
            original_detail_id=payment.detail_id,
        )

    def pay_by_list(
        self,
        plant: str,
        quota: Quota,
        day: date,
        benefit_code: str,
        lines: list[tuple[Person, int]],
        *,
        payee: Payee | None = None,
        month: int = 0,
        late: bool = False,
        number: int = 0,
    ) -> tuple[Payment, list[Disbursement]]:
        """A payment to an agent (or `payee`) and the list of who got it: persons with amounts, fen."""
        payee = payee or self.agent(plant, quota.division, number)
        amount_fen = sum(amount for _, amount in lines)
        # A list of nothing still needs a voucher: its payment is one yuan of fees.
        payment = self.pay(quota, day, amount_fen or 100, payee, purpose="补助资金代发")
        township = self.geography.townships[quota.division][0][0]
        listed = [
            Disbursement(
                division=quota.division,
                document_number=quota.document_number,
                voucher_no=payment.voucher_no,
                project_key=payment.project_key,
                benefit_code=benefit_code,
                township=township,
                village=f"{township}201",
                name=person.name,
                id_number=person.id_number,
                account=person.account,
                per_household=False,
                due_fen=amount,
                amount_fen=amount,
                month=month or YEAR * 100 + day.month,
                day=day,
                batch=f"P{payment.voucher_no}",
                serial=serial,
            )
            for serial, (person, amount) in enumerate(lines, 1)
        ]
        (self.late_disbursements if late else self.disbursements).extend(listed)
        return payment, listed

    def reverse_line(self, line: Disbursement, day: date) -> None:
        """Takes a line of a list back, with a line that arrives late."""
        self.late_disbursements.append(
            line._replace(
                due_fen=-line.due_fen,
                amount_fen=-line.amount_fen,
                day=day,
                batch=f"{line.batch}R",
                original_batch=line.batch,
                original_serial=line.serial,
            )
        )

    def list_account(
        self, list_name: str, account: str, valid_from: date = OPEN_FROM, valid_to: date | None = None
    ) -> None:
        """Puts an account on a reference list."""
        self.lists.append(ListRow(list_name, "账号", account, valid_from, valid_to, "演示数据"))

    def expect_payment(
        self, rule_id: str, category: str, payment: Payment, plant: str, amount_fen: int = 0
    ) -> None:
        """Writes the truth about a payment that a rule must warn of."""
        amount_fen = amount_fen or payment.amount_fen
        self.expect(rule_id, category, "payment", payment.key, "once", amount_fen, payment.division, plant)

    def expect(
        self,
        rule_id: str,
        category: str,
        subject_kind: str,
        subject: str,
        period: str,
        amount_fen: int,
        division: str,
        plant: str,
    ) -> None:
        """Writes a line of the truth."""
        self.truths.append(
            Truth(rule_id, category, subject_kind, subject, period, amount_fen, division, plant)
        )

    def miss(self, rule_id: str, kind: str, subject_kind: str, subject: str, why: str) -> None:
        """Notes something that must not be warned of."""
        self.near_misses.append(NearMiss(rule_id, kind, subject_kind, subject, why))

    def _serial(self, plant: str, number: int, count: int) -> int:
        digest = hashlib.sha256(f"{plant}:{number}:person".encode()).digest()
        return int.from_bytes(digest[:8], "big") % count


def after(day: date, days: int) -> date:
    """So many days later."""
    return day + timedelta(days=days)

"""Warnings, users and divisions out of a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.kit.config import Config
from services.notify.domain.cases import Case, CaseWarning, group_warning
from services.notify.domain.deliveries import Line, Message
from services.notify.domain.machine import Machine
from services.notify.domain.routing import Division, User

NOW = datetime(2018, 7, 30, 1, 0, tzinfo=UTC)
COUNTY, PREFECTURE, PROVINCE = "630121", "630100", "630000"


class ManualClock:
    """Moves only when told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, seconds: int) -> None:
        self.moment += timedelta(seconds=seconds)


def warning(
    number: int = 1,
    subject: str = "630121:2018:5201:ZF-1:1",
    severity: str = "yellow",
    standing: bool = True,
    revision: int = 1,
    division: str = COUNTY,
    amount_fen: int = 120_000,
    subject_kind: str = "payment",
) -> CaseWarning:
    """A warning; `number` makes its id and its rule."""
    return CaseWarning(
        f"{number:032x}",
        revision,
        "poverty",
        f"common.rule-{number}",
        f"规则{number}",
        severity,
        subject_kind,
        subject,
        division,
        "C22",
        amount_fen,
        f"收款人 张* 的付款 {amount_fen // 100} 元，请核实",
        "2018-07-30",
        standing,
        "" if standing else "已更正",
    )


def retraction(of: CaseWarning, because: str = "已更正") -> CaseWarning:
    """The same warning, retracted."""
    return replace(of, standing=False, retracted_because=because)


def open_case(machine: Machine, *warnings: CaseWarning, now: datetime = NOW) -> Case:
    """The case after these warnings."""
    case: Case | None = None
    for item in warnings:
        case = group_warning(case, item, machine, now).case
    assert case is not None
    return case


def officer(name: str, division: str, email: str | None = None, language: str = "zh") -> User:
    """A finance officer with a mail address."""
    address = f"{name}@finance.example" if email is None else email
    return User(name, f"{name}先生", address, division, ("finance_officer",), language, True)


def administrator(name: str, division: str = PROVINCE) -> User:
    """An administrator with a mail address."""
    return User(name, name, f"{name}@finance.example", division, ("administrator",), "zh", True)


DIVISIONS = {
    division.code: division
    for division in (
        Division("630000", "青海省", "province", ""),
        Division("630100", "西宁市", "prefecture", "630000"),
        Division("630121", "大通县", "county", "630100"),
        Division("630122", "湟中县", "county", "630100"),
    )
}

LI = officer("li", COUNTY)
SECRET = "not a real secret"


def mailing(smtp_url: str) -> Config:
    """A configuration that mails."""
    return Config(
        smtp_url=smtp_url,
        mail_from="明账 <mingzhang@finance.example>",
        public_url="https://mingzhang.finance.example",
    )


def hooking(webhook_url: str) -> Config:
    """A configuration that calls a webhook."""
    return Config(webhook_url=webhook_url, webhook_secret=SECRET, public_url="https://mz.example")


def message(
    title: str = "规则1", subject_kind: str = "payment", subject: str = "630121:2018:5201:ZF-1:1"
) -> Message:
    """A message about one case."""
    line = Line(
        "c" * 32,
        "opened",
        "red",
        title,
        "收款人 张* 的付款，请核实",
        120_000,
        COUNTY,
        "大通县",
        subject_kind,
        subject,
        1,
        "request-1",
    )
    return Message("d" * 32, "mail", "li", (line,), NOW, next_attempt_at=NOW + timedelta(0))

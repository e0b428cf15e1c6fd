"""Planted in document numbers, purposes, and the match of payment and quota (rules 15, 54 and 57)."""

from __future__ import annotations

from datetime import date
from typing import Unpack

from services.demo.calendar import working_day
from services.demo.domain import UNCOVERED_DIVISION, YEAR, Payment
from services.demo.plan import CATEGORIES, Changed, Plan, after
from services.demo.plants.rule_ids import DOCUMENT_NUMBER, MISMATCH, PURPOSE, UNASSIGNED
from services.demo.quotas import Quota

_BAD_NUMBERS = {
    "empty": "",
    "digits": "2018{n}",
    "latin": "QCN-2018-{n}",
    "special-characters": "青财农字*2018#{n}号",
    "no-year": "青财农字{n}号",
}
_ODD_NUMBERS = {
    "square-brackets": "青财农字[2018]{n}号",
    "round-brackets": "青财农字(2018){n}号",
    "full-width-brackets": "青财农字（2018）{n}号",
    "long-series": "青财农水扶字〔2018〕{n}号",
}
_BAD_PURPOSES = {
    "empty": "",
    "digits": "20180730",
    "latin": "PAYMENT",
    "special-character": "工程款#3",
    "markup": "材料款&<运费>",
}
_ODD_PURPOSES = {
    "digits-and-words": "2018年第3批补助",
    "tilde": "工程款~第三标段",
    "brackets": "（第二批）补助款",
    "hyphen": "工程款-进度款",
}
_FIRST, _LAST = date(YEAR, 4, 2), date(YEAR, 9, 20)
_WRONG_CLASS = "2019999"


def plant(plan: Plan, copy: int) -> None:
    """Plants one copy of each kind."""
    _document_numbers(plan, copy)
    _purposes(plan, copy)
    _mismatches(plan, copy)
    _matches_after_all(plan, copy)


def payment_from_host(
    plan: Plan, name: str, category: str, amount_fen: int, **changed: Unpack[Changed]
) -> tuple[Quota, Payment]:
    """An ordinary payment to an enterprise in which some fields are `changed`."""
    quota = plan.host(name, category, amount_fen)
    day = working_day(plan.generator(name), _FIRST, _LAST)
    return quota, plan.pay(quota, day, amount_fen, plan.enterprise(name), **changed)


def _document_numbers(plan: Plan, copy: int) -> None:
    for place, (kind, pattern) in enumerate({**_BAD_NUMBERS, **_ODD_NUMBERS}.items()):
        name = f"document-number.{kind}.{copy}"
        category = CATEGORIES[(place + copy) % len(CATEGORIES)]
        host = plan.host(name, category, 0)
        number = pattern.format(n=plan.generator(name).randint(1_000, 9_999))
        received = working_day(plan.generator(name), date(YEAR, 3, 1), date(YEAR, 4, 20))
        key = (host.division, host.fund.code)
        quota = plan.quota(name, key, host.kept_fen // 100, received, number=number, upper=host.parent)
        if kind in _BAD_NUMBERS:
            plan.expect(
                DOCUMENT_NUMBER, category, "quota", quota.key, "once", quota.kept_fen, quota.division, name
            )
        else:
            plan.miss(DOCUMENT_NUMBER, kind, "quota", quota.key, "只是括号或字数不同，文号规范")


def _purposes(plan: Plan, copy: int) -> None:
    for place, (kind, purpose) in enumerate(_BAD_PURPOSES.items()):
        name = f"purpose.{kind}.{copy}"
        category = CATEGORIES[(place + copy) % len(CATEGORIES)]
        _, payment = payment_from_host(plan, name, category, 8_000_00 + place, purpose=purpose)
        plan.expect_payment(PURPOSE, category, payment, name)
    name = f"purpose.unassigned.{copy}"
    _, payment = payment_from_host(plan, name, "project", 7_500_00, purpose="123456", document_number="")
    plan.expect_payment(PURPOSE, UNASSIGNED, payment, name)
    plan.expect_payment(MISMATCH, UNASSIGNED, payment, name)
    for place, (kind, purpose) in enumerate(_ODD_PURPOSES.items()):
        name = f"purpose.{kind}.{copy}"
        category = CATEGORIES[(place + copy) % len(CATEGORIES)]
        _, payment = payment_from_host(plan, name, category, 8_100_00 + place, purpose=purpose)
        plan.miss(PURPOSE, kind, "payment", payment.key, "含汉字且无特殊符号")
    name = f"purpose.corrected.{copy}"
    quota, payment = payment_from_host(plan, name, "benefit", 8_200_00, purpose="000")
    plan.reverse(quota, payment, after(payment.day, 7))
    plan.miss(PURPOSE, "corrected-later", "payment", payment.key, "已全额冲销")


def _mismatches(plan: Plan, copy: int) -> None:
    for place in range(2):
        name = f"mismatch.class-{place}.{copy}"
        category = CATEGORIES[(2 * place + copy) % len(CATEGORIES)]
        _, payment = payment_from_host(plan, name, category, 56_000_00 + place, function_class=_WRONG_CLASS)
        plan.expect_payment(MISMATCH, category, payment, name)
    unknown = f"青财农字〔2018〕{990_000 + copy}号"
    for kind, number in (("unknown-document", unknown), ("no-document", "")):
        name = f"mismatch.{kind}.{copy}"
        _, payment = payment_from_host(plan, name, "poverty", 57_000_00, document_number=number)
        plan.expect_payment(MISMATCH, UNASSIGNED, payment, name)


def _matches_after_all(plan: Plan, copy: int) -> None:
    name = f"mismatch.quota-later.{copy}"
    host = plan.host(name, "project", 0)
    key = (host.division, host.fund.code)
    quota = plan.quota(name, key, 300_000_00, date(YEAR, 4, 10), late=True, upper=host.parent)
    payment = plan.pay(
        quota, date(YEAR, 4, 24), 270_000_00, plan.enterprise(name), project_key=host.projects[0].key
    )
    plan.miss(MISMATCH, "quota-arrives-later", "payment", payment.key, "指标后到，已挂接")

    name = f"mismatch.no-class.{copy}"
    _, payment = payment_from_host(plan, name, "general", 58_000_00, function_class="")
    plan.miss(MISMATCH, "class-not-stated", "payment", payment.key, "凭证未写功能科目，无从比对")

    name = f"mismatch.brackets.{copy}"
    host = plan.host(name, "benefit", 59_000_00)
    number = host.document_number.replace("〔", "[").replace("〕", "]")
    day = working_day(plan.generator(name), _FIRST, _LAST)
    payment = plan.pay(host, day, 59_000_00, plan.enterprise(name), document_number=number)
    plan.miss(MISMATCH, "other-brackets", "payment", payment.key, "文号括号写法不同，规范后一致")

    name = f"mismatch.second-class.{copy}"
    seconds = [
        quota
        for quota in plan.world.quotas
        if quota.key.endswith("K") and quota.division != UNCOVERED_DIVISION
    ]
    second = plan.generator(name).choice(seconds)
    payment = plan.pay(second, day, second.kept_fen // 100, plan.enterprise(name))
    plan.miss(
        MISMATCH, "second-class-of-document", "payment", payment.key, "同一文号有两个功能科目，与其一致"
    )

    name = f"mismatch.corrected.{copy}"
    host, payment = payment_from_host(plan, name, "operations", 60_000_00, function_class=_WRONG_CLASS)
    plan.reverse(host, payment, after(payment.day, 7))
    plan.miss(MISMATCH, "corrected-later", "payment", payment.key, "已全额冲销")

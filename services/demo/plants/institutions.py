"""Planted in payments to institutions: own accounts, transfers booked as spending, same names (rules 40, 41, 42, join).

In poverty and benefit a payment to an office without a list is also a transfer booked as spending; without a
document number it is also a mismatch. Those consequences are part of the truth.
"""

from __future__ import annotations

from datetime import date

from services.demo.calendar import working_day
from services.demo.domain import YEAR, Payee, Payment
from services.demo.plan import OPEN_FROM, Changed, Plan, after
from services.demo.plants.rule_ids import (
    BOOKED_AS_SPENDING,
    MISMATCH,
    OWN_ACCOUNT,
    OWN_ACCOUNT_SAME_NAME,
    OWN_ACCOUNT_WHITELIST,
    OWN_ACCOUNTS,
    SAME_NAME,
    SAME_NAME_WHITELIST,
    UNASSIGNED,
)
from services.demo.quotas import Quota

_AMOUNT = 180_000_00
_FIRST, _LAST = date(YEAR, 4, 2), date(YEAR, 9, 14)


def plant(plan: Plan, copy: int) -> None:
    """Plants one copy of each kind."""
    _own_accounts(plan, copy)
    _no_own_accounts(plan, copy)
    _same_names(plan, copy)
    _both(plan, copy)
    _booked_as_spending(plan, copy)
    _spent_after_all(plan, copy)


def _transfer(
    plan: Plan, name: str, category: str, what: str, *, same_name: bool = False, no_document: bool = False
) -> tuple[Quota, Payment]:
    """A payment to an institution's account: unit, township, village, platform, special_account, enterprise."""
    quota = plan.host(name, category, _AMOUNT)
    place = plan.geography.names[quota.division]
    payee_name = {
        "unit": f"{place}水利局",
        "township": plan.geography.township_government(quota.division, 2),
        "village": f"{place[:2]}向阳村村民委员会",
        "platform": f"{place}扶贫开发投资有限公司",
        "special_account": f"{place}惠农补贴代发专户",
        "enterprise": plan.enterprise(name).name,
    }[what]
    changed: Changed = {"document_number": ""} if no_document else {}
    payment = plan.pay(
        quota,
        working_day(plan.generator(name), _FIRST, _LAST),
        _AMOUNT,
        Payee(payee_name, plan.account(name)),
        payer_name=payee_name if same_name else "",
        **changed,
    )
    return quota, payment


def _own_accounts(plan: Plan, copy: int) -> None:
    for kind, category, what in (
        ("unit", "project", "unit"),
        ("township", "general", "township"),
        ("special-account", "poverty", "special_account"),
        ("lent-account", "operations", "enterprise"),
    ):
        name = f"own-account.{kind}.{copy}"
        _, payment = _transfer(plan, name, category, what)
        plan.list_account(OWN_ACCOUNTS, payment.payee_account)
        plan.expect_payment(OWN_ACCOUNT, category, payment, name)

    name = f"own-account.no-list.{copy}"
    _, payment = _transfer(plan, name, "benefit", "unit")
    plan.list_account(OWN_ACCOUNTS, payment.payee_account)
    plan.expect_payment(OWN_ACCOUNT, "benefit", payment, name)
    plan.expect_payment(BOOKED_AS_SPENDING, "benefit", payment, name)

    name = f"own-account.unassigned.{copy}"
    _, payment = _transfer(plan, name, "poverty", "unit", no_document=True)
    plan.list_account(OWN_ACCOUNTS, payment.payee_account)
    plan.expect_payment(OWN_ACCOUNT, UNASSIGNED, payment, name)
    plan.expect_payment(MISMATCH, UNASSIGNED, payment, name)

    name = f"own-account.partly-returned.{copy}"
    quota, payment = _transfer(plan, name, "project", "unit")
    plan.list_account(OWN_ACCOUNTS, payment.payee_account)
    plan.reverse(quota, payment, after(payment.day, 7), _AMOUNT // 3)
    plan.expect_payment(OWN_ACCOUNT, "project", payment, name, _AMOUNT - _AMOUNT // 3)


def _no_own_accounts(plan: Plan, copy: int) -> None:
    name = f"own-account.whitelisted.{copy}"
    _, payment = _transfer(plan, name, "project", "unit")
    plan.list_account(OWN_ACCOUNTS, payment.payee_account)
    plan.list_account(OWN_ACCOUNT_WHITELIST, payment.payee_account)
    plan.miss(OWN_ACCOUNT, "whitelisted", "payment", payment.key, "账号在白名单内")

    name = f"own-account.listed-later.{copy}"
    _, payment = _transfer(plan, name, "general", "township")
    plan.list_account(OWN_ACCOUNTS, payment.payee_account, after(payment.day, 1))
    plan.miss(OWN_ACCOUNT, "day-before-listing", "payment", payment.key, "支付次日账号才列入名单")

    name = f"own-account.listed-earlier.{copy}"
    _, payment = _transfer(plan, name, "operations", "unit")
    plan.list_account(OWN_ACCOUNTS, payment.payee_account, OPEN_FROM, after(payment.day, -1))
    plan.miss(OWN_ACCOUNT, "day-after-end", "payment", payment.key, "支付前一日账号已销户")

    name = f"own-account.other-account.{copy}"
    _, payment = _transfer(plan, name, "project", "unit")
    plan.list_account(OWN_ACCOUNTS, plan.account(name, 1))
    plan.miss(OWN_ACCOUNT, "other-account-of-same-name", "payment", payment.key, "同名单位的另一账号在名单内")

    name = f"own-account.corrected.{copy}"
    quota, payment = _transfer(plan, name, "project", "unit")
    plan.list_account(OWN_ACCOUNTS, payment.payee_account)
    plan.reverse(quota, payment, after(payment.day, 7))
    plan.miss(OWN_ACCOUNT, "corrected-later", "payment", payment.key, "已全额冲销")


def _same_names(plan: Plan, copy: int) -> None:
    for kind, category, what in (
        ("unit", "project", "unit"),
        ("enterprise", "operations", "enterprise"),
        ("special-account", "poverty", "special_account"),
    ):
        name = f"same-name.{kind}.{copy}"
        _, payment = _transfer(plan, name, category, what, same_name=True)
        plan.expect_payment(SAME_NAME, category, payment, name)

    name = f"same-name.no-list.{copy}"
    _, payment = _transfer(plan, name, "poverty", "unit", same_name=True)
    plan.expect_payment(SAME_NAME, "poverty", payment, name)
    plan.expect_payment(BOOKED_AS_SPENDING, "poverty", payment, name)

    name = f"same-name.unassigned.{copy}"
    _, payment = _transfer(plan, name, "project", "unit", same_name=True, no_document=True)
    plan.expect_payment(SAME_NAME, UNASSIGNED, payment, name)
    plan.expect_payment(MISMATCH, UNASSIGNED, payment, name)

    name = f"same-name.whitelisted.{copy}"
    _, payment = _transfer(plan, name, "general", "unit", same_name=True)
    plan.list_account(SAME_NAME_WHITELIST, payment.payee_account)
    plan.miss(SAME_NAME, "whitelisted", "payment", payment.key, "账号在同户名白名单内")

    name = f"same-name.longer-name.{copy}"
    quota = plan.host(name, "project", _AMOUNT)
    office = f"{plan.geography.names[quota.division]}水利局"
    payment = plan.pay(
        quota,
        working_day(plan.generator(name), _FIRST, _LAST),
        _AMOUNT,
        Payee(f"{office}灌溉管理站", plan.account(name)),
        payer_name=office,
    )
    plan.miss(
        SAME_NAME, "name-longer-by-a-word", "payment", payment.key, "收款单位是另一单位，名称只是开头相同"
    )

    name = f"same-name.corrected.{copy}"
    quota, payment = _transfer(plan, name, "operations", "unit", same_name=True)
    plan.reverse(quota, payment, after(payment.day, 7))
    plan.miss(SAME_NAME, "corrected-later", "payment", payment.key, "已全额冲销")


def _both(plan: Plan, copy: int) -> None:
    """Own account and same name at once: three warnings on one payment."""
    for kind, category, what, no_document in (
        ("project", "project", "unit", False),
        ("general", "general", "township", False),
        ("benefit", "benefit", "unit", False),
        ("unassigned", "poverty", "unit", True),
    ):
        name = f"own-same.{kind}.{copy}"
        _, payment = _transfer(plan, name, category, what, same_name=True, no_document=no_document)
        plan.list_account(OWN_ACCOUNTS, payment.payee_account)
        warned = UNASSIGNED if no_document else category
        for rule_id in (OWN_ACCOUNT, SAME_NAME, OWN_ACCOUNT_SAME_NAME):
            plan.expect_payment(rule_id, warned, payment, name)
        if no_document:
            plan.expect_payment(MISMATCH, warned, payment, name)
        elif category == "benefit":
            plan.expect_payment(BOOKED_AS_SPENDING, warned, payment, name)

    for kind, whitelist, rule_id in (
        ("own-whitelisted", OWN_ACCOUNT_WHITELIST, SAME_NAME),
        ("name-whitelisted", SAME_NAME_WHITELIST, OWN_ACCOUNT),
    ):
        name = f"own-same.{kind}.{copy}"
        _, payment = _transfer(plan, name, "project", "unit", same_name=True)
        plan.list_account(OWN_ACCOUNTS, payment.payee_account)
        plan.list_account(whitelist, payment.payee_account)
        plan.expect_payment(rule_id, "project", payment, name)
        plan.miss(OWN_ACCOUNT_SAME_NAME, kind, "payment", payment.key, "两项中的一项在白名单内")

    name = f"own-same.corrected.{copy}"
    quota, payment = _transfer(plan, name, "general", "unit", same_name=True)
    plan.list_account(OWN_ACCOUNTS, payment.payee_account)
    plan.reverse(quota, payment, after(payment.day, 7))
    plan.miss(OWN_ACCOUNT_SAME_NAME, "corrected-later", "payment", payment.key, "已全额冲销")


def _booked_as_spending(plan: Plan, copy: int) -> None:
    for place, what in enumerate(("unit", "township", "village", "platform")):
        name = f"booked.{what}.{copy}"
        category = ("poverty", "benefit")[(place + copy) % 2]
        _, payment = _transfer(plan, name, category, what)
        plan.expect_payment(BOOKED_AS_SPENDING, category, payment, name)
    for what, category in (
        ("enterprise", "poverty"),
        ("special_account", "benefit"),
        ("township", "project"),
    ):
        name = f"booked.no-{what}.{copy}"
        _, payment = _transfer(plan, name, category, what)
        kind = "other-category-only" if category == "project" else f"payee-{what}"
        plan.miss(BOOKED_AS_SPENDING, kind, "payment", payment.key, "收款方或资金类别不在规则之内")


def _spent_after_all(plan: Plan, copy: int) -> None:
    for kind, late in (("list-attached", False), ("list-arrives-later", True)):
        name = f"booked.{kind}.{copy}"
        quota = plan.host(name, "benefit", _AMOUNT)
        day = working_day(plan.generator(name), _FIRST, _LAST)
        people = [plan.enter_register(plan.person(name, quota.division, number)) for number in range(3)]
        lines = [(person, 1_100_00) for person in people]
        government = plan.geography.township_government(quota.division, 2)
        payee = Payee(government, plan.account(name))
        payment, _ = plan.pay_by_list(name, quota, day, "BZ02", lines, payee=payee, late=late)
        plan.miss(BOOKED_AS_SPENDING, kind, "payment", payment.key, "已挂接发放明细")

    name = f"booked.corrected.{copy}"
    quota, payment = _transfer(plan, name, "poverty", "village")
    plan.reverse(quota, payment, after(payment.day, 7))
    plan.miss(BOOKED_AS_SPENDING, "corrected-later", "payment", payment.key, "已全额冲销")

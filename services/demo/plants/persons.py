"""Planted in disbursement lists: people outside the register, and one benefit twice in a month (rules 61 and 66)."""

from __future__ import annotations

from datetime import date

from services.demo.calendar import working_day
from services.demo.domain import YEAR, Disbursement
from services.demo.plan import Person, Plan, after
from services.demo.plants.rule_ids import DOUBLE_BENEFIT, NOT_REGISTERED
from services.demo.quotas import Quota

_INDUSTRY, _JOB, _ALLOWANCE = "FP01", "BZ02", "BZ01"
_AMOUNT = 1_260_00


def plant(plan: Plan, copy: int) -> None:
    """Plants one copy of each kind."""
    _not_registered(plan, copy)
    _registered_after_all(plan, copy)
    _no_register_needed(plan, copy)
    _double_benefits(plan, copy)
    _no_double_benefits(plan, copy)


def _month_day(plan: Plan, name: str, month: int = 0) -> date:
    generator = plan.generator(f"{name}:{month}")
    month = month or generator.randint(4, 8)
    return working_day(generator, date(YEAR, month, 10), date(YEAR, month, 20))


def _period(day: date) -> str:
    return f"{day:%Y-%m}"


def _expect(plan: Plan, rule_id: str, category: str, lines: list[Disbursement], name: str) -> None:
    amount = sum(line.amount_fen for line in lines)
    first = lines[0]
    plan.expect(
        rule_id, category, "person", first.id_number, _period(first.day), amount, first.division, name
    )


def _paid(
    plan: Plan,
    name: str,
    category: str,
    benefit: str,
    person: Person,
    day: date,
    amount: int = _AMOUNT,
    number: int = 0,
) -> Disbursement:
    """One line for one person from a quota of a category in the person's county."""
    quota = plan.host(f"{name}:{number}", category, max(amount, 100), person.division)
    _, lines = plan.pay_by_list(name, quota, day, benefit, [(person, amount)], number=number)
    return lines[0]


def _home(plan: Plan, name: str, category: str) -> Quota:
    """A quota in the county where a plant happens."""
    return plan.host(f"{name}:home", category, 0)


def _not_registered(plan: Plan, copy: int) -> None:
    for kind, category, benefit in (
        ("stranger", "poverty", _INDUSTRY),
        ("stranger-with-a-job", "benefit", _JOB),
        ("left-the-day-before", "poverty", _INDUSTRY),
        ("registered-the-day-after", "benefit", _JOB),
    ):
        name = f"register.{kind}.{copy}"
        day = _month_day(plan, name)
        person = plan.person(name, _home(plan, name, category).division)
        if kind.startswith("left"):
            plan.enter_register(person, left_on=after(day, -1))
        if kind.startswith("registered"):
            plan.enter_register(person, after(day, 1))
        _expect(plan, NOT_REGISTERED, category, [_paid(plan, name, category, benefit, person, day)], name)

    name = f"register.twice-in-a-month.{copy}"
    day = _month_day(plan, name)
    person = plan.person(name, _home(plan, name, "poverty").division)
    lines = [
        _paid(plan, name, "poverty", _INDUSTRY, person, day, _AMOUNT + number, number) for number in range(2)
    ]
    _expect(plan, NOT_REGISTERED, "poverty", lines, name)

    name = f"register.namesake.{copy}"
    day = _month_day(plan, name)
    division = _home(plan, name, "poverty").division
    registered = plan.enter_register(plan.person(name, division))
    stranger = plan.person(name, division, 1, name=registered.name)
    _paid(plan, name, "poverty", _INDUSTRY, registered, day)
    line = _paid(plan, name, "poverty", _INDUSTRY, stranger, day, number=1)
    _expect(plan, NOT_REGISTERED, "poverty", [line], name)
    plan.miss(
        NOT_REGISTERED,
        "same-name-other-person",
        "person",
        registered.id_number,
        "同名的另一人不在名册，本人在册",
    )


def _registered_after_all(plan: Plan, copy: int) -> None:
    for kind in ("left-on-the-day", "registered-on-the-day", "register-arrives-later"):
        name = f"register.{kind}.{copy}"
        day = _month_day(plan, name)
        person = plan.person(name, _home(plan, name, "poverty").division)
        if kind.startswith("left"):
            plan.enter_register(person, left_on=day)
        elif kind.endswith("later"):
            plan.enter_register(person, after(day, -30), late=True)
        else:
            plan.enter_register(person, day)
        _paid(plan, name, "poverty", _INDUSTRY, person, day)
        plan.miss(NOT_REGISTERED, kind, "person", person.id_number, "发放当日在册")

    name = f"register.one-household.{copy}"
    day = _month_day(plan, name)
    division = _home(plan, name, "poverty").division
    head = plan.enter_register(plan.person(name, division))
    wife = plan.person(name, division, 1, household=head.household)
    plan.enter_register(wife, relation="配偶")
    for number, person in enumerate((head, wife)):
        _paid(plan, name, "poverty", _INDUSTRY, person, day, number=number)
        plan.miss(NOT_REGISTERED, "one-household", "person", person.id_number, "同一户两人都在册")


def _no_register_needed(plan: Plan, copy: int) -> None:
    for kind, category, benefit, amount, why in (
        ("other-benefit", "benefit", _ALLOWANCE, _AMOUNT, "该补贴不限于在册人员"),
        ("nothing-paid", "poverty", _INDUSTRY, 0, "实发为零"),
        ("other-category-only", "project", _INDUSTRY, _AMOUNT, "该类资金不适用本规则"),
    ):
        name = f"register.{kind}.{copy}"
        person = plan.person(name, _home(plan, name, category).division)
        _paid(plan, name, category, benefit, person, _month_day(plan, name), amount)
        plan.miss(NOT_REGISTERED, kind, "person", person.id_number, why)

    name = f"register.corrected.{copy}"
    day = _month_day(plan, name)
    person = plan.person(name, _home(plan, name, "benefit").division)
    plan.reverse_line(_paid(plan, name, "benefit", _JOB, person, day), after(day, 7))
    plan.miss(NOT_REGISTERED, "corrected-later", "person", person.id_number, "已全额退回")


def _double_benefits(plan: Plan, copy: int) -> None:
    for kind, first, second, benefit in (
        ("two-funds", "poverty", "benefit", _INDUSTRY),
        ("project-money", "project", "poverty", _INDUSTRY),
        ("allowance", "benefit", "poverty", _ALLOWANCE),
    ):
        name = f"double.{kind}.{copy}"
        person = plan.enter_register(plan.person(name, _home(plan, name, "benefit").division))
        day = _month_day(plan, name)
        lines = [
            _paid(plan, name, category, benefit, person, day, number=number)
            for number, category in enumerate((first, second))
        ]
        _expect(plan, DOUBLE_BENEFIT, "cross", lines[1:], name)

    name = f"double.two-counties.{copy}"
    person = plan.enter_register(plan.person(name, _home(plan, name, "benefit").division))
    day = _month_day(plan, name)
    _paid(plan, name, "benefit", _JOB, person, day)
    elsewhere = plan.host(f"{name}:elsewhere", "poverty", _AMOUNT)
    _, there = plan.pay_by_list(name, elsewhere, day, _JOB, [(person, _AMOUNT)], number=1)
    _expect(plan, DOUBLE_BENEFIT, "cross", there, name)

    name = f"double.not-registered.{copy}"
    person = plan.person(name, _home(plan, name, "benefit").division)
    day = _month_day(plan, name)
    lines = []
    for number, category in enumerate(("poverty", "benefit")):
        lines.append(_paid(plan, name, category, _INDUSTRY, person, day, number=number))
        _expect(plan, NOT_REGISTERED, category, lines[-1:], name)
    _expect(plan, DOUBLE_BENEFIT, "cross", lines[1:], name)


def _no_double_benefits(plan: Plan, copy: int) -> None:
    for kind, categories, months, benefits, amounts, why in (
        (
            "other-month",
            ("poverty", "benefit"),
            (5, 6),
            (_INDUSTRY, _INDUSTRY),
            (_AMOUNT, _AMOUNT),
            "不同月份",
        ),
        (
            "same-category",
            ("poverty", "poverty"),
            (5, 5),
            (_INDUSTRY, _INDUSTRY),
            (_AMOUNT, _AMOUNT),
            "同一类资金",
        ),
        ("other-benefit", ("poverty", "benefit"), (7, 7), (_INDUSTRY, _JOB), (_AMOUNT, _AMOUNT), "不同补贴"),
        (
            "nothing-paid",
            ("poverty", "benefit"),
            (8, 8),
            (_INDUSTRY, _INDUSTRY),
            (_AMOUNT, 0),
            "第二笔实发为零",
        ),
    ):
        name = f"double.{kind}.{copy}"
        person = plan.enter_register(plan.person(name, _home(plan, name, "benefit").division))
        for number in range(2):
            day = _month_day(plan, name, months[number])
            _paid(plan, name, categories[number], benefits[number], person, day, amounts[number], number)
        plan.miss(DOUBLE_BENEFIT, kind, "person", person.id_number, why)

    for kind in ("one-household", "same-name-other-person"):
        name = f"double.{kind}.{copy}"
        day = _month_day(plan, name)
        division = _home(plan, name, "benefit").division
        first = plan.enter_register(plan.person(name, division))
        if kind == "one-household":
            second = plan.person(name, division, 1, household=first.household)
        else:
            second = plan.person(name, division, 1, name=first.name)
        plan.enter_register(second, relation="子女" if kind == "one-household" else "户主")
        for number, (person, category) in enumerate(((first, "poverty"), (second, "benefit"))):
            _paid(plan, name, category, _INDUSTRY, person, day, number=number)
            plan.miss(DOUBLE_BENEFIT, kind, "person", person.id_number, "是两个人各领一次")

    name = f"double.corrected.{copy}"
    day = _month_day(plan, name)
    person = plan.enter_register(plan.person(name, _home(plan, name, "benefit").division))
    _paid(plan, name, "poverty", _INDUSTRY, person, day)
    second_line = _paid(plan, name, "benefit", _INDUSTRY, person, day, number=1)
    plan.reverse_line(second_line, after(day, 7))
    plan.miss(DOUBLE_BENEFIT, "corrected-later", "person", person.id_number, "第二笔已全额退回")

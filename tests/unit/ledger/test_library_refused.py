"""What the library refuses, in both languages, and that nothing has changed then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.caller import FINANCE_OFFICER, RULE_AUTHOR, Caller, Scope
from services.kit.errors import Conflict, InvalidInput, MingzhangError, NotAllowed, NotFound, Refused
from services.ledger.domain.library.cards import Card, ChangeKind, Funding, Source
from services.ledger.domain.performance.targets import Indicator, Kind, Operator
from tests.unit.ledger.plans import (
    ADMIN,
    ANN,
    BEN,
    CAI,
    CARD,
    DAN,
    INDICATORS,
    TARGETS,
    XINING,
    Office,
    person,
)
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PREFECTURE, World

STRANGER = person("zhu", NEIGHBOUR)
SOME_FUNDS = Caller("fei", (FINANCE_OFFICER,), Scope(COUNTY, ("C22",)))
AUTHOR = person("gao", COUNTY, RULE_AUTHOR)
ACTS: dict[str, Callable[[Office], object]] = {
    "unknown project": lambda o: o.step("review", BEN, project_key="X9"),
    "own review": lambda o: o.step("review", ANN),
    "review by a neighbour": lambda o: o.step("review", STRANGER),
    "review by the prefecture": lambda o: o.step("review", XINING),
    "review by one of some funds": lambda o: o.step("review", SOME_FUNDS),
    "review by an author": lambda o: o.step("review", AUTHOR),
    "return without reason": lambda o: o.step("return", BEN, reason=" "),
    "return with a long reason": lambda o: o.step("return", BEN, reason="因" * 201),
    "a level skipped": lambda o: o.step("approve", CAI),
    "a second proposal": lambda o: o.step("propose", BEN, CARD),
    "a revision without a card": lambda o: o.step("revise", ANN),
    "a review with a card": lambda o: o.step("review", BEN, CARD),
    "a card of another project": lambda o: o.step(
        "revise", ANN, replace(CARD, project_key="X2"), project_key="X1"
    ),
    "a card of another county": lambda o: o.step("revise", ANN, replace(CARD, division_code=NEIGHBOUR)),
    "a proposal of a prefecture": lambda o: o.step(
        "propose", ADMIN, replace(CARD, project_key="X2", division_code=PREFECTURE)
    ),
    "other content under a key": lambda o: o.step("revise", ANN, CARD, key="K1"),
    "an unknown action": lambda o: o.step("bless", BEN),
    "filed before it is in": lambda o: o.step("file", XINING),
    "a notice that ends first": lambda o: o.notice(date(2018, 7, 5), date(2018, 7, 4)),
    "a notice of the future": lambda o: o.notice(date(2018, 8, 1), date(2018, 8, 20)),
    "a notice by a neighbour": lambda o: o.notice(date(2018, 7, 1), date(2018, 7, 20), by=STRANGER),
    "targets by a neighbour": lambda o: o.target("fill", STRANGER, TARGETS),
    "targets of nothing": lambda o: o.target("fill", ANN, replace(TARGETS, project_key="X9")),
    "submitted before they are filled": lambda o: o.target("submit", ANN),
    "a report without targets": lambda o: o.report("2018-06", (1, "1")),
}
REFUSED = {
    "unknown project": (NotFound, "ledger.project_unknown", "没有项目", "no project"),
    "own review": (NotAllowed, "ledger.own_step", "本人", "their own"),
    "review by a neighbour": (NotAllowed, "ledger.other_division", "不能办理区划", "do not act for"),
    "review by the prefecture": (NotAllowed, "ledger.wrong_level", "由县级办理", "level of county"),
    "review by one of some funds": (NotAllowed, "ledger.all_funds", "全部资金", "all funds"),
    "review by an author": (NotAllowed, "caller.role_missing", "需要角色", "roles"),
    "return without reason": (InvalidInput, "ledger.reason_missing", "请填写原因", "reason is missing"),
    "return with a long reason": (InvalidInput, "ledger.text_too_long", "超过 200", "more than 200"),
    "a level skipped": (Refused, "ledger.not_in_this_state", "当前状态为“已申报”", "it is proposed"),
    "a second proposal": (Refused, "ledger.not_in_this_state", "已申报", "not possible now"),
    "a revision without a card": (InvalidInput, "ledger.content", "须填报内容", "comes with content"),
    "a review with a card": (InvalidInput, "ledger.content", "不修改内容", "without content"),
    "a card of another project": (InvalidInput, "ledger.card_key", "不一致", "another project"),
    "a card of another county": (Refused, "ledger.project_division", "属于", "belongs to"),
    "a proposal of a prefecture": (InvalidInput, "ledger.library_county", "不是县级", "of counties"),
    "other content under a key": (Conflict, "ledger.key_conflict", "其他内容", "other content"),
    "an unknown action": (Refused, "ledger.not_in_this_state", "不能办理", "not possible"),
    "filed before it is in": (Refused, "ledger.not_in_this_state", "已申报", "proposed"),
    "a notice that ends first": (InvalidInput, "ledger.notice_days", "起止日期无效", "not valid"),
    "a notice of the future": (InvalidInput, "ledger.future_day", "尚未开始", "not begun"),
    "a notice by a neighbour": (NotAllowed, "ledger.other_division", "不能办理", "do not act"),
    "targets by a neighbour": (NotAllowed, "ledger.other_division", "不能办理", "do not act"),
    "targets of nothing": (NotFound, "ledger.project_unknown", "没有项目", "no project"),
    "submitted before they are filled": (Refused, "ledger.not_in_this_state", "尚未", "not there yet"),
    "a report without targets": (Refused, "ledger.target_missing", "已批复的绩效目标", "no approved"),
}


@pytest.fixture
def office(world: World) -> Office:
    """Project X1, proposed by ann."""
    office = Office(world)
    office.step("propose", ANN, CARD)
    return office


def emptied(name: str) -> dict[str, Any]:
    """A field that is left empty."""
    return {name: ""}


def entries(world: World) -> list[tuple[Any, ...]]:
    """What was recorded in all."""
    return world.rows("SELECT height, hash FROM chain_head")


@pytest.mark.parametrize("name", ACTS)
def test_a_refusal_says_why_in_both_languages_and_changes_nothing(office: Office, name: str) -> None:
    kind, code, zh, en = REFUSED[name]
    before = entries(office.world)
    with pytest.raises(MingzhangError) as refused:
        ACTS[name](office)

    assert (type(refused.value), refused.value.code) == (kind, code)
    assert zh in refused.value.zh
    assert en in refused.value.en
    assert entries(office.world) == before


@pytest.mark.parametrize(
    ("card", "code", "field"),
    [
        *[
            (replace(CARD, **emptied(name)), "ledger.field_missing", name)
            for name in (
                "name",
                "project_type",
                "construction_nature",
                "place",
                "responsible_unit",
                "tasks",
                "goal",
                "participation",
                "mechanism",
            )
        ],
        (replace(CARD, planned_start_on=None), "ledger.field_missing", "planned_start_on"),
        (replace(CARD, planned_end_on=None), "ledger.field_missing", "planned_end_on"),
        (replace(CARD, funding=()), "ledger.field_missing", "funding"),
        (
            replace(CARD, households=0, persons=0, beneficiaries=""),
            "ledger.field_missing",
            "beneficiaries",
        ),
        (replace(CARD, planned_end_on=date(2018, 3, 1)), "ledger.planned_days", ""),
        (replace(CARD, funding=(Funding(Source.LOCAL, 0),)), "ledger.amount", ""),
        (replace(CARD, funding=(Funding(Source.LOCAL, 1),) * 2), "ledger.funding_twice", ""),
        (replace(CARD, households=-1), "ledger.count", ""),
        (replace(CARD, fiscal_year=1999), "ledger.fiscal_year", ""),
        (replace(CARD, tasks="a\nb"), "ledger.unstorable_text", "tasks"),
        (replace(CARD, name="长" * 201), "ledger.text_too_long", "name"),
        (replace(CARD, township_code="630122100"), "ledger.township", "township_code"),
    ],
)
def test_a_card_that_is_not_whole_is_refused(office: Office, card: Card, code: str, field: str) -> None:
    before = entries(office.world)
    with pytest.raises(InvalidInput) as refused:
        office.step("revise", ANN, card)

    assert refused.value.code == code
    assert refused.value.parameters.get("field", "") == field
    assert entries(office.world) == before


@pytest.mark.parametrize(
    ("indicators", "code"),
    [
        ((Indicator(Kind.QUANTITY, "量", Operator.AT_LEAST, "1.23456", "个"),), "ledger.indicator_value"),
        ((Indicator(Kind.QUANTITY, "量", Operator.AT_LEAST, "1e3", "个"),), "ledger.indicator_value"),
        ((Indicator(Kind.QUANTITY, "量", Operator.AT_LEAST, "-1", "个"),), "ledger.indicator_value"),
        ((Indicator(Kind.QUANTITY, "量", Operator.AT_LEAST, "１", "个"),), "ledger.indicator_value"),
        ((Indicator(Kind.QUANTITY, "量", Operator.AT_LEAST, "1", ""),), "ledger.indicator_unit"),
        ((Indicator(Kind.QUANTITY, "量", Operator.TEXT, "1", "个"),), "ledger.operator_value"),
        (
            (Indicator(Kind.QUANTITY, "量", Operator.EQUAL, "1", "个", "约一个"),),
            "ledger.operator_value",
        ),
        ((INDICATORS[0], INDICATORS[0]), "ledger.indicator_twice"),
        ((Indicator(Kind.QUANTITY, "", Operator.TEXT, words="好"),), "ledger.field_missing"),
    ],
)
def test_an_indicator_whose_operator_and_value_do_not_fit_is_refused(
    office: Office, indicators: tuple[Indicator, ...], code: str
) -> None:
    before = entries(office.world)
    with pytest.raises(InvalidInput) as refused:
        office.target("fill", ANN, replace(TARGETS, indicators=indicators))

    assert refused.value.code == code
    assert entries(office.world) == before


@pytest.mark.parametrize(
    ("indicators", "zh"),
    [
        (INDICATORS[2:], "缺少产出指标"),
        (INDICATORS[:2] + INDICATORS[4:], "缺少效益指标"),
        (INDICATORS[:4], "缺少满意度指标"),
        ((*INDICATORS, Indicator(Kind.QUALITY, "合格率", Operator.AT_LEAST, core=True)), "核心指标没有"),
    ],
)
def test_targets_with_a_gap_are_kept_as_a_draft_and_not_submitted(
    office: Office, indicators: tuple[Indicator, ...], zh: str
) -> None:
    office.target("fill", ANN, replace(TARGETS, indicators=indicators))
    before = entries(office.world)
    with pytest.raises(Refused) as refused:
        office.target("submit", ANN)

    assert refused.value.code == "ledger.target_incomplete"
    assert zh in refused.value.zh
    assert entries(office.world) == before


def test_nobody_reviews_targets_of_their_own_or_reviews_twice(office: Office) -> None:
    office.target("fill", ANN, TARGETS)
    office.target("submit", BEN)
    told = []
    for action, by in (
        ("review_spending", ANN),
        ("review_spending", BEN),
        ("review_spending", CAI),
        ("review_performance", CAI),
        ("review_performance", DAN),
        ("approve", DAN),
    ):
        try:
            office.target(action, by)
        except NotAllowed as error:
            told.append((action, by.user, error.code))

    assert told == [
        ("review_spending", "ann", "ledger.own_step"),
        ("review_spending", "ben", "ledger.own_step"),
        ("review_performance", "cai", "ledger.own_step"),
        ("approve", "dan", "ledger.own_step"),
    ]


def test_an_administrator_approves_nothing_of_their_own_either(office: Office) -> None:
    office.step("revise", ADMIN, CARD)
    with pytest.raises(NotAllowed) as refused:
        office.step("review", ADMIN)

    assert refused.value.code == "ledger.own_step"


def test_the_same_key_with_the_same_content_is_done_once(office: Office) -> None:
    again = office.step("propose", ANN, CARD, key="K1")

    assert (again.posted, again.known) == (0, 1)
    assert office.world.scalar("SELECT count(*) FROM library_step") == 1


def test_a_closed_year_takes_no_more_cards_or_targets(office: Office) -> None:
    office.world.tamper("INSERT INTO closed_year VALUES (2018, 'admin', now())")
    told = []
    with pytest.raises(Refused) as refused:
        office.step("revise", ANN, CARD)
    told.append(refused.value.code)
    with pytest.raises(Refused) as refused:
        office.target("fill", ANN, TARGETS)
    told.append(refused.value.code)

    assert told == ["ledger.year_closed"] * 2


def test_a_change_needs_a_reason(office: Office) -> None:
    office.approve_targets()
    office.step("review", BEN)
    office.step("approve", CAI)
    with pytest.raises(InvalidInput) as refused:
        office.step("change", ANN, CARD, change_kind=ChangeKind.DYNAMIC)

    assert refused.value.code == "ledger.reason_missing"
    assert office.state() == "in_library"

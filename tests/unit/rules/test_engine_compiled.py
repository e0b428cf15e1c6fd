"""Judging single facts by a bundle: hits, lists, what cannot be judged, and why a rule fired."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from services.rules.domain import Parameter, Subject, WindowSpec
from services.rules.engine.cases import CaseLists
from services.rules.engine.compiled import compile_bundle
from services.rules.engine.explain import NONE_BY_ONE_FIELD
from services.rules.usecases.warnings import explained
from tests.unit.rules.rule_builders import assert_hits, bundle_of, facts, match_rule, when_rule, window_rule

NO_LISTS = CaseLists({})
OWN = 'listed("own_account", payee_account_token, day) && amount_fen > 0'


def test_a_hit_carries_subject_place_amount_sentence_and_inputs() -> None:
    rule = when_rule(
        "amount_fen >= param.least_fen",
        params=(Parameter("least_fen", 10_000, "限额", "推定值"),),
        message="{day} 支付 {amount} 元（不低于 {param.least_fen} 元），用途“{purpose}”",
    )
    compiled = compile_bundle(bundle_of(rule))
    frame = facts(
        "payment",
        {"key": "P1#1", "payment_key": "P1", "amount_fen": 9_999},
        {
            "key": "P2#2",
            "payment_key": "P2",
            "amount_fen": 10_050,
            "day": date(2018, 7, 30),
            "division_code": "632801",
            "fund_code": "F1",
            "quota_fund_code": "F2",
        },
    )
    judged = compiled.judge("payment", frame, NO_LISTS)

    assert_hits(judged.hits)
    assert judged.hits.to_dicts() == [
        {
            "rule_id": "common.example",
            "subject_kind": "payment",
            "subject": "P2",
            "period": "once",
            "evidence": "P2#2",
            "division_code": "632801",
            "fund_code": "F2",
            "amount_fen": 10_050,
            "day": date(2018, 7, 30),
            "facts": ["P2#2"],
            "message": "2018-07-30 支付 100.50 元（不低于 100.00 元），用途“（无）”",
            "inputs": '{"amount_fen":10050,"payment_key":"P2"}',
        }
    ]


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_456, "1234.56"), (-100, "-1.00")]
)
def test_amounts_are_shown_in_yuan_to_the_fen(fen: int, shown: str) -> None:
    compiled = compile_bundle(bundle_of(when_rule("known(payment_key)", message="{amount}")))

    assert (
        compiled.judge("payment", facts("payment", {"amount_fen": fen}), NO_LISTS).hits["message"][0] == shown
    )


def test_a_list_without_a_version_makes_the_rule_unable_to_judge_what_depends_on_it() -> None:
    compiled = compile_bundle(bundle_of(when_rule(OWN)))
    frame = facts(
        "payment",
        {"payee_account_token": 1, "amount_fen": 5},
        {"payee_account_token": 2, "amount_fen": -5},
    )
    judged = compiled.judge("payment", frame, NO_LISTS)

    assert judged.hits.height == 0
    assert judged.cannot_judge == {"common.example": 1}


def test_the_answers_of_lists_are_among_the_inputs() -> None:
    compiled = compile_bundle(bundle_of(when_rule(OWN)))
    frame = facts("payment", {"payment_key": "P1", "payee_account_token": 1, "amount_fen": 5})
    judged = compiled.judge("payment", frame, CaseLists({"own_account": [1]}))

    assert json.loads(judged.hits["inputs"][0]) == {
        "amount_fen": 5,
        "day": "2018-07-02",
        "listed:own_account": True,
        "payee_account_token": 1,
        "payment_key": "P1",
    }
    assert compiled.lists_read("payment") == {"own_account": ("payee_account_token", "int")}


def test_a_fact_whose_subject_is_unknown_makes_no_hit() -> None:
    rule = when_rule("amount_fen > 0", subject=Subject("account", "payee_account_token"))
    hits = (
        compile_bundle(bundle_of(rule)).judge("payment", facts("payment", {"amount_fen": 5}), NO_LISTS).hits
    )

    assert hits.height == 0


@pytest.mark.parametrize(("day", "expected"), [(1, 0), (2, 1), (3, 1), (4, 0)])
def test_a_rule_is_in_force_by_the_business_day_of_the_fact(day: int, expected: int) -> None:
    rule = when_rule("amount_fen > 0", valid_from=date(2018, 7, 2), valid_to=date(2018, 7, 3))
    frame = facts("payment", {"amount_fen": 5, "day": date(2018, 7, day)})

    assert compile_bundle(bundle_of(rule)).judge("payment", frame, NO_LISTS).hits.height == expected


def test_a_rule_for_some_funds_passes_over_the_others_and_the_unknown() -> None:
    frame = facts("payment", *({"amount_fen": 5, "quota_fund_code": fund} for fund in ("F1", "F2", None)))
    hits = (
        compile_bundle(bundle_of(when_rule("amount_fen > 0", funds=("F2",))))
        .judge("payment", frame, NO_LISTS)
        .hits
    )

    assert hits["fund_code"].to_list() == ["F2"]


@pytest.mark.parametrize(
    ("period", "expected"), [("once", "once"), ("day", "2018-07-30"), ("month", "2018-07"), ("year", "2018")]
)
def test_the_period_comes_from_the_business_day(period: str, expected: str) -> None:
    rule = when_rule("amount_fen > 0", period=period)
    frame = facts("payment", {"amount_fen": 5, "day": date(2018, 7, 30)})

    assert compile_bundle(bundle_of(rule)).judge("payment", frame, NO_LISTS).hits["period"][0] == expected


def test_the_month_of_a_disbursement_is_the_one_it_was_paid_for() -> None:
    rule = when_rule(
        "amount_fen > 0", on="disbursement", period="month", subject=Subject("person", "person_token")
    )
    frame = facts(
        "disbursement", {"amount_fen": 5, "person_token": 9, "month": 201806, "day": date(2018, 7, 30)}
    )
    (hit,) = compile_bundle(bundle_of(rule)).judge("disbursement", frame, NO_LISTS).hits.to_dicts()

    assert (hit["subject_kind"], hit["subject"], hit["period"], hit["fund_code"]) == (
        "person",
        "9",
        "2018-06",
        None,
    )


def test_a_fact_of_a_day_kind_is_named_by_key_and_day() -> None:
    rule = when_rule(
        "is_month_end && unpaid_fen > 0",
        on="quota_day",
        period="month",
        subject=Subject("quota", "key"),
        amount="unpaid_fen",
        message="{unpaid}",
    )
    rows = [{"key": "Q1", "day": date(2018, 7, day), "unpaid_fen": 70} for day in (30, 31)]
    (hit,) = (
        compile_bundle(bundle_of(rule))
        .judge("quota_day", facts("quota_day", *rows), NO_LISTS)
        .hits.to_dicts()
    )

    assert (hit["evidence"], hit["facts"], hit["amount_fen"]) == ("Q1|2018-07-31", ["Q1|2018-07-31"], 70)


def test_narrow_integers_are_taken_as_they_come() -> None:
    compiled = compile_bundle(bundle_of(when_rule("fiscal_year * 100000000000 > 0")))
    frame = facts("payment", {"fiscal_year": 2018}).with_columns(pl.col("fiscal_year").cast(pl.Int32))

    assert compiled.judge("payment", frame, NO_LISTS).hits.height == 1


def test_a_bundle_knows_its_forms_and_kinds() -> None:
    spec = WindowSpec(("payee_account_token",), 7, "", "")
    window = window_rule("window.count > 1", spec, id="common.window", amount="0", message="x")
    match = match_rule(
        "a.person_token == b.person_token && b.seq > a.seq",
        {"a": "disbursement", "b": "disbursement"},
        id="common.match",
    )
    compiled = compile_bundle(bundle_of(when_rule("amount_fen > 0"), window, match))

    assert compiled.kinds == {"payment", "disbursement"}
    assert [rule.rule.id for rule in compiled.windows("payment")] == ["common.window"]
    assert [rule.rule.id for rule in compiled.matches("disbursement")] == ["common.match"]
    assert compiled.matches("payment") == ()


def _explained(when: str, *rows: dict[str, object], lists: CaseLists = NO_LISTS) -> dict[str, object]:
    compiled = compile_bundle(bundle_of(when_rule(when)))
    (inputs,) = compiled.judge("payment", facts("payment", *rows), lists).hits["inputs"]
    document = json.loads(compiled.explain("common.example", inputs))
    assert isinstance(document, dict)
    return document


def _plain(change: object) -> object:
    """The change without what is said of it for a person."""
    if not isinstance(change, dict):
        return change
    return {name: change[name] for name in ("field", "from", "to")}


def test_an_explanation_shows_every_part_with_its_value() -> None:
    document = _explained("amount_fen > 5 && !known(purpose)", {"amount_fen": 7})

    assert document["tree"] == {
        "text": "amount_fen > 5 && !known(purpose)",
        "value": True,
        "parts": [
            {
                "text": "amount_fen > 5",
                "label": "金额 > 0.05 元",
                "value": True,
                "parts": [{"text": "amount_fen", "label": "金额", "value": 7, "shown": "0.07 元"}],
            },
            {
                "text": "!known(purpose)",
                "value": True,
                "parts": [
                    {
                        "text": "known(purpose)",
                        "value": False,
                        "parts": [{"text": "purpose", "label": "资金用途", "value": None}],
                    }
                ],
            },
        ],
    }


@pytest.mark.parametrize(
    ("when", "row", "change"),
    [
        ("amount_fen >= 100", {"amount_fen": 250}, {"field": "amount_fen", "from": 250, "to": 99}),
        ("amount_fen * 3 < 100", {"amount_fen": 10}, {"field": "amount_fen", "from": 10, "to": 34}),
        (
            "day >= quota_day",
            {"day": date(2018, 7, 5), "quota_day": date(2018, 7, 5)},
            {"field": "day", "from": "2018-07-05", "to": "2018-07-04"},
        ),
        (
            "function_class != quota_function_class",
            {"function_class": "A", "quota_function_class": "B"},
            {"field": "function_class", "from": "A", "to": "B"},
        ),
        (
            "account_has_cjk",
            {"account_has_cjk": True},
            {"field": "account_has_cjk", "from": True, "to": False},
        ),
        ("amount_fen > 5 || account_has_cjk", {"amount_fen": 7, "account_has_cjk": True}, NONE_BY_ONE_FIELD),
        ("!known(purpose)", {}, NONE_BY_ONE_FIELD),
    ],
)
def test_the_smallest_change_is_one_after_which_the_rule_does_not_fire(
    when: str, row: dict[str, object], change: object
) -> None:
    assert _plain(_explained(when, row)["change"]) == change


def test_leaving_a_list_can_be_the_smallest_change() -> None:
    document = _explained(
        'listed("own_account", payee_account_token, day)',
        {"payee_account_token": 1},
        lists=CaseLists({"own_account": [1]}),
    )

    assert document["change"] == {
        "field": "listed:own_account",
        "label": "在名单 own_account 内",
        "from": True,
        "to": False,
    }


@pytest.mark.parametrize(
    ("when", "row"),
    [
        ("payee_account_token > 5", {"payee_account_token": 2**62}),
        ("payee_account_token == payer_account_token", {"payee_account_token": 7, "payer_account_token": 7}),
        ('project_key != "P2"', {"project_key": "P1"}),
        ('division_code in ["630121"]', {"division_code": "630121"}),
        ("division_code != agency_code", {"division_code": "630121", "agency_code": "630122"}),
        ("payee_account_mask != payee_name_mask", {"payee_account_mask": "*1", "payee_name_mask": "*2"}),
    ],
)
def test_what_only_names_or_joins_facts_is_never_varied(when: str, row: dict[str, object]) -> None:
    assert _explained(when, row)["change"] == NONE_BY_ONE_FIELD


def test_a_date_that_only_orders_the_roles_is_not_varied_but_a_distance_of_days_is() -> None:
    inputs = {"a.day": "2018-07-02", "b.day": "2018-07-05", "a.payment_key": "P1"}

    def change(when: str) -> object:
        rule = match_rule(
            f"a.payee_kind == b.payee_kind && b.seq > a.seq && {when}", {"a": "payment", "b": "payment"}
        )
        given = json.dumps({**inputs, "a.payee_kind": "unit", "b.payee_kind": "unit"})
        return json.loads(compile_bundle(bundle_of(rule)).explain("common.example", given))["change"]

    assert change("b.day > a.day") == NONE_BY_ONE_FIELD
    assert _plain(change("b.day > a.day && b.day - a.day <= 3")) != NONE_BY_ONE_FIELD


def test_the_month_before_january_is_december() -> None:
    rule = when_rule(
        "month >= 201801", on="disbursement", subject=Subject("payment", "payment_key"), message="疑似"
    )
    compiled = compile_bundle(bundle_of(rule))
    document = json.loads(compiled.explain("common.example", '{"month":201801,"payment_key":"P1"}'))

    assert document["change"] == {"field": "month", "label": "发放月份", "from": 201801, "to": 201712}


def test_amounts_are_shown_in_yuan_and_tokens_by_a_word() -> None:
    rule = window_rule(
        "window.count >= 3 && window.sum >= 50000000",
        WindowSpec(("payee_account_token",), 7, "amount_fen", "amount_fen > 0 && amount_fen < 50000000"),
    )
    inputs = {"payee_account_token": 2**62, "window.count": 4, "window.sum": 66_000_000}
    document = json.loads(compile_bundle(bundle_of(rule)).explain("common.example", json.dumps(inputs)))

    assert document["inputs"] == inputs
    assert document["inputs_shown"] == [
        {"name": "payee_account_token", "label": "收款账号", "value": 2**62, "shown": "（代号）"},
        {"name": "window.count", "label": "笔数", "value": 4},
        {"name": "window.sum", "label": "合计金额", "value": 66_000_000, "shown": "660000.00 元"},
    ]
    assert document["tree"]["parts"][1]["label"] == "合计金额 ≥ 500000.00 元"
    assert document["change"] == {
        "field": "window.sum",
        "label": "合计金额",
        "from": 66_000_000,
        "to": 49_999_999,
    } | {
        "from_shown": "660000.00 元",
        "to_shown": "499999.99 元",
    }


def test_the_roles_of_a_match_are_told_apart() -> None:
    rule = match_rule(
        "a.payee_kind == b.payee_kind && b.seq > a.seq && a.amount_fen > 5", {"a": "payment", "b": "payment"}
    )
    inputs = {"a.amount_fen": 7, "a.payee_kind": "unit", "b.payee_kind": "unit"}
    document = json.loads(compile_bundle(bundle_of(rule)).explain("common.example", json.dumps(inputs)))

    assert document["inputs_shown"][0] == {
        "name": "a.amount_fen",
        "label": "a · 金额",
        "value": 7,
        "shown": "0.07 元",
    }


def test_a_stored_explanation_is_worked_out_anew() -> None:
    compiled = compile_bundle(bundle_of(when_rule("amount_fen >= 100")))
    stored = {"inputs": {"amount_fen": 250}, "facts": ["P1"], "tree": {"text": "old"}, "change": "old"}
    document = json.loads(explained(compiled, "common.example", json.dumps(stored)))

    assert document["facts"] == ["P1"]
    assert document["change"]["to_shown"] == "0.99 元"
    assert document["tree"]["text"] == "amount_fen >= 100"


def test_a_match_is_explained_from_its_inputs_alone() -> None:
    rule = match_rule(
        "a.payee_account_token == b.payee_account_token && b.seq > a.seq && b.day - a.day <= 3",
        {"a": "payment", "b": "payment"},
    )
    compiled = compile_bundle(bundle_of(rule))
    inputs = {
        "a.day": "2018-07-02",
        "a.payee_account_token": 1,
        "a.payment_key": "P1",
        "b.day": "2018-07-05",
        "b.payee_account_token": 1,
    }
    document = json.loads(compiled.explain("common.example", json.dumps(inputs)))

    assert document["tree"]["value"] is True
    assert document["change"]["field"] in {"a.day", "b.day"}

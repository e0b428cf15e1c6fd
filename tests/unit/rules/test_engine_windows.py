"""Windows: what the engine says is what counting by hand says."""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest

from services.rules.domain import WindowSpec
from services.rules.engine.cases import windows_of
from services.rules.engine.windows import WindowRule
from tests.unit.rules.rule_builders import assert_hits, facts, window_rule

SPEC = WindowSpec(
    ("payee_account_token", "project_key"),
    3,
    "amount_fen",
    "amount_fen > 0 && amount_fen < 50 && known(project_key)",
)
RULE = WindowRule(window_rule("window.count >= 2 && window.sum >= 60", SPEC))


def _payments(chance: Random, size: int) -> list[dict[str, object]]:
    return [
        {
            "key": f"P{number}#1",
            "day": date(2018, 7, 2) + timedelta(chance.randrange(8)),
            "amount_fen": chance.choice([-5, 20, 30, 49, 50]),
            "payee_account_token": chance.choice([1, 2, None]),
            "project_key": chance.choice(["A", "B", None]),
        }
        for number in range(size)
    ]


def _by_hand(payments: list[dict[str, object]]) -> set[tuple[str, str, int]]:
    found = set()
    counted = [
        row
        for row in payments
        if row["payee_account_token"] and row["project_key"] and row["amount_fen"] in (20, 30, 49)
    ]
    for last in counted:
        day = last["day"]
        assert isinstance(day, date)
        inside = [
            int(str(row["amount_fen"]))
            for row in counted
            if (row["payee_account_token"], row["project_key"])
            == (last["payee_account_token"], last["project_key"])
            and day - timedelta(2) <= date.fromisoformat(str(row["day"])) <= day
        ]
        if len(inside) >= 2 and sum(inside) >= 60:
            found.add((str(last["payee_account_token"]), f"{day}|{last['project_key']}", sum(inside)))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_windows_are_what_counting_by_hand_finds(seed: int) -> None:
    payments = _payments(Random(seed), 14)
    hits = RULE.judge(windows_of(RULE.contributions(facts("payment", *payments)), RULE.days))

    assert set(hits.select("subject", "period", "amount_fen").iter_rows()) == _by_hand(payments)
    assert_hits(hits)


def test_contributions_of_parts_add_up_to_those_of_the_whole() -> None:
    payments = _payments(Random(3), 40)
    whole = RULE.contributions(facts("payment", *payments))
    parts = pl.concat(RULE.contributions(facts("payment", row)) for row in payments)
    summed = parts.group_by("key_json", "day").agg(pl.col("count").sum(), pl.col("sum").sum())

    assert summed.sort("key_json", "day").equals(whole.select("key_json", "day", "count", "sum"))


def test_a_window_is_named_by_its_key_and_last_day_and_never_by_a_fact() -> None:
    payments = [
        {
            "key": "P1#1",
            "day": date(2018, 7, 2),
            "amount_fen": 40,
            "payee_account_token": 7,
            "project_key": "A",
        },
        {
            "key": "P2#1",
            "day": date(2018, 7, 4),
            "amount_fen": 40,
            "payee_account_token": 7,
            "project_key": "A",
        },
    ]
    (hit,) = RULE.judge(windows_of(RULE.contributions(facts("payment", *payments)), RULE.days)).to_dicts()

    assert hit["subject_kind"] == "account"
    assert hit["subject"] == "7"
    assert hit["period"] == "2018-07-04|A"
    assert hit["evidence"] == '{"payee_account_token":7,"project_key":"A"}|2018-07-04'
    assert hit["facts"] == ["P1#1", "P2#1"]
    assert hit["message"] == "0.80"
    assert json.loads(hit["inputs"]) == {"payee_account_token": 7, "window.count": 2, "window.sum": 80}


def test_a_rule_is_in_force_by_the_last_day_of_the_window() -> None:
    rule = WindowRule(window_rule("window.count >= 1", SPEC, valid_from=date(2018, 7, 3)))
    payments = [
        {"day": date(2018, 7, day), "amount_fen": 40, "payee_account_token": 7, "project_key": "A"}
        for day in (2, 3)
    ]
    hits = rule.judge(windows_of(rule.contributions(facts("payment", *payments)), rule.days))

    assert hits.select("period", "amount_fen").rows() == [("2018-07-03|A", 80)]


def test_the_columns_that_a_window_needs_are_enough() -> None:
    frame = facts("payment", *_payments(Random(5), 20))

    assert RULE.contributions(frame.select(RULE.columns)).equals(RULE.contributions(frame))

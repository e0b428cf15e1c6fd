"""Matches: durable_rules in its child process says what joining by brute force says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest

from services.kit.errors import Unavailable
from services.rules.domain import NoneRole, Rule, Subject
from services.rules.engine.durable_pool import DurablePool, Fact, Ruleset
from services.rules.engine.matches import TUPLES_MAX, MatchRule
from services.rules.language.conditions import conditions_of
from services.rules.language.evaluate import Plain, day_number
from tests.unit.rules.oracle import brute_force
from tests.unit.rules.rule_builders import assert_hits, facts, match_rule

SAME = "a.payee_account_token == b.payee_account_token"
ORDERED = "b.seq > a.seq"
MORE = (
    "b.day - a.day <= 2",
    "a.amount_fen != b.amount_fen",
    "a.amount_fen + 1 >= b.amount_fen",
    "2 * a.amount_fen - b.amount_fen < 3",
    "a.project_key == b.project_key",
    "a.project_key != b.project_key",
    "a.payer_equals_payee == b.payer_equals_payee",
    "(a.day == b.day || a.amount_fen == b.amount_fen)",
    "!(a.project_key == b.project_key && b.amount_fen > a.amount_fen)",
    'a.payee_kind in ["unit", "village"]',
    "known(b.project_key)",
    "(a.fund_code == b.fund_code || a.amount_fen > 1)",
    "a.quota_day <= b.day",
)
NONE = (
    "d.payment_key == b.payment_key",
    "d.account_token == a.payee_account_token && d.amount_fen >= b.amount_fen",
    "d.account_token == a.payee_account_token && d.day > b.day - 1 && known(d.village_code)",
    "d.account_token == a.payee_account_token && d.project_key != b.project_key",
    "d.account_token == a.payee_account_token && (d.project_key == a.project_key || d.day == a.day)",
    "d.account_token == a.payee_account_token && d.quota_key == a.quota_key",
)


@pytest.fixture(scope="module")
def pool() -> Iterator[DurablePool]:
    """One worker for all workloads."""
    pool = DurablePool()
    yield pool
    pool.close()


def _payments(chance: Random, size: int) -> pl.DataFrame:
    return facts("payment", *(_payment(chance, number) for number in range(size)))


def _payment(chance: Random, number: int) -> dict[str, object]:
    return {
        "key": f"P{number}#1",
        "payment_key": f"P{number}",
        "day": date(2018, 7, 2) + timedelta(chance.randrange(4)),
        "amount_fen": chance.randrange(1, 4),
        "payee_account_token": chance.choice([1, 2, 3, None]),
        "project_key": chance.choice(["A", "B", None]),
        "payee_kind": chance.choice(["unit", "village", "person"]),
        "payer_equals_payee": chance.choice([True, False, None]),
        "fund_code": chance.choice(["F1", "F2", None]),
        "quota_key": chance.choice(["Q1", None]),
        "quota_day": chance.choice([date(2018, 7, 2), date(2018, 7, 4), None]),
    }


def _disbursements(chance: Random, size: int) -> pl.DataFrame:
    return facts(
        "disbursement",
        *(
            {
                "key": f"D{number}",
                "payment_key": chance.choice([*(f"P{other}" for other in range(8)), None]),
                "day": date(2018, 7, 2) + timedelta(chance.randrange(4)),
                "amount_fen": chance.randrange(1, 4),
                "account_token": chance.choice([1, 2, 3, None]),
                "project_key": chance.choice(["A", "B", None]),
                "village_code": chance.choice(["V", None]),
                "quota_key": chance.choice(["Q1", "Q2", None]),
            }
            for number in range(size)
        ),
    )


def _rows(frame: pl.DataFrame) -> list[dict[str, Plain]]:
    return [
        {name: day_number(value) if isinstance(value, date) else value for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]


def _by_engine(rule: Rule, pool: DurablePool, frames: dict[str, pl.DataFrame]) -> set[tuple[str, ...]]:
    match = MatchRule(rule)
    candidates = [match.candidates(kind, frames[kind]) for kind in set(match.roles.values())]
    judged = match.judge(pl.concat(candidates, how="diagonal"), pool)
    assert judged.poisoned == {}
    assert_hits(judged.hits)
    assert judged.hits["evidence"].is_unique().all()
    subject_first = judged.hits["facts"].to_list()
    return {tuple(keys) for keys in subject_first}


def _by_brute_force(rule: Rule, frames: dict[str, pl.DataFrame]) -> set[tuple[str, ...]]:
    assert rule.match is not None
    conditions = conditions_of(rule)
    return brute_force(
        {role: _rows(frames[kind]) for role, kind in rule.match.roles.items()},
        {item.name: (_rows(frames[item.kind]), conditions.none[item.name]) for item in rule.match.none},
        conditions.when,
        rule.match.roles,
    )


@pytest.mark.parametrize("seed", range(40))
def test_random_joins_and_absences_are_what_brute_force_finds(seed: int, pool: DurablePool) -> None:
    chance = Random(seed)
    parts = [SAME, ORDERED, *chance.sample(MORE, chance.randrange(3))]
    chance.shuffle(parts)
    absent = [
        condition for condition in chance.sample(NONE, chance.randrange(3)) if "payment_key" not in condition
    ]
    none = [
        NoneRole(f"d{number}", "disbursement", condition.replace("d.", f"d{number}."))
        for number, condition in enumerate(absent)
    ]
    rule = match_rule(" && ".join(parts), {"a": "payment", "b": "payment"}, none)
    for _ in range(8):
        frames = {
            "payment": _payments(chance, chance.randrange(2, 14)),
            "disbursement": _disbursements(chance, chance.randrange(6)),
        }

        assert _by_engine(rule, pool, frames) == _by_brute_force(rule, frames), rule.when


@pytest.mark.parametrize("seed", range(10))
def test_one_present_role_and_one_absent_role_are_what_brute_force_finds(
    seed: int, pool: DurablePool
) -> None:
    chance = Random(seed)
    extra = chance.choice(["", " && d.amount_fen >= p.amount_fen", " && d.project_key != p.project_key"])
    none = [NoneRole("d", "disbursement", f"d.payment_key == p.payment_key{extra}")]
    rule = match_rule('p.payee_kind in ["unit", "village"] && p.amount_fen > 0', {"p": "payment"}, none)
    for _ in range(10):
        frames = {
            "payment": _payments(chance, 8),
            "disbursement": _disbursements(chance, chance.randrange(12)),
        }

        assert _by_engine(rule, pool, frames) == _by_brute_force(rule, frames)


@pytest.mark.parametrize("seed", range(10))
def test_three_roles_are_what_brute_force_finds(seed: int, pool: DurablePool) -> None:
    chance = Random(seed)
    when = (
        f"{SAME} && b.payee_account_token == c.payee_account_token && {ORDERED} && c.seq > b.seq"
        f" && {chance.choice(['c.day <= a.day + 2', 'a.amount_fen + c.amount_fen > 3', 'c.amount_fen == a.amount_fen'])}"
    )
    if "a.amount_fen + c" in when:
        when = when.replace("a.amount_fen + c.amount_fen > 3", "a.amount_fen > 3 - c.amount_fen")
    rule = match_rule(when, {"a": "payment", "b": "payment", "c": "payment"})
    for _ in range(5):
        frames = {"payment": _payments(chance, chance.randrange(3, 12))}

        assert _by_engine(rule, pool, frames) == _by_brute_force(rule, frames)


def test_the_order_in_which_facts_are_given_does_not_change_the_hits(pool: DurablePool) -> None:
    chance = Random(7)
    match = MatchRule(match_rule(f"{SAME} && {ORDERED}", {"a": "payment", "b": "payment"}))
    payments = _payments(chance, 12)
    first = match.judge(match.candidates("payment", payments), pool).hits
    shuffled = match.judge(
        match.candidates("payment", payments.sample(fraction=1, shuffle=True, seed=3)), pool
    )

    assert first.equals(shuffled.hits)


def test_a_hit_names_the_subjects_division_fund_amount_and_day(pool: DurablePool) -> None:
    rule = match_rule(
        f"{SAME} && {ORDERED}",
        {"a": "payment", "b": "payment"},
        subject=Subject("payment", "payment_key", "b"),
        amount="b.amount_fen",
        message="{b.payment_key} 与 {a.payment_key}，{b.amount} 元，{b.day}",
    )
    common = {"payee_account_token": 1, "division_code": "632801"}
    payments = facts(
        "payment",
        {**common, "key": "P1#1", "payment_key": "P1", "day": date(2018, 7, 2), "amount_fen": 100},
        {
            **common,
            "key": "P2#1",
            "payment_key": "P2",
            "day": date(2018, 7, 3),
            "amount_fen": 250,
            "fund_code": "F1",
        },
    )
    match = MatchRule(rule)
    (hit,) = match.judge(match.candidates("payment", payments), pool).hits.to_dicts()

    assert hit == {
        "rule_id": "common.example",
        "subject_kind": "payment",
        "subject": "P2",
        "period": "once",
        "evidence": '{"a":"P1#1","b":"P2#1"}',
        "division_code": "632801",
        "fund_code": "F1",
        "amount_fen": 250,
        "day": date(2018, 7, 3),
        "facts": ["P2#1", "P1#1"],
        "message": "P2 与 P1，2.50 元，2018-07-03",
        "inputs": '{"a.payee_account_token":1,"b.payee_account_token":1,"b.payment_key":"P2"}',
    }


def test_a_group_that_would_explode_is_refused_and_the_others_are_judged(pool: DurablePool) -> None:
    match = MatchRule(match_rule(f"{SAME} && {ORDERED}", {"a": "payment", "b": "payment"}))
    size = int(TUPLES_MAX**0.5) + 1
    rows = [{"key": f"P{n}", "payee_account_token": 1} for n in range(size)]
    rows += [{"key": f"Q{n}", "payee_account_token": 2} for n in range(2)]
    judged = match.judge(match.candidates("payment", facts("payment", *rows)), pool)

    assert list(judged.poisoned) == ['{"0":1}']
    assert judged.hits["facts"].to_list() == [["Q0", "Q1"]]


THREE_WAY = Ruleset(
    "three-way",
    '{"r":{"all":[{"m0":{"role":"a"}},'
    '{"m1":{"$and":[{"role":"b"},{"key":{"m0":"key"}},{"$gte":{"one":{"m0":"one"}}}]}},'
    '{"m2":{"$and":[{"role":"c"},{"key":{"m0":"key"}},{"$gte":{"one":{"m0":"one"}}}]}}]}}',
)


def _group(key: int, size: int) -> Sequence[Fact]:
    return [
        {"id": f"{key}-{role}-{number}", "role": role, "key": key, "one": 1}
        for role in "abc"
        for number in range(size)
    ]


def test_a_poison_group_is_found_by_bisection_and_no_other_is_lost() -> None:
    pool = DurablePool(timeout_s=0.4)
    try:
        answer = pool.fire(THREE_WAY, [_group(key, 200 if key == 5 else 1) for key in range(12)])

        assert list(answer.poisoned) == [5]
        assert sorted(ids[0] for _, ids in answer.fired) == sorted(
            f"{key}-a-0" for key in range(12) if key != 5
        )
        assert pool.restarts > 0
    finally:
        pool.close()


def test_a_worker_without_memory_poisons_the_group_that_took_it() -> None:
    pool = DurablePool(memory_bytes_max=160 * 1024**2, timeout_s=20.0)
    try:
        answer = pool.fire(THREE_WAY, [_group(0, 1), _group(1, 150), _group(2, 1)])

        assert list(answer.poisoned) == [1]
        assert len(answer.fired) == 2
    finally:
        pool.close()


def test_a_killed_worker_is_replaced_and_nothing_is_missed(pool: DurablePool) -> None:
    assert len(pool.fire(THREE_WAY, [_group(0, 1)]).fired) == 1
    (worker,) = pool._workers
    assert worker._process is not None
    os.kill(worker._process.pid, signal.SIGKILL)
    time.sleep(0.05)

    answer = pool.fire(THREE_WAY, [_group(0, 1), _group(1, 1)])

    assert len(answer.fired) == 2
    assert answer.poisoned == {}


def test_a_closed_pool_says_that_it_is_closed_and_poisons_nothing() -> None:
    pool = DurablePool()
    pool.close()

    with pytest.raises(Unavailable):
        pool.fire(THREE_WAY, [_group(0, 1)])


def test_the_worker_ends_when_its_input_ends() -> None:
    pool = DurablePool()
    pool.fire(THREE_WAY, [_group(0, 1)])
    process = pool._workers[0]._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()

    assert process.wait(timeout=10) == 0
    pool.close()

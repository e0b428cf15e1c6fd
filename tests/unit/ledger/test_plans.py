"""Quotas, projects and allotments: matched to what is above and below them, whichever came first."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from services.ledger.domain.accounts import AccountKind
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

UPPER = {"key": "U1", "division_code": PROVINCE, "document_number": "上一", "amount_fen": 900_000}
LOWER = {
    "key": "L1",
    "issuer_division_code": PROVINCE,
    "upper_document_number": "上一",
    "amount_fen": 400_000,
    "effective_on": date(2018, 2, 20),
}


def balance(world: World, key: str, kind: AccountKind) -> int:
    rows = world.rows(
        "SELECT balance_fen FROM account WHERE id = (SELECT id FROM quota WHERE key = :key) * 32 + :kind",
        key=key,
        kind=int(kind),
    )
    return int(rows[0][0]) if rows else 0


@pytest.mark.parametrize("order", list(permutations(("U1", "L1"))))
@pytest.mark.parametrize("together", [True, False])
def test_a_received_quota_is_matched_to_the_upper_one_whichever_came_first(
    world: World, order: tuple[str, ...], together: bool
) -> None:
    rows = {"U1": UPPER, "L1": LOWER}
    batches = [[rows[key] for key in order]] if together else [[rows[key]] for key in order]

    for batch in batches:
        world.post("quota", *batch)

    assert balance(world, "U1", AccountKind.ISSUED) == 400_000
    assert balance(world, "U1", AccountKind.FREE) == 500_000
    assert balance(world, "L1", AccountKind.RECEIVED) == -400_000
    assert balance(world, "L1", AccountKind.SOURCE) == 0
    assert balance(world, "L1", AccountKind.FREE) == 400_000


def test_a_received_quota_is_matched_anew_when_a_better_one_comes(world: World) -> None:
    world.post("quota", {**UPPER, "fund_code": "C30"}, LOWER)
    before = balance(world, "U1", AccountKind.ISSUED)

    world.post("quota", {**UPPER, "key": "U2"})

    assert before == 400_000
    assert balance(world, "U1", AccountKind.ISSUED) == 0
    assert balance(world, "U1", AccountKind.FREE) == 900_000
    assert balance(world, "U2", AccountKind.ISSUED) == 400_000
    assert balance(world, "L1", AccountKind.RECEIVED) == -400_000
    assert world.verify().fault == ""


def test_a_quota_is_never_its_own_upper_quota(world: World) -> None:
    world.post(
        "quota",
        {"key": "Q1", "issuer_division_code": COUNTY, "upper_document_number": "自", "document_number": "自"},
    )

    assert balance(world, "Q1", AccountKind.ISSUED) == 0


@pytest.mark.parametrize("order", list(permutations(("quota", "project", "allotment"))))
def test_an_allotment_moves_money_and_project_whichever_came_first(
    world: World, order: tuple[str, ...]
) -> None:
    keys = {"quota": "Q1", "project": "X1", "allotment": "A1"}

    for kind in order:
        world.post(kind, {"key": keys[kind]})

    told = world.consumer()
    assert balance(world, "Q1", AccountKind.FREE) == 700_000
    assert world.scalar("SELECT sum(balance_fen)::bigint FROM account WHERE id & 31 = 7") == 300_000
    assert list(told.facts("project")) == [("poverty", "X1")]
    assert world.verify().fault == ""


def test_a_project_moves_to_the_category_of_its_first_allotment(world: World) -> None:
    world.post("quota", {"key": "Q1"}, {"key": "Q2", "fund_code": "C30", "document_number": "二"})
    world.post("project", {"key": "X1"})
    world.post("allotment", {"key": "A2", "quota_key": "Q2", "effective_on": date(2018, 4, 1)})
    after_the_second = list(world.consumer().facts("project"))

    world.post("allotment", {"key": "A1", "effective_on": date(2018, 3, 1)})

    assert after_the_second == [("project", "X1")]
    assert list(world.consumer().facts("project")) == [("poverty", "X1")]


def test_a_payment_of_a_project_draws_on_its_allotment(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    world.post("allotment", {"key": "A1"})

    world.pay({"key": "P1", "project_key": "X1"}, {"key": "P2", "project_key": "X9"}, {"key": "P3"})

    free = world.rows(
        "SELECT o.project_key, a.balance_fen FROM owner AS o JOIN account AS a ON a.id = o.id * 32 + 7 ORDER BY 1"
    )
    assert free == [("X1", 290_000), ("X9", -10_000)]
    assert balance(world, "Q1", AccountKind.FREE) == 690_000


def test_quotas_of_all_levels_count_each_part_once(world: World) -> None:
    middle = {**LOWER, "key": "M1", "division_code": PREFECTURE, "document_number": "中一"}
    below = {
        **LOWER,
        "issuer_division_code": PREFECTURE,
        "upper_document_number": "中一",
        "amount_fen": 150_000,
    }
    world.post("quota", {**below, "key": "L2", "division_code": NEIGHBOUR}, below)

    world.post("quota", middle, UPPER)

    issued = {key: balance(world, key, AccountKind.ISSUED) for key in ("U1", "M1", "L1", "L2")}
    assert issued == {"U1": 400_000, "M1": 300_000, "L1": 0, "L2": 0}

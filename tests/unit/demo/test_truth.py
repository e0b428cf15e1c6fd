"""The truth is exactly what the rules find, the near misses are not in it, and the rest of the world is honest."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from services.demo.plants.rule_ids import ALL
from tests.unit.demo.conftest import SEEDS
from tests.unit.demo.reading import World
from tests.unit.demo.rules import MONTH_ENDS, by_key, judge, paid_of, state_at

Demo = Callable[[int], Path]
Read = Callable[[int], World]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file beside the demo."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_planted_is_found_and_nothing_else(demo: Demo, world: Read, seed: int) -> None:
    """Rules written by hand find the truth, with amounts, and no other subject."""
    truth = {
        (
            row["rule_id"],
            row["category"],
            row["subject_kind"],
            row["subject"],
            row["period"],
            int(row["amount_fen"]),
        )
        for row in rows_of(demo(seed) / "truth.csv")
    }

    assert judge(world(seed)) == truth


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_who_nearly_did_it_is_in_the_truth(demo: Demo, seed: int) -> None:
    """A near miss is no subject of the same rule."""
    truth = {(row["rule_id"], row["subject"]) for row in rows_of(demo(seed) / "truth.csv")}
    near = {(row["rule_id"], row["subject"]) for row in rows_of(demo(seed) / "near_misses.csv")}

    assert near & truth == set()


def test_every_rule_has_three_irregularities_and_three_kinds_of_near_misses(demo: Demo) -> None:
    """The demo shows of each rule what it warns of and what it leaves alone."""
    plants, kinds = defaultdict(set), defaultdict(set)
    for row in rows_of(demo(SEEDS[0]) / "truth.csv"):
        plants[row["rule_id"]].add(row["plant"])
    for row in rows_of(demo(SEEDS[0]) / "near_misses.csv"):
        kinds[row["rule_id"]].add(row["kind"])

    assert set(plants) == set(ALL)
    assert [rule for rule in ALL if len(plants[rule]) < 3 or len(kinds[rule]) < 3] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_near_misses_are_really_there(demo: Demo, world: Read, seed: int) -> None:
    """Each near miss names something that the files hold."""
    read = world(seed)
    there = {
        "payment": {payment.key for payment in read.payments},
        "quota": {quota.key for quota in read.quotas},
        "progress": {":".join(map(str, key)) for key in by_key(read)},
        "person": {line.person for line in read.lines},
        "account": {payment.account for payment in read.payments},
    }
    missing = [
        row
        for row in rows_of(demo(seed) / "near_misses.csv")
        if row["subject"] not in there[row["subject_kind"]]
    ]

    assert missing == []


def test_honest_money_is_ahead_of_schedule_with_a_margin(demo: Demo, world: Read) -> None:
    """Whatever is planted nowhere has paid at least four points more than the schedule asks for."""
    read = world(SEEDS[0])
    rows = [*rows_of(demo(SEEDS[0]) / "truth.csv"), *rows_of(demo(SEEDS[0]) / "near_misses.csv")]
    planted = {row["subject"] for row in rows if row["subject_kind"] == "progress"}
    paid = paid_of(read)
    behind = []
    for key, quotas in by_key(read).items():
        for end in MONTH_ENDS:
            total, so_far = state_at(paid, quotas, end)
            if ":".join(map(str, key)) not in planted and so_far * 120 < total * (10 * end.month - 12 + 5):
                behind.append((key, end, total, so_far))

    assert behind == []


def test_upper_quotas_issue_what_lower_ones_receive(world: Read) -> None:
    """Nobody issues more than was received, and every lower quota names the one above it."""
    read = world(SEEDS[0])
    issued = sum(quota.issued for quota in read.quotas)
    received = sum(quota.amount for quota in read.quotas if quota.issuer)

    assert issued == received
    assert [quota.key for quota in read.quotas if quota.issued > quota.amount] == []


def test_nobody_pays_more_than_the_quota_has(world: Read) -> None:
    """All payments of a quota, planted ones and lists too, fit into what it keeps."""
    read = world(SEEDS[0])
    paid: Counter[str] = Counter()
    for payment in read.payments:
        if payment.quota:
            paid[payment.quota.key] += payment.amount + sum(amount for _, amount in payment.corrections)

    assert [q.key for q in read.quotas if paid[q.key] > q.amount - q.issued] == []

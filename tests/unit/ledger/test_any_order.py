"""Whatever the order of files, the size of batches and the number of posters: the same shares and sums, nothing lost."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain.accounts import MEASURES, AccountKind
from services.ledger.usecases import finish_links, relinking
from services.ledger.usecases.ports import ROWS_MAX
from tests.unit.ledger.oracle import Oracle
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PREFECTURE, World

Row = dict[str, Any]
Rows = dict[str, list[Row]]
POSTERS = 8


def some_rows(seed: int, payments: int) -> Rows:
    """Rows of every kind that have to do with each other; random, but the same for the same seed."""
    pick = random.Random(seed)
    rows: Rows = {"quota": [], "project": [{"key": f"X{n}"} for n in range(3)], "allotment": []}
    for number in range(8):
        rows["quota"].append(
            {
                "key": f"Q{number}",
                "division_code": pick.choice((COUNTY, NEIGHBOUR, PREFECTURE)),
                "document_number": f"文{pick.randrange(4)}",
                "issuer_division_code": pick.choice((PREFECTURE, None)),
                "upper_document_number": f"文{pick.randrange(4)}",
                "fund_code": pick.choice(("C22", "C30", "C31")),
                "function_class": pick.choice(("2130505", "2130599")),
                "amount_fen": pick.randrange(1, 10_000),
            }
        )
        rows["allotment"].append(
            {
                "key": f"A{number}",
                "quota_key": f"Q{pick.randrange(9)}",
                "project_key": f"X{pick.randrange(3)}",
                "amount_fen": pick.randrange(1, 3_000),
            }
        )
    rows["payment"] = [_payment(pick, number) for number in range(payments)]
    for number in range(0, payments, 5):
        rows["payment"].append(_correction(pick, number, rows["payment"][number]))
    rows["disbursement"] = [
        {
            "key": f"D{number}",
            "voucher_no": f"V{pick.randrange(payments)}",
            "document_number": f"文{pick.randrange(5)}",
            "division_code": pick.choice((COUNTY, NEIGHBOUR)),
        }
        for number in range(payments)
    ]
    return rows


def _payment(pick: random.Random, number: int) -> Row:
    return {
        "key": f"P{number}",
        "division_code": pick.choice((COUNTY, NEIGHBOUR)),
        "document_number": f"文{pick.randrange(5)}",
        "voucher_no": f"V{pick.randrange(number + 1)}",
        "function_class": pick.choice(("2130505", "2130599")),
        "project_key": pick.choice((None, "X0", "X1")),
        "payee_kind": pick.choice(("person", "township")),
        "amount_fen": pick.randrange(1, 500),
        "effective_on": date(2018, 3, 1) + timedelta(days=pick.randrange(5)),
    }


def _correction(pick: random.Random, number: int, original: Row) -> Row:
    undone = -original["amount_fen"] if pick.random() < 0.5 else -1
    return {**original, "key": f"C{number}", "original_key": original["key"], "amount_fen": undone}


def shares(world: World) -> dict[tuple[str, str], int]:
    """(category, payment) -> amount, whatever number its share has come to."""
    return {
        (category, key.partition("#")[0]): fen for (category, key), fen in world.consumer().amounts().items()
    }


def accounts(world: World) -> dict[tuple[str, AccountKind], int]:
    """Balances by the key of the quota (or the name of the suspense) and the kind of account."""
    found: Counter[tuple[str, AccountKind]] = Counter()
    rows = world.rows(
        """
        SELECT coalesce(q.key, oq.key, o.name), a.id & 31, a.balance_fen FROM account AS a
        LEFT JOIN quota AS q ON q.id = a.id >> 5 LEFT JOIN owner AS o ON o.id = a.id >> 5
        LEFT JOIN quota AS oq ON oq.id = o.quota_id
        """
    )
    for name, kind, fen in rows:
        found[name, AccountKind(kind)] += fen
    return {place: fen for place, fen in found.items() if fen}


def measures(world: World) -> list[Any]:
    """What sums are made of, as it is kept."""
    return world.rows(
        """
        SELECT id, arranged_fen, free_fen, issued_fen, allotted_fen, paid_fen, intermediate_fen FROM measured
        WHERE (arranged_fen, free_fen, issued_fen, allotted_fen, paid_fen, intermediate_fen) <> (0, 0, 0, 0, 0, 0)
        ORDER BY id
        """
    )


def measures_of_accounts(world: World) -> list[Any]:
    """The same out of balances and allotments."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for account, fen in world.rows("SELECT id, balance_fen FROM account"):
        name, sign = MEASURES.get(AccountKind(account & 31), ("", 0))
        found[account >> 5][name] += sign * fen
    for quota, fen in world.rows("SELECT quota_id, amount_fen FROM allotment WHERE quota_id IS NOT NULL"):
        found[quota]["allotted_fen"] += fen
    names = ("arranged_fen", "free_fen", "issued_fen", "allotted_fen", "paid_fen", "intermediate_fen")
    return [(id_, *(of[name] for name in names)) for id_, of in sorted(found.items()) if any(of.values())]


def hold_against(world: World, rows: Rows) -> None:
    """The ledger is what the rows say, and no fen is lost or doubled."""
    oracle, held = Oracle(rows), accounts(world)

    assert shares(world) == oracle.shares()
    told = world.consumer().facts("disbursement")
    assert {place: row["payment_key"] for place, row in told.items()} == oracle.attached()
    assert sum(held.values()) == 0
    for key, quota in oracle.quotas.items():
        of = {kind: held.get((key, kind), 0) for kind in AccountKind}
        gone_or_there = sum(
            of[kind]
            for kind in (
                AccountKind.FREE,
                AccountKind.ISSUED,
                AccountKind.ALLOTMENT_FREE,
                AccountKind.PAID_FINAL,
                AccountKind.PAID_INTERMEDIATE,
            )
        )
        assert (key, gone_or_there) == (key, quota["amount_fen"])
        assert of[AccountKind.SOURCE] + of[AccountKind.RECEIVED] == -quota["amount_fen"]
        assert of[AccountKind.ISSUED] == oracle.quota_day(key, date.max)[0]
        assert of[AccountKind.PAID_FINAL] == oracle.quota_day(key, date.max)[2]
    assert measures(world) == measures_of_accounts(world)
    received = sum(fen for (_, kind), fen in held.items() if kind == AccountKind.RECEIVED)
    assert -received == sum(fen for (_, kind), fen in held.items() if kind == AccountKind.ISSUED)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10**6),
    order=st.randoms(use_true_random=False),
    size=st.sampled_from((1, 7, 1_000)),
    moved_max=st.sampled_from((1, 3, ROWS_MAX)),
)
def test_any_order_of_files_and_any_size_of_batches_and_moves_end_the_same(
    world: World, seed: int, order: random.Random, size: int, moved_max: int
) -> None:
    world.reset()
    rows = some_rows(seed, 8)
    batches = []
    for kind, of_kind in rows.items():
        shuffled = order.sample(of_kind, len(of_kind))
        batches += [(kind, shuffled[start : start + size]) for start in range(0, len(shuffled), size)]
    order.shuffle(batches)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relinking, "ROWS_MAX", moved_max)
        for kind, batch in batches:
            world.post(kind, *batch)

    hold_against(world, rows)
    assert world.verify().fault == ""


@pytest.mark.parametrize("size", [7, 5_000])
def test_many_rows_end_the_same_in_small_and_in_large_batches(world: World, size: int) -> None:
    rows = some_rows(1, 120)

    for kind in ("disbursement", "payment", "allotment", "project", "quota"):
        world.post_in_batches(kind, rows[kind], size)

    hold_against(world, rows)


@pytest.mark.parametrize("moved_max", [2, ROWS_MAX])
def test_posters_beside_each_other_lose_and_double_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, moved_max: int
) -> None:
    monkeypatch.setattr(relinking, "ROWS_MAX", moved_max)
    rows = some_rows(7, 160)
    pick = random.Random(11)
    work: dict[int, list[tuple[str, list[Row]]]] = defaultdict(list)
    for poster in range(POSTERS):
        for kind in rows:
            mine = [row for row in rows[kind] if pick.random() < 0.4]
            work[poster] += [(kind, mine[start : start + 40]) for start in range(0, len(mine), 40)]
        work[poster] += [
            (kind, part) for kind in ("payment", "disbursement") for part in (rows[kind][poster::POSTERS],)
        ]
        pick.shuffle(work[poster])

    def post_all(poster: int) -> None:
        for kind, batch in work[poster]:
            world.post(kind, *batch)

    with ThreadPoolExecutor(POSTERS) as posters:
        list(posters.map(post_all, range(POSTERS)))
    for kind in ("quota", "project", "allotment"):
        world.post(kind, *rows[kind])
    finish_links(world.book, "")

    hold_against(world, rows)
    assert world.verify().fault == ""
    assert world.scalar("SELECT count(*) FROM block") == world.chain.head()[0]


def test_posters_of_the_same_rows_post_each_once(world: World) -> None:
    rows = [{"key": f"P{number:03}", "voucher_no": f"V{number % 9}"} for number in range(300)]

    def post_some(poster: int) -> int:
        order = random.Random(poster).sample(rows, len(rows))
        return sum(world.pay(*order[start : start + 30]).posted for start in range(0, len(order), 30))

    with ThreadPoolExecutor(POSTERS) as posters:
        counts = list(posters.map(post_some, range(POSTERS)))

    assert sum(counts) == len(rows)
    assert len(world.consumer().amounts()) == len(rows)
    assert world.verify().fault == ""

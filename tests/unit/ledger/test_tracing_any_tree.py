"""Whatever the tree of quotas: what is traced down is what was paid, and up and down meet at the same root."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kit.caller import Scope
from services.ledger.domain.accounts import FINAL_PAYEES
from services.ledger.usecases import reconciling, tracing
from tests.unit.ledger.oracle import Oracle
from tests.unit.ledger.world import COUNTY, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

ALL = Scope("")
DIVISIONS = (PROVINCE, PREFECTURE, COUNTY, NEIGHBOUR, FAR_COUNTY)
DOCUMENTS = ("甲", "乙", "丙")
Row = dict[str, Any]


@st.composite
def trees(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Quotas that name what they were received from, rightly, wrongly, in circles or not at all; and payments."""
    quotas = [
        {
            "key": f"Q{number}",
            "division_code": draw(st.sampled_from(DIVISIONS)),
            "document_number": draw(st.sampled_from(DOCUMENTS)),
            "issuer_division_code": draw(st.sampled_from((None, *DIVISIONS))),
            "upper_document_number": draw(st.sampled_from((None, *DOCUMENTS, "无"))),
            "fund_code": draw(st.sampled_from(("C22", "C30"))),
            "amount_fen": draw(st.integers(1, 1_000)),
        }
        for number in range(draw(st.integers(1, 9)))
    ]
    payments = [
        {
            "key": f"P{number}",
            "division_code": draw(st.sampled_from(DIVISIONS)),
            "document_number": draw(st.sampled_from((*DOCUMENTS, "无"))),
            "payee_kind": draw(st.sampled_from(("person", "township"))),
            "amount_fen": draw(st.integers(1, 500)),
        }
        for number in range(draw(st.integers(0, 8)))
    ]
    corrections = [
        {**row, "key": f"C{number}", "original_key": row["key"], "amount_fen": -draw(st.integers(1, 300))}
        for number, row in enumerate(payments)
        if draw(st.booleans())
    ]
    return {"quota": quotas, "payment": payments + corrections}


class Walker:
    """The same ways, by walking the rows in plain Python."""

    def __init__(self, rows: Mapping[str, list[Row]]) -> None:
        self.oracle = Oracle(rows)
        self.quotas = self.oracle.quotas

    def upper(self, key: str) -> str | None:
        """The quota that a quota was received from."""
        own = self.quotas[key]
        fitting = [
            (other["fund_code"] != own["fund_code"], name)
            for name, other in self.quotas.items()
            if name != key
            and other["division_code"] == own["issuer_division_code"]
            and other["document_number"] == own["upper_document_number"]
        ]
        return min(fitting)[1] if fitting else None

    def way(self, payment: str) -> list[str]:
        """The quotas from a payment's to the top, each once."""
        way: list[str] = []
        key = self.oracle.quota_of(self.oracle.payments[payment])
        while key is not None and key not in way:
            way.append(key)
            key = self.upper(key)
        return way

    def below(self, key: str) -> set[str]:
        """All quotas below one, without itself."""
        found: set[str] = set()
        wave = {key}
        while wave:
            wave = {name for name in self.quotas if self.upper(name) in wave} - found - {key}
            found |= wave
        return found

    def paid(self, keys: set[str]) -> tuple[int, int]:
        """What was paid from quotas to final payees and to others."""
        sums = Counter({True: 0, False: 0})
        for key, fen in self.oracle.remaining().items():
            payment = self.oracle.payments[key]
            if self.oracle.quota_of(payment) in keys:
                sums[payment["payee_kind"] in FINAL_PAYEES] += fen
        return sums[True], sums[False]


def opened(world: World, key: str, seen: set[str]) -> set[str]:
    """The payments found by opening a quota and everything below it, node by node."""
    if key in seen:
        return set()
    seen.add(key)
    page = tracing.quota_payments(world.traces, ALL, key, "", None, 500)
    found = set(page.payments["key"])
    for child in tracing.get_quota(world.traces, ALL, key, None, 500).children.nodes:
        found |= opened(world, child.key, seen)
    return found


@given(rows=trees())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_up_and_down_are_the_same_ways(world: World, rows: dict[str, list[Row]]) -> None:
    world.reset()
    for kind in ("payment", "quota"):
        if rows[kind]:
            world.post(kind, *rows[kind])
    walker = Walker(rows)
    nodes = {key: tracing.get_quota(world.traces, ALL, key, None, 500) for key in walker.quotas}
    ways = {
        key: [step.key for step in tracing.trace_payment(world.traces, ALL, key).shares[-1].steps]
        for key, fen in walker.oracle.remaining().items()
        if fen
    }

    assert ways == {key: walker.way(key) for key in ways}
    for key, found in nodes.items():
        below = walker.below(key)
        node = found.node
        assert (node.below, node.children) == (
            len(below),
            sum(walker.upper(name) == key for name in walker.quotas),
        )
        assert (node.paid_fen, node.intermediate_fen) == walker.paid({key})
        assert (node.below_paid_fen, node.below_intermediate_fen) == walker.paid(below)
        assert node.missing_fen == 0
    for payment, way in ways.items():
        assert not way or payment in opened(world, way[-1], set())


@given(rows=trees())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reconciliations_leave_no_quota_and_no_fen_out(world: World, rows: dict[str, list[Row]]) -> None:
    world.reset()
    for kind in ("quota", "payment"):
        if rows[kind]:
            world.post(kind, *rows[kind])
    walker = Walker(rows)
    wanted = reconciling.Wanted()
    lines = reconciling.reconcile_issues(world.reconciliation, ALL, wanted, None, 500)
    documents = reconciling.reconcile_documents(world.reconciliation, ALL, wanted, None, 500).documents
    levels = [level for one in documents for level in one.levels]
    named = [q for q in walker.quotas.values() if q["issuer_division_code"] or q["upper_document_number"]]
    matched = [q for key, q in walker.quotas.items() if walker.upper(key)]

    assert lines.totals.registered_fen == sum(q["amount_fen"] for q in named)
    assert lines.totals.issued_fen == sum(q["amount_fen"] for q in matched)
    assert sum(line.registered for line in lines.lines) == len(named)
    assert (sum(level.quotas for level in levels), sum(level.amount_fen for level in levels)) == (
        len(walker.quotas),
        sum(q["amount_fen"] for q in walker.quotas.values()),
    )
    assert (
        sum(level.paid_fen for level in levels),
        sum(level.intermediate_fen for level in levels),
    ) == walker.paid(set(walker.quotas))

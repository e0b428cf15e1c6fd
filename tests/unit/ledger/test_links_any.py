"""Whatever people decide, in whatever order with payments, corrections and quotas: the ledger is what a model says.

The model keeps, of each payment, what nobody decided about (the row) and the parts that people linked, each with its
movements by day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.kit.errors import Refused
from services.ledger.domain.accounts import AccountKind
from services.ledger.domain.links import UNRELATED
from services.ledger.storage import Conservation
from tests.unit.ledger.linker import Linker
from tests.unit.ledger.world import World

DOCUMENTS = ("青财农字〔2018〕1号", "青财农字〔2018〕2号", "青财农字〔2018〕3号")
CATEGORY_OF = {"C22": "poverty", "C30": "project", "C31": "benefit"}
DAY = date(2018, 7, 3)
_worlds: list[World] = []


@dataclass
class Share:
    """What nobody decided about, or a part: where it is, and its movements by day."""

    quota: str | None = None
    moved: Counter[date] = field(default_factory=Counter)

    @property
    def fen(self) -> int:
        return sum(self.moved.values())


@dataclass
class Payment:
    fen: int
    document: str
    day: date
    final: bool
    row: Share = field(default_factory=Share)
    parts: dict[int, Share] = field(default_factory=dict)
    """By the order of the lines that made them; a quota of None is unrelated."""

    @property
    def shares(self) -> list[Share]:
        return [self.row, *self.parts.values()]

    def correct(self, fen: int, day: date) -> None:
        """What takes money back takes the row first, then the newest parts."""
        whole = sum(share.fen for share in self.shares)
        rest = fen
        if (fen > 0) != (whole > 0):
            for share in [self.row, *(self.parts[line] for line in sorted(self.parts, reverse=True))]:
                least, most = sorted((-share.fen, 0))
                part = max(least, min(rest, most)) if (share.fen > 0) == (whole > 0) else 0
                share.moved[day] += part
                rest -= part
        self.row.moved[day] += rest


class Links(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = _worlds[-1]
        self.world.reset()
        self.linker = Linker(self.world)
        self.quotas: dict[str, tuple[str, str]] = {}
        self.payments: dict[str, Payment] = {}
        self.decisions: dict[str, list[tuple[str, int]]] = {}
        self.lines = 0
        self.register(0, "C22")
        self.pay(90, 0, 0, True)
        self.pay(60, 1, 1, False)

    @rule(document=st.integers(0, 2), fund=st.sampled_from(list(CATEGORY_OF)))
    def register(self, document: int, fund: str) -> None:
        # A later quota fits better: rows follow it, and what people linked does not.
        key = f"Q{99 - len(self.quotas)}"
        self.quotas[key] = DOCUMENTS[document], fund
        self.world.post("quota", {"key": key, "document_number": DOCUMENTS[document], "fund_code": fund})
        for payment in self.payments.values():
            payment.row.quota = self.best(payment)

    @rule(
        fen=st.integers(-50, 100),
        document=st.integers(0, 2),
        day=st.integers(0, 3),
        final=st.booleans(),
    )
    def pay(self, fen: int, document: int, day: int, final: bool) -> None:
        key = f"P{len(self.payments)}"
        payment = Payment(fen, DOCUMENTS[document], DAY + timedelta(days=day), final)
        payment.row.moved[payment.day] += fen
        payment.row.quota = self.best(payment)
        self.payments[key] = payment
        kind = "person" if final else "township"
        row = {
            "key": key,
            "document_number": payment.document,
            "effective_on": payment.day,
            "payee_kind": kind,
        }
        self.world.pay({**row, "amount_fen": fen, "voucher_no": f"V{document}"})
        self.world.post(
            "disbursement",
            {"key": f"D{key}", "document_number": payment.document, "voucher_no": f"V{document}"},
        )

    def best(self, payment: Payment) -> str | None:
        fitting = [key for key, (document, _) in self.quotas.items() if document == payment.document]
        return min(fitting) if fitting else None

    @rule(data=st.data(), fens=st.lists(st.integers(-120, 60), min_size=1, max_size=2), day=st.integers(0, 5))
    def correct(self, data: Any, fens: list[int], day: int) -> None:
        """One or two corrections of a payment in one batch."""
        key = data.draw(st.sampled_from(sorted(self.payments)))
        rows = []
        for fen in fens:
            self.lines += 1
            corrected_on = DAY + timedelta(days=day)
            rows.append(
                {
                    "key": f"C{self.lines:04}",
                    "original_key": key,
                    "amount_fen": fen,
                    "effective_on": corrected_on,
                }
            )
            self.payments[key].correct(fen, corrected_on)
        self.world.pay(*rows)

    @rule(data=st.data(), count=st.integers(1, 3))
    def link(self, data: Any, count: int) -> None:
        asked = {}
        for _ in range(count):
            key = data.draw(st.sampled_from(sorted(self.payments)))
            quota = data.draw(st.sampled_from(sorted(self.quotas)))
            left = self.payments[key].row.fen
            asked[key, quota] = data.draw(st.sampled_from([left, left // 2, 1, left + 1, -left])) or 1
        self.decide([(key, quota, fen) for (key, quota), fen in asked.items()])

    @rule(data=st.data(), whole=st.booleans())
    def unrelated(self, data: Any, whole: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.payments)))
        self.decide([(key, None, 0 if whole else 1)])

    def decide(self, asked: list[tuple[str, str | None, int]]) -> None:
        left = {key: self.payments[key].row.fen for key, _, _ in asked}
        expected, taken = True, []
        for key, quota, fen in asked:
            payment = self.payments[key]
            fen = fen or left[key]
            same_sign = left[key] * payment.fen > 0 and fen * payment.fen > 0
            expected &= same_sign and abs(fen) <= abs(left[key])
            expected &= quota is not None or payment.row.quota is None
            left[key] -= fen
            taken.append((key, quota, fen))
        name = f"L{len(self.decisions)}"
        try:
            if taken[0][1] is None:
                self.linker.unrelated(*((key, fen) for key, _, fen in asked), key=name)
            else:
                self.linker.link(*((key, quota or "", fen) for key, quota, fen in asked), key=name)
        except Refused:
            assert not expected, asked
            return
        assert expected, asked
        self.decisions[name] = []
        for key, quota, fen in taken:
            self.lines += 1
            payment = self.payments[key]
            payment.row.moved[payment.day] -= fen
            payment.parts[self.lines] = Share(quota, Counter({payment.day: fen}))
            self.decisions[name].append((key, self.lines))

    @rule(data=st.data())
    def undo(self, data: Any) -> None:
        if not self.decisions:
            return
        name = data.draw(st.sampled_from(sorted(self.decisions)))
        self.lines += 1
        try:
            self.linker.undo(name, key=f"U{self.lines}")
        except Refused:
            assert not self.decisions[name]
            return
        assert self.decisions[name]
        for key, line in self.decisions[name]:
            payment = self.payments[key]
            for day, fen in payment.parts.pop(line).moved.items():
                payment.row.moved[day] += fen
        self.decisions[name] = []

    @invariant()
    def hold(self) -> None:
        """The shares that stand, and money by quota, kind and day."""
        shares: Counter[tuple[str, str, str | None]] = Counter()
        money: Counter[tuple[str, str, date]] = Counter()
        for key, payment in self.payments.items():
            for share in payment.shares:
                is_part = share is not payment.row
                unrelated = is_part and share.quota is None
                category = CATEGORY_OF[self.quotas[share.quota][1]] if share.quota else "unassigned"
                shares[key, UNRELATED if unrelated else category, share.quota] += share.fen
                paid = "FINAL" if payment.final else "INTERMEDIATE"
                kind = f"PAID_{paid}" if share.quota else f"SUSPENSE_PAID_{paid}"
                for day, fen in share.moved.items():
                    money[share.quota or "", "UNRELATED_PAID" if unrelated else kind, day] += fen
        self.shares = {place: fen for place, fen in shares.items() if fen}

        assert self.kept() == self.shares
        assert self.paid() == {place: fen for place, fen in money.items() if fen}
        assert set(Conservation(self.world.database).differences().values()) == {0}

    def kept(self) -> dict[tuple[str, str, str | None], int]:
        """The shares as a person is shown them."""
        rows = self.world.rows(
            """
            SELECT p.key, s.category, q.key, sum(s.fen)::bigint FROM (
                SELECT id, category, quota_id, remaining_fen AS fen FROM payment
                UNION ALL SELECT payment_id, category, quota_id, amount_fen FROM part
            ) AS s JOIN payment AS p ON p.id = s.id LEFT JOIN quota AS q ON q.id = s.quota_id
            WHERE p.original_key IS NULL AND s.fen <> 0 GROUP BY 1, 2, 3
            """
        )
        return {(key, category, quota): fen for key, category, quota, fen in rows if fen}

    def paid(self) -> dict[tuple[str, str, date], int]:
        """What was paid by quota (of none: empty), kind of account and day, as the balances say."""
        found: Counter[tuple[str, str, date]] = Counter()
        rows = self.world.rows(
            """
            SELECT coalesce(q.key, ''), d.account_id & 31, d.day, d.delta_fen FROM account_day AS d
            LEFT JOIN quota AS q ON q.id = d.account_id >> 5
            """
        )
        for quota, kind, day, fen in rows:
            if "PAID" in AccountKind(kind).name:
                found[quota, AccountKind(kind).name, day] += fen
        return {place: fen for place, fen in found.items() if fen}

    def teardown(self) -> None:
        """The chain is sound, a consumer of the events knows what stands, and disbursements travel with it."""
        if not hasattr(self, "shares"):
            return
        consumer, told = self.world.consumer(), Counter[tuple[str, str, str | None]]()
        homes: set[tuple[str, str | None, str]] = set()
        for (category, _), row in consumer.facts("payment").items():
            told[row["payment_key"], category, row["quota_key"]] += row["amount_fen"]
            homes.add((row["payment_key"], row["quota_key"], category))
        travelling = [
            (row["payment_key"], row["quota_key"], category)
            for (category, _), row in consumer.facts("disbursement").items()
            if row["payment_key"]
        ]

        assert self.world.verify().fault == ""
        assert dict(told) == {place: fen for place, fen in self.shares.items() if place[1] != UNRELATED}
        assert set(travelling) <= homes


@pytest.fixture
def a_world(world: World) -> Iterator[World]:
    _worlds.append(world)
    yield world
    _worlds.pop()


def test_whatever_is_decided_each_payment_is_its_shares_and_every_fen_is_somewhere(a_world: World) -> None:
    checked = settings(
        max_examples=12,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Links, settings=checked)

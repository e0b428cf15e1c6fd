"""Any documents in any order: what is accepted, what it leaves, and that no fen is lost, doubled or overdrawn.

The model is a second ledger in plain Python: it knows nothing of transfers, accounts or plans.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from services.kit.errors import Refused
from services.ledger.domain.accounts import KIND_BITS, OUTSIDE, AccountKind
from services.ledger.domain.documents import Kind, Take
from tests.unit.ledger.papers import Desk
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

DAYS = [date(2018, 3, 1) + timedelta(days=number) for number in range(4)]
BELOW = {PROVINCE: (PREFECTURE, COUNTY), PREFECTURE: (COUNTY, NEIGHBOUR), COUNTY: (), NEIGHBOUR: ()}
_worlds: list[World] = []


@pytest.fixture(autouse=True)
def _the_world(world: World) -> Iterator[None]:
    """State machines are made by hypothesis, which hands over no fixture."""
    _worlds.append(world)
    yield
    _worlds.pop()


class Model:
    """Quotas as counters of where their money is, and every change with its day."""

    def __init__(self) -> None:
        self.money: dict[str, Counter[str]] = defaultdict(Counter)
        self.division: dict[str, str] = {}
        self.came_on: dict[str, date] = {}
        self.arranged: set[str] = set()
        self.upper: dict[str, str] = {}
        self.made: dict[str, tuple[str, str, Counter[str]]] = {}
        """Quotas that stand: the document that made them, the line that they received, and what they began with."""
        self.open: dict[str, tuple[str, str, int, date]] = {}
        """Lines in transit: upper quota, receiving division, fen, day."""
        self.log: list[tuple[date, str, str, int]] = []

    def change(self, day: date, quota: str, **moved: int) -> None:
        """Adds to places of a quota."""
        for place, fen in moved.items():
            self.money[quota][place] += fen
            self.log.append((day, quota, place, fen))

    def unused(self, quota: str) -> int:
        return self.money[quota]["pending"] + self.money[quota]["free"]

    def take(self, day: date, quota: str, fen: int) -> dict[str, int]:
        """Takes pending money first; says what came out of where."""
        parts, left = {}, fen
        for place in ("pending", "free"):
            part = min(self.money[quota][place], left)
            if part:
                parts[place] = part
                self.change(day, quota, **{place: -part})
            left -= part
        return parts


fens = st.integers(1, 60)
days = st.sampled_from([*DAYS, DAYS[-1], DAYS[-1]])


class Documents(RuleBasedStateMachine):
    quotas: Bundle[str] = Bundle("quotas")
    lines: Bundle[str] = Bundle("lines")
    done: Bundle[str] = Bundle("done")

    @initialize(target=quotas)
    def begin(self) -> Any:
        """An empty ledger, then money of the province that a prefecture and a county received some of."""
        self.world = _worlds[-1]
        self.world.reset()
        self.desk, self.model, self.count = Desk(self.world), Model(), 0
        self.issued: dict[str, tuple[str, str, int, date]] = {}
        upper = self.register(300, True, DAYS[0], PROVINCE)
        middle = self.receive(self.issue(upper, 200, DAYS[0], 0), DAYS[0], False)
        lower = self.receive(self.issue(middle, 100, DAYS[0], 0), DAYS[0], False)
        return multiple(upper, middle, lower)

    def said(self, expected: bool, kind: Kind, *lines: dict[str, Any], **head: Any) -> bool:
        """Hands in a document, and holds whether it was taken against what the model expects."""
        try:
            self.desk.hand_in(kind, *lines, **head)
        except Refused:
            assert not expected, (kind, lines, head)
            return False
        assert expected, (kind, lines, head)
        return True

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def there(self, quota: str, day: date) -> bool:
        return quota in self.model.made and self.model.came_on[quota] <= day

    @rule(
        target=quotas,
        fen=st.integers(0, 100),
        pending=st.booleans(),
        day=days,
        division=st.sampled_from(list(BELOW)),
    )
    def register(self, fen: int, pending: bool, day: date, division: str) -> str:
        key = self.name("Q")
        line = {"quota_key": key, "fund_code": "C22", "amount_fen": fen, "pending": pending}
        self.said(True, Kind.REGISTER, line, division_code=division, effective_on=day, key=f"R{key}")
        self.model.division[key], self.model.came_on[key] = division, day
        self.model.arranged.add(key)
        self.model.change(day, key, arranged=fen, **{"pending" if pending else "free": fen})
        self.model.made[key] = f"R{key}", "", self.model.money[key].copy()
        return key

    @rule(target=lines, quota=quotas, fen=fens, day=days, place=st.integers(0, 1))
    def issue(self, quota: str, fen: int, day: date, place: int) -> Any:
        below = BELOW[self.model.division[quota]]
        to = below[place] if below else PROVINCE
        expected = bool(below) and self.there(quota, day) and fen <= self.model.unused(quota)
        key = self.name("I")
        line = {"quota_key": quota, "to_division_code": to, "amount_fen": fen}
        head = {"division_code": self.model.division[quota], "effective_on": day, "key": key}
        if not self.said(expected, Kind.ISSUE, line, **head):
            return multiple()
        self.model.take(day, quota, fen)
        self.model.change(day, quota, transit=fen)
        self.model.open[f"{key}:1"] = self.issued[f"{key}:1"] = quota, to, fen, day
        return f"{key}:1"

    @rule(target=quotas, line=lines, day=days, pending=st.booleans())
    def receive(self, line: str, day: date, pending: bool) -> Any:
        issued = self.model.open.get(line)
        key = self.name("Q")
        to = issued[1] if issued else COUNTY
        expected = issued is not None and issued[3] <= day
        asked = {"quota_key": key, "issue_line_key": line, "pending": pending}
        head = {"division_code": to, "effective_on": day, "key": f"R{key}"}
        if not self.said(expected, Kind.RECEIVE, asked, **head) or issued is None:
            return multiple()
        upper, _, fen, _ = self.model.open.pop(line)
        self.model.change(day, upper, transit=-fen, issued=fen)
        self.model.change(day, key, received=fen, **{"pending" if pending else "free": fen})
        self.model.division[key], self.model.came_on[key], self.model.upper[key] = to, day, upper
        self.model.made[key] = f"R{key}", line, self.model.money[key].copy()
        return key

    @rule(quota=quotas, day=days)
    def undo(self, quota: str, day: date) -> None:
        """Undoes the document that made a quota: only while the quota is as it was made."""
        document, issue_line, began = self.model.made.get(quota, (f"R{quota}", "", Counter()))
        expected = self.there(quota, day) and +self.model.money[quota] == +began
        expected = expected and all(fen >= 0 for fen in self.model.money[quota].values())
        head = {"division_code": self.model.division[quota], "effective_on": day, "original_key": document}
        if not self.said(expected, Kind.REVERSE, **head):
            return
        for place, fen in began.items():
            self.model.change(day, quota, **{place: -fen})
        del self.model.made[quota]
        if issue_line:
            upper = self.model.upper.pop(quota)
            self.model.change(day, upper, transit=began["received"], issued=-began["received"])
            was = self.issued[issue_line]
            self.model.open[issue_line] = was

    @rule(line=consumes(lines), day=days)
    def withdraw(self, line: str, day: date) -> None:
        issued = self.model.open.get(line)
        expected = issued is not None and issued[3] <= day
        division = self.model.division[issued[0]] if issued else PROVINCE
        head = {"original_key": line.partition(":")[0], "division_code": division, "effective_on": day}
        if self.said(expected, Kind.REVERSE, **head) and issued:
            upper, _, fen, _ = self.model.open.pop(line)
            # Which part goes back to pending is asked of the ledger; that nothing is lost is the invariant's.
            balances = self.desk.balances(upper)
            for place in ("pending", "free"):
                self.model.change(
                    day, upper, **{place: balances.get(place, 0) - self.model.money[upper][place]}
                )
            self.model.change(day, upper, transit=-fen)

    @rule(quota=quotas, fen=fens, day=days)
    def release(self, quota: str, fen: int, day: date) -> None:
        self._inside(Kind.RELEASE, quota, fen, day, "pending", "free")

    @rule(quota=quotas, fen=fens, day=days)
    def freeze(self, quota: str, fen: int, day: date) -> None:
        self._inside(Kind.FREEZE, quota, fen, day, "free", "frozen")

    @rule(quota=quotas, fen=fens, day=days)
    def unfreeze(self, quota: str, fen: int, day: date) -> None:
        self._inside(Kind.UNFREEZE, quota, fen, day, "frozen", "free")

    def _inside(self, kind: Kind, quota: str, fen: int, day: date, start: str, end: str) -> None:
        expected = self.there(quota, day) and fen <= self.model.money[quota][start]
        head = {"division_code": self.model.division[quota], "effective_on": day}
        if self.said(expected, kind, {"quota_key": quota, "amount_fen": fen}, **head):
            self.model.change(day, quota, **{start: -fen, end: fen})

    @rule(quota=quotas, fen=st.integers(-60, 60).filter(bool), day=days)
    def adjust(self, quota: str, fen: int, day: date) -> None:
        expected = (
            self.there(quota, day) and quota in self.model.arranged and -fen <= self.model.unused(quota)
        )
        head = {"division_code": self.model.division[quota], "effective_on": day}
        if self.said(expected, Kind.ADJUST, {"quota_key": quota, "amount_fen": fen}, **head):
            self.model.change(day, quota, adjusted=fen)
            if fen > 0:
                self.model.change(day, quota, free=fen)
            else:
                self.model.take(day, quota, -fen)

    @rule(quota=quotas, to=quotas, fen=fens, day=days, kind=st.sampled_from((Kind.TRANSFER, Kind.INTEGRATE)))
    def between(self, quota: str, to: str, fen: int, day: date, kind: Kind) -> None:
        same_division = self.model.division[quota] == self.model.division[to]
        expected = quota != to and same_division and self.there(quota, day) and self.there(to, day)
        expected = expected and fen <= self.model.unused(quota)
        line = {"quota_key": quota, "to_quota_key": to, "amount_fen": fen}
        head = {"division_code": self.model.division[quota], "effective_on": day}
        if self.said(expected, kind, line, **head):
            beside = "transferred" if kind is Kind.TRANSFER else "integrated"
            for place, part in self.model.take(day, quota, fen).items():
                self.model.change(day, to, **{place: part})
            self.model.change(day, quota, **{beside: -fen})
            self.model.change(day, to, **{beside: fen})

    @rule(quota=quotas, day=days, by_above=st.booleans(), take=st.sampled_from(Take), fen=fens)
    def recover(self, quota: str, day: date, by_above: bool, take: Take, fen: int) -> None:
        upper = self.model.upper.get(quota) if by_above else None
        there = self.model.unused(quota)
        used = any(self.model.money[quota][place] for place in ("frozen", "transit", "issued"))
        fen = fen if take is Take.AMOUNT else there
        expected = self.there(quota, day) and 0 < fen <= there and not (take is Take.ALL and used)
        line = {"quota_key": quota, "take": take, "amount_fen": fen if take is Take.AMOUNT else 0}
        division = self.model.division[upper or quota]
        if self.said(expected, Kind.RECOVER, line, division_code=division, effective_on=day):
            for place, part in self.model.take(day, quota, fen).items():
                if upper:
                    self.model.change(day, upper, **{place: part})
            self.model.change(day, quota, recovered=fen)
            if upper:
                self.model.change(day, upper, recovered=-fen)

    @invariant()
    def no_fen_is_lost(self) -> None:
        if not hasattr(self, "model"):
            return
        kinds = {kind.value: kind.name for kind in AccountKind}
        rows = self.world.rows(
            f"""
            SELECT q.key, a.id & {(1 << KIND_BITS) - 1}, a.balance_fen FROM account AS a
            JOIN quota AS q ON q.id = a.id >> {KIND_BITS} WHERE a.balance_fen <> 0
            """
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for key, kind, fen in rows:
            found[key][kinds[kind]] = fen
        expected = {key: held for key, money in self.model.money.items() if (held := _accounts(money))}

        assert found == expected
        assert all(sum(of.values()) == 0 for of in found.values())
        self._levels_agree(found)

    def _levels_agree(self, found: dict[str, dict[str, int]]) -> None:
        """What below received and what is in transit is what above issued."""
        received: Counter[str] = Counter()
        for key, upper in self.model.upper.items():
            received[upper] -= found[key].get("RECEIVED", 0)
        for upper, _, fen, _ in self.model.open.values():
            received[upper] += fen
        issued = {key: of.get("ISSUED", 0) + of.get("IN_TRANSIT", 0) for key, of in list(found.items())}

        assert +received == {key: fen for key, fen in issued.items() if fen}

    def teardown(self) -> None:
        """As of any day is what a replay up to that day gives, and the chain is sound."""
        if not hasattr(self, "model"):
            return
        mask = (1 << KIND_BITS) - 1
        for day in DAYS:
            replayed: dict[str, Counter[str]] = defaultdict(Counter)
            for on, key, place, fen in self.model.log:
                if on <= day:
                    replayed[key][place] += fen
            rows = self.world.rows(
                f"""
                SELECT q.key, d.account_id & {mask}, sum(d.delta_fen)::bigint FROM account_day AS d
                JOIN quota AS q ON q.id = d.account_id >> {KIND_BITS} WHERE d.day <= :day GROUP BY 1, 2
                """,
                day=day,
            )
            as_of: dict[str, dict[str, int]] = defaultdict(dict)
            for key, kind, fen in rows:
                if fen:
                    as_of[key][AccountKind(kind).name] = fen

            assert as_of == {key: held for key, money in replayed.items() if (held := _accounts(money))}
        assert self.world.verify().fault == ""


_ACCOUNT_OF = {
    "arranged": "SOURCE",
    "received": "RECEIVED",
    "adjusted": "ADJUSTED",
    "transferred": "TRANSFERRED",
    "integrated": "INTEGRATED",
    "recovered": "RECOVERED",
    "pending": "PENDING",
    "free": "FREE",
    "frozen": "FROZEN",
    "transit": "IN_TRANSIT",
    "issued": "ISSUED",
}
_CAME_IN = {kind.name for kind in OUTSIDE} - {"RECOVERED"}


def _accounts(money: Counter[str]) -> dict[str, int]:
    """Places of the model as balances: what came in is negative."""
    named = {_ACCOUNT_OF[place]: fen for place, fen in money.items() if fen}
    return {name: -fen if name in _CAME_IN else fen for name, fen in named.items()}


Documents.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    # A failure is told with all its steps: to make them fewer would empty and fill the ledger for minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
    ],
)
TestDocuments = Documents.TestCase

"""Decisions about links made by hand: what a test does not speak of has a plain default."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.kit.caller import Caller
from services.ledger import usecases
from services.ledger.domain.linking import Posted
from services.ledger.domain.links import Decision, Kind, LinkLine
from tests.unit.ledger.papers import officer
from tests.unit.ledger.world import COUNTY, World

TODAY = date(2018, 8, 2)
Asked = tuple[str, str, int] | tuple[str, str, int, str]
"""Payment, quota, fen and, where one is said, project."""


class Linker:
    """Somebody of the county who links payments."""

    def __init__(self, world: World, caller: Caller | None = None) -> None:
        self.world = world
        self.caller = caller or officer(COUNTY)
        self._number = 0

    def decide(
        self, kind: Kind, lines: tuple[LinkLine, ...] = (), today: date = TODAY, **said: Any
    ) -> Posted:
        """Makes a decision; each gets the next number unless it has a key."""
        self._number += 1
        given = {"key": f"L{self._number}", "division_code": COUNTY, **said}
        if kind is Kind.UNDO:
            given["division_code"] = ""
        return usecases.decide_links(
            self.world.book, Decision(kind=kind, lines=lines, **given), self.caller, today
        )

    def link(self, *asked: Asked, **said: Any) -> Posted:
        """Links parts of payments to quotas."""
        lines = tuple(LinkLine(one[0], one[1], one[3] if len(one) > 3 else "", one[2]) for one in asked)
        return self.decide(Kind.LINK, lines, **said)

    def unrelated(self, *asked: tuple[str, int], **said: Any) -> Posted:
        """Says that payments are unrelated; 0 fen for all that is left."""
        lines = tuple(LinkLine(payment, amount_fen=fen) for payment, fen in asked)
        return self.decide(Kind.UNRELATED, lines, **{"reason": "工资支出", **said})

    def undo(self, original_key: str, **said: Any) -> Posted:
        """Undoes a decision."""
        return self.decide(Kind.UNDO, original_key=original_key, **{"reason": "挂错指标", **said})

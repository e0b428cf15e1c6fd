"""Documents handed in by hand: what a test does not speak of has a plain default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.ledger import usecases
from services.ledger.domain.accounts import KIND_BITS, AccountKind
from services.ledger.domain.documents import Document, Kind, Line
from services.ledger.domain.linking import Posted
from tests.unit.ledger.world import COUNTY, PREFECTURE, PROVINCE, World

TODAY = date(2018, 12, 31)
YEAR = 2018
ADMIN = Caller("admin", (ADMINISTRATOR,), Scope("630000"))


def officer(division: str, funds: tuple[str, ...] = ()) -> Caller:
    """A finance officer of a division."""
    return Caller(f"officer of {division}", (FINANCE_OFFICER,), Scope(division, funds))


def line(quota_key: str, yuan: int = 0, **said: Any) -> dict[str, Any]:
    """A line over an amount of yuan."""
    return {"quota_key": quota_key, "amount_fen": yuan * 100, **said}


class Desk:
    """Where documents are handed in. Each gets the next number unless it has a key."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._number = 0

    def paper(self, kind: Kind, *lines: Mapping[str, Any], **head: Any) -> Document:
        """A document of the province, dated a day later than the one before."""
        self._number += 1
        given = {
            "key": f"D{self._number}",
            "document_number": f"青财农字〔2018〕{self._number}号",
            "division_code": PROVINCE,
            "fiscal_year": YEAR,
            "effective_on": date(2018, 3, 1),
            **head,
        }
        given.setdefault("issued_on", given["effective_on"])
        return Document(kind=kind, lines=tuple(Line(**line) for line in lines), **given)

    def hand_in(
        self, kind: Kind, *lines: Mapping[str, Any], caller: Caller = ADMIN, today: date = TODAY, **head: Any
    ) -> Posted:
        """Applies a document."""
        return usecases.post_document(self.world.book, self.paper(kind, *lines, **head), caller, today)

    def register(self, key: str = "P", amount_fen: int = 1_000_00, **line: Any) -> Posted:
        """Registers a quota of the province."""
        head = {
            name: line.pop(name) for name in ("division_code", "fiscal_year", "effective_on") if name in line
        }
        quota = {"quota_key": key, "fund_code": "C22", "amount_fen": amount_fen, **line}
        return self.hand_in(Kind.REGISTER, quota, **head)

    def pass_on(
        self, upper: str, to: str, key: str, amount_fen: int, of: str = PROVINCE, **head: Any
    ) -> Posted:
        """Issues from a quota and receives it below."""
        self.hand_in(
            Kind.ISSUE,
            {"quota_key": upper, "to_division_code": to, "amount_fen": amount_fen},
            division_code=of,
            **head,
        )
        issue_line = f"D{self._number}:1"
        return self.hand_in(
            Kind.RECEIVE, {"quota_key": key, "issue_line_key": issue_line}, division_code=to, **head
        )

    def balances(self, quota_key: str) -> dict[str, int]:
        """What a quota has where, but for nothing; allotments together."""
        mask = (1 << KIND_BITS) - 1
        rows = self.world.rows(
            f"""
            SELECT a.id & {mask}, sum(a.balance_fen)::bigint FROM quota AS q
            LEFT JOIN owner AS o ON o.quota_id = q.id
            JOIN account AS a ON a.id >> {KIND_BITS} IN (q.id, o.id)
            WHERE q.key = :key GROUP BY 1, o.id IS NULL
            """,
            key=quota_key,
        )
        found: dict[str, int] = {}
        for kind, fen in rows:
            if fen:
                found[AccountKind(kind).name.lower()] = int(fen)
        return found


def tree(desk: Desk) -> None:
    """Money of the province with a prefecture and two counties: P -> M -> L, and P -> N directly."""
    desk.register("P", 1_000_00)
    desk.pass_on("P", PREFECTURE, "M", 600_00)
    desk.pass_on("M", COUNTY, "L", 400_00, of=PREFECTURE)

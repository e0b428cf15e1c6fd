"""What a view must say, replayed in plain Python: every transfer up to a day and a height, one after the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from services.ledger.domain.accounts import AccountKind, TransferKind
from services.ledger.domain.views import Sums, age_of
from services.ledger.usecases.viewing import Seen
from tests.unit.ledger.world import DIVISIONS, World

K = AccountKind
LEVELS = {division.code: division.level for division in DIVISIONS}
OUT = (K.SOURCE, K.RECEIVED, K.ADJUSTED, K.TRANSFERRED, K.CARRIED_OVER, K.INTEGRATED, K.RECOVERED)
FIELD = {
    K.ADJUSTED: ("adjusted_fen", -1),
    K.TRANSFERRED: ("transferred_fen", -1),
    K.CARRIED_OVER: ("carried_over_fen", -1),
    K.INTEGRATED: ("integrated_fen", -1),
    K.RECOVERED: ("recovered_fen", 1),
    K.ISSUED: ("issued_fen", 1),
    K.IN_TRANSIT: ("issued_fen", 1),
    K.PENDING: ("pending_fen", 1),
    K.FREE: ("free_fen", 1),
    K.FROZEN: ("frozen_fen", 1),
    K.ALLOTMENT_FREE: ("allotted_unpaid_fen", 1),
    K.PAID_FINAL: ("paid_fen", 1),
    K.SUSPENSE_PAID_FINAL: ("paid_fen", 1),
    K.PAID_INTERMEDIATE: ("intermediate_fen", 1),
    K.SUSPENSE_PAID_INTERMEDIATE: ("intermediate_fen", 1),
    K.RECEIVED: ("above_fen", -1),
}


@dataclass(frozen=True)
class Holder:
    """A quota, or the suspense of a division and year."""

    year: int
    division: str
    fund: str
    category: str
    document: str
    received_on: date | None
    upper: int
    own: bool

    def named(self, dimension: str, day: date) -> str:
        """What it is called in a dimension of its own."""
        if dimension == "age":
            return age_of(self.received_on, day) if self.received_on else ""
        if dimension == "level":
            return LEVELS.get(self.division, "")
        return str(getattr(self, dimension))


class Replay:
    """The whole journal of a ledger, read once."""

    def __init__(self, world: World) -> None:
        self.holders: dict[int, Holder] = {}
        self.projects: dict[int, tuple[int, str]] = {}
        for row in world.rows(
            """
            SELECT id, fiscal_year, division_code, coalesce(fund_code, ''), category, coalesce(document_number, ''),
                received_on, coalesce(upper_id, 0), issuer_division_code IS NULL FROM quota
            """
        ):
            self.holders[row[0]] = Holder(*row[1:])
        for owner, quota, project, division, year in world.rows(
            "SELECT id, quota_id, project_key, division_code, fiscal_year FROM owner"
        ):
            if quota is None:
                self.holders[owner] = Holder(year, division, "", "unassigned", "", None, 0, True)
            else:
                self.projects[owner] = (quota, project)
        self.transfers = world.rows(
            """
            SELECT t.kind, t.debit_account, t.credit_account, t.amount_fen, t.effective_on, b.height
            FROM transfer AS t JOIN block AS b ON b.posting_id = t.id >> 20
            """
        )

    def sums(self, dimensions: list[str], seen: Seen, day: date) -> tuple[Sums, dict[tuple[str, ...], Sums]]:
        """The total and the rows by name, but for rows of zeros."""
        found: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for kind, debit, credit, fen, on, height in self.transfers:
            if (seen.as_of and on > seen.as_of) or (seen.height is not None and height > seen.height):
                continue
            for account, signed in ((debit, -fen), (credit, fen)):
                self._move(found, dimensions, day, on, account, signed)
                if kind == TransferKind.ALLOT and account & 31 == K.FREE:
                    owner = (credit if account == debit else debit) >> 5
                    name = self._name(dimensions, day, on, owner)
                    found[name]["allotted_fen"] -= signed
        total: Counter[str] = Counter()
        for counted in found.values():
            total.update(counted)
        rows = {
            name: Sums(**counted)
            for name, counted in found.items()
            if any(counted.values()) and ("project" not in dimensions or name[dimensions.index("project")])
        }
        return Sums(**total), rows

    def _name(self, dimensions: list[str], day: date, on: date, owner: int) -> tuple[str, ...]:
        quota, project = self.projects.get(owner, (owner, ""))
        special = {"project": project, "month": f"{on:%Y-%m}"}
        return tuple(special.get(one) or ("" if one == "project" else self.holders[quota].named(one, day))
                     for one in dimensions)  # fmt: skip

    def _move(
        self,
        found: dict[tuple[str, ...], Counter[str]],
        dimensions: list[str],
        day: date,
        on: date,
        account: int,
        fen: int,
    ) -> None:
        kind, owner = K(account & 31), account >> 5
        holder = self.holders[self.projects.get(owner, (owner, ""))[0]]
        to = found[self._name(dimensions, day, on, owner)]
        if kind is K.SOURCE:
            to["own_fen" if holder.own else "above_fen"] -= fen
        elif kind in FIELD:
            field, sign = FIELD[kind]
            to[field] += sign * fen
        if kind is K.IN_TRANSIT:
            to["in_transit_fen"] += fen
        if kind in (K.SUSPENSE_PAID_FINAL, K.SUSPENSE_PAID_INTERMEDIATE):
            to["suspense_fen"] += fen
        if kind in (*OUT, K.ISSUED, K.IN_TRANSIT):
            stays = {day.year: "stays_now_fen"}.get(
                holder.year, "stays_past_fen" if holder.year < day.year else ""
            )
            if stays:
                to[stays] -= fen
        if kind is K.RECEIVED and holder.upper:
            upper = self.holders[holder.upper]
            to["inside_all_fen"] -= fen
            own = [one for one in dimensions if one not in ("project", "month")]
            if all(upper.named(one, day) == holder.named(one, day) for one in own):
                to["inside_fen"] -= fen

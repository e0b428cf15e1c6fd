"""A plan in the making: the quotas that a document may touch, and the balances as its lines leave them."""

from __future__ import annotations

from services.ledger.domain.accounts import AccountKind, TransferKind
from services.ledger.domain.documents import Document, Line, Problem, Take
from services.ledger.domain.movements import Balances, Known, Movement, NewQuota, Plan, QuotaState, yuan


class Refused(Exception):  # noqa: N818 - named for what happened, as the refusals of kit.errors are
    """A line cannot be planned."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def refuse(line: int, code: str, zh: str, en: str, **parameters: object) -> Refused:
    """The refusal of a line, to be raised."""
    return Refused(Problem(code, zh, en, line, parameters))


def over(line: int, quota: QuotaState, kind: AccountKind, wanted_fen: int, there_fen: int) -> Refused:
    """The refusal of an amount above what is there."""
    return Refused(over_problem(line, quota.key, kind, wanted_fen, there_fen))


def over_problem(line: int, key: str, kind: AccountKind, wanted_fen: int, there_fen: int) -> Problem:
    """What is said of an amount above what is there, by where it would be taken from."""
    zh, en = {
        AccountKind.PENDING: ("待分额度", "pending"),
        AccountKind.FROZEN: ("冻结额度", "frozen"),
        AccountKind.IN_TRANSIT: ("在途额度", "in transit"),
        AccountKind.ALLOTMENT_FREE: ("项目未支付额度", "allotted and unpaid"),
    }.get(kind, ("可用额度", "free"))
    return Problem(
        "ledger.over_limit",
        f"指标 {key} {zh}为 {yuan(there_fen)} 元，不足 {yuan(wanted_fen)} 元",
        f"quota {key} has {yuan(there_fen)} yuan {en}, less than {yuan(wanted_fen)}",
        line,
        {"quota": key, "there_fen": there_fen, "wanted_fen": wanted_fen},
    )


class Draft:
    """What the lines before have planned. Amounts are fen."""

    def __init__(self, document: Document, known: Known, first_id: int) -> None:
        self.document = document
        self.known = known
        self.balances = Balances(known)
        self.amounts: list[int] = []
        self.new_quotas: list[NewQuota] = []
        self.voided: list[int] = []
        self.received: set[str] = set()
        self._first_id = first_id

    def planned(self) -> Plan:
        """All of it."""
        return Plan(
            tuple(self.balances.movements), tuple(self.new_quotas), tuple(self.amounts), tuple(self.voided)
        )

    def new_id(self, line: int) -> int:
        """The id of the quota that a line makes."""
        return self._first_id + line - 1

    def make(self, quota: NewQuota) -> None:
        """Makes a quota; refuses a key that is taken."""
        if quota.key in self.known.quotas or any(quota.key == other.key for other in self.new_quotas):
            raise refuse(
                quota.line,
                "ledger.quota_exists",
                f"指标 {quota.key} 已存在",
                f"there is a quota {quota.key} already",
                quota=quota.key,
            )
        self.new_quotas.append(quota)

    def move(
        self,
        line: int,
        quota_id: int,
        kind: TransferKind,
        start: AccountKind,
        end: AccountKind,
        fen: int,
        project_key: str = "",
    ) -> None:
        """Plans a movement; of nothing there is none."""
        if fen:
            self.balances.move(Movement(line, quota_id, kind, start, end, fen, project_key))

    def known_quota(self, line: int, key: str) -> QuotaState:
        """A quota of any division."""
        quota = self.known.quotas.get(key)
        if quota is None or not quota.standing:
            raise refuse(
                line, "ledger.quota_unknown", f"没有指标 {key}", f"there is no quota {key}", quota=key
            )
        return quota

    def own_quota(self, line: int, key: str, fiscal_year: int = 0) -> QuotaState:
        """A quota of the document's division and year (or another year), that was there on its day."""
        quota = self.known_quota(line, key)
        if quota.division_code != self.document.division_code:
            raise self.not_yours(line, quota)
        self.check_day_and_year(line, quota, fiscal_year or self.document.fiscal_year)
        return quota

    def not_yours(self, line: int, quota: QuotaState) -> Refused:
        """The refusal of a quota of another division."""
        here = self.document.division_code
        return refuse(
            line,
            "ledger.not_your_quota",
            f"指标 {quota.key} 不属于 {here}",
            f"quota {quota.key} is not of {here}",
            quota=quota.key,
        )

    def check_day_and_year(self, line: int, quota: QuotaState, fiscal_year: int) -> None:
        """Refuses a quota of another year, and one that came after the document's day."""
        if quota.fiscal_year != fiscal_year:
            raise self.other_year(line, quota.key, quota.fiscal_year)
        day, came = self.document.effective_on, quota.effective_on
        if day < came:
            raise refuse(
                line,
                "ledger.before_receipt",
                f"业务日 {day} 早于指标 {quota.key} 的登记日 {came}",
                f"on {day} quota {quota.key} was not there yet: it came on {came}",
                quota=quota.key,
            )

    def other_year(self, line: int, key: str, year: int) -> Refused:
        """The refusal of what belongs to another year."""
        return refuse(
            line,
            "ledger.other_year",
            f"{key} 属于 {year} 年度，与单据年度不符",
            f"{key} is of the year {year}, which is not the document's",
        )

    def amount(self, line: int, asked: Line, quota: QuotaState) -> int:
        """What a line takes of the unused part of a quota: the amount that it says, the rest, or all."""
        there = self.balances.unused(quota.id)
        if asked.take is Take.AMOUNT:
            fen = abs(asked.amount_fen)
            if fen > there:
                raise over(line, quota, AccountKind.FREE, fen, there)
            return fen
        if asked.take is Take.ALL and self.balances.has_been_used(quota.id):
            raise refuse(
                line,
                "ledger.in_use",
                f"指标 {quota.key} 已有下达、冻结、分配或支付，不能按全部额度办理",
                f"part of quota {quota.key} was issued, frozen, allotted or paid: not all of it can be taken",
                quota=quota.key,
            )
        if there == 0:
            raise refuse(
                line,
                "ledger.nothing_left",
                f"指标 {quota.key} 没有剩余额度",
                f"quota {quota.key} has nothing left",
                quota=quota.key,
            )
        return there

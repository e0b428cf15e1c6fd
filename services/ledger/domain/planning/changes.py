"""Documents that pass on, move, lock or take away money of quotas that are there."""

from __future__ import annotations

from collections.abc import Mapping

from services.ledger.domain.accounts import AccountKind, TransferKind
from services.ledger.domain.documents import Line
from services.ledger.domain.planning.draft import Draft, over, refuse

LEVELS_MAX = 8
"""More levels than any tree of divisions has: a tree with a loop is not walked for ever."""


def issue(draft: Draft, number: int, line: Line) -> int:
    """下达: in transit until the division below receives it. What is pending goes first: it is there to be decomposed."""
    quota = draft.own_quota(number, line.quota_key)
    _check_flow(draft, number, line.to_division_code)
    fen = draft.amount(number, line, quota)
    for account, part in draft.balances.split(quota.id, fen):
        draft.move(number, quota.id, TransferKind.ISSUE, account, AccountKind.IN_TRANSIT, part)
    return fen


def _check_flow(draft: Draft, number: int, to: str) -> None:
    here, divisions = draft.document.division_code, draft.known.divisions
    if to not in divisions:
        raise refuse(number, "ledger.division_unknown", f"没有区划 {to}", f"there is no division {to}")
    if to == here or to in _above(here, divisions):
        raise refuse(
            number,
            "ledger.issue_cycle",
            f"不能下达给本级或上级 {to}",
            f"nothing is issued to oneself or to {to} above",
        )
    if here not in _above(to, divisions) or (divisions[here][0], divisions[to][0]) not in draft.known.flows:
        raise refuse(
            number,
            "ledger.issue_level",
            f"{here} 不能直接下达给 {to}，级次不符",
            f"{here} does not issue to {to} directly: the levels do not fit",
        )


def _above(code: str, divisions: Mapping[str, tuple[str, str]]) -> list[str]:
    """The divisions above one, the nearest first."""
    above: list[str] = []
    while len(above) < LEVELS_MAX and code in divisions and divisions[code][1]:
        code = divisions[code][1]
        above.append(code)
    return above


def recover(draft: Draft, number: int, line: Line) -> int:
    """收回: by the division above, back into the quota it came from; by the own division, out of the quota for good."""
    quota = draft.known_quota(number, line.quota_key)
    upper = draft.known.uppers.get(quota.upper_id) if quota.upper_id else None
    mine = quota.division_code == draft.document.division_code
    if not mine and (upper is None or upper.division_code != draft.document.division_code):
        raise draft.not_yours(number, quota)
    draft.check_day_and_year(number, quota, draft.document.fiscal_year)
    fen = draft.amount(number, line, quota)
    for account, part in draft.balances.split(quota.id, fen):
        draft.move(number, quota.id, TransferKind.RECOVER, account, AccountKind.RECOVERED, part)
        if not mine and upper is not None:
            draft.move(number, upper.id, TransferKind.RECOVER, AccountKind.RECOVERED, account, part)
    return fen


def adjust(draft: Draft, number: int, line: Line) -> int:
    """追加 or 调减 of money that was arranged here; what came from above changes above."""
    quota = draft.own_quota(number, line.quota_key)
    if quota.received:
        raise refuse(
            number,
            "ledger.not_arranged_here",
            f"指标 {quota.key} 由上级下达，追加须由上级另行下达，调减须由上级收回",
            f"quota {quota.key} came from above: above issues more, or recovers some",
            quota=quota.key,
        )
    kind, beside = TransferKind.ADJUST, AccountKind.ADJUSTED
    if line.amount_fen > 0:
        draft.move(number, quota.id, kind, beside, AccountKind.FREE, line.amount_fen)
        return line.amount_fen
    fen = draft.amount(number, line, quota)
    for account, part in draft.balances.split(quota.id, fen):
        draft.move(number, quota.id, kind, account, beside, part)
    return -fen


def transfer(draft: Draft, number: int, line: Line) -> int:
    """调剂: between quotas of the division and year."""
    return _between(draft, number, line, TransferKind.TRANSFER, AccountKind.TRANSFERRED)


def integrate(draft: Draft, number: int, line: Line) -> int:
    """整合: into a quota of another purpose."""
    return _between(draft, number, line, TransferKind.INTEGRATE, AccountKind.INTEGRATED)


def _between(draft: Draft, number: int, line: Line, kind: TransferKind, beside: AccountKind) -> int:
    """From one quota to another; what was pending stays so."""
    quota, to = draft.own_quota(number, line.quota_key), draft.own_quota(number, line.to_quota_key)
    if quota.id == to.id:
        raise refuse(
            number,
            "ledger.same_quota",
            f"转出和转入是同一指标 {quota.key}",
            f"quota {quota.key} would give to itself",
            quota=quota.key,
        )
    fen = draft.amount(number, line, quota)
    for account, part in draft.balances.split(quota.id, fen):
        draft.move(number, quota.id, kind, account, beside, part)
        draft.move(number, to.id, kind, beside, account, part)
    return fen


def release(draft: Draft, number: int, line: Line) -> int:
    """转可执行: what was pending can be allotted and paid."""
    return _inside(draft, number, line, TransferKind.RELEASE, AccountKind.PENDING, AccountKind.FREE)


def freeze(draft: Draft, number: int, line: Line) -> int:
    """冻结 of what is executable."""
    return _inside(draft, number, line, TransferKind.FREEZE, AccountKind.FREE, AccountKind.FROZEN)


def unfreeze(draft: Draft, number: int, line: Line) -> int:
    """解冻."""
    return _inside(draft, number, line, TransferKind.UNFREEZE, AccountKind.FROZEN, AccountKind.FREE)


def allot(draft: Draft, number: int, line: Line) -> int:
    """分配到项目, of what is executable."""
    if line.project_key in draft.known.not_in_library:
        raise refuse(
            number,
            "ledger.project_not_in_library",
            f"项目 {line.project_key} 尚未入库或已出库，不能安排资金",
            f"project {line.project_key} is not in the library: it can get no money",
            project=line.project_key,
        )
    division = draft.known.projects.get(line.project_key)
    if division is None:
        raise refuse(
            number,
            "ledger.project_unknown",
            f"项目库中没有项目 {line.project_key}",
            f"the project library has no project {line.project_key}",
        )
    if division != draft.document.division_code:
        raise refuse(
            number,
            "ledger.project_division",
            f"项目 {line.project_key} 属于 {division}",
            f"project {line.project_key} belongs to {division}",
        )
    to = AccountKind.ALLOTMENT_FREE
    return _inside(draft, number, line, TransferKind.ALLOT, AccountKind.FREE, to, line.project_key)


def _inside(
    draft: Draft,
    number: int,
    line: Line,
    kind: TransferKind,
    start: AccountKind,
    end: AccountKind,
    project_key: str = "",
) -> int:
    quota = draft.own_quota(number, line.quota_key)
    there = draft.balances.of(quota.id, start)
    if line.amount_fen > there:
        raise over(number, quota, start, line.amount_fen, there)
    draft.move(number, quota.id, kind, start, end, line.amount_fen, project_key)
    return line.amount_fen

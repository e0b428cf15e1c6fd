"""From a document to what it moves: which quotas it may touch, and whether the money is there.

Pure: no clock, no ids of its own. Every refusal names its line, and a document is refused whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.ledger.domain.documents import Document, Kind, Line, Problem
from services.ledger.domain.movements import Known, Plan
from services.ledger.domain.planning import changes, makes
from services.ledger.domain.planning.draft import Draft, Refused
from services.ledger.domain.planning.reversal import reverse

__all__ = ["plan"]

_PLANNED: dict[Kind, Callable[[Draft, int, Line], int]] = {
    Kind.REGISTER: makes.register,
    Kind.RECEIVE: makes.receive,
    Kind.CARRY_OVER: makes.carry_over,
    Kind.ISSUE: changes.issue,
    Kind.RELEASE: changes.release,
    Kind.ADJUST: changes.adjust,
    Kind.TRANSFER: changes.transfer,
    Kind.FREEZE: changes.freeze,
    Kind.UNFREEZE: changes.unfreeze,
    Kind.INTEGRATE: changes.integrate,
    Kind.RECOVER: changes.recover,
    Kind.ALLOT: changes.allot,
}
"""What plans a line, and says what it moves, fen. A reversal has no lines."""


def plan(document: Document, known: Known, first_id: int) -> Plan:
    """What a document moves, or every reason why not. New quotas get ids from `first_id` on, one for each line."""
    problems = list(_problems(document, known))
    if document.division_code not in known.divisions:
        return Plan(problems=tuple(problems))
    draft = Draft(document, known, first_id)
    if document.kind is Kind.REVERSE:
        problems += reverse(draft)
    for number, line in enumerate(document.lines, start=1):
        try:
            draft.amounts.append(_PLANNED[document.kind](draft, number, line))
        except Refused as refused:
            problems.append(refused.problem)
    problems = problems or list(_closed_years(draft))
    return Plan(problems=tuple(problems)) if problems else draft.planned()


def _closed_years(draft: Draft) -> Iterator[Problem]:
    """Closed years of quotas that would change: of the year before, of those above, of what is undone."""
    known = draft.known
    years = {state.id: state.fiscal_year for state in (*known.quotas.values(), *known.uppers.values())}
    touched = {years[one.quota_id] for one in draft.balances.movements if one.quota_id in years}
    for year in sorted(touched & known.closed_years):
        yield _closed_year(year)


def _closed_year(year: int) -> Problem:
    return Problem(
        "ledger.closed_year",
        f"{year} 年度已结账，不能再登记或调整",
        f"the year {year} is closed: nothing of it changes any more",
        parameters={"fiscal_year": year},
    )


def _problems(document: Document, known: Known) -> Iterator[Problem]:
    if document.division_code not in known.divisions:
        yield Problem(
            "ledger.division_unknown",
            f"没有区划 {document.division_code}",
            f"there is no division {document.division_code}",
        )
    if document.fiscal_year in known.closed_years:
        yield _closed_year(document.fiscal_year)
    if known.closed_to and document.effective_on <= known.closed_to and not document.back_entry_reason:
        yield Problem(
            "ledger.closed_day",
            f"业务日 {document.effective_on} 已关账（关至 {known.closed_to}），补录须说明原因",
            f"the day {document.effective_on} is closed (up to {known.closed_to}): a back entry says why",
            parameters={"closed_to": known.closed_to},
        )
    for attachment in document.attachments:
        if attachment.sha256 not in known.attachments:
            yield Problem(
                "ledger.attachment_unknown",
                f"附件 {attachment.file_name} 尚未上传",
                f"the file {attachment.file_name} was not uploaded",
            )

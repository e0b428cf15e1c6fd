"""Targets of projects and what is reported of them: done whole, or refused whole."""

from __future__ import annotations

from datetime import date

from services.kit.caller import Caller
from services.kit.errors import InvalidInput, Refused
from services.ledger.domain.accounts import first_id
from services.ledger.domain.chain import Tag
from services.ledger.domain.document_rows import sealed
from services.ledger.domain.library.asked import TargetStepAsked
from services.ledger.domain.library.cards import find_step_problems
from services.ledger.domain.library.machine import Machine, Step, Workflows, check_person, versions
from services.ledger.domain.library.rows import StepRow, report_row, step_row, target_row
from services.ledger.domain.library.texts import hash_of
from services.ledger.domain.linking import Posted
from services.ledger.domain.performance.reports import Report, due_day, find_report_problems, span
from services.ledger.domain.performance.targets import find_gaps, find_target_problems
from services.ledger.usecases.acting import told_problems
from services.ledger.usecases.entering import finish
from services.ledger.usecases.library import (
    check_needs,
    is_known,
    known_state,
    level_of,
    refuse_closed,
    refuse_unsound,
    require_all_funds,
    require_same_place,
)
from services.ledger.usecases.ports import Book, Gate, Posting

REPORTS_PER_PERIOD_MAX = 20
_REPORTING = Step("", "report", "", ("township", "county"))


def post_target_step(book: Book, workflows: Workflows, asked: TargetStepAsked, caller: Caller) -> Posted:
    """Does a step with the targets of a project and year, once. Refusals are those of post_project_step."""
    require_all_funds(caller)
    machine = workflows.target
    refuse_unsound(find_step_problems(asked.key, asked.project_key, asked.reason, False))
    if asked.targets:
        refuse_unsound(find_target_problems(asked.targets))
        if (asked.targets.project_key, asked.targets.fiscal_year) != (asked.project_key, asked.fiscal_year):
            raise InvalidInput(
                "ledger.card_key",
                "绩效目标与办理的项目或年度不一致",
                "the targets are of another project or year",
            )

    def work(posting: Posting) -> Posted:
        posting.enter(Gate.ALONE)
        if is_known(posting, asked.key, asked.request_hash):
            return Posted(0, 1, ())
        state = known_state(posting, asked.project_key)
        require_same_place(caller, state.division_code, state.township_code)
        done = state.targets.get(asked.fiscal_year, ())
        step = machine.step(done[-1].end if done else "", asked.action)
        acted_as = level_of(caller, step, state, posting.divisions())
        check_person(machine, step, done, caller.user)
        check_needs(step, asked.reason, asked.targets is not None)
        refuse_closed(posting, asked.fiscal_year)
        newest, _ = versions(done)
        version = newest + 1 if asked.targets else newest
        _refuse_gaps(posting, asked, step, version)
        start = first_id(posting.id)
        if asked.targets:
            row = target_row(asked.targets, version, state.division_code)
            posting.record(Tag.TARGET_SET, sealed(row, Tag.TARGET_SET, start))
        done_now = _step(asked, machine, step, version, state.division_code, acted_as, caller.user)
        posting.record(Tag.LIBRARY_STEP, sealed(step_row(done_now), Tag.LIBRARY_STEP, start))
        return Posted(1, 0, (), finish(posting, [], []))

    return book.post(work, caller.request_id)


def _refuse_gaps(posting: Posting, asked: TargetStepAsked, step: Step, version: int) -> None:
    if "complete" not in step.needs:
        return
    gaps = find_gaps(posting.target_set(asked.project_key, asked.fiscal_year, version))
    if gaps:
        raise Refused(*told_problems(gaps))


def _step(
    asked: TargetStepAsked, machine: Machine, step: Step, version: int, division: str, acted_as: str, by: str
) -> StepRow:
    return StepRow(
        key=asked.key,
        subject="target",
        project_key=asked.project_key,
        fiscal_year=asked.fiscal_year,
        version=version,
        action=step.action,
        state=step.end,
        holds=machine.holds(step.end),
        division_code=division,
        acted_as=acted_as,
        request_hash=asked.request_hash,
        recorded_by=by,
        reason=asked.reason.strip(),
    )


def post_report(book: Book, workflows: Workflows, report: Report, caller: Caller, today: date) -> Posted:
    """Records what is reported of a period, once; late reports and those of closed years are recorded too.

    A period that was reported before is corrected by a new version, with a reason.
    """
    require_all_funds(caller)
    request_hash = hash_of("report", report)
    refuse_unsound(find_step_problems(report.key, report.project_key, report.reason, False))

    def work(posting: Posting) -> Posted:
        posting.enter(Gate.ALONE)
        if is_known(posting, report.key, request_hash):
            return Posted(0, 1, ())
        state = known_state(posting, report.project_key)
        require_same_place(caller, state.division_code, state.township_code)
        level_of(caller, _REPORTING, state, posting.divisions())
        _, held = versions(state.targets.get(report.fiscal_year, ()))
        if not held:
            raise Refused(
                "ledger.target_missing",
                f"项目 {report.project_key} 没有 {report.fiscal_year} 年度已批复的绩效目标",
                f"project {report.project_key} has no approved performance targets of {report.fiscal_year}",
                {"project": report.project_key, "year": report.fiscal_year},
            )
        targets = posting.target_set(report.project_key, report.fiscal_year, held)
        refuse_unsound(find_report_problems(report, targets.indicators, today))
        before = posting.reported(report.project_key, report.fiscal_year).get(report.period, 0)
        _refuse_again(before, report.reason)
        spanned = span(report.period)
        assert spanned is not None
        due_on = due_day(spanned[1], workflows.report_due_day)
        row = report_row(
            report,
            version=before + 1,
            target_version=held,
            division_code=state.division_code,
            due_on=due_on,
            reported_on=today,
            late=today > due_on,
            request_hash=request_hash,
            recorded_by=caller.user,
        )
        start = first_id(posting.id)
        posting.record(Tag.PERFORMANCE_REPORT, sealed(row, Tag.PERFORMANCE_REPORT, start))
        return Posted(1, 0, (), finish(posting, [], []))

    return book.post(work, caller.request_id)


def _refuse_again(before: int, reason: str) -> None:
    if before and not reason.strip():
        raise InvalidInput(
            "ledger.reason_missing",
            "此期间已填报，更正须填写原因",
            "this period is reported already: say why it is corrected",
        )
    if before >= REPORTS_PER_PERIOD_MAX:
        raise Refused(
            "ledger.too_many_reports",
            f"每个期间最多填报 {REPORTS_PER_PERIOD_MAX} 次",
            f"a period is reported at most {REPORTS_PER_PERIOD_MAX} times",
        )

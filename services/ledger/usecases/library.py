"""Steps of projects in the library, and notices of them: done whole, or refused whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller
from services.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from services.ledger.domain.accounts import first_id
from services.ledger.domain.chain import Tag
from services.ledger.domain.changes import Change
from services.ledger.domain.document_rows import sealed
from services.ledger.domain.documents import Problem
from services.ledger.domain.library.asked import STEPS_MAX, NoticeAsked, ProjectState, StepAsked
from services.ledger.domain.library.cards import (
    Card,
    find_card_problems,
    find_notice_problems,
    find_step_problems,
)
from services.ledger.domain.library.machine import (
    Machine,
    Step,
    Workflows,
    acting_level,
    check_person,
    versions,
)
from services.ledger.domain.library.rows import StepRow, card_row, notice_step, project_row, step_row
from services.ledger.domain.linking import Posted
from services.ledger.domain.performance.targets import find_gaps
from services.ledger.usecases.acting import told_problems
from services.ledger.usecases.entering import finish, with_content, with_ids
from services.ledger.usecases.ports import Book, Gate, Posting
from services.ledger.usecases.quotas import enter_projects

PROPOSING = "propose"


def post_project_step(
    book: Book, workflows: Workflows, asked: StepAsked, caller: Caller, today: date
) -> Posted:
    """Does a step with a project, once: `known` is 1 if it was done already under this key.

    Refuses what is not whole (InvalidInput), what the state of things forbids or is missing (Refused), a key with other
    content (Conflict), a project that is not there (NotFound), and what the caller may not do (NotAllowed).
    """
    require_all_funds(caller)
    machine = workflows.project
    refuse_unsound(find_step_problems(asked.key, asked.project_key, asked.reason, False))
    if asked.card:
        refuse_unsound(find_card_problems(asked.card))

    def work(posting: Posting) -> Posted:
        posting.enter(Gate.ALONE)
        if is_known(posting, asked.key, asked.request_hash):
            return Posted(0, 1, ())
        state = _state(posting, asked)
        divisions = posting.divisions()
        # Before what the state allows: who has nothing to do with a project is told nothing of it.
        require_same_place(caller, state.division_code, state.township_code)
        step = machine.step(state.state, asked.action)
        acted_as = level_of(caller, step, state, divisions)
        check_person(machine, step, state.done, caller.user)
        version = _version(posting, machine, asked, step, state)
        start = first_id(posting.id)
        if asked.card:
            posting.record(Tag.PROJECT_CARD, sealed(card_row(asked.card, version), Tag.PROJECT_CARD, start))
        row = StepRow(
            key=asked.key,
            subject="project",
            project_key=asked.project_key,
            fiscal_year=0,
            version=version,
            action=step.action,
            state=step.end,
            holds=machine.holds(step.end),
            division_code=state.division_code,
            acted_as=acted_as,
            request_hash=asked.request_hash,
            recorded_by=caller.user,
            change_kind=asked.change_kind.value,
            reason=asked.reason.strip(),
        )
        posting.record(Tag.LIBRARY_STEP, sealed(step_row(row), Tag.LIBRARY_STEP, start))
        first = "target" in step.needs and not versions(state.done)[1]
        changes = _enter_project(posting, asked.project_key, version, today) if first else []
        return Posted(1, 0, (), finish(posting, [], changes))

    return book.post(work, caller.request_id)


def _state(posting: Posting, asked: StepAsked) -> ProjectState:
    found = posting.project_state(asked.project_key)
    if found is None:
        if asked.action != PROPOSING or asked.card is None:
            raise unknown_project(asked.project_key)
        return ProjectState(
            asked.card.division_code, asked.card.township_code, asked.card.fiscal_year, False, 0
        )
    if found.steps >= STEPS_MAX:
        raise too_many_steps()
    if asked.card and asked.card.division_code != found.division_code:
        raise Refused(
            "ledger.project_division",
            f"项目 {asked.project_key} 属于 {found.division_code}",
            f"project {asked.project_key} belongs to {found.division_code}",
            {"project": asked.project_key},
        )
    return found


def _version(posting: Posting, machine: Machine, asked: StepAsked, step: Step, state: ProjectState) -> int:
    """The version that a step is about: a new one if it brings content. Refuses what the step needs and has not."""
    newest, held = versions(state.done)
    check_needs(step, asked.reason, asked.card is not None)
    if asked.card:
        if asked.card.project_key != asked.project_key:
            raise InvalidInput(
                "ledger.card_key", "项目卡与办理的项目不一致", "the card is of another project"
            )
        if posting.divisions().get(asked.card.division_code, ("", ""))[0] != "county":
            raise InvalidInput(
                "ledger.library_county",
                f"项目库为县级项目库，区划 {asked.card.division_code} 不是县级",
                f"the library is of counties, and {asked.card.division_code} is none",
                {"division": asked.card.division_code},
            )
        refuse_closed(posting, asked.card.fiscal_year)
        return newest + 1
    if "target" in step.needs:
        _require_targets(posting, asked.project_key, posting.card(asked.project_key, newest), state)
    if "unfiled" in step.needs and any(one.action == "file" and one.version == held for one in state.done):
        raise Refused("ledger.filed", "此版本已备案", "this version is filed already")
    # What leaves a state of rest is about the version in force; what is on its way there about the newest.
    return held if held and machine.states[state.state].rests else newest


def check_needs(step: Step, reason: str, has_content: bool) -> None:
    """Refuses a step without the reason or the content that it needs, or with content that it does not take."""
    if "reason" in step.needs and not reason.strip():
        raise InvalidInput("ledger.reason_missing", "请填写原因", "the reason is missing")
    if ("content" in step.needs) != has_content:
        raise InvalidInput(
            "ledger.content",
            "此步骤须填报内容" if not has_content else "此步骤不修改内容",
            "this step comes with content" if not has_content else "this step comes without content",
            {"action": step.action},
        )


def _require_targets(posting: Posting, project_key: str, card: Card, state: ProjectState) -> None:
    done = state.targets.get(card.fiscal_year, ())
    held = [one.version for one in done if one.action == "approve"]
    gaps = find_gaps(posting.target_set(project_key, card.fiscal_year, held[-1])) if held else [None]
    if gaps:
        raise Refused(
            "ledger.target_missing",
            f"项目 {project_key} 没有 {card.fiscal_year} 年度已批复的绩效目标，不得入库",
            f"project {project_key} has no approved performance targets of {card.fiscal_year}:"
            " it cannot come into the library",
            {"project": project_key, "year": card.fiscal_year},
        )


def _enter_project(posting: Posting, project_key: str, version: int, today: date) -> Sequence[Change]:
    """A project that money can be allotted to, unless a file brought it already."""
    if posting.recorded(Tag.PROJECT, pl.Series("key", [project_key])).height:
        return []
    card = posting.card(project_key, version)
    rows = project_row(card, version, today, posting.columns(Tag.PROJECT))
    content, _ = with_content(rows, Tag.PROJECT)
    return enter_projects(posting, with_ids(content, posting))


def post_notice(book: Book, asked: NoticeAsked, caller: Caller, today: date) -> Posted:
    """Records a public notice of a project, in the library or imported. One that is too short is recorded too."""
    require_all_funds(caller)
    notice = asked.notice
    refuse_unsound(find_step_problems(asked.key, notice.project_key, "", False))
    refuse_unsound(find_notice_problems(notice))
    if notice.from_day > today:
        raise InvalidInput("ledger.future_day", "公示尚未开始", "the notice has not begun", {"today": today})
    step = Step("", "notice", "", ("township", "county", "prefecture"))

    def work(posting: Posting) -> Posted:
        posting.enter(Gate.ALONE)
        if is_known(posting, asked.key, asked.request_hash):
            return Posted(0, 1, ())
        state = known_state(posting, notice.project_key)
        require_same_place(caller, state.division_code, state.township_code)
        acted_as = level_of(caller, step, state, posting.divisions())
        row = notice_step(asked.key, notice, state.division_code, acted_as, asked.request_hash, caller.user)
        start = first_id(posting.id)
        posting.record(Tag.LIBRARY_STEP, sealed(step_row(row), Tag.LIBRARY_STEP, start))
        return Posted(1, 0, (), finish(posting, [], []))

    return book.post(work, caller.request_id)


def known_state(posting: Posting, project_key: str) -> ProjectState:
    """A project that is there and may get one more step."""
    state = posting.project_state(project_key)
    if state is None:
        raise unknown_project(project_key)
    if state.steps >= STEPS_MAX:
        raise too_many_steps()
    return state


def refuse_unsound(problems: Sequence[Problem]) -> None:
    """Refuses what is wrong by itself."""
    if problems:
        raise InvalidInput(*told_problems(problems))


def refuse_closed(posting: Posting, fiscal_year: int) -> None:
    """Refuses what changes a closed year."""
    if fiscal_year in posting.closed_years():
        raise Refused(
            "ledger.year_closed",
            f"{fiscal_year} 年度已关账",
            f"the year {fiscal_year} is closed",
            {"year": fiscal_year},
        )


def is_known(posting: Posting, key: str, request_hash: str) -> bool:
    """Whether this was done already; refuses a key that did something else."""
    recorded = posting.library_request(key)
    if recorded and recorded != request_hash:
        raise Conflict(
            "ledger.key_conflict",
            f"办理标识 {key} 已用于其他内容",
            f"key {key} is recorded with other content",
            {"key": key},
        )
    return bool(recorded)


def require_all_funds(caller: Caller) -> None:
    """Finance officers and administrators act; whoever sees only some funds does not see the whole of a project."""
    caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    if caller.scope.funds:
        raise NotAllowed(
            "ledger.all_funds",
            "项目库和绩效目标须由管理全部资金的人员办理",
            "projects and targets are for people who see all funds",
        )


def require_same_place(caller: Caller, division_code: str, township_code: str) -> None:
    """Refuses who neither sees the division of a project nor is its township."""
    if not caller.scope.sees_division(division_code) and caller.scope.division != (township_code or "-"):
        raise NotAllowed(
            "ledger.other_division",
            f"您不能办理区划 {division_code} 的项目",
            f"you do not act for projects of division {division_code}",
            {"division": division_code},
        )


def level_of(
    caller: Caller, step: Step, state: ProjectState, divisions: Mapping[str, tuple[str, str]]
) -> str:
    """At which level the caller does a step; an administrator does it for any below. Refuses another level."""
    own = caller.scope.division
    level = acting_level(step, own, state.division_code, divisions, state.township_code)
    if not level and ADMINISTRATOR in caller.roles and caller.scope.sees_division(state.division_code):
        level = step.levels[-1]
    if not level:
        raise NotAllowed(
            "ledger.wrong_level",
            f"此步骤由{'、'.join(_LEVELS_ZH[one] for one in step.levels)}办理",
            f"this step is done at the level of {' or '.join(step.levels)}",
            {"action": step.action},
        )
    return level


_LEVELS_ZH = {"province": "省级", "prefecture": "市（州）级", "county": "县级", "township": "乡镇"}


def unknown_project(key: str) -> NotFound:
    """There is no such project, in the library or imported."""
    return NotFound(
        "ledger.project_unknown", f"没有项目 {key}", f"there is no project {key}", {"project": key}
    )


def too_many_steps() -> Refused:
    """A project has as many steps as one may have."""
    return Refused(
        "ledger.too_many_steps",
        f"项目办理记录已达 {STEPS_MAX} 条上限",
        f"a project has at most {STEPS_MAX} steps",
    )

"""The project library: protobuf into what the ledger works with, and back. Nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar

from mingzhang.ledger.v1 import library_pb2 as pb

from services.kit.errors import InvalidInput
from services.ledger.domain.library.asked import NoticeAsked, StepAsked
from services.ledger.domain.library.cards import Card, ChangeKind, Funding, Notice, Source, Stage
from services.ledger.domain.library.machine import Machine, Workflows
from services.ledger.messages import bad_token, day_of
from services.ledger.usecases.library_reading import (
    IMPORTED,
    CardVersion,
    FundingRow,
    ProjectDetail,
    ProjectFilter,
    ProjectRow,
    StepSeen,
    marks,
    open_steps,
)

FUNDING_MAX = 20
_PLAIN = (
    "division_code",
    "township_code",
    "fiscal_year",
    "name",
    "project_type",
    "construction_nature",
    "place",
    "responsible_unit",
    "tasks",
    "households",
    "persons",
    "beneficiaries",
    "goal",
    "participation",
    "mechanism",
)
Value = TypeVar("Value", bound=Enum)


def one_of(kind: type[Value], value: str, field: str) -> Value:
    """The member of an enumeration; refuses what is none."""
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidInput(
            "ledger.choice",
            f"“{value}”不是可选的值（{field}）",
            f"{value!r} is no {field}",
            {"field": field, "value": value},
        ) from error


def step_asked(request: pb.PostLibraryStepRequest) -> StepAsked:
    """A step as somebody asks for it."""
    card = _card(request.project_key, request.card) if request.HasField("card") else None
    change_kind = one_of(ChangeKind, request.change_kind, "change_kind")
    return StepAsked(request.key, request.project_key, request.action, request.reason, change_kind, card)


def _card(project_key: str, card: pb.ProjectCard) -> Card:
    if len(card.funding) > FUNDING_MAX:
        raise InvalidInput("ledger.funding", "筹资方式过多", "there are too many sources of money")
    return Card(
        project_key=project_key,
        **{name: getattr(card, name) for name in _PLAIN},
        planned_start_on=day_of(card.planned_start_on),
        planned_end_on=day_of(card.planned_end_on),
        funding=tuple(Funding(one_of(Source, one.source, "source"), one.amount_fen) for one in card.funding),
    )


def notice_asked(request: pb.PostPublicNoticeRequest) -> NoticeAsked:
    """A notice as somebody records it."""
    from_day, to_day = day_of(request.from_day), day_of(request.to_day)
    if from_day is None or to_day is None:
        raise InvalidInput("ledger.day", "请给出公示起止日期", "the days of the notice are missing")
    stage = one_of(Stage, request.stage, "stage")
    return NoticeAsked(request.key, Notice(request.project_key, stage, request.place, from_day, to_day))


def project_filter(request: pb.ListLibraryProjectsRequest) -> ProjectFilter:
    """Which projects are asked for."""
    return ProjectFilter(
        request.fiscal_year, request.project_type, request.state, request.words, request.without_targets
    )


def project_place(page_token: str) -> tuple[str, str]:
    """Division and key after which a page of projects goes on."""
    if not page_token:
        return "", ""
    division, _, key = page_token.partition("_")
    if not key or "\x00" in page_token:
        raise bad_token()
    return division, key


def project_token(place: tuple[str, str] | None) -> str:
    """The page token of a place; empty after the last page."""
    return "_".join(place) if place else ""


def shown_project(row: ProjectRow, workflows: Workflows) -> pb.LibraryProject:
    """A project in a list."""
    copied = [field.name for field in pb.LibraryProject.DESCRIPTOR.fields if field.name != "marks"]
    said = {name: getattr(row, name) for name in copied}
    return pb.LibraryProject(**said, marks=marks(row, workflows))


def project_detail(detail: ProjectDetail, workflows: Workflows) -> pb.GetLibraryProjectResponse:
    """A project with all that is known of it."""
    machine = workflows.project
    state = "" if detail.row.state == IMPORTED else detail.row.state
    return pb.GetLibraryProjectResponse(
        project=shown_project(detail.row, workflows),
        cards=map(_card_version, detail.cards),
        steps=[shown_step(step, workflows) for step in detail.steps],
        funding=map(_funding, detail.funding),
        open_steps=shown_open_steps(machine, state),
        planned_start_on=_iso(detail.planned_start_on),
        planned_end_on=_iso(detail.planned_end_on),
        notice_days_min=workflows.notice_days_min,
    )


def shown_open_steps(machine: Machine, state: str) -> list[pb.OpenStep]:
    """What can be done in a state."""
    return [
        pb.OpenStep(
            action=step.action,
            levels=step.levels,
            needs_reason="reason" in step.needs,
            needs_content="content" in step.needs,
            state=end.code,
        )
        for step, end in open_steps(machine, state)
    ]


def _card_version(one: CardVersion) -> pb.CardVersion:
    card = one.card
    shown = pb.ProjectCard(
        **{name: getattr(card, name) for name in _PLAIN},
        planned_start_on=_iso(card.planned_start_on),
        planned_end_on=_iso(card.planned_end_on),
        funding=[
            pb.FundingPart(source=part.source.value, amount_fen=part.amount_fen) for part in card.funding
        ],
    )
    return pb.CardVersion(
        version=one.version,
        card=shown,
        investment_fen=card.investment_fen,
        recorded_by=one.recorded_by,
        recorded_at=moment(one.recorded_at),
    )


def shown_step(step: StepSeen, workflows: Workflows) -> pb.LibraryStep:
    """A step or notice that was done."""
    days = (step.to_day - step.from_day).days + 1 if step.from_day and step.to_day else 0
    beside: dict[str, Any] = {
        "from_day": _iso(step.from_day),
        "to_day": _iso(step.to_day),
        "days": days,
        "too_short": 0 < days < workflows.notice_days_min,
        "recorded_at": moment(step.recorded_at),
    }
    copied = [name for name in StepSeen.__dataclass_fields__ if name not in beside]
    return pb.LibraryStep(**{name: getattr(step, name) for name in copied}, **beside)


def _funding(row: FundingRow) -> pb.ProjectFunding:
    return pb.ProjectFunding(**vars(row))


def moment(at: datetime) -> str:
    """A moment, ISO, UTC."""
    return at.astimezone(UTC).isoformat()


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

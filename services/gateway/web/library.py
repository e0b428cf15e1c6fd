"""Projects of the library and their performance targets: lists, one of them, and the steps that people do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from mingzhang.ledger.v1 import library_pb2 as pb
from mingzhang.ledger.v1 import performance_pb2 as target_pb
from pydantic import BaseModel, Field

from services.gateway.web.answers import API, PLAIN, Code, Key, PageToken, Text, UpTo200, schema, shown
from services.gateway.web.quotas import DivisionCode, Fen, MaybeDay, Name, Year
from services.gateway.web.visit import SignedIn
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER

INDICATORS_MAX = 100
SOURCES_MAX = 20
COUNT_MAX = 10_000_000
Long = Annotated[str, Field(max_length=2_000, pattern=PLAIN)]
Reason = Annotated[str, Field(max_length=200, pattern=PLAIN)]
Word = Annotated[str, Field(max_length=40, pattern=r"^[a-z_<>=]*$")]
Number = Annotated[str, Field(max_length=20, pattern=PLAIN)]
FiscalYear = Annotated[int, Field(ge=1, le=9999)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]

router = APIRouter(prefix=API, tags=["library"])


class Part(BaseModel):
    """A part of the money that is planned, fen."""

    source: Word
    amount_fen: Fen


class Card(BaseModel):
    """What a project says of itself; what is required is said in the contract of the ledger."""

    division_code: DivisionCode
    township_code: DivisionCode = ""
    fiscal_year: FiscalYear
    name: Name = ""
    project_type: Name = ""
    construction_nature: Name = ""
    place: Name = ""
    planned_start_on: MaybeDay = ""
    planned_end_on: MaybeDay = ""
    responsible_unit: Name = ""
    tasks: Long = ""
    funding: list[Part] = Field(default=[], max_length=SOURCES_MAX)
    households: int = Field(default=0, ge=0, le=COUNT_MAX)
    persons: int = Field(default=0, ge=0, le=COUNT_MAX)
    beneficiaries: Name = ""
    goal: Long = ""
    participation: Long = ""
    mechanism: Long = ""

    def message(self) -> pb.ProjectCard:
        """The card as the ledger takes it."""
        parts: Any = [pb.FundingPart(**dict(part)) for part in self.funding]
        return pb.ProjectCard(**{**dict(self), "funding": parts})


class ProjectStep(BaseModel):
    """A step to do with a project. The key is the caller's: sent again with the same content it changes nothing."""

    key: Name = Field(min_length=1)
    project_key: Name = Field(min_length=1)
    action: Word
    reason: Reason = ""
    change_kind: Literal["", "yearly", "dynamic"] = ""
    card: Card | None = None

    def message(self) -> pb.PostLibraryStepRequest:
        """The step as the ledger takes it."""
        card = self.card.message() if self.card else None
        return pb.PostLibraryStepRequest(**{**dict(self), "card": card})


class Notice(BaseModel):
    """A public notice; both days are part of it."""

    key: Name = Field(min_length=1)
    project_key: Name = Field(min_length=1)
    stage: Literal["entry", "plan", "completion"]
    place: Name
    from_day: Day
    to_day: Day


class Indicator(BaseModel):
    """An indicator: a number with a unit, or words."""

    kind: Word
    name: Name
    operator: Word
    value: Number = ""
    unit: Number = ""
    words: Name = ""
    core: bool = False


class Targets(BaseModel):
    """The targets of a project and year. Money is fen."""

    overall: Long = ""
    department: Name = ""
    unit: Name = ""
    fiscal_fen: Fen = 0
    other_fen: Fen = 0
    indicators: list[Indicator] = Field(default=[], max_length=INDICATORS_MAX)

    def message(self) -> target_pb.Targets:
        """The targets as the ledger takes them."""
        rows: Any = [target_pb.TargetIndicator(**dict(row)) for row in self.indicators]
        return target_pb.Targets(**{**dict(self), "indicators": rows})


class TargetStep(BaseModel):
    """A step to do with targets."""

    key: Name = Field(min_length=1)
    project_key: Name = Field(min_length=1)
    fiscal_year: FiscalYear
    action: Word
    reason: Reason = ""
    targets: Targets | None = None

    def message(self) -> target_pb.PostTargetStepRequest:
        """The step as the ledger takes it."""
        targets = self.targets.message() if self.targets else None
        return target_pb.PostTargetStepRequest(**{**dict(self), "targets": targets})


class Actual(BaseModel):
    """What was reached of an indicator."""

    number: int = Field(ge=1, le=INDICATORS_MAX)
    value: Number = ""
    words: Name = ""


class Report(BaseModel):
    """What was reached in a period: 2018-06, 2018Q2 or 2018."""

    key: Name = Field(min_length=1)
    project_key: Name = Field(min_length=1)
    fiscal_year: FiscalYear
    period: Number
    actuals: list[Actual] = Field(default=[], max_length=INDICATORS_MAX)
    comment: Long = ""
    reason: Reason = ""

    def message(self) -> target_pb.PostPerformanceReportRequest:
        """The report as the ledger takes it."""
        rows: Any = [target_pb.Actual(**dict(row)) for row in self.actuals]
        return target_pb.PostPerformanceReportRequest(**{**dict(self), "actuals": rows})


@router.get("/projects", responses=schema(pb.ListLibraryProjectsResponse))
def list_projects(
    visit: SignedIn,
    division_code: Code = "",
    fiscal_year: Year = 0,
    project_type: Text = "",
    state: Text = "",
    words: Text = "",
    without_targets: bool = False,
    limit: UpTo200 = 50,
    page_token: PageToken = "",
) -> Response:
    """Projects, in the library and imported, in order of division and key."""
    request = pb.ListLibraryProjectsRequest(
        division_code=division_code,
        fiscal_year=fiscal_year,
        project_type=project_type,
        state=state,
        words=words,
        without_targets=without_targets,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.library.projects(visit.caller, request))


@router.get("/projects/{key:path}", responses=schema(pb.GetLibraryProjectResponse))
def get_project(visit: SignedIn, key: Key) -> Response:
    """One project with its versions, steps, notices and money."""
    request = pb.GetLibraryProjectRequest(key=key)
    return shown(visit.parts.services.library.project(visit.caller, request))


@router.post("/projects/steps", status_code=201, responses=schema(pb.PostLibraryStepResponse, status=201))
def post_step(visit: SignedIn, asked: ProjectStep) -> Response:
    """Does a step with a project; 200 if it was done already with the same content."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    answer = visit.parts.services.library.step(visit.caller, asked.message())
    return shown(answer, 200 if answer.known else 201)


@router.post("/projects/notices", status_code=201, responses=schema(pb.PostLibraryStepResponse, status=201))
def post_notice(visit: SignedIn, asked: Notice) -> Response:
    """Records a public notice; 200 if it was recorded already."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    request = pb.PostPublicNoticeRequest(**dict(asked))
    answer = visit.parts.services.library.notice(visit.caller, request)
    return shown(answer, 200 if answer.known else 201)


@router.get("/performance", responses=schema(target_pb.ListTargetSetsResponse))
def list_target_sets(
    visit: SignedIn,
    division_code: Code = "",
    fiscal_year: Year = 0,
    state: Text = "",
    words: Text = "",
    limit: UpTo200 = 50,
    page_token: PageToken = "",
) -> Response:
    """Sets of targets in order of division, year and project."""
    request = target_pb.ListTargetSetsRequest(
        division_code=division_code,
        fiscal_year=fiscal_year,
        state=state,
        words=words,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.library.target_sets(visit.caller, request))


@router.get("/performance/{year}/{key:path}", responses=schema(target_pb.GetTargetSetResponse))
def get_target_set(visit: SignedIn, year: Annotated[int, Path(ge=1, le=9999)], key: Key) -> Response:
    """The targets of a project and year, with reports and how far they are."""
    request = target_pb.GetTargetSetRequest(project_key=key, fiscal_year=year)
    return shown(visit.parts.services.library.target_set(visit.caller, request))


@router.post(
    "/performance/steps", status_code=201, responses=schema(target_pb.PostTargetStepResponse, status=201)
)
def post_target_step(visit: SignedIn, asked: TargetStep) -> Response:
    """Does a step with targets; 200 if it was done already with the same content."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    answer = visit.parts.services.library.target_step(visit.caller, asked.message())
    return shown(answer, 200 if answer.known else 201)


@router.post(
    "/performance/reports", status_code=201, responses=schema(target_pb.PostTargetStepResponse, status=201)
)
def post_report(visit: SignedIn, asked: Report) -> Response:
    """Records what was reached in a period; 200 if it was recorded already."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    answer = visit.parts.services.library.report(visit.caller, asked.message())
    return shown(answer, 200 if answer.known else 201)

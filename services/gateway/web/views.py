"""Views of the ledger, as pages and as sheets, and its monitoring indicators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from mingzhang.ledger.v1 import ledger_pb2 as ledger
from mingzhang.ledger.v1 import views_pb2 as pb

from services.gateway.domain.sheets import sheet
from services.gateway.web.answers import API, PLAIN, Code, Day, PageToken, Text, schema, shown
from services.gateway.web.quotas import Year
from services.gateway.web.visit import SignedIn, Visit
from services.kit.errors import InvalidInput

VIEW_ROWS_MAX = 10_000
Dimensions = Annotated[
    str,
    Query(
        min_length=1,
        max_length=80,
        pattern=PLAIN,
        description="one to three of year, level, division, fund, category, document, project, month, age, with commas",
    ),
]
KnownAt = Annotated[
    str, Query(max_length=40, pattern=PLAIN, description="ISO day or moment, or a height of the chain")
]
Schedule = Annotated[
    str,
    Query(
        max_length=100,
        pattern=r"^([0-9]{1,5}(,[0-9]{1,5}){11})?$",
        description="what should be paid at the end of each month, twelve shares in basis points with commas",
    ),
]
UpToWhole = Annotated[int, Query(ge=1, le=VIEW_ROWS_MAX)]

router = APIRouter(prefix=API, tags=["ledger"])


def filter_of(
    fiscal_year: Year = 0,
    division_code: Code = "",
    only_here: bool = False,
    level: Text = "",
    category: Text = "",
    fund_code: Text = "",
    document_number: Text = "",
) -> dict[str, Any]:
    """What to look at, as the ledger takes it."""
    return {
        "fiscal_year": fiscal_year,
        "division_code": division_code,
        "only_here": only_here,
        "level": level,
        "category": category,
        "fund_code": fund_code,
        "document_number": document_number,
    }


Wanted = Annotated[dict[str, Any], Depends(filter_of)]


@router.get("/views", responses=schema(pb.GetViewResponse))
def view(
    visit: SignedIn,
    wanted: Wanted,
    by: Dimensions,
    as_of: Day = "",
    known_at: KnownAt = "",
    schedule: Schedule = "",
    limit: UpToWhole = 500,
    page_token: PageToken = "",
) -> Response:
    """Sums by dimensions, as of a business day and as known at a place of the chain."""
    request = pb.GetViewRequest(
        dimensions=by.split(","),
        filter=pb.ViewFilter(**wanted),
        as_of=as_of,
        known_at=known_at,
        schedule_bp=[int(share) for share in schedule.split(",") if share],
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.views.view(visit.caller, request))


@router.get("/views.csv", responses={200: {"content": {"text/csv": {}}, "description": "a sheet"}})
def view_as_sheet(
    visit: SignedIn, wanted: Wanted, by: Dimensions, as_of: Day = "", known_at: KnownAt = ""
) -> Response:
    """All rows of a view, at most 10,000, in yuan."""
    dimensions = by.split(",")
    told = visit.parts.services.views.whole(visit.caller, dimensions, wanted, as_of, known_at)
    return as_sheet(visit, dimensions, told.rows, told.total, "view.csv")


@router.get("/indicators", responses=schema(pb.GetIndicatorsResponse))
def indicators(visit: SignedIn, wanted: Wanted, as_of: Day = "") -> Response:
    """Monitoring indicators of all, of each division and of each category, with what they mean."""
    request = pb.GetIndicatorsRequest(filter=pb.ViewFilter(**wanted), as_of=as_of)
    return shown(visit.parts.services.views.indicators(visit.caller, request))


def as_sheet(visit: Visit, dimensions: list[str], rows: Any, total: Any, name: str) -> Response:
    """Rows as a file that spreadsheets open; codes come with their names."""
    base = visit.parts.services.ledger.base_data(visit.caller, ledger.GetBaseDataRequest())
    names = {
        "division": {one.code: one.name for one in base.divisions},
        "fund": {one.code: one.name for one in base.funds},
    }
    try:
        body = sheet(dimensions, rows, total, names, visit.caller.language)
    except (KeyError, ValueError) as error:
        raise InvalidInput("ledger.dimension", "没有这个维度", "there is no such dimension") from error
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type="text/csv; charset=utf-8")

"""Frozen reports: made, listed, read, compared and downloaded."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from services.gateway.domain.reports import CHANGES_SHOWN_MAX, TITLE_MAX, Diff, Heading, Version
from services.gateway.usecases import reports as usecases
from services.gateway.web.answers import API, PLAIN, UpTo200, told
from services.gateway.web.views import as_sheet
from services.gateway.web.visit import SignedIn

OFFSET_MAX = 100_000
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Number = Annotated[int, Path(ge=1, le=usecases.VERSIONS_MAX)]
Plain = Annotated[str, Field(max_length=200, pattern=PLAIN)]
Dimension = Literal["year", "level", "division", "fund", "category", "document", "project", "month", "age"]

router = APIRouter(prefix=API, tags=["reports"])


class Filter(BaseModel):
    """What the report is of; empty or zero for everything."""

    fiscal_year: int = Field(default=0, ge=0, le=9999)
    division_code: str = Field(default="", max_length=12, pattern=r"^[0-9]*$")
    only_here: bool = False
    level: Plain = ""
    category: Plain = ""
    fund_code: Plain = ""
    document_number: Plain = ""


class NewReport(BaseModel):
    """A report to freeze. The key is the caller's: sent again with the same content it changes nothing."""

    key: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    title: str = Field(min_length=1, max_length=TITLE_MAX, pattern=PLAIN)
    month: str = Field(max_length=7, pattern=PLAIN)
    dimensions: list[Dimension] = Field(min_length=1, max_length=3)
    filter: Filter = Filter()
    as_of: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class NewVersion(BaseModel):
    """The number of the version to make: the newest and one."""

    version: int = Field(ge=2, le=usecases.VERSIONS_MAX)


@router.post("/reports", status_code=201)
def freeze(visit: SignedIn, asked: NewReport) -> Response:
    """Freezes the first version of a report: what the ledger says now, as of a business day."""
    given = usecases.Asked(
        asked.key, asked.title.strip(), asked.month, tuple(asked.dimensions), dict(asked.filter), asked.as_of
    )
    return told(_version(usecases.freeze(visit.parts.reports, visit.caller, given)), 201)


@router.get("/reports")
def list_reports(
    visit: SignedIn, limit: UpTo200 = 50, page_token: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0
) -> Response:
    """Versions of reports, newest first, without their rows."""
    found = visit.parts.reports.store.headings(visit.caller.scope, page_token, limit + 1)
    more = len(found) > limit
    next_ = str(page_token + limit) if more else ""
    return told({"reports": [_heading(one) for one in found[:limit]], "next_page_token": next_})


@router.get("/reports/{report_id}/versions/{number}")
def get_version(visit: SignedIn, report_id: Id, number: Number) -> Response:
    """One version with its rows, and whether the ledger says anything else of the same day now."""
    reports = visit.parts.reports
    version = usecases.get_version(reports, visit.caller.scope, report_id, number)
    newest = reports.store.newest(report_id)
    newer = usecases.newer_data(reports, visit.caller, version) if number == newest else None
    return told(
        {
            **_version(version),
            "newest_version": newest,
            "newer_rows": newer.count if newer else 0,
            "newer_is_known": newer is not None or number < newest,
            "newer": _diff(newer) if newer else None,
        }
    )


@router.post("/reports/{report_id}/versions", status_code=201)
def freeze_again(visit: SignedIn, report_id: Id, asked: NewVersion) -> Response:
    """Freezes the next version: the same, as of the same day, known now. Refused if nothing differs."""
    version = usecases.freeze_again(visit.parts.reports, visit.caller, report_id, asked.version)
    return told(_version(version), 201)


@router.get("/reports/{report_id}/versions/{number}/diff")
def get_diff(visit: SignedIn, report_id: Id, number: Number) -> Response:
    """What a version changed of the one before it; nothing of the first."""
    return told(_diff(usecases.diff(visit.parts.reports, visit.caller.scope, report_id, number)))


@router.get("/reports/{report_id}/versions/{number}/csv")
def version_as_sheet(visit: SignedIn, report_id: Id, number: Number) -> Response:
    """The rows of a version as a sheet, in yuan."""
    version = usecases.get_version(visit.parts.reports, visit.caller.scope, report_id, number)
    dimensions = list(version.heading.definition.dimensions)
    return as_sheet(visit, dimensions, version.rows, version.total, f"report-{report_id}-{number}.csv")


def _heading(heading: Heading) -> dict[str, Any]:
    return {
        **vars(heading),
        "definition": heading.definition.as_dict(),
        "funds": list(heading.funds),
        "made_at": heading.made_at.isoformat(),
    }


def _version(version: Version) -> dict[str, Any]:
    return {**_heading(version.heading), "rows": version.rows, "total": version.total}


def _diff(diff: Diff) -> dict[str, Any]:
    changed = [
        {
            "names": list(one.names),
            "measures": [
                {"measure": name, "before": before, "after": after} for name, before, after in one.measures
            ],
        }
        for one in diff.changed[:CHANGES_SHOWN_MAX]
    ]
    return {
        "count": diff.count,
        "added": list(diff.added[:CHANGES_SHOWN_MAX]),
        "removed": list(diff.removed[:CHANGES_SHOWN_MAX]),
        "changed": changed,
    }

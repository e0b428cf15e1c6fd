"""Base data with time: what is in force on a day, templates from above, and what the province changes below them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from mingzhang.ledger.v1 import basedata_pb2 as pb
from pydantic import BaseModel, Field

from services.gateway.web.answers import API, PLAIN, Day, UpTo500, schema, shown
from services.gateway.web.visit import SignedIn, Visit
from services.kit.caller import ADMINISTRATOR

TEMPLATES_PATH = f"{API}/base-data/templates"
TEMPLATE_BYTES_MAX = 4 * 1024 * 1024
"""Of a template's request: a province with its townships needs a twentieth of it."""

Kind = Literal[
    "level",
    "division",
    "fund",
    "function_class",
    "government_class",
    "department_class",
    "flow",
    "calendar",
]
Name = Annotated[str, Field(max_length=200, pattern=PLAIN)]
Sentence = Annotated[str, Field(max_length=500, pattern=PLAIN)]
Short = Annotated[str, Field(max_length=40, pattern=PLAIN)]
MaybeDay = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
DivisionCode = Annotated[str, Path(pattern=r"^[0-9]{1,12}$")]
SetId = Annotated[int, Query(ge=1, le=2**53)]

router = APIRouter(prefix=f"{API}/base-data", tags=["base data"])


class Item(BaseModel):
    """An item that is added, renamed or ended; `locked` is not for anybody here to set."""

    kind: Kind
    code: Short
    name: Name = ""
    valid_from: MaybeDay = ""
    valid_to: MaybeDay = ""
    level: Short = ""
    parent_code: Short = ""
    finance_code: Short = ""
    form: Short = ""
    succeeded_by: Short = ""
    category: Short = ""
    scope_note: Sentence = ""
    working: bool = False
    source: Sentence = ""
    note: Sentence = ""


class Change(BaseModel):
    """A local change, with the caller's key."""

    key: Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
    action: Literal["add", "rename", "end"]
    item: Item


class SignedTemplate(BaseModel):
    """A template: the text of the file that `mingzhang ledger template sign` writes, as it is."""

    template: Annotated[str, Field(min_length=2, max_length=TEMPLATE_BYTES_MAX)]


@router.get("/items", responses=schema(pb.ListBaseItemsResponse))
def list_items(
    visit: SignedIn,
    day: Day = "",
    kind: Kind | Literal[""] = "",
    year: Annotated[int, Query(ge=0, le=9999, description="of the calendar; 0 for the year of the day")] = 0,
) -> Response:
    """What is in force on a day, of one kind or of all but the calendar."""
    request = pb.ListBaseItemsRequest(day=day, kind=kind, year=year)
    return shown(visit.parts.services.base_data.items(visit.caller, request))


@router.get("/divisions/{code}/successors", responses=schema(pb.FollowDivisionResponse))
def follow_division(visit: SignedIn, code: DivisionCode, day: Day = "") -> Response:
    """A division and those that followed it, to the one in force on a day."""
    request = pb.FollowDivisionRequest(code=code, day=day)
    return shown(visit.parts.services.base_data.follow(visit.caller, request))


@router.get("/templates", responses=schema(pb.ListTemplatesResponse))
def list_templates(visit: SignedIn) -> Response:
    """Every template that was applied, newest first."""
    return shown(visit.parts.services.base_data.templates(visit.caller, pb.ListTemplatesRequest()))


@router.get("/differences", responses=schema(pb.DiffTemplatesResponse))
def diff_templates(visit: SignedIn, before_id: SetId, after_id: SetId) -> Response:
    """In what two applied templates differ."""
    request = pb.DiffTemplatesRequest(before_id=before_id, after_id=after_id)
    return shown(visit.parts.services.base_data.differences(visit.caller, request))


@router.post("/templates", status_code=201, responses=schema(pb.ApplyTemplateResponse, status=201))
def apply_template(visit: SignedIn, asked: SignedTemplate) -> Response:
    """Applies a signed template from above; 200 if it was applied before."""
    _require_administrator(visit)
    request = pb.ApplyTemplateRequest(template=asked.template.encode("utf-8", "surrogatepass"))
    answer = visit.parts.services.base_data.apply(visit.caller, request)
    return shown(answer, 200 if answer.known else 201)


@router.get("/changes", responses=schema(pb.ListBaseChangesResponse))
def list_changes(visit: SignedIn, limit: UpTo500 = 50) -> Response:
    """Local changes, newest first."""
    request = pb.ListBaseChangesRequest(limit=limit)
    return shown(visit.parts.services.base_data.changes(visit.caller, request))


@router.post("/changes", status_code=201, responses=schema(pb.ChangeBaseDataResponse, status=201))
def change(visit: SignedIn, asked: Change) -> Response:
    """Makes one local change; 200 if it was made before with the same content."""
    _require_administrator(visit)
    item = pb.BaseItem(**asked.item.model_dump())
    request = pb.ChangeBaseDataRequest(change=pb.BaseChange(key=asked.key, action=asked.action, item=item))
    answer = visit.parts.services.base_data.change(visit.caller, request)
    return shown(answer, 200 if answer.known else 201)


def _require_administrator(visit: Visit) -> None:
    visit.caller.require(ADMINISTRATOR)
    visit.caller.require_whole_province()

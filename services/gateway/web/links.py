"""Links of payments: what waits and what fits, decisions, undoing them, and lists against payments."""

from __future__ import annotations

from fastapi import APIRouter, Response
from mingzhang.ledger.v1 import links_pb2 as pb
from pydantic import BaseModel, Field

from services.gateway.web.answers import API, Code, PageToken, Text, UpTo500, schema, shown
from services.gateway.web.quotas import LINES_MAX, DivisionCode, Fen, Name, Sentence
from services.gateway.web.visit import SignedIn
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER

LINK_PATHS = (f"{API}/links", f"{API}/links/unrelated")
"""Decisions of 500 lines need a larger body than other requests."""

router = APIRouter(prefix=API, tags=["links"])


class Part(BaseModel):
    """A part of a payment and its quota; of what is unrelated the payment alone. The amount is signed fen."""

    payment_key: Name = Field(min_length=1)
    quota_key: Name = ""
    project_key: Name = ""
    amount_fen: Fen = 0

    def message(self) -> pb.LinkPart:
        """The part as the ledger takes it."""
        return pb.LinkPart(**dict(self))


class Decision(BaseModel):
    """A decision. The key is the caller's: sent again with the same content it changes nothing."""

    key: Name = Field(min_length=1)
    division_code: DivisionCode = Field(min_length=1)
    reason: Sentence = ""
    lines: list[Part] = Field(min_length=1, max_length=LINES_MAX)


class Undoing(BaseModel):
    """Asks to undo a decision."""

    key: Name = Field(min_length=1)
    original_key: Name = Field(min_length=1)
    reason: Sentence = Field(min_length=1)


@router.get("/links/unlinked", responses=schema(pb.ListUnlinkedResponse))
def list_unlinked(
    visit: SignedIn,
    division_code: Code = "",
    payment_key: Text = "",
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Payments whose quota is not known, oldest first; late is what is behind its day."""
    request = pb.ListUnlinkedRequest(
        division_code=division_code, payment_key=payment_key, limit=limit, page_token=page_token
    )
    return shown(visit.parts.services.links.unlinked(visit.caller, request))


@router.get("/links/proposals", responses=schema(pb.ListUnlinkedResponse))
def propose_links(
    visit: SignedIn,
    division_code: Code = "",
    payment_key: Text = "",
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """The same, at most 100, each with the quotas that fit best, and why."""
    request = pb.ListUnlinkedRequest(
        division_code=division_code, payment_key=payment_key, limit=limit, page_token=page_token
    )
    return shown(visit.parts.services.links.proposals(visit.caller, request))


@router.get("/links", responses=schema(pb.ListLinkDecisionsResponse))
def list_decisions(
    visit: SignedIn,
    division_code: Code = "",
    payment_key: Text = "",
    key: Text = "",
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Decisions, newest first, with their lines."""
    request = pb.ListLinkDecisionsRequest(
        division_code=division_code, payment_key=payment_key, key=key, limit=limit, page_token=page_token
    )
    return shown(visit.parts.services.links.decisions(visit.caller, request))


@router.post("/links", status_code=201, responses=schema(pb.LinkDecisionResponse, status=201))
def link_payments(visit: SignedIn, asked: Decision) -> Response:
    """Links parts of payments to quotas, whole or not at all; 200 if it was done before."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    lines = [line.message() for line in asked.lines]
    request = pb.LinkPaymentsRequest(**{**dict(asked), "lines": lines})
    return _decided(visit.parts.services.links.link_payments(visit.caller, request))


@router.post("/links/unrelated", status_code=201, responses=schema(pb.LinkDecisionResponse, status=201))
def mark_unrelated(visit: SignedIn, asked: Decision) -> Response:
    """Says with a reason that payments are not money of poverty alleviation; 200 if it was done before."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    lines = [line.message() for line in asked.lines]
    request = pb.MarkUnrelatedRequest(**{**dict(asked), "lines": lines})
    return _decided(visit.parts.services.links.unrelated(visit.caller, request))


@router.post("/links/undo", status_code=201, responses=schema(pb.LinkDecisionResponse, status=201))
def undo_link(visit: SignedIn, asked: Undoing) -> Response:
    """Undoes a decision, once and whole; 200 if it was done before."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    request = pb.UndoLinkRequest(**dict(asked))
    return _decided(visit.parts.services.links.undo(visit.caller, request))


@router.get("/links/lists", responses=schema(pb.CheckListsResponse))
def check_lists(
    visit: SignedIn,
    division_code: Code = "",
    only_differences: bool = False,
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Payments with what their disbursement lists add up to, newest first."""
    request = pb.CheckListsRequest(
        division_code=division_code, only_differences=only_differences, limit=limit, page_token=page_token
    )
    return shown(visit.parts.services.links.lists(visit.caller, request))


def _decided(answer: pb.LinkDecisionResponse) -> Response:
    return shown(answer, 200 if answer.known else 201)

"""Files that come with documents: added before the document, read with it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from mingzhang.ledger.v1 import attachments_pb2 as pb

from services.gateway.web.answers import API, PLAIN, schema, shown
from services.gateway.web.files import UploadBody, body_of, one_of_few
from services.gateway.web.visit import SignedIn
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER

ATTACHMENTS_PATH = f"{API}/attachments"
ATTACHMENT_BYTES_MAX = 10 * 1024**2

router = APIRouter(prefix=API, tags=["quotas"])


async def attachment_body(request: Request) -> UploadBody:
    """The body of the request; refuses one that says of itself that it is too large."""
    return body_of(request, ATTACHMENT_BYTES_MAX)


@router.post("/attachments", status_code=201, responses=schema(pb.AddAttachmentResponse, status=201))
def add_attachment(visit: SignedIn, body: Annotated[UploadBody, Depends(attachment_body)]) -> Response:
    """Takes the bytes of one file as the body, for a document to come. The same bytes again are the same file."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    with one_of_few(visit, body):
        return shown(visit.parts.services.attachments.add(visit.caller, body.blocks()), 201)


@router.get(
    "/attachments/{sha256}",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {"application/octet-stream": {}}}},
)
def get_attachment(
    visit: SignedIn,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    document_key: Annotated[str, Query(min_length=1, max_length=200, pattern=PLAIN)],
) -> Response:
    """A file that a document names, to be kept: a browser does not open it in our name."""
    request = pb.GetAttachmentRequest(document_key=document_key, sha256=sha256)
    found = visit.parts.services.attachments.get(visit.caller, request)
    name = quote(found.file_name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(found.body, headers=headers, media_type=found.media_type)

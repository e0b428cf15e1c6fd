"""Uploads, imports, quarantine, and clear values behind tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from mingzhang.ingest.v1 import ingest_pb2 as ingest
from pydantic import BaseModel, Field
from starlette.types import Receive

from services.gateway.web.answers import API, PLAIN, Key, PageToken, Text, UpTo200, UpTo500, schema, shown
from services.gateway.web.answers import Code as DivisionCode
from services.gateway.web.visit import SignedIn, Visit, parts_of
from services.kit.errors import InvalidInput, MingzhangError, TooLarge, Unavailable

UPLOAD_PATH = f"{API}/imports"
BLOCK_BYTES = 512 * 1024
"""What goes on at a time: ingest takes 1 MiB at most."""
BLOCK_WAIT_S = 60
"""An upload that does not bring the next block in this time is given up: it holds one of few places."""

router = APIRouter(prefix=API, tags=["files"])


class UploadBody:
    """The body of an upload, read block by block in a thread while the event loop receives it. Never whole."""

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop, bytes_max: int) -> None:
        self._receive = receive
        self._loop = loop
        self._bytes_max = bytes_max
        self._ended = False
        self._waiting = bytearray()
        self.bytes_read = 0
        self.refusal: MingzhangError | None = None

    def blocks(self) -> Iterator[bytes]:
        """The blocks. What ends it early is kept in `refusal`: gRPC only says that its iterator failed."""
        try:
            while block := asyncio.run_coroutine_threadsafe(self._block(), self._loop).result(BLOCK_WAIT_S):
                yield block
        except TimeoutError as error:
            self.refusal = _broken()
            raise self.refusal from error
        except MingzhangError as refusal:
            self.refusal = refusal
            raise

    async def _block(self) -> bytes:
        waiting = self._waiting
        while len(waiting) < BLOCK_BYTES and not self._ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise _broken()
            waiting += message.get("body", b"")
            self._ended = not message.get("more_body", False)
            self.bytes_read += len(message.get("body", b""))
            if self.bytes_read > self._bytes_max:
                raise too_large(self._bytes_max)
        block = bytes(waiting[:BLOCK_BYTES])
        del waiting[:BLOCK_BYTES]
        return block


async def upload_body(request: Request) -> UploadBody:
    """The body of the request; refuses one that says of itself that it is too large."""
    return body_of(request, parts_of(request).limits.upload_bytes_max)


def body_of(request: Request, bytes_max: int) -> UploadBody:
    """The body of a request of at most `bytes_max` bytes. Called on the event loop."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > bytes_max:
        raise too_large(bytes_max)
    return UploadBody(request.receive, asyncio.get_running_loop(), bytes_max)


@contextmanager
def one_of_few(visit: Visit, body: UploadBody) -> Iterator[None]:
    """One of the uploads that may be at once; a refusal of the body is told as it is, and its bytes are counted."""
    if not visit.parts.uploads.acquire(blocking=False):
        raise Unavailable(
            "gateway.busy", "正在上传的文件过多，请稍后再试", "too many uploads at once, try again later"
        )
    try:
        yield
    except MingzhangError as refusal:
        raise body.refusal or refusal from refusal
    finally:
        visit.parts.uploads.release()
        visit.parts.metrics.uploaded_bytes.inc(body.bytes_read)


@router.put("/imports", status_code=202, responses=schema(ingest.UploadFileResponse, 202))
@router.post("/imports", status_code=202, responses=schema(ingest.UploadFileResponse, 202))
def upload_file(
    visit: SignedIn,
    body: Annotated[UploadBody, Depends(upload_body)],
    file_name: Annotated[str, Query(min_length=1, max_length=255, pattern=PLAIN)],
    profile: Text = "",
    division_code: DivisionCode = "",
) -> Response:
    """Takes the bytes of one file as the body, and starts its import. The same bytes again are the same import."""
    header = ingest.UploadHeader(file_name=file_name, profile=profile, division_code=division_code)
    with one_of_few(visit, body):
        return shown(visit.parts.services.ingest.upload(visit.caller, header, body.blocks()), 202)


@router.get("/imports", responses=schema(ingest.ListImportsResponse))
def list_imports(visit: SignedIn, limit: UpTo200 = 50, page_token: PageToken = "") -> Response:
    """Imports, newest first."""
    request = ingest.ListImportsRequest(limit=limit, page_token=page_token)
    return shown(visit.parts.services.ingest.imports(visit.caller, request))


@router.get("/imports/{import_id}", responses=schema(ingest.GetImportResponse))
def get_import(visit: SignedIn, import_id: Key) -> Response:
    """One import with its progress."""
    request = ingest.GetImportRequest(import_id=import_id)
    return shown(visit.parts.services.ingest.import_(visit.caller, request))


@router.get("/quarantine", responses=schema(ingest.ListQuarantineResponse))
def list_quarantine(
    visit: SignedIn, import_id: Text = "", limit: UpTo500 = 100, page_token: PageToken = ""
) -> Response:
    """Rows that could not be posted, with the reason."""
    request = ingest.ListQuarantineRequest(import_id=import_id, limit=limit, page_token=page_token)
    return shown(visit.parts.services.ingest.quarantine(visit.caller, request))


class Reveal(BaseModel):
    """Asks for clear values."""

    tokens: list[Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]] = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=5, max_length=500, pattern=PLAIN)


@router.post("/reveal", responses=schema(ingest.RevealResponse))
def reveal(visit: SignedIn, asked: Reveal) -> Response:
    """Clear values behind tokens, for a stated reason; every reading is logged."""
    tokens = [int(token) for token in asked.tokens]
    if max(tokens) >= 2**63:
        raise InvalidInput("gateway.bad_request", "请求内容有误：tokens", "the request is not valid: tokens")
    request = ingest.RevealRequest(tokens=tokens, reason=asked.reason)
    return shown(visit.parts.services.ingest.reveal(visit.caller, request))


def too_large(bytes_max: int) -> TooLarge:
    """The refusal of a file past the limit."""
    return TooLarge(
        "gateway.upload_too_large",
        f"文件超过上限 {bytes_max} 字节",
        f"a file has at most {bytes_max} bytes",
        {"bytes_max": bytes_max},
    )


def _broken() -> InvalidInput:
    return InvalidInput("gateway.upload_broken", "上传中断", "the upload was broken off")

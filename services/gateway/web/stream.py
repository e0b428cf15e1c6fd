"""The live stream as server-sent events: the only asynchronous endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Annotated

from fastapi import APIRouter, Header, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from services.gateway.domain import LiveEvent, visible
from services.gateway.usecases import authenticate
from services.gateway.web.answers import API
from services.gateway.web.live import LiveClient, LiveHub
from services.gateway.web.visit import SignedIn, Visit
from services.kit.errors import NotSignedIn

HEARTBEAT_S = 15.0
SEND_S = 20.0
RECONNECT_MS = 3_000

router = APIRouter(prefix=API, tags=["live"])


@router.get("/live", response_class=Response)
async def live(
    visit: SignedIn, last_event_id: Annotated[str, Header(max_length=20, pattern=r"^[0-9]*$")] = ""
) -> Response:
    """Imports, warnings and cases as they happen (text/event-stream); `Last-Event-ID` goes on where one stopped."""
    return EventStream(visit, int(last_event_id) if last_event_id else None)


class EventStream(Response):
    """An open stream: what was missed, then what happens, with a heartbeat in silence."""

    media_type = "text/event-stream"

    def __init__(self, visit: Visit, last_id: int | None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._visit = visit
        self._last_id = last_id

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        hub = self._visit.parts.live
        client = hub.join(self._visit.caller)
        gone = asyncio.ensure_future(_gone(receive, client))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with aclosing(self._parts(hub, client)) as parts:
                async for part in parts:
                    # A reader that takes nothing for this long is not there any more.
                    await asyncio.wait_for(
                        send({"type": "http.response.body", "body": part, "more_body": True}), SEND_S
                    )
            await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), SEND_S)
        except TimeoutError:
            client.is_too_slow = True
        finally:
            gone.cancel()
            hub.leave(client)

    async def _parts(self, hub: LiveHub, client: LiveClient) -> AsyncGenerator[bytes, None]:
        newest = await run_in_threadpool(hub.board.newest)
        # An id from before the board began anew would hold back all that follows.
        last_id = newest if self._last_id is None else min(self._last_id, newest)
        # The id is set before anything happens, so that also a page that has seen nothing yet can go on from here.
        yield f"retry: {RECONNECT_MS}\nid: {last_id}\nevent: ready\ndata: {{}}\n\n".encode()
        while missed := await run_in_threadpool(hub.board.after, last_id):
            last_id = missed[-1].id
            for event in visible(missed, client.caller):
                yield as_event(event)
        while True:
            try:
                event_or_end = await asyncio.wait_for(client.next(), HEARTBEAT_S)
            except TimeoutError:
                if not await run_in_threadpool(self._still_signed_in):
                    return
                yield b": heartbeat\n\n"
                continue
            if event_or_end is None:
                return
            if event_or_end.id > last_id:
                last_id = event_or_end.id
                yield as_event(event_or_end)

    def _still_signed_in(self) -> bool:
        try:
            session = authenticate(self._visit.parts.accounts, self._visit.token)
        except NotSignedIn:
            return False
        return (session.user.scope, session.user.roles) == (
            self._visit.caller.scope,
            self._visit.caller.roles,
        )


def as_event(event: LiveEvent) -> bytes:
    """An event on the wire."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.id, event.kind.encode(), event.body)


async def _gone(receive: Receive, client: LiveClient) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
        client.end()

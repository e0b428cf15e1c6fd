"""Hands the live board's events to the open event streams: one thread reads, each client has a bounded queue."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Protocol

from services.gateway.domain import LiveEvent, visible
from services.gateway.metrics import Metrics
from services.kit.caller import Caller
from services.kit.errors import Unavailable
from services.kit.log import logger

QUEUE_EVENTS_MAX = 500
CLIENTS_MAX = 1_000
CLIENTS_PER_USER_MAX = 20
WAIT_S = 1.0
RETRY_S = 2.0

_log = logger("gateway.live")


class Board(Protocol):
    """Where events are read."""

    def newest(self) -> int:
        """The id of the newest event; 0 if there is none."""
        ...

    def after(self, last_id: int) -> list[LiveEvent]:
        """The next events, oldest first, a page of them."""
        ...

    def wait(self, timeout_s: float) -> Iterator[None]:
        """Yields when there may be new ones, and at least every `timeout_s`."""
        ...


class LiveClient:
    """One open event stream, in the event loop that serves it."""

    def __init__(self, caller: Caller, loop: asyncio.AbstractEventLoop) -> None:
        self.caller = caller
        self.is_too_slow = False
        self._has_ended = False
        self._loop = loop
        self._queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue(QUEUE_EVENTS_MAX + 1)

    async def next(self) -> LiveEvent | None:
        """The next event; None when the stream has to end."""
        return await self._queue.get()

    def offer(self, events: Sequence[LiveEvent]) -> None:
        """Hands over events, from any thread."""
        with suppress(RuntimeError):  # Its loop was closed a moment ago.
            self._loop.call_soon_threadsafe(self._put, events)

    def end(self) -> None:
        """Ends the stream, from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end)

    def _put(self, events: Sequence[LiveEvent]) -> None:
        if self._queue.qsize() + len(events) > QUEUE_EVENTS_MAX and not self._has_ended:
            self.is_too_slow = True
            self._end()
        if not self._has_ended:
            for event in events:
                self._queue.put_nowait(event)

    def _end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)


class LiveHub:
    """Reads the board in a thread, and offers each client what its caller may see."""

    def __init__(self, board: Board, metrics: Metrics) -> None:
        self.board = board
        self._metrics = metrics
        self._clients: set[LiveClient] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._last_id: int | None = None
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Starts reading."""
        self._thread.start()

    def stop(self) -> None:
        """Ends all streams and the reading."""
        self._stopping.set()
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            client.end()
        if self._thread.is_alive():
            self._thread.join(WAIT_S + RETRY_S)

    def join(self, caller: Caller) -> LiveClient:
        """A new client of the running event loop; refused past the limits, and by a process that stops."""
        client = LiveClient(caller, asyncio.get_running_loop())
        with self._lock:
            if self._stopping.is_set():
                raise Unavailable("gateway.stopping", "系统正在停止", "the system is stopping")
            own = sum(other.caller.user == caller.user for other in self._clients)
            if len(self._clients) >= CLIENTS_MAX or own >= CLIENTS_PER_USER_MAX:
                raise Unavailable("gateway.busy", "打开的页面过多", "too many pages are open")
            self._clients.add(client)
        self._metrics.live_clients.inc()
        return client

    def leave(self, client: LiveClient) -> None:
        """Forgets a client."""
        with self._lock:
            self._clients.discard(client)
        self._metrics.live_clients.dec()
        if client.is_too_slow:
            self._metrics.live_dropped.inc()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                for _ in self.board.wait(WAIT_S):
                    if self._stopping.is_set():
                        return
                    self._deliver()
            except Exception:  # noqa: BLE001 - whatever fails here, the pages that are open must hear again some day
                _log.exception("the live board cannot be read now")
            self._stopping.wait(RETRY_S)

    def _deliver(self) -> None:
        if self._last_id is None:
            self._last_id = self.board.newest()
        while events := self.board.after(self._last_id):
            self._last_id = events[-1].id
            with self._lock:
                clients = list(self._clients)
            for client in clients:
                if seen := visible(events, client.caller):
                    client.offer(seen)

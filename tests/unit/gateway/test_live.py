"""The live stream: who is told what, what was missed, and who is dropped."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
import uvicorn
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.ingest.v1.events_pb2 import Covered, FinishedImport, ImportsFinished
from mingzhang.notify.v1.events_pb2 import CasesChanged, CaseState
from mingzhang.rules.v1.events_pb2 import Warning as WarningMessage
from mingzhang.rules.v1.events_pb2 import WarningsRaised, WarningsRetracted
from prometheus_client import CollectorRegistry

from services.gateway.consumers import NEWS_FOR, LiveConsumers
from services.gateway.domain import CASE, IMPORT, WARNING, LiveEvent, is_visible
from services.gateway.metrics import Metrics
from services.gateway.web import live, stream
from services.gateway.web.live import QUEUE_EVENTS_MAX, LiveClient, LiveHub
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR, Caller, Scope
from services.kit.clock import microseconds
from services.kit.errors import Unavailable
from services.kit.inbox import Inbox
from tests.system import free_port
from tests.unit.gateway.conftest import PASSWORD, Gateway
from tests.unit.notify.builders import NOW

WAIT_S = 20


@contextlib.contextmanager
def served(gateway: Gateway) -> Iterator[str]:
    """The gateway behind a real server; its address."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(gateway.app, port=port, log_config=None, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    gateway.parts.live.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(WAIT_S)


@contextlib.contextmanager
def listening(address: str, user: str, last_id: str = "") -> Iterator[Callable[[int], list[str]]]:
    """An open stream; the function reads so many events from it, as "kind data"."""
    with httpx.Client(base_url=address, timeout=WAIT_S) as client:
        body = {"user": user, "password": PASSWORD}
        token = client.post("/api/v1/tokens", json=body).json()["token"]
        headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last_id} if last_id else {})
        with client.stream("GET", "/api/v1/live", headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            lines = answer.iter_lines()

            def read(number: int) -> list[str]:
                found: list[str] = []
                kind = ""
                while len(found) < number:
                    line = next(lines)
                    if line.startswith("event: "):
                        kind = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        found.append(f"{kind} {line.removeprefix('data: ')}")
                return found

            yield read


def tell(gateway: Gateway, *events: LiveEvent) -> None:
    """Puts events on the board."""
    with gateway.database.transaction() as connection:
        gateway.board.post(connection, events, gateway.clock.now())


def warning(division: str, name: bytes = b'"w"', fund: str = "C22") -> LiveEvent:
    """A warning of a division."""
    return LiveEvent(0, WARNING, (division,), fund, name)


def test_a_page_is_told_what_its_user_may_see(gateway: Gateway) -> None:
    """What happens elsewhere is not told, and nothing is told twice."""
    with served(gateway) as address, listening(address, "xining") as read:
        ready = read(1)
        tell(gateway, warning("630200", b'"elsewhere"'), warning("630121", b'"one"'))
        tell(gateway, warning("630102", b'"two"'))
        told = read(2)

    assert ready == ["ready {}"]
    assert told == ['warning "one"', 'warning "two"']


def test_a_page_that_was_away_is_told_what_it_missed(gateway: Gateway) -> None:
    """`Last-Event-ID` says where it stopped; then it goes on with what happens."""
    tell(gateway, warning("630121", b'"seen"'), warning("630121", b'"missed"'), warning("630200"))
    with served(gateway) as address, listening(address, "xining", last_id="1") as read:
        missed = read(2)
        tell(gateway, warning("630121", b'"new"'))
        told = read(1)

    assert missed == ["ready {}", 'warning "missed"']
    assert told == ['warning "new"']


def test_a_page_that_remembers_an_earlier_board_is_told_of_this_one(gateway: Gateway) -> None:
    """A browser comes back by itself with the last id it saw, also when everything was installed anew."""
    with served(gateway) as address, listening(address, "xining", last_id="900") as read:
        read(1)
        tell(gateway, warning("630121", b'"new"'))
        told = read(1)

    assert told == ['warning "new"']


def test_a_stream_ends_with_its_session(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat looks whether the user is still signed in."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.1)
    with served(gateway) as address, listening(address, "xining") as read:
        read(1)
        gateway.clock.pass_by(24 * 3600)
        with pytest.raises(StopIteration):
            read(1)


def test_streams_end_when_the_process_stops(gateway: Gateway) -> None:
    """Open pages do not hold it up, and find no new stream on the way down."""
    with served(gateway) as address, listening(address, "xining") as read:
        read(1)
        gateway.parts.live.stop()
        with pytest.raises(StopIteration):
            read(1)
        with pytest.raises(AssertionError, match=r"gateway\.stopping"), listening(address, "xining"):
            pass


def test_open_streams_are_counted_until_they_end(gateway: Gateway) -> None:
    """The gauge follows."""
    with served(gateway) as address:
        with listening(address, "xining") as read:
            read(1)
            during = httpx.get(f"{address}/metrics").text
        deadline = time.monotonic() + WAIT_S
        while "live_clients 0.0" not in (after := httpx.get(f"{address}/metrics").text):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    assert "live_clients 1.0" in during
    assert "live_clients_dropped_total 0.0" in after


CALLER = Caller("xining", (FINANCE_OFFICER,), Scope("630100"))


class QuietBoard:
    """A board on which nothing happens."""

    def newest(self) -> int:
        return 0

    def after(self, last_id: int) -> list[LiveEvent]:
        return []

    def wait(self, timeout_s: float) -> Iterator[None]:
        yield from ()


def test_a_client_that_reads_too_slowly_is_dropped() -> None:
    """Its queue is bounded: past it there is nothing but the end."""

    async def fill() -> tuple[LiveEvent | None, bool]:
        client = LiveClient(CALLER, asyncio.get_running_loop())
        client.offer([warning("630121")] * QUEUE_EVENTS_MAX)
        client.offer([warning("630121")])
        await asyncio.sleep(0)
        return await client.next(), client.is_too_slow

    assert asyncio.run(fill()) == (None, True)


def test_the_hub_outlives_a_board_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one thread for all pages, and nothing would start it again."""
    monkeypatch.setattr(live, "RETRY_S", 0.01)
    tried = threading.Semaphore(0)

    class Broken:
        def newest(self) -> int:
            return 0

        def after(self, last_id: int) -> list[LiveEvent]:
            return []

        def wait(self, timeout_s: float) -> Iterator[None]:
            tried.release()
            raise RuntimeError("nobody thought of this")

    hub = LiveHub(Broken(), Metrics(CollectorRegistry()))
    hub.start()
    attempts = [tried.acquire(timeout=WAIT_S) for _ in range(3)]
    hub.stop()

    assert attempts == [True, True, True]


def test_streams_are_bounded_for_each_user_and_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """One user's many pages do not take the places of the others."""
    monkeypatch.setattr(live, "CLIENTS_PER_USER_MAX", 2)
    monkeypatch.setattr(live, "CLIENTS_MAX", 3)
    other = Caller("other", (FINANCE_OFFICER,), Scope("630100"))

    async def open_many() -> list[bool]:
        hub = LiveHub(QuietBoard(), Metrics(CollectorRegistry()))
        taken = []
        for caller in (CALLER, CALLER, CALLER, other, other):
            try:
                hub.join(caller)
                taken.append(True)
            except Unavailable:
                taken.append(False)
        return taken

    assert asyncio.run(open_many()) == [True, True, False, True, False]


@pytest.mark.parametrize(
    ("event", "caller", "seen"),
    [
        (warning("630121"), CALLER, True),
        (warning("630200"), CALLER, False),
        (warning("630121"), Caller("x", (FINANCE_OFFICER,), Scope("630100", ("C22",))), True),
        (warning("630121"), Caller("x", (FINANCE_OFFICER,), Scope("630100", ("C30",))), False),
        (LiveEvent(0, IMPORT, ("630121", "630200"), "", b""), CALLER, True),
        (LiveEvent(0, IMPORT, ("630121",), "", b""), Caller("x", (RULE_AUTHOR,), Scope("")), False),
        (LiveEvent(0, IMPORT, (), "", b""), CALLER, True),
        (LiveEvent(0, CASE, ("630200",), "", b""), Caller("x", (ADMINISTRATOR,), Scope("")), True),
    ],
)
def test_scope_and_role_decide_what_is_told(event: LiveEvent, caller: Caller, seen: bool) -> None:
    """The same as what the services would answer."""
    assert is_visible(event, caller) is seen


def heard(
    gateway: Gateway, emitter: str, name: str, stream_name: str, body: bytes, age: timedelta
) -> list[LiveEvent]:
    """What one event of another service puts on the board."""
    consumers = LiveConsumers(gateway.board, gateway.clock).subscriptions()
    subscription = next(item for item in consumers if item.emitter == emitter)
    event = Event(
        emitter=emitter,
        stream=stream_name,
        stream_seq=1,
        name=name,
        body=body,
        recorded_at_us=microseconds(NOW - age),
    )
    Inbox(gateway.database, subscription).apply(event)
    return gateway.board.after(0)


WARNINGS = [WarningMessage(id="w1", division_code="630121", fund_code="C22", severity="red", title="标题")]
EVENTS = [
    (
        "rules",
        "WarningsRaised",
        "warnings.poverty",
        WarningsRaised(warnings=WARNINGS),
        WARNING,
        b'"standing":true',
    ),
    (
        "rules",
        "WarningsRetracted",
        "warnings.poverty",
        WarningsRetracted(warnings=[WarningMessage(id="w1", division_code="630121", retracted_because="x")]),
        WARNING,
        b'"standing":false',
    ),
    (
        "notify",
        "CasesChanged",
        "cases",
        CasesChanged(cases=[CaseState(case_id="c1", division_code="630121")]),
        CASE,
        b'"case_id":"c1"',
    ),
    (
        "ingest",
        "ImportsFinished",
        "imports",
        ImportsFinished(imports=[FinishedImport(import_id="i1", covered=[Covered(division_code="630121")])]),
        IMPORT,
        b'"import_id":"i1"',
    ),
]


@pytest.mark.parametrize(("emitter", "name", "stream_name", "message", "kind", "part"), EVENTS)
def test_what_the_others_tell_is_put_on_the_board(
    gateway: Gateway,
    emitter: str,
    name: str,
    stream_name: str,
    message: WarningsRaised,
    kind: str,
    part: bytes,
) -> None:
    """Each kind with the divisions that it concerns."""
    found = heard(gateway, emitter, name, stream_name, message.SerializeToString(), timedelta(seconds=1))

    assert [(event.kind, event.divisions) for event in found] == [(kind, ("630121",))]
    assert part in found[0].body


def test_the_past_is_no_news(gateway: Gateway) -> None:
    """A gateway that reads the streams from their beginning does not tell all of it again."""
    body = WarningsRaised(warnings=WARNINGS).SerializeToString()
    found = heard(gateway, "rules", "WarningsRaised", "warnings.poverty", body, NEWS_FOR)

    assert found == []


def test_the_board_is_cleared_of_old_events(gateway: Gateway) -> None:
    """Minutes are enough for a page to come back."""
    tell(gateway, warning("630121"))
    gateway.clock.pass_by(60)
    tell(gateway, warning("630121"))
    gateway.board.purge(gateway.clock.now() - timedelta(seconds=30))

    assert [event.id for event in gateway.board.after(0)] == [2]
    assert gateway.board.newest() == 2

"""A notify of one's own over a real database, on either driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.gateway.v1.events_pb2 import UsersChanged, UserState
from mingzhang.ledger.v1.events_pb2 import BaseDataChanged
from mingzhang.ledger.v1.events_pb2 import Division as DivisionState
from mingzhang.rules.v1 import events_pb2 as rules
from prometheus_client import CollectorRegistry

from services.kit.caller import Scope
from services.kit.config import Config
from services.kit.database import PostgresDatabase
from services.kit.inbox import Inbox, Outcome
from services.kit.streams import StreamLog
from services.notify.compose import Parts, build
from services.notify.domain.cases import CaseWarning
from services.notify.domain.routing import User
from services.notify.storage.queries import CaseFile, CaseReader, CaseRow, DeliveryRow
from tests.unit.notify.builders import DIVISIONS, ManualClock
from tests.unit.notify.post import Endpoint, MailServer, endpoint, mail_server

ALL = Scope("")


@dataclass
class Notify:
    """Notify as a process would have it, fed by hand."""

    database: PostgresDatabase
    clock: ManualClock
    registry: CollectorRegistry
    streams: StreamLog
    parts: Parts
    reader: CaseReader
    places: dict[str, int] = field(default_factory=dict)

    def hear(
        self, emitter: str, stream: str, name: str, body: bytes, request_id: str = "request-1"
    ) -> Outcome:
        """The next event of a stream, through the inbox."""
        self.places[stream] = self.places.get(stream, 0) + 1
        event = Event(
            emitter=emitter,
            stream=stream,
            stream_seq=self.places[stream],
            name=name,
            body=body,
            request_id=request_id,
        )
        return self.apply(event)

    def apply(self, event: Event) -> Outcome:
        """Any event, through the inbox of the subscription that it belongs to."""
        subscription = next(item for item in self.parts.subscriptions if item.emitter == event.emitter)
        return Inbox(self.database, subscription).apply(event)

    def warn(self, *warnings: CaseWarning, stream: str = "warnings.poverty") -> None:
        """One batch of warnings; those that do not stand are retracted in a batch of their own after it."""
        standing = [raised(item) for item in warnings if item.standing]
        gone = [raised(item) for item in warnings if not item.standing]
        if standing:
            body = rules.WarningsRaised(warnings=standing).SerializeToString()
            self.hear("rules", stream, "WarningsRaised", body)
        if gone:
            body = rules.WarningsRetracted(warnings=gone).SerializeToString()
            self.hear("rules", stream, "WarningsRetracted", body)

    def know(self, *users: User) -> None:
        """Users, as the gateway tells of them."""
        states = [
            UserState(
                user=user.user,
                display_name=user.display_name,
                email=user.email,
                division_code=user.division_code,
                roles=user.roles,
                language=user.language,
                active=user.active,
            )
            for user in users
        ]
        self.hear("gateway", "users", "UsersChanged", UsersChanged(users=states).SerializeToString())

    def know_divisions(self) -> None:
        """Divisions, as the ledger tells of them."""
        states = [
            DivisionState(code=item.code, name=item.name, level=item.level, parent_code=item.parent_code)
            for item in DIVISIONS.values()
        ]
        body = BaseDataChanged(divisions=states).SerializeToString()
        self.hear("ledger", "base", "BaseDataChanged", body)

    def deliver(self) -> None:
        """One run of the job."""
        for job in self.parts.jobs:
            job.run()

    def cases(self, scope: Scope = ALL) -> list[CaseRow]:
        """All cases of a scope."""
        return self.reader.list_cases(scope, state="", severity="", limit=1_000, before=None)

    def file_of(self, case_id: str) -> CaseFile:
        """One case whole."""
        found = self.reader.get_case(ALL, case_id)
        assert found is not None
        return found


def raised(item: CaseWarning) -> rules.Warning:
    """A warning as rules tells of it."""
    return rules.Warning(
        id=item.warning_id,
        revision=item.revision,
        category=item.category,
        rule_id=item.rule_id,
        title=item.title,
        severity=item.severity,
        subject_kind=item.subject_kind,
        subject=item.subject,
        division_code=item.division_code,
        fund_code=item.fund_code,
        amount_fen=item.amount_fen,
        message=item.message,
        day=item.day,
        retracted_because=item.retracted_because,
    )


@pytest.fixture(params=["psycopg", "psycopg2"])
def database(
    request: pytest.FixtureRequest, service_database: Callable[[str], PostgresDatabase]
) -> Iterator[PostgresDatabase]:
    """A fresh database of notify, on both drivers: psycopg 3, and psycopg2 as under eventlet."""
    made = service_database("notify")
    if request.param == "psycopg":
        yield made
        return
    other = PostgresDatabase(made.engine.url.set(drivername="postgresql+psycopg2"))
    yield other
    other.close()


@pytest.fixture
def notify_of(database: PostgresDatabase) -> Callable[[Config], Notify]:
    """Makes a notify of a configuration, over the same database each time."""

    def make(config: Config) -> Notify:
        clock = ManualClock()
        registry = CollectorRegistry()
        streams = StreamLog("notify", database, clock, lambda: None)
        parts = build(config, clock, database, streams, registry)
        return Notify(database, clock, registry, streams, parts, CaseReader(database))

    return make


def rows(notify: Notify) -> list[DeliveryRow]:
    """All deliveries, newest first."""
    return notify.reader.list_deliveries(ALL, "", 1_000)


def states(notify: Notify) -> list[str]:
    """How far all deliveries are."""
    return [row.state for row in rows(notify)]


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that listens."""
    with mail_server() as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Endpoint]:
    """A webhook receiver that listens."""
    with endpoint() as found:
        yield found

"""Notify's nameko process against a real broker: same queues, same functions, no grpc."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.rules.v1 import events_pb2 as rules
from prometheus_client import CollectorRegistry

from services.kit.bus.rabbitmq import RabbitMqBus
from services.kit.config import Config
from services.kit.database import PostgresDatabase
from services.kit.errors import Unavailable
from services.kit.streams import StreamLog
from services.notify.compose import build
from services.notify.domain.cases import TimelineEntry
from services.notify.storage.queries import CaseReader
from tests.rabbitmq import PrivateRabbit, rabbitmq, rabbitmq_url
from tests.unit.notify.builders import COUNTY, ManualClock, officer, warning
from tests.unit.notify.conftest import Notify, raised
from tests.unit.notify.post import mail_server

__all__ = ["rabbitmq", "rabbitmq_url"]

PROBE = "import sys, services.notify.bus_worker; print([m for m in sys.modules if m.startswith('grpc')])"
RUN = "from services.kit.config import load; from services.notify.bus_worker import main; exit(main(load()))"
READY_S = 30


def test_the_bus_worker_imports_no_grpc() -> None:
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE], capture_output=True, text=True, check=True, timeout=60
    )

    assert answer.stdout.strip() == "[]"


class Cluster:
    """Notify's database, a broker, and what would stand around the worker."""

    def __init__(self, database: PostgresDatabase, bus_url: str, smtp_url: str, folder: Path) -> None:
        self.bus = RabbitMqBus(bus_url, "test")
        self.bus.start()
        clock = ManualClock()
        streams = StreamLog("notify", database, clock, lambda: None)
        registry = CollectorRegistry()
        parts = build(Config(), clock, database, streams, registry)
        self.notify = Notify(database, clock, registry, streams, parts, CaseReader(database))
        self.log = folder / "bus.log"
        self._settings = {
            "MINGZHANG_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "MINGZHANG_BUS_URL": bus_url,
            "MINGZHANG_SMTP_URL": smtp_url,
            "MINGZHANG_MAIL_FROM": "mingzhang@finance.example",
            "MINGZHANG_TEST": "1",
        }

    @contextmanager
    def worker(self, crash_point: str = "") -> Iterator[subprocess.Popen[bytes]]:
        """A running worker; ended by SIGTERM."""
        before = self.ready_lines()
        settings = self._settings | ({"MINGZHANG_CRASH_POINT": crash_point} if crash_point else {})
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", RUN],
                env={**os.environ, **settings},
                stdout=output,
                stderr=output,
            )
        try:
            wait_until(lambda: self.ready_lines() > before or process.poll() is not None)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(30)

    def ready_lines(self) -> int:
        """How many workers became ready so far."""
        return self.log.read_text().count("notify-bus is ready") if self.log.exists() else 0

    def publish(self, *seqs: int, stream: str = "warnings.poverty") -> None:
        """Events of a stream, each opening a case of its own."""
        self.bus.publish([event(seq, stream) for seq in seqs])

    def cases(self) -> int:
        """How many there are."""
        return len(self.notify.cases())


def event(seq: int, stream: str = "warnings.poverty") -> Event:
    """The event of a stream with this number."""
    number = seq + (1_000 if stream == "warnings.cross" else 0)
    body = rules.WarningsRaised(warnings=[raised(warning(number, subject=f"{stream}-{seq}"))])
    return Event(
        emitter="rules",
        stream=stream,
        stream_seq=seq,
        name="WarningsRaised",
        body=body.SerializeToString(),
        request_id="request-1",
    )


def wait_until(holds: Callable[[], bool], seconds: float = READY_S) -> None:
    """Waits, and fails if it takes too long."""
    ends_at = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends_at:
            raise TimeoutError("it did not come true in time")
        time.sleep(0.05)


@pytest.mark.e2e
def test_warnings_through_the_broker_become_cases_and_a_mail(
    service_database: Callable[[str], PostgresDatabase], rabbitmq_url: str, tmp_path: Path
) -> None:
    with mail_server() as server:
        cluster = Cluster(service_database("notify"), rabbitmq_url, server.url, tmp_path)
        cluster.notify.know(officer("li", COUNTY))
        with cluster.worker() as process:
            cluster.publish(*range(1, 41))
            cluster.publish(*range(1, 11), stream="warnings.cross")
            wait_until(lambda: cluster.cases() == 50)
            wait_until(lambda: len(server.received) >= 1)
        cluster.bus.stop()

        assert process.returncode == 0
        assert server.received[0]["To"].addresses[0].addr_spec == "li@finance.example"


@pytest.mark.e2e
def test_the_worker_declares_its_queues_just_as_kit_does(
    service_database: Callable[[str], PostgresDatabase],
    rabbitmq: PrivateRabbit,
    rabbitmq_url: str,
    tmp_path: Path,
) -> None:
    cluster = Cluster(service_database("notify"), rabbitmq_url, "", tmp_path)
    with cluster.worker():
        kit = RabbitMqBus(rabbitmq_url, "kit")
        for name in ("poverty", "cross"):
            kit.subscribe(f"notify.rules.warnings.{name}", "rules", f"warnings.{name}")
        kit.start()
        kit.stop()
    cluster.bus.stop()
    listed = rabbitmq.control("-p", rabbitmq_url.rpartition("/")[2], "list_queues", "name", "type")

    names = {line.split()[0] for line in listed.splitlines() if line.endswith("quorum")}
    assert {"notify.rules.warnings.poverty", "notify.gateway.users", "notify.ledger.base"} <= names
    assert "PRECONDITION_FAILED" not in cluster.log.read_text()


@pytest.mark.e2e
@pytest.mark.parametrize(
    "point", ["consumer.before_commit", "consumer.after_commit", "consumer.before_ack", "consumer.after_ack"]
)
def test_a_kill_around_the_commit_or_the_acknowledgement_loses_and_doubles_nothing(
    service_database: Callable[[str], PostgresDatabase], rabbitmq_url: str, tmp_path: Path, point: str
) -> None:
    cluster = Cluster(service_database("notify"), rabbitmq_url, "", tmp_path)
    with cluster.worker(f"{point}:5") as killed:
        cluster.publish(*range(1, 13))
        killed.wait(READY_S)
    assert killed.returncode == -signal.SIGKILL

    with cluster.worker():
        wait_until(lambda: cluster.cases() == 12)
    cluster.bus.stop()
    entries = [entry.what for case in cluster.notify.cases() for entry in timeline(cluster, case.case_id)]

    assert entries == ["opened"] * 12


@pytest.mark.e2e
def test_behind_a_gap_the_worker_waits_for_the_puller_and_goes_on_after_it(
    service_database: Callable[[str], PostgresDatabase], rabbitmq_url: str, tmp_path: Path
) -> None:
    cluster = Cluster(service_database("notify"), rabbitmq_url, "", tmp_path)
    with cluster.worker():
        cluster.publish(1, 3)
        wait_until(lambda: cluster.cases() == 1)
        for seq in (2, 3):
            cluster.notify.apply(event(seq))
        cluster.publish(4)
        wait_until(lambda: cluster.cases() == 4)
    cluster.bus.stop()


@pytest.mark.e2e
def test_the_worker_survives_a_killed_broker(
    service_database: Callable[[str], PostgresDatabase],
    rabbitmq: PrivateRabbit,
    rabbitmq_url: str,
    tmp_path: Path,
) -> None:
    cluster = Cluster(service_database("notify"), rabbitmq_url, "", tmp_path)
    with cluster.worker() as process:
        cluster.publish(1)
        wait_until(lambda: cluster.cases() == 1)
        time.sleep(1.5)
        rabbitmq.kill()
        rabbitmq.boot()
        wait_until(lambda: published(cluster, 2))
        wait_until(lambda: cluster.cases() == 2)

        assert process.poll() is None
    cluster.bus.stop()


def published(cluster: Cluster, seq: int) -> bool:
    """Whether the broker takes an event again."""
    try:
        cluster.publish(seq)
    except Unavailable:
        return False
    return True


def timeline(cluster: Cluster, case_id: str) -> list[TimelineEntry]:
    """What happened to a case."""
    return list(cluster.notify.file_of(case_id).timeline)

"""What module.py and bus_worker.py both build: the consumers, the job and the parts that they need. No grpc
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from services.kit.clock import Clock
from services.kit.config import Config
from services.kit.module import Database, Job, NewEvent, Streams, Subscription
from services.notify.consumers import Consumers
from services.notify.domain.cases import Case
from services.notify.domain.machine import Machine, parse_machine
from services.notify.domain.routing import MAIL, WEBHOOK
from services.notify.jobs import DeliverDue
from services.notify.messages import CASES_CHANGED, CASES_STREAM, cases_changed
from services.notify.metrics import Metrics
from services.notify.senders.mail import MailSender
from services.notify.senders.webhook import WebhookSender
from services.notify.storage.cases import CaseTables
from services.notify.storage.deliveries import DeliveryTables, PostOfficeTables
from services.notify.storage.directory import DirectoryTables
from services.notify.usecases import Desk, Sender


@dataclass(frozen=True)
class Parts:
    """What notify listens to and does by the clock, in whichever process it runs."""

    subscriptions: tuple[Subscription, ...]
    jobs: tuple[Job, ...]


def build(
    config: Config, clock: Clock, database: Database, streams: Streams, registry: CollectorRegistry
) -> Parts:
    """Puts the parts together."""
    machine = read_machine()
    metrics = Metrics(registry)
    senders = build_senders(config, clock)

    def desk_of(connection: Connection) -> Desk:
        def announce(cases: Sequence[Case], request_id: str) -> None:
            events = [NewEvent(CASES_STREAM, CASES_CHANGED, body) for body in cases_changed(cases)]
            streams.append(connection, events, request_id=request_id)

        return Desk(
            CaseTables(connection),
            DirectoryTables(connection),
            DeliveryTables(connection),
            announce,
            machine,
            tuple(senders),
        )

    office = PostOfficeTables(database)
    deliver_due = DeliverDue(database, desk_of, office, senders, clock, metrics)
    return Parts(Consumers(desk_of, clock, metrics).subscriptions(), (deliver_due.job(),))


def build_senders(config: Config, clock: Clock) -> dict[str, Sender]:
    """The channels that the configuration names."""
    senders: dict[str, Sender] = {}
    if config.smtp_url:
        senders[MAIL] = MailSender(config.smtp_url, config.mail_from, config.public_url)
    if config.webhook_url:
        senders[WEBHOOK] = WebhookSender(config.webhook_url, config.webhook_secret, config.public_url, clock)
    return senders


def read_machine() -> Machine:
    """The states of a case, checked."""
    text = Path(__file__).with_name("machine.yaml").read_text(encoding="utf-8")
    return parse_machine(yaml.safe_load(text))

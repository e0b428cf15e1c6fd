"""What the endpoints are handed: the accounts, the other services, the live hub, the measures and the limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore

import grpc
from prometheus_client import CollectorRegistry

from services.gateway.clients import (
    Attachments,
    BaseData,
    Ingest,
    Ledger,
    Library,
    Links,
    Notify,
    Quotas,
    Rules,
    Trace,
    Views,
)
from services.gateway.metrics import Metrics
from services.gateway.usecases import Accounts
from services.gateway.usecases.reports import Reports
from services.gateway.web.live import LiveHub

UPLOADS_AT_ONCE_MAX = 8
"""An upload holds a thread while it lasts, and there are forty."""
HASHES_AT_ONCE_MAX = 4
"""Hashing one password takes 64 MiB."""


@dataclass(frozen=True)
class Services:
    """The other services as the gateway sees them."""

    ingest: Ingest
    ledger: Ledger
    trace: Trace
    quotas: Quotas
    attachments: Attachments
    rules: Rules
    notify: Notify
    base_data: BaseData
    views: Views
    links: Links
    library: Library

    @classmethod
    def over(cls, channel: Callable[[str], grpc.Channel]) -> Services:
        """All of them; `channel` opens one to a service by its name."""
        ledger = channel("ledger")
        return cls(
            ingest=Ingest(channel("ingest")),
            ledger=Ledger(ledger),
            trace=Trace(ledger),
            quotas=Quotas(ledger),
            attachments=Attachments(ledger),
            base_data=BaseData(ledger),
            views=Views(ledger),
            links=Links(ledger),
            library=Library(ledger),
            rules=Rules(channel("rules")),
            notify=Notify(channel("notify")),
        )


@dataclass(frozen=True)
class Limits:
    """What is set from outside: the size of an upload, where people reach the pages, the language of strangers."""

    upload_bytes_max: int
    public_url: str
    language: str = "zh"


@dataclass(frozen=True)
class Parts:
    """All that the endpoints need."""

    accounts: Accounts
    services: Services
    live: LiveHub
    metrics: Metrics
    registry: CollectorRegistry
    limits: Limits
    reports: Reports
    uploads: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(UPLOADS_AT_ONCE_MAX))
    hashing: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(HASHES_AT_ONCE_MAX))

"""The exchanges and queues of the cluster's bus: what they are named and how they are declared.

A queue is bounded, and a message in doubt may die: what it told is in the emitter's log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.kit.topology import STREAMS

DEAD = "mingzhang.dead"
DELIVERY_LIMIT = 20
QUEUE_BYTES_MAX = 1024**3
DEAD_BYTES_MAX = 256 * 1024**2


@dataclass(frozen=True)
class Queue:
    """A consumer's queue of one stream."""

    name: str
    emitter: str
    stream: str


def exchange_name(emitter: str) -> str:
    """The exchange of an emitter: "ledger.events"."""
    return f"{emitter}.events"


def queue_arguments(queue: str) -> dict[str, Any]:
    """How a consumer's queue is declared; nameko's queues take the same."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": queue,
        "x-single-active-consumer": True,
        "x-max-length-bytes": QUEUE_BYTES_MAX,
        "x-overflow": "drop-head",
    }


def dead_letter_arguments() -> dict[str, Any]:
    """How the queue of dead letters is declared; nameko declares it too."""
    return {"x-queue-type": "quorum", "x-max-length-bytes": DEAD_BYTES_MAX, "x-overflow": "drop-head"}


def declare_exchanges(channel: Any) -> None:
    """The exchanges of all emitters and the one of dead letters."""
    channel.exchange_declare(DEAD, "topic", durable=True)
    for emitter in STREAMS:
        channel.exchange_declare(exchange_name(emitter), "topic", durable=True)


def declare_queue(channel: Any, queue: Queue) -> None:
    """The queue with its binding, and the queue of dead letters. The exchanges must be there."""
    channel.queue_declare(DEAD, durable=True, arguments=dead_letter_arguments())
    channel.queue_bind(DEAD, DEAD, "#")
    channel.queue_declare(queue.name, durable=True, arguments=queue_arguments(queue.name))
    channel.queue_bind(queue.name, exchange_name(queue.emitter), f"*.{queue.stream}")

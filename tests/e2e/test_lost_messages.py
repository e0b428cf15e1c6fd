"""A broker that loses every message: the streams fill the gaps from the emitters."""

from __future__ import annotations

from collections.abc import Callable

import pika
import pytest

from services.kit.topology import STREAMS
from tests import stories
from tests.system import System

STORY = "unregistered_person_and_double_benefit"


def cut(url: str) -> int:
    """Takes away what routes events to queues; the broker then confirms each event and drops it."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    for emitter in STREAMS:
        channel.exchange_delete(f"{emitter}.events")
        channel.exchange_declare(f"{emitter}.events", "topic", durable=True)
    connection.close()
    return len(STREAMS)


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_a_broker_that_loses_every_message_costs_time_and_nothing_else(
    cluster: Callable[..., System], rabbitmq_url: str
) -> None:
    """Nothing arrives by the bus, and the story ends as it should."""
    system = cluster()
    system.start()
    cut(rabbitmq_url)
    stories.play(system, STORY)

    assert stories.outcome(system) == stories.expected(STORY)

"""The bus of a cluster: publishes to and reads from RabbitMQ, and sees to its topology."""

from __future__ import annotations

from collections.abc import Sequence

import pika
from mingzhang.event.v1.event_pb2 import Event
from pika.exceptions import AMQPError

from services.kit.bus.interface import Receiver
from services.kit.bus.rabbitmq.publisher import Publisher
from services.kit.bus.rabbitmq.receiver import QueueReceiver
from services.kit.bus.rabbitmq.topology import Queue, declare_exchanges, declare_queue, exchange_name
from services.kit.log import logger

CONTENT_TYPE = "application/x-protobuf"
HEARTBEAT_S = 120
CONNECT_TIMEOUT_S = 5

_log = logger("kit.bus")


def parameters_of(url: str, name: str) -> pika.URLParameters:
    """Connection parameters of an amqp:// URL."""
    parameters = pika.URLParameters(url)
    parameters.heartbeat = HEARTBEAT_S
    parameters.socket_timeout = CONNECT_TIMEOUT_S
    parameters.stack_timeout = 2 * CONNECT_TIMEOUT_S
    parameters.blocked_connection_timeout = 30
    parameters.client_properties = {"connection_name": name}
    return parameters


class RabbitMqBus:
    """Publishes with confirms over one connection; every queue is read over a connection of its own."""

    def __init__(self, url: str, name: str = "mingzhang") -> None:
        self._url = url
        self._name = name
        self._publisher = Publisher(parameters_of(url, f"{name} publisher"), declare_exchanges, _message)
        self._receivers: list[QueueReceiver] = []

    def publish(self, events: Sequence[Event]) -> None:
        """Publishes all of them and waits for the broker's confirms; Unavailable if one is missing."""
        self._publisher.publish(events)

    def subscribe(self, queue: str, emitter: str, stream: str) -> Receiver:
        """A durable queue of one stream."""
        receiver = QueueReceiver(parameters_of(self._url, queue), Queue(queue, emitter, stream))
        self._receivers.append(receiver)
        return receiver

    def start(self) -> None:
        """Declares the whole topology at once, as a queue declared late may not survive a kill; connects."""
        try:
            connection = pika.BlockingConnection(parameters_of(self._url, f"{self._name} topology"))
            channel = connection.channel()
            declare_exchanges(channel)
            for receiver in self._receivers:
                declare_queue(channel, receiver.queue)
            connection.close()
        except (AMQPError, OSError) as error:
            # Every receiver declares its own queue again whenever it connects.
            _log.warning("RabbitMQ does not answer yet", extra={"reason": repr(error)})
        self._publisher.start()

    def stop(self) -> None:
        """Closes all connections."""
        for receiver in self._receivers:
            receiver.close()
        self._publisher.stop()


def _message(event: Event) -> tuple[str, str, bytes, pika.BasicProperties]:
    """Exchange, routing key, body and properties of an event."""
    properties = pika.BasicProperties(
        content_type=CONTENT_TYPE,
        delivery_mode=pika.DeliveryMode.Persistent,
        message_id=f"{event.emitter}.{event.stream}.{event.stream_seq}",
        correlation_id=event.request_id,
        type=event.name,
    )
    key = f"{event.name}.{event.stream}"
    return exchange_name(event.emitter), key, event.SerializeToString(), properties

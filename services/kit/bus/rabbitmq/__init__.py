"""The bus of a cluster: a topic exchange per emitter, a quorum queue per consumer and stream."""

from services.kit.bus.rabbitmq.bus import RabbitMqBus
from services.kit.bus.rabbitmq.topology import exchange_name, queue_arguments

__all__ = ["RabbitMqBus", "exchange_name", "queue_arguments"]

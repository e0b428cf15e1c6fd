"""Reads one stream for one consumer: from the bus while it brings the next event, else from the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from mingzhang.event.v1.event_pb2 import Event

from services.kit.bus import Delivery, Receiver
from services.kit.crash_points import reach
from services.kit.errors import Unavailable
from services.kit.inbox import Inbox, Outcome
from services.kit.log import logger
from services.kit.metrics import KitMetrics
from services.kit.module import Subscription

ReadEvents = Callable[[str, int, int], tuple[Sequence[Event], int]]
"""(stream, from_seq, limit) -> events without a gap, and the newest number. Raises Unavailable."""
PULL_EVENTS_MAX = 64
RETRY_FIRST_S = 0.1
RETRY_LAST_S = 15.0
JOIN_S = 10

_log = logger("kit.consumer")


def queue_name(subscription: Subscription, stream: str) -> str:
    """The queue of a consumer for a stream: "rules-poverty.ledger.poverty.0"."""
    return f"{subscription.consumer}.{subscription.emitter}.{stream}"


class StreamConsumer:
    """One thread, one stream. A failing handler holds its stream and is tried for ever; the others go on."""

    def __init__(
        self,
        subscription: Subscription,
        stream: str,
        inbox: Inbox,
        receiver: Receiver,
        read_events: ReadEvents,
        metrics: KitMetrics,
        silence_s: float = 5.0,
    ) -> None:
        self._stream = stream
        self._inbox = inbox
        self._receiver = receiver
        self._read_events = read_events
        self._metrics = metrics
        self._silence_s = silence_s
        self._stopping = threading.Event()
        self._labels = (subscription.consumer, subscription.emitter)
        self._facts = {"queue": queue_name(subscription, stream)}
        self._thread = threading.Thread(target=self._run, name=self._facts["queue"], daemon=True)

    def start(self) -> None:
        """Begins with a pull: what happened before the queue existed is only in the log."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end after what is being applied."""
        self._stopping.set()
        self._receiver.close()

    def join(self) -> None:
        """Waits for the thread's end, for a while."""
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        self._pull()
        while not self._stopping.is_set():
            deliveries = self._receiver.next(self._silence_s)
            if not deliveries:
                self._pull()
            while deliveries and not self._stopping.is_set():
                outcomes = self._apply([delivery.event for delivery in deliveries])
                if outcomes == [Outcome.GAP]:
                    self._pull()  # Brings this event too; what cannot be pulled now is pulled later.
                self._acknowledge(deliveries[: len(outcomes)])
                deliveries = deliveries[len(outcomes) :]

    def _acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if not self._stopping.is_set():
                reach("consumer.before_ack")
                delivery.acknowledge()
                reach("consumer.after_ack")

    def _apply(self, events: Sequence[Event]) -> Sequence[Outcome]:
        """Applies the first events, trying again until it works; what became of them, nothing if the process stops."""
        wait_s = RETRY_FIRST_S
        while not self._stopping.is_set():
            try:
                outcomes = self._inbox.apply_run(events)
            except Exception:  # noqa: BLE001 - whatever a handler raises, the stream must go on some day
                seq = events[0].stream_seq
                _log.exception("a consumer failed and will try again", extra={**self._facts, "seq": seq})
                self._metrics.consumer_failures.labels(*self._labels).inc()
                self._stopping.wait(wait_s)
                wait_s = min(wait_s * 2, RETRY_LAST_S)
                # The first ones may be well: only the one that fails is to hold the stream.
                events = events[: max(1, len(events) // 2)]
            else:
                self._metrics.consumed.labels(*self._labels, outcomes[0].value).inc(len(outcomes))
                return outcomes
        return ()

    def _pull(self) -> None:
        """Applies what the log has and this consumer has not, until nothing is missing or the log is away."""
        while not self._stopping.is_set():
            try:
                last = self._inbox.last_seq(self._stream)
                events, newest = self._read_events(self._stream, last + 1, PULL_EVENTS_MAX)
            except Unavailable as error:
                _log.info("the emitter does not answer a pull", extra={**self._facts, "code": error.code})
                return
            except Exception:  # noqa: BLE001 - the next silence tries again
                _log.exception("a pull failed", extra=self._facts)
                return
            behind = self._metrics.behind.labels(*self._labels, self._stream)
            behind.set(max(newest - last, 0))
            left = events
            while left:
                outcomes = self._apply(left)
                if not outcomes or outcomes == [Outcome.GAP]:
                    return
                left = left[len(outcomes) :]
            self._metrics.pulled.labels(*self._labels).inc(len(events))
            behind.set(max(newest - last - len(events), 0))
            if not events or last + len(events) >= newest:
                return

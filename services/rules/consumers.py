"""What an evaluator hears: its streams of facts, and the lists. Facts that come are judged several events at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from mingzhang.event.v1.event_pb2 import Event
from sqlalchemy import Connection

from services.kit.module import Handler, Streams, Subscription, Together
from services.rules import messages
from services.rules.storage import LogStores
from services.rules.usecases.changed_lists import apply_list
from services.rules.usecases.days import Closing, apply_closing, note_restated
from services.rules.usecases.evaluate import Means, Work, apply_entry
from services.rules.usecases.facts import Change, apply_change, together
from services.rules.usecases.log import EntryKind
from services.rules.usecases.session import Session
from services.rules.usecases.warnings import Changes

LEDGER_PASSED_OVER = {
    "BaseDataChanged": "no rule reads base data; divisions and funds come with the facts",
    "PerformanceReported": "the fact kind performance_day has no source yet",
}
READERS: dict[str, Callable[[Event], list[Change]]] = {
    "PaymentsLinked": messages.payments_linked,
    "PaymentsUnlinked": messages.payments_unlinked,
    "PaymentsReversed": messages.payments_reversed,
}
ARRIVALS: dict[str, Callable[[Event], Change]] = {
    "PaymentsPosted": messages.payments_posted,
    "DisbursementsPosted": messages.disbursements_posted,
    "QuotasChanged": messages.quotas_changed,
    "ProjectsChanged": messages.projects_changed,
}
"""Facts that come: each stands as it was told last, so it makes no difference how many events told them."""


class Evaluator:
    """The evaluator of one category, or of "cross" over all streams."""

    def __init__(self, log: str, fact_streams: tuple[str, ...], means: Means, streams: Streams) -> None:
        self._log = log
        self._fact_streams = fact_streams
        self._means = means
        self._streams = streams

    def subscriptions(self) -> tuple[Subscription, ...]:
        """The fact streams of the ledger, and the lists of ingest."""
        consumer = f"rules-{self._log}"
        handlers: dict[str, Handler] = {name: self._on_facts(name) for name in READERS}
        handlers |= {"DaysClosed": self.on_days_closed, "StatesRestated": self.on_states_restated}
        lists: dict[str, Handler] = {"ListsChanged": self.on_lists_changed}
        together = Together(frozenset(ARRIVALS), self.on_arrivals)
        return (
            Subscription(consumer, "ledger", self._fact_streams, handlers, LEDGER_PASSED_OVER, together),
            Subscription(consumer, "ingest", ("lists",), lists),
        )

    def on_arrivals(self, connection: Connection, events: Sequence[Event]) -> None:
        """Facts that came, of one or more events: each kind is judged once."""
        changes = together([ARRIVALS[event.name](event) for event in events])
        category = messages.category_of(events[0])
        self._apply(connection, events, "facts", lambda session: _apply_all(session, changes, category))

    def _on_facts(self, name: str) -> Handler:
        def on_facts(connection: Connection, event: Event) -> None:
            changes, category = READERS[name](event), messages.category_of(event)
            self._apply(connection, [event], "facts", lambda session: _apply_all(session, changes, category))

        return on_facts

    def on_states_restated(self, connection: Connection, event: Event) -> None:
        """States of closed days changed: they are judged with the next closing."""
        restated = messages.restated(event.body)
        self._apply(connection, [event], "states", lambda session: note_restated(session, restated))

    def on_days_closed(self, connection: Connection, event: Event) -> None:
        """A part of the closing of a day; the last part closes it."""
        closing = messages.closing(event, len(self._fact_streams))
        kind: EntryKind = "day_closed" if closing.closed else "states"
        self._apply(connection, [event], kind, lambda session: _close(session, event.stream, closing))

    def on_lists_changed(self, connection: Connection, event: Event) -> None:
        """A part of a version of a reference list."""
        part = messages.list_part(event)
        self._apply(connection, [event], "list", lambda session: apply_list(session, part, self._means.lists))

    def _apply(self, connection: Connection, heard: Sequence[Event], kind: EntryKind, work: Work) -> None:
        store = LogStores(connection, self._log)
        changes = apply_entry(self._means, store, kind, [messages.source_of(event) for event in heard], work)
        events = messages.events_of(self._log, changes)
        if events:
            # The log has the request of each event; what came of several goes out under that of the first, as in the
            # lines that were logged meanwhile.
            self._streams.append(connection, events, request_id=heard[0].request_id)


def _apply_all(session: Session, changes: list[Change], category: str) -> list[Changes]:
    return [change for item in changes for change in apply_change(session, item, category)]


def _close(session: Session, stream: str, closing: Closing) -> list[Changes]:
    if closing.closed:
        closed_to = session.store.log.close_stream(stream, closing.day, closing.streams)
        session.state = replace(session.state, closed_to=closed_to)
    return apply_closing(session, closing)

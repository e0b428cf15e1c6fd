"""What somebody knows who has only read the streams: facts that stand, and states told over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from mingzhang.envelope.v1.columns import Columns
from mingzhang.envelope.v1.envelope_pb2 import Envelope
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.ledger.v1 import columns
from mingzhang.ledger.v1 import events_pb2 as pb

from services.kit import envelope
from services.kit.streams import StreamLog
from services.ledger.domain.linking import BASE_STREAM, CATEGORIES, category_stream

FACTS: dict[str, tuple[str, Columns]] = {
    "shares": ("payment", columns.PAYMENT_SHARES),
    "disbursements": ("disbursement", columns.DISBURSEMENT_SHARES),
    "quotas": ("quota", columns.QUOTA_FACTS),
    "projects": ("project", columns.PROJECT_FACTS),
}
"""Field of an event -> kind of fact and its columns."""
STATES = {"quota_days": columns.QUOTA_DAYS, "progress_days": columns.PROGRESS_DAYS}
Row = dict[str, Any]


def streams_of(log: StreamLog) -> dict[str, list[Event]]:
    """Every event of every stream, in order, as consumers pull them."""
    told: dict[str, list[Event]] = {}
    for stream in (*(category_stream(category) for category in CATEGORIES), BASE_STREAM):
        events: list[Event] = []
        while True:
            part, newest = log.read_events(stream, len(events) + 1, 64)
            events += part
            if len(events) >= newest:
                break
        told[stream] = events
    return told


class Consumer:
    """Applies events in their order; refuses what a consumer could not make sense of."""

    def __init__(self, told: Mapping[str, Sequence[Event]]) -> None:
        self.standing: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
        """(stream, kind of fact) -> key -> row."""
        self.states: dict[str, dict[str, dict[date, Row]]] = defaultdict(lambda: defaultdict(dict))
        """Kind of state -> key -> from_day -> row."""
        self.closed: dict[str, list[pb.DaysClosed]] = defaultdict(list)
        self.restated: list[tuple[str, str, str]] = []
        self.moments: dict[tuple[str, str], list[int]] = defaultdict(list)
        """(stream, name of the event) -> positions."""
        for stream, events in told.items():
            for number, event in enumerate(events, start=1):
                assert event.stream_seq == number
                self.moments[stream, event.name].append(event.position)
                self._apply(stream, event)

    def facts(self, kind: str) -> dict[tuple[str, str], Row]:
        """All standing facts of a kind by (category, key)."""
        return {
            (stream.removesuffix(".0"), key): row
            for (stream, of_kind), rows in self.standing.items()
            if of_kind == kind
            for key, row in rows.items()
        }

    def amounts(self, kind: str = "payment") -> dict[tuple[str, str], int]:
        """The amounts of the standing facts of a kind by (category, key)."""
        return {place: row["amount_fen"] for place, row in self.facts(kind).items()}

    def state_on(self, kind: str, key: str, day: date) -> Row | None:
        """The state of a subject on a day: the newest row that began by then."""
        rows = self.states[kind][key]
        begun = [from_day for from_day in rows if from_day <= day]
        return rows[max(begun)] if begun else None

    def days(self, first: date, last: date) -> list[date]:
        """The days from first to last."""
        return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]

    def _apply(self, stream: str, event: Event) -> None:
        message = getattr(pb, event.name).FromString(event.body)
        if isinstance(message, pb.StatesRestated):
            self.restated += [(one.kind, one.key, one.from_day) for one in message.restated]
            return
        if isinstance(message, pb.DaysClosed):
            self._close(stream, message)
            return
        fields = {field.name for field, _ in message.ListFields()}
        if "removed" in fields:
            for row in _rows(message.removed, columns.REMOVED):
                assert row["key"] in self.standing[stream, row["kind"]], f"{row} does not stand in {stream}"
                del self.standing[stream, row["kind"]][row["key"]]
        for field in fields & set(FACTS):
            kind, declared = FACTS[field]
            for row in _rows(getattr(message, field), declared):
                # A quota is told again when a document changes what it has in all.
                told = row["key"] in self.standing[stream, kind]
                assert kind == "quota" or not told, f"{row['key']} stands in {stream}"
                assert stream == category_stream(row["category"])
                self.standing[stream, kind][row["key"]] = row

    def _close(self, stream: str, message: pb.DaysClosed) -> None:
        for field, declared in STATES.items():
            if message.HasField(field):
                for row in _rows(getattr(message, field), declared):
                    assert row["from_day"] <= date.fromisoformat(message.day)
                    assert stream == category_stream(row["category"])
                    self.states[field][row["key"]][row["from_day"]] = row
        if message.closed:
            self.closed[stream].append(message)


def _rows(part: Envelope, declared: Columns) -> list[Row]:
    return envelope.decode(part, declared).to_dicts()

"""The judgement log: what one evaluator applied, in order, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

EntryKind = Literal["facts", "states", "day_closed", "list", "bundle", "other"]


@dataclass(frozen=True)
class Source:
    """Where an entry came from: an event's place in its stream, and the ledger's position then. A deployment has none."""

    emitter: str
    stream: str
    stream_seq: int
    name: str
    request_id: str
    position: int = 0


@dataclass(frozen=True)
class Entry:
    """What was applied at once; bundle and lists are those of the evaluator's state after it.

    Each source has a place of its own in the log, the last one the state's: it is where all of them were judged.
    """

    kind: EntryKind
    sources: Sequence[Source]


@dataclass(frozen=True)
class EvaluatorState:
    """How far an evaluator is.

    `place`: last place of its log, from 1 (0: nothing yet); `bundle_hash`: bundle in force (None before the first);
    `closed_to`: newest day that closed on all its streams; `lists_seq`: last number of ingest's stream `lists` that
    it applied; `last_error`: the newest thing it could not judge, "" if none.
    """

    log: str
    place: int
    bundle_hash: str | None
    closed_to: date | None
    lists_seq: int
    last_error: str


@dataclass(frozen=True)
class Quarantined:
    """What could not be judged: a fact (`kind` a fact kind, `rule_id` empty) or a match group (`kind` "group")."""

    kind: str
    rule_id: str
    key: str
    error: str
    position: int = 0
    """Of the ledger, when it told the fact; 0 if it is not known."""

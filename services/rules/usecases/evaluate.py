"""One entry of a judgement log: what events do to an evaluator, in one transaction, at the next places."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from services.kit import crash_points
from services.kit.errors import Refused
from services.rules.usecases.lists import KnownLists, ListCache
from services.rules.usecases.log import Entry, EntryKind, EvaluatorState, Source
from services.rules.usecases.ports import Meter, Pool, Rules, Store
from services.rules.usecases.session import Session
from services.rules.usecases.warnings import Changes

BUNDLES_HELD_MAX = 32
ERROR_SHOWN_MAX = 500


class CompiledBundles:
    """The compiled bundles of a process, by hash. Thread-safe."""

    def __init__(self, compile_content: Callable[[bytes], Rules]) -> None:
        """`compile_content` reads, checks and compiles a bundle; raises InvalidInput."""
        self._compile = compile_content
        self._held: OrderedDict[str, Rules] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str, content: Callable[[], bytes]) -> Rules:
        """The compiled bundle of a hash; `content` is asked only if it is not held."""
        with self._lock:
            if digest in self._held:
                self._held.move_to_end(digest)
                return self._held[digest]
        return self.add(content())

    def add(self, content: bytes) -> Rules:
        """Compiles a bundle and holds it."""
        rules = self._compile(content)
        with self._lock:
            self._held[rules.bundle.hash] = rules
            while len(self._held) > BUNDLES_HELD_MAX:
                self._held.popitem(last=False)
        return rules


@dataclass(frozen=True)
class Means:
    """What the evaluators of a process share."""

    bundles: CompiledBundles
    pool: Pool
    meter: Meter
    lists: ListCache = field(default_factory=ListCache)


Work = Callable[[Session], list[Changes]]


def apply_entry(
    means: Means, store: Store, kind: EntryKind, sources: Sequence[Source], work: Work
) -> list[Changes]:
    """Applies events, together, at the next places of the log and returns what became of the warnings, in order.

    Everything is in the caller's transaction: the place, the facts, the hits, the warnings. Raises Refused if no
    bundle is in force.
    """
    before = store.log.lock()
    session = open_session(means, store, replace(before, place=before.place + len(sources)), sources)
    changes = work(session)
    _count(session)
    crash_points.reach("rules.judge.before_log")
    store.log.append(session.state, Entry(kind, sources))
    return changes


def open_session(means: Means, store: Store, state: EvaluatorState, sources: Sequence[Source]) -> Session:
    """What an entry at this state sees. Raises Refused if no bundle is in force."""
    digest = state.bundle_hash
    if digest is None:
        raise Refused(
            "rules.no_bundle",
            f"{state.log} 尚未部署规则包",
            f"no bundle is in force for {state.log}",
            {"category": state.log},
        )
    rules = means.bundles.get(digest, lambda: store.log.bundle(digest))
    lists = KnownLists(store.lists, state.lists_seq, means.lists)
    return Session(state, sources, store, rules, lists, means.pool, means.meter)


def _count(session: Session) -> None:
    log = session.state.log
    session.store.log.count_cannot_judge(session.cannot_judge)
    for rule_id, number in session.cannot_judge.items():
        session.meter.cannot_judge(log, rule_id, number)
    if session.quarantined:
        session.store.log.quarantine(session.state.place, session.sources, session.quarantined)
        session.meter.quarantined(log, len(session.quarantined))
        last = session.quarantined[-1]
        shown = f"{last.kind} {last.rule_id} {last.key}: {last.error}"[:ERROR_SHOWN_MAX]
        session.state = replace(session.state, last_error=shown)

"""The child process in which durable_rules runs: reads requests of facts, answers with what fired.

Imports the standard library, orjson and durable_rules, nothing of ours. A message on the pipes is a big-endian
32-bit length and JSON. Request: {"ruleset": name, "definition": JSON text, "groups": [[fact, …], …]} with the
facts of absent roles first in each group and ids unique in the request. Answer: {"fired": [[rule, [id, …]], …]}
with the ids in the order of the aliases m0, m1, …. A request without a ruleset is a greeting, answered with
nothing fired. The end of the input ends the process.

Facts only, never events; everything is asserted, drained once, and retracted; one state per ruleset.
"""

from __future__ import annotations

import resource
import struct
import sys
from typing import Any, BinaryIO

import orjson
from durable.engine import durable_rules_engine

_OBSERVED = 2
_SALTS_MAX = 20


class Ruleset:
    """One compiled ruleset and the way facts go through it."""

    def __init__(self, name: str, definition: str) -> None:
        self._handle = durable_rules_engine.create_ruleset(name, definition)

    def fire(self, groups: list[list[dict[str, Any]]]) -> list[list[Any]]:
        """Asserts the facts of all groups, drains once, retracts; returns [rule, ids] of what fired."""
        state: Any = None
        bodies: list[bytes] = []
        for group in groups:
            for fact in group:
                state, body = self._assert(fact)
                bodies.append(body)
        fired = [] if state is None else self._drain(state)
        for body in bodies:
            durable_rules_engine.retract_fact(self._handle, body.decode())
        return fired

    def _assert(self, fact: dict[str, Any]) -> tuple[Any, bytes]:
        name = fact["id"]
        for salt in range(_SALTS_MAX):
            # Ids are compared by a 32-bit hash: another name for the same fact when two collide.
            fact["id"] = f"{name}~{salt}" if salt else name
            body = orjson.dumps(fact)
            code, state = durable_rules_engine.assert_fact(self._handle, body.decode())
            if code != _OBSERVED:
                return state, body
        raise RuntimeError(f"fact {name} is said to be observed already")

    def _drain(self, state: Any) -> list[list[Any]]:
        fired = []
        started = durable_rules_engine.start_action_for_state(self._handle, state)
        message = started[1] if started else None
        while message:
            for rule, facts in orjson.loads(message).items():
                present = [facts[alias] for alias in sorted(facts) if alias.startswith("m")]
                fired.append([rule, [fact["id"].partition("~")[0] for fact in present]])
            message = durable_rules_engine.complete_and_start_action(self._handle, state)
        return fired


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answers requests until the input ends."""
    rulesets: dict[str, Ruleset] = {}
    while True:
        head = source.read(4)
        if len(head) < 4:
            return
        request = orjson.loads(source.read(struct.unpack(">I", head)[0]))
        name = request.get("ruleset")
        if name is not None and name not in rulesets:
            rulesets[name] = Ruleset(name, request["definition"])
        answer = orjson.dumps({"fired": rulesets[name].fire(request["groups"]) if name else []})
        sink.write(struct.pack(">I", len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    memory_bytes_max = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer)

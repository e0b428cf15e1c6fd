"""How fast durable_rules judges facts posted one by one as events, as its documentation shows.

`python -m tests.bench.host_post EVENTS` prints events per second. In a process of its own: an engine keeps what it was told.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Any

from durable.engine import MessageNotHandledException
from durable.lang import m, post, ruleset, when_all


def main(events: int) -> float:
    """Posts events to a ruleset of the four conditions on single payments; events per second."""
    fired: list[str] = []

    def note(context: Any) -> None:
        fired.append(context.m.key)

    conditions = (
        m.quota_known == 0,
        m.class_differs == 1,
        m.purpose_odd == 1,
        (m.same_name == 1) & (m.amount_fen > 0),
    )
    with ruleset("payments"):
        for condition in conditions:
            when_all(condition)(note)

    def event(number: int) -> dict[str, object]:
        return {
            "id": str(number),
            "key": f"630121:2018:5201:{number}:1",
            "amount_fen": 10_000 + number,
            "quota_known": int(number % 100 != 0),
            "class_differs": 0,
            "purpose_odd": 0,
            "same_name": 0,
        }

    started = time.perf_counter()
    for number in range(events):
        with suppress(MessageNotHandledException):  # What it says of an event on which nothing fires.
            post("payments", event(number))
    return events / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.stdout.write(f"{main(int(sys.argv[1]))}\n")

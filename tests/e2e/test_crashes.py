"""A process is killed at every commit, publish and acknowledgement of the way of a payment; nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest

from services.kit.errors import MingzhangError
from tests import stories
from tests.system import System, whole_system

STORY = "unregistered_person_and_double_benefit"
COMPARED = ("warnings", "cases", "ledger", "quarantine")
GIVE_UP_S = 120

POINTS = [
    ("ingest", "ingest.import.before_batch"),
    ("ingest", "ingest.import.after_batch"),
    ("ingest", "ingest.import.before_finish"),
    ("ingest", "ingest.import.after_finish"),
    ("ledger", "ledger.post.before_commit"),
    ("ledger", "ledger.post.after_commit"),
    ("ledger", "relay.before_publish"),
    ("ledger", "relay.after_publish"),
    ("ledger", "relay.before_mark"),
    ("ledger", "relay.after_mark"),
    ("rules-poverty", "consumer.before_commit"),
    ("rules-poverty", "consumer.after_commit"),
    ("rules-poverty", "consumer.before_ack"),
    ("rules-poverty", "consumer.after_ack"),
    ("rules-poverty", "rules.judge.before_log"),
    ("notify-bus", "notify.deliver.before_send"),
    ("notify-bus", "notify.deliver.after_send"),
]


def survive(system: System, victim: str, point: str) -> None:
    """Plays the story while `victim` is killed at `point`, and starts it anew without the point."""
    system.start({victim: point})
    killed = False
    deadline = time.monotonic() + GIVE_UP_S
    while True:
        try:
            stories.play(system, STORY)
        except (MingzhangError, RuntimeError, psycopg.Error):
            # The story stumbles over the killed process; every step of it may be told again.
            if time.monotonic() > deadline:
                raise
        if not killed and system.running[victim].poll() is not None:
            assert system.wait_killed(victim)
            killed = True
            system.start()
        elif killed or system.running[victim].poll() is None:
            break
    assert killed, f"{point} was never reached"


@whole_system
@pytest.mark.e2e
@pytest.mark.parametrize(("victim", "point"), POINTS, ids=[point for _, point in POINTS])
def test_a_kill_in_the_cluster_loses_and_doubles_nothing(
    victim: str, point: str, cluster: Callable[..., System]
) -> None:
    """Killed at the point, restarted: the compared set, the cases and the balances are the same."""
    system = cluster()
    survive(system, victim, point)
    result = stories.outcome(system)
    expected = stories.expected(STORY)

    assert {part: result[part] for part in COMPARED} == {part: expected[part] for part in COMPARED}


@whole_system
@pytest.mark.e2e
@pytest.mark.parametrize("point", [point for _, point in POINTS])
def test_a_kill_of_the_one_process_loses_and_doubles_nothing(
    point: str, one_process: Callable[..., System]
) -> None:
    """The same in one process, with its database killed and recovered too."""
    system = one_process()
    survive(system, "all", point)
    result = stories.outcome(system)
    expected = stories.expected(STORY)

    assert {part: result[part] for part in COMPARED} == {part: expected[part] for part in COMPARED}

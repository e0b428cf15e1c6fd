"""One life of the system, killed at every commit, publish and acknowledgement of the way of a payment.

Each kill falls into a round of work of its own, and the next point is armed as soon as the process is back. At the
end nothing is lost and nothing doubled: the result is that of a system that was left in peace.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.kit.errors import MingzhangError
from tests import rounds, stories
from tests.system import System
from tests.unit.notify.post import Endpoint, endpoint

COMPARED = ("warnings", "cases", "ledger", "quarantine")
POINT_TIMEOUT_S = 60

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


@pytest.fixture
def receiver() -> Iterator[Endpoint]:
    """Somebody who is told of cases."""
    with endpoint() as found:
        yield found


def told_of(receiver: Endpoint) -> dict[str, str]:
    """The webhook settings of a system."""
    return {
        "WEBHOOK_URL": receiver.url,
        "WEBHOOK_SECRET": "a-secret-for-tests-only-of-48-characters-01234567",
    }


def kill_at(system: System, victim: str, point: str, number: int) -> None:
    """Tells a round while `victim` dies at `point`."""
    deadline = time.monotonic() + POINT_TIMEOUT_S
    if victim in system.running:
        system.kill(victim)  # A point is armed at the start of a process.
    try:
        system.start({victim: point})
        rounds.tell(system, number)
    except (MingzhangError, RuntimeError):
        pass  # It died under our hands, at the point as we shall see; the round is told again at the end.
    process = system.running[victim]
    while process.poll() is None:
        assert time.monotonic() < deadline, f"{point} was not reached\n{system.tail(victim)}"
        time.sleep(0.05)

    assert system.wait_killed(victim)


def undisturbed(system: System) -> dict[str, Any]:
    """What the same rounds end in where nobody kills."""
    system.start()
    rounds.prepare(system)
    rounds.finish(system, len(POINTS))
    result = stories.outcome(system)
    system.stop()
    return result


def disturbed(system: System, victim_of: Callable[[str], str]) -> dict[str, Any]:
    """The rounds, with a kill in each."""
    system.start()
    rounds.prepare(system)
    for number, (victim, point) in enumerate(POINTS):
        kill_at(system, victim_of(victim), point, number)
    system.start()
    rounds.finish(system, len(POINTS))
    return stories.outcome(system)


def told(receiver: Endpoint) -> set[tuple[str, str]]:
    """What the receiver got: each idempotency key with what was told under it."""
    return {
        (
            headers["Idempotency-Key"],
            json.dumps([(one["case_id"], one["reason"]) for one in json.loads(body)["cases"]]),
        )
        for headers, body in receiver.requests
    }


def taken(result: dict[str, Any]) -> list[tuple[str, int, int]]:
    """What was read and is in, per file: a row posted right before a kill is known when it comes again."""
    return [(one["file"], one["read"], one["posted"] + one["known"]) for one in result["imports"]]


def check(
    system: System, receiver: Endpoint, result: dict[str, Any], peace: dict[str, Any], process: str
) -> None:
    """The result is that of peace, the chain verifies, every case was told, and no key stands for two messages."""
    system.wait_told()
    chain = system.command("ledger", "verify", process=process)
    messages = told(receiver)
    cases = {case for _, lines in messages for case, _ in json.loads(lines)}

    assert {part: result[part] for part in COMPARED} == {part: peace[part] for part in COMPARED}
    assert taken(result) == taken(peace)
    assert chain.returncode == 0, chain.stdout + chain.stderr
    assert {case.case_id for case in stories.cases(system) if case.state != "retracted"} <= cases
    assert len({key for key, _ in messages}) == len(messages)


@pytest.fixture(scope="session")
def peaceful() -> dict[str, Any]:
    """The result of the undisturbed system, once it is known."""
    return {}


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_kills_of_the_one_process_lose_and_double_nothing(
    one_process: Callable[..., System], receiver: Endpoint, peaceful: dict[str, Any]
) -> None:
    """Seventeen kills of the one process; its database is not stopped in order either."""
    peaceful.update(peaceful or undisturbed(one_process()))
    system = one_process(**told_of(receiver))

    check(system, receiver, disturbed(system, lambda _: "all"), peaceful, "all")


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_kills_in_the_cluster_lose_and_double_nothing(
    cluster: Callable[..., System],
    one_process: Callable[..., System],
    receiver: Endpoint,
    peaceful: dict[str, Any],
) -> None:
    """The same seventeen kills, each of the process that passes the point, through RabbitMQ."""
    peaceful.update(peaceful or undisturbed(one_process()))
    system = cluster(**told_of(receiver))

    check(system, receiver, disturbed(system, lambda victim: victim), peaceful, "ledger")

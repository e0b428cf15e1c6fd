"""What every bus must do, and what the streams make good when it does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from mingzhang.event.v1.event_pb2 import Event

from services.kit.bus import Bus
from services.kit.inbox import RUN_BYTES_MAX, Outcome
from tests.contract.conftest import Consumer, LosingBus, MakeDatabase, World


def nothing_to_pull(stream: str, from_seq: int, limit: int) -> tuple[Sequence[Event], int]:
    return [], 0


def test_events_arrive_over_the_bus_in_their_order(world: World) -> None:
    consumer = world.consumer(read_events=nothing_to_pull, silence_s=60)
    world.start(consumer)
    for turn in range(10):
        world.emitter.emit(f"{turn}a", f"{turn}b")
    expected = [f"{turn}{part}" for turn in range(10) for part in "ab"]

    assert consumer.wait_for(20) == expected
    assert world.emitter.unsent() == 0


def test_an_event_delivered_again_is_applied_once(world: World) -> None:
    consumer = world.consumer(read_events=nothing_to_pull, silence_s=60)
    world.start(consumer)
    world.emitter.emit("first")
    consumer.wait_for(1)
    events, _ = world.emitter.log.read_events("poverty.0", 1, 10)
    world.bus.publish(events)
    world.bus.publish(events)
    world.emitter.emit("second")

    assert consumer.wait_for(2) == ["first", "second"]


def test_a_gap_is_pulled_from_the_emitter(world: World) -> None:
    consumer = world.consumer(silence_s=60)
    world.start(consumer)
    world.emitter.relay.stop()
    world.emitter.emit("1", "2", "3")
    events, _ = world.emitter.log.read_events("poverty.0", 3, 10)
    world.bus.publish(events)

    assert consumer.wait_for(3) == ["1", "2", "3"]


def test_a_new_consumer_gets_what_happened_before_it(world: World) -> None:
    world.emitter.emit(*map(str, range(100)))
    consumer = world.consumer(silence_s=60)
    world.start(consumer)

    assert consumer.wait_for(100) == [str(number) for number in range(100)]


def test_a_large_event_passes(world: World) -> None:
    consumer = world.consumer(silence_s=60)
    world.start(consumer)
    world.emitter.emit("x" * 8 * 1024**2, "small")

    assert [len(body) for body in consumer.wait_for(2)] == [8 * 1024**2, 5]


def test_a_failing_handler_is_tried_again_and_nothing_overtakes(world: World) -> None:
    failures: list[int] = []

    def fail_twice(event: Event) -> None:
        if event.stream_seq == 1 and len(failures) < 2:
            failures.append(1)
            raise ArithmeticError

    consumer = world.consumer(fail=fail_twice, silence_s=60)
    world.start(consumer)
    world.emitter.emit("1", "2")

    assert consumer.wait_for(2) == ["1", "2"]
    assert len(failures) == 2


def test_a_consumer_that_is_behind_applies_together_what_may_go_together(world: World) -> None:
    world.emitter.emit("1", "2", "3")
    world.emitter.emit("quota", name="QuotasChanged")
    world.emitter.emit("4", "5")
    consumer = world.consumer(silence_s=60, together=True)
    world.start(consumer)

    assert consumer.wait_for(6) == ["1", "2", "3", "quota", "4", "5"]
    assert consumer.runs == [3, 2]


def test_what_waits_in_the_queue_goes_together_and_each_event_is_acknowledged(world: World) -> None:
    held, free = threading.Event(), threading.Event()

    def hold_the_first(event: Event) -> None:
        if event.stream_seq == 1:
            held.set()
            free.wait(20)

    consumer = world.consumer(read_events=nothing_to_pull, silence_s=60, together=True, fail=hold_the_first)
    world.start(consumer)
    world.emitter.emit("1")
    held.wait(20)
    world.emitter.emit("2", "3", "4", "5")
    time.sleep(0.5)
    free.set()
    applied = consumer.wait_for(5)
    consumer.worker.stop()
    consumer.worker.join()
    successor = world.consumer(bus=world.make_bus(), read_events=nothing_to_pull, silence_s=60)
    successor.worker.start()
    world.stops += [successor.worker.join, successor.worker.stop]
    world.emitter.emit("6")

    assert applied == ["1", "2", "3", "4", "5"]
    assert consumer.runs == [1, 4]
    assert successor.wait_for(6) == ["1", "2", "3", "4", "5", "6"]
    assert successor.delivered_again() == 0


def test_what_goes_together_is_bounded_in_bytes(world: World) -> None:
    world.emitter.emit("small", "x" * RUN_BYTES_MAX, "small")
    consumer = world.consumer(silence_s=60, together=True)
    world.start(consumer)

    assert len(consumer.wait_for(3)) == 3
    assert consumer.runs == [1, 1, 1]


def test_of_events_that_go_together_only_the_failing_one_waits(world: World) -> None:
    well = threading.Event()

    def fail(event: Event) -> None:
        if event.stream_seq == 3 and not well.is_set():
            raise ArithmeticError

    world.emitter.emit("1", "2", "3", "4")
    consumer = world.consumer(silence_s=60, together=True, fail=fail)
    world.start(consumer)
    before = consumer.wait_for(2)
    time.sleep(0.5)
    meanwhile = consumer.applied()
    well.set()

    assert before == meanwhile == ["1", "2"]
    assert consumer.wait_for(4) == ["1", "2", "3", "4"]


def test_two_consumers_of_one_queue_apply_each_event_once(world: World) -> None:
    replicas = [world.consumer(silence_s=0.2), world.consumer(silence_s=0.2)]
    world.start(*replicas)
    for turn in range(20):
        world.emitter.emit(str(turn))
    replicas[0].wait_for(20)
    time.sleep(0.5)

    assert replicas[0].applied() == [str(turn) for turn in range(20)]


def test_names_without_a_handler_are_passed_over_in_their_place(world: World) -> None:
    consumer = world.consumer(read_events=nothing_to_pull, silence_s=60)
    world.start(consumer)
    world.emitter.emit("project", name="ProjectsChanged")
    world.emitter.emit("payment")

    assert consumer.wait_for(1) == ["payment"]
    assert consumer.inbox.last_seq("poverty.0") == 2


def test_a_bus_that_loses_everything_is_made_good_by_the_log(service_database: MakeDatabase) -> None:
    world = World(service_database, LosingBus)
    consumer = world.consumer(silence_s=0.2)
    world.start(consumer)
    for turn in range(5):
        world.emitter.emit(f"{turn}a", f"{turn}b")
    try:
        applied = consumer.wait_for(10)
    finally:
        world.stop()

    assert applied == [f"{turn}{part}" for turn in range(5) for part in "ab"]


def test_a_full_queue_drops_and_the_log_makes_good(world: World) -> None:
    consumer = world.consumer(fail=lambda _: time.sleep(0.002), silence_s=60)
    world.start(consumer)
    for turn in range(10):
        world.emitter.emit(*[f"{turn}-{part}" for part in range(40)])

    assert consumer.wait_for(400, 60) == [f"{turn}-{part}" for turn in range(10) for part in range(40)]


def test_an_event_that_is_not_the_next_one_is_not_applied(
    service_database: MakeDatabase, make_bus: Callable[[], Bus]
) -> None:
    consumer = Consumer(service_database("rules"), make_bus(), nothing_to_pull)
    second = Event(emitter="ledger", stream="poverty.0", stream_seq=2, name="PaymentsPosted", body=b"2")
    first = Event(emitter="ledger", stream="poverty.0", stream_seq=1, name="PaymentsPosted", body=b"1")
    outcomes = [consumer.inbox.apply(event) for event in (second, first, second, first)]

    assert outcomes == [Outcome.GAP, Outcome.APPLIED, Outcome.APPLIED, Outcome.KNOWN]
    assert consumer.applied() == ["1", "2"]

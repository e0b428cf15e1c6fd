"""The child processes of durable_rules, supervised: memory limit, time limit, restart, bisection of what kills them."""

from __future__ import annotations

import logging
import os
import queue
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.kit.errors import Unavailable

Fact = Mapping[str, int | str]
RULESETS_MAX = 64
"""A worker that has seen more rulesets is replaced: durable_rules never gives one back."""
ANSWER_BYTES_MAX = 256 * 1024 * 1024
START_S_MAX = 60.0
ATTEMPTS_MAX = 2
"""A group alone is tried this often before it is poisoned: a worker may have died of something else."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ruleset:
    """A ruleset by a name that stands for its content, and its definition as JSON."""

    name: str
    definition: str


@dataclass
class Fired:
    """What came of some groups: (rule, ids of the facts by role) of each firing; group number -> why not judged."""

    fired: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    poisoned: dict[int, str] = field(default_factory=dict)


class WorkerFailed(Exception):  # noqa: N818 - told to nobody: the pool bisects and restarts
    """The worker died, hung or answered nonsense."""


class DurablePool:
    """A few worker processes. Thread-safe; each call uses one worker at a time. Started on first use."""

    def __init__(
        self,
        workers: int = 1,
        memory_bytes_max: int = 1024**3,
        timeout_s: float = 10.0,
        batch_facts_max: int = 2_000,
    ) -> None:
        self._timeout_s = timeout_s
        self._batch_facts_max = batch_facts_max
        self._closed = threading.Event()
        self._workers = [_Worker(memory_bytes_max) for _ in range(workers)]
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    @property
    def restarts(self) -> int:
        """How often a worker had to be started again after it failed."""
        return sum(worker.restarts for worker in self._workers)

    def fire(self, ruleset: Ruleset, groups: Sequence[Sequence[Fact]]) -> Fired:
        """Runs the facts of these groups; ids are unique over all groups, absent roles first in each group.

        A group on which a worker dies or runs out of time alone is poisoned; the others are judged all the
        same. Raises Unavailable if no worker can be started or the pool is closed: nothing was judged then.
        """
        answer = Fired()
        worker = self._idle.get()
        try:
            for numbers in self._batches(groups):
                self._run(worker, ruleset, groups, numbers, answer)
        finally:
            self._idle.put(worker)
        return answer

    def close(self) -> None:
        """Ends the workers; a call under way raises Unavailable."""
        self._closed.set()
        for worker in self._workers:
            worker.stop()

    def _batches(self, groups: Sequence[Sequence[Fact]]) -> list[list[int]]:
        batches: list[list[int]] = []
        facts = self._batch_facts_max
        for number, group in enumerate(groups):
            if facts + len(group) > self._batch_facts_max:
                batches.append([])
                facts = 0
            batches[-1].append(number)
            facts += len(group)
        return batches

    def _run(
        self,
        worker: _Worker,
        ruleset: Ruleset,
        groups: Sequence[Sequence[Fact]],
        numbers: list[int],
        answer: Fired,
    ) -> None:
        reason = ""
        for _ in range(ATTEMPTS_MAX if len(numbers) == 1 else 1):
            if self._closed.is_set():
                raise _unavailable("the pool is closed")
            try:
                fired = worker.ask(ruleset, [groups[number] for number in numbers], self._timeout_s)
            except WorkerFailed as failure:
                worker.stop()
                reason = str(failure)
            else:
                answer.fired += [(str(rule), tuple(map(str, ids))) for rule, ids in fired]
                return
        if len(numbers) == 1:
            log.warning("a match group was quarantined: %s", reason)
            answer.poisoned[numbers[0]] = reason
            return
        half = len(numbers) // 2
        self._run(worker, ruleset, groups, numbers[:half], answer)
        self._run(worker, ruleset, groups, numbers[half:], answer)


class _Worker:
    """One child process; started when asked, started again after it was stopped."""

    def __init__(self, memory_bytes_max: int) -> None:
        self.restarts = 0
        self._memory_bytes_max = memory_bytes_max
        self._process: subprocess.Popen[bytes] | None = None
        self._rulesets: set[str] = set()

    def ask(self, ruleset: Ruleset, groups: Sequence[Sequence[Fact]], timeout_s: float) -> list[list[Any]]:
        """What fired: [rule, ids]. Raises WorkerFailed, or Unavailable if no process can be started."""
        if ruleset.name not in self._rulesets and len(self._rulesets) >= RULESETS_MAX:
            self.stop(failed=False)
        process = self._running()
        self._rulesets.add(ruleset.name)
        request = {"ruleset": ruleset.name, "definition": ruleset.definition, "groups": groups}
        return _exchange(process, request, timeout_s)

    def stop(self, *, failed: bool = True) -> None:
        """Ends the process if there is one."""
        process, self._process = self._process, None
        self._rulesets = set()
        if process is None:
            return
        self.restarts += failed
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "services.rules.engine.durable_worker", str(self._memory_bytes_max)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
            os.set_blocking(_descriptor(self._process.stdin), False)
            try:
                _exchange(self._process, {}, START_S_MAX)
            except WorkerFailed as failure:
                self.stop()
                raise _unavailable(str(failure)) from failure
        return self._process


def _unavailable(reason: str) -> Unavailable:
    return Unavailable(
        "rules.engine_unavailable", "规则引擎暂不可用", "the rule engine is not available", {"reason": reason}
    )


def _exchange(process: subprocess.Popen[bytes], request: object, timeout_s: float) -> list[list[Any]]:
    body, deadline = orjson.dumps(request), time.monotonic() + timeout_s
    try:
        _write(process, struct.pack(">I", len(body)) + body, deadline)
        size = struct.unpack(">I", _read(process, 4, deadline))[0]
        if size > ANSWER_BYTES_MAX:
            raise WorkerFailed("the answer is too large")
        fired: list[list[Any]] = orjson.loads(_read(process, size, deadline))["fired"]
    except (OSError, ValueError, KeyError) as error:
        raise WorkerFailed(f"the worker failed: {error}") from error
    return fired


def _descriptor(pipe: object) -> int:
    assert pipe is not None
    return int(pipe.fileno())  # type: ignore[attr-defined] # A pipe of Popen, None only without PIPE.


def _write(process: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
    descriptor, view = _descriptor(process.stdin), memoryview(data)
    while view:
        _, ready, _ = select.select([], [descriptor], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise WorkerFailed("the worker does not read")
        view = view[os.write(descriptor, view[: 1 << 16]) :]


def _read(process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    descriptor, parts, missing = _descriptor(process.stdout), [], size
    while missing:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise WorkerFailed("the worker did not answer in time")
        part = os.read(descriptor, min(missing, 1 << 20))
        if not part:
            process.wait()
            raise WorkerFailed(f"the worker ended with code {process.returncode}")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)

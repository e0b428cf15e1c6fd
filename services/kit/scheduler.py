"""Runs the jobs of a service: each in a thread of its own, one replica at a time, at once when woken."""

from __future__ import annotations

import threading
from hashlib import blake2b

from sqlalchemy import text

from services.kit.database import PostgresDatabase
from services.kit.log import logger
from services.kit.metrics import KitMetrics
from services.kit.module import Job

JOIN_S = 10

_log = logger("kit.scheduler")
_TRY = text("SELECT pg_try_advisory_lock(:key)")
_FREE = text("SELECT pg_advisory_unlock(:key)")


class JobThread:
    """One job. A failure is logged and counted; the next turn tries again."""

    def __init__(self, service: str, job: Job, database: PostgresDatabase, metrics: KitMetrics) -> None:
        self._service = service
        self._job = job
        self._database = database
        self._metrics = metrics
        self._key = int.from_bytes(blake2b(f"job {job.name}".encode(), digest_size=8).digest(), signed=True)
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"job-{service}-{job.name}", daemon=True)

    def start(self) -> None:
        """The first turn is at once."""
        self._thread.start()

    def wake(self) -> None:
        """Takes the next turn now, or again after the one that runs."""
        self._woken.set()

    def stop(self) -> None:
        """Ends after the turn in hand."""
        self._stopping = True
        self._woken.set()

    def join(self) -> None:
        """Waits for the end, for a while."""
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                self._turn()
            except Exception:  # noqa: BLE001 - whatever a job raises, its next turn must come
                if not self._stopping:
                    _log.exception("a job failed", extra={"of": self._service, "job": self._job.name})
                    self._metrics.job_failures.labels(self._service, self._job.name).inc()
            self._woken.wait(self._job.interval_s)

    def _turn(self) -> None:
        with self._database.session() as connection:
            if not connection.scalar(_TRY, {"key": self._key}):
                return
            try:
                self._job.run()
            finally:
                connection.execute(_FREE, {"key": self._key})

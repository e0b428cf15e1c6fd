"""Inbound clock: reads the imports that wait, in order of upload, a few side by side."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from services.ingest.domain.imports import Import
from services.ingest.usecases import Ports, Stopping, run_import
from services.kit.errors import Unavailable
from services.kit.log import logger
from services.kit.rpc.context import in_request

IMPORT = "import"
INTERVAL_S = 2
IMPORTS_AT_ONCE = 2

_log = logger("ingest.import")


class ImportJob:
    """Takes imports until none waits. One such job runs at a time, so an import that is RUNNING here was broken off."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lock = threading.Lock()

    def run(self) -> None:
        """Reads all that waits; what fails for want of another service stays for the next time."""
        taken: set[str] = set()
        with ThreadPoolExecutor(IMPORTS_AT_ONCE, thread_name_prefix="import") as pool:
            workers = [pool.submit(self._work, taken) for _ in range(IMPORTS_AT_ONCE)]
        for worker in workers:
            worker.result()

    def _work(self, taken: set[str]) -> None:
        while (import_ := self._take(taken)) is not None:
            with in_request(import_.new.request_id):
                try:
                    _log.info("import begins", extra={"import_id": import_.import_id})
                    run_import(self._ports, import_)
                    _log.info("import ends", extra={"import_id": import_.import_id})
                except Stopping:
                    return
                except Unavailable as away:
                    _log.warning("import waits", extra={"import_id": import_.import_id, "code": away.code})

    def _take(self, taken: set[str]) -> Import | None:
        with self._lock:
            if self._ports.stopping():
                return None
            import_ = self._ports.store.unfinished(frozenset(taken))
            if import_ is not None:
                taken.add(import_.import_id)
            return import_

"""Inbound clock: reads the imports that wait, in order of upload, a few side by side."""

from __future__ import annotations

import traceback
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from services.ingest.domain.imports import Import
from services.ingest.usecases import Ports, Stopping, run_import
from services.kit.errors import Unavailable
from services.kit.log import logger
from services.kit.rpc.context import in_request

IMPORT = "import"
INTERVAL_S = 2
IMPORTS_AT_ONCE = 2
PLACES_MAX = 12

_log = logger("ingest.import")


class BrokenImportsError(Exception):
    """Names imports that ended in an unexpected error, and its kind. Its words are left out: they may quote the file."""


class ImportJob:
    """Takes imports until none waits. One such job runs at a time, so an import that is RUNNING here was broken off."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def run(self) -> None:
        """Reads all that waits; what fails for want of another service, or unexpectedly, stays for the next time.

        Errors: BrokenImportsError, after all others were read.
        """
        taken: set[str] = set()
        broken: list[str] = []
        running: dict[Future[None], str] = {}
        with ThreadPoolExecutor(IMPORTS_AT_ONCE, thread_name_prefix="import") as pool:
            while True:
                while len(running) < IMPORTS_AT_ONCE and (import_ := self._take(taken)) is not None:
                    running[pool.submit(self._read, import_)] = import_.import_id
                if not running:
                    break
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    import_id = running.pop(future)
                    failure = future.exception()
                    if failure is not None:
                        broken.append(f"{import_id}: {type(failure).__name__}")
                        _log.error("import breaks", extra={"import_id": import_id, "at": _places(failure)})
        if broken:
            raise BrokenImportsError("; ".join(broken))

    def _read(self, import_: Import) -> None:
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
        if self._ports.stopping():
            return None
        import_ = self._ports.store.unfinished(frozenset(taken))
        if import_ is not None:
            taken.add(import_.import_id)
        return import_


def _places(failure: BaseException) -> list[str]:
    """Where an error came through, without its words."""
    frames = traceback.extract_tb(failure.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-PLACES_MAX:]]

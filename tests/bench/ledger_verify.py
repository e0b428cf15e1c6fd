"""How fast a ledger is verified and exported: entries a second, seconds by step, and memory.

Nothing here is a test. `python -m tests.bench.ledger_verify PAYMENTS` prints the measurement as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from services.kit.database import PostgresDatabase
from services.kit.migrate import migrate
from services.ledger import usecases
from services.ledger.storage import StoredChain, StoredJournal
from tests.bench.ledger_posting import _database, _payments, _post_all, _with_plans
from tests.postgres import own_postgres

BATCH = 5_000


def verify_speed(payments: int) -> dict[str, object]:
    """Posts payments with their quotas and allotments; a process of its own verifies all of it and exports the journal."""
    batches = list(_payments(payments).iter_slices(BATCH))
    with own_postgres() as server:
        migrate(server.url("template"), "ledger")
        with _database(server, "verified") as database:
            _with_plans(database)
            _post_all(database, batches, 2)
            url = server.url("verified").render_as_string(hide_password=False)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
                return {"payments": payments, **beside.submit(_measured, url).result()}


def _measured(url: str) -> dict[str, object]:
    database = PostgresDatabase(url, pool_max=4)
    steps: dict[str, float] = {}
    idle_kib, started = _peak_kib(), time.perf_counter()

    def ended(step: str) -> None:
        steps[step] = round(time.perf_counter() - started, 2)

    found = usecases.verify_chain(StoredChain(database), 1, lambda step, *_: ended(step))
    verify_s, verified_kib = time.perf_counter() - started, _peak_kib()
    with tempfile.TemporaryFile("w", encoding="utf-8") as file:
        begun = time.perf_counter()
        exported = usecases.export_beancount(StoredJournal(database), file.write, lambda *_: None)
        export_s = time.perf_counter() - begun
    database.close()
    if found.fault:
        raise ValueError(found.fault)
    return {
        "blocks": found.blocks,
        "entries": found.entries,
        "verify_s": round(verify_s, 2),
        "entries_per_s": round(found.entries / verify_s),
        "seconds_after_which_a_step_ended": steps,
        "export_s": round(export_s, 2),
        "transfers_exported_per_s": round(exported.transfers / export_s),
        "memory_mib": {
            "idle": idle_kib // 1024,
            "verified": verified_kib // 1024,
            "exported": _peak_kib() // 1024,
        },
    }


def _peak_kib() -> int:
    """The most memory that this process ever had; what getrusage says begins with what the process had that made it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(verify_speed(int(sys.argv[1]) if sys.argv[1:] else 200_000), indent=1) + "\n")

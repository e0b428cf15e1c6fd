"""How fast a ledger is verified and exported: entries a second, seconds by step, and memory.

Nothing here is a test. `python -m tests.bench.ledger_verify PAYMENTS` prints the measurement as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time

from services.kit.migrate import migrate
from services.ledger import usecases
from services.ledger.storage import StoredChain, StoredJournal
from tests.bench.ledger_posting import _database, _payments, _post_all, _with_plans
from tests.postgres import own_postgres

BATCH = 5_000


def verify_speed(payments: int) -> dict[str, object]:
    """Posts payments with their quotas and allotments, verifies all of it, and exports the journal."""
    batches = list(_payments(payments).iter_slices(BATCH))
    steps: dict[str, float] = {}
    with own_postgres() as server:
        migrate(server.url("template"), "ledger")
        with _database(server, "verified") as database:
            _with_plans(database)
            _post_all(database, batches, 2)
            before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            started = time.perf_counter()

            def ended(step: str) -> None:
                steps[step] = round(time.perf_counter() - started, 2)

            found = usecases.verify_chain(StoredChain(database), 1, lambda step, *_: ended(step))
            seconds = time.perf_counter() - started
            with tempfile.TemporaryFile("w", encoding="utf-8") as file:
                started = time.perf_counter()
                exported = usecases.export_beancount(StoredJournal(database), file.write, lambda *_: None)
                export_s = time.perf_counter() - started
    if found.fault:
        raise ValueError(found.fault)
    return {
        "payments": payments,
        "blocks": found.blocks,
        "entries": found.entries,
        "verify_s": round(seconds, 2),
        "entries_per_s": round(found.entries / seconds),
        "seconds_after_which_a_step_ended": steps,
        "export_s": round(export_s, 2),
        "transfers_exported_per_s": round(exported.transfers / export_s),
        "memory_added_mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) // 1024,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(verify_speed(int(sys.argv[1]) if sys.argv[1:] else 200_000), indent=1) + "\n")

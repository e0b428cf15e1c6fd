"""How fast the door is: CSV payments into sealed batches, and voucher XML into typed columns against bare lxml.

Nothing here is a test. `python -m tests.bench.ingest_door ROWS` prints both measurements as JSON.
"""

from __future__ import annotations

import base64
import gc
import io
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl
from lxml import etree
from mingzhang.ledger.v1 import columns

from services.demo import files, tables
from services.demo.domain import Payment
from services.demo.honest import months_of_payments
from services.demo.lists import months_of_list_payments
from services.demo.plants import make_plan
from services.ingest.domain.imports import Known, Posted
from services.ingest.profiles import Profiles, payee_kinds
from services.ingest.storage.imports import Imports
from services.ingest.storage.raw_files import RawFiles
from services.ingest.storage.sealing import Sealer, derived_key
from services.ingest.storage.vault import Vault
from services.ingest.usecases import Context, Ports, Upload, run_import, start_import, with_tokens
from services.kit import envelope
from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.clock import SystemClock
from services.kit.database import PostgresDatabase
from services.kit.embedded_postgres import EmbeddedPostgres
from services.kit.ids import RandomIds
from services.kit.migrate import migrate
from services.kit.streams import StreamLog
from tests.postgres import own_postgres

SEED = 20180730
ROUNDS = 5
KEY = bytes(range(32))
CALLER = Caller("bench", (ADMINISTRATOR,), Scope("630000"), "zh", "bench")
BLOCK_BYTES = 1024**2


def csv_rows_per_second(rows: int, rounds: int = ROUNDS) -> dict[str, object]:
    """Imports one CSV file of payments again and again; rows/s as medians.

    `cold` meets an empty vault, `warm` one that has every value but remembers none of them in memory. `split` tells
    the share of each step of one reading without threads; `bytes` is the size of the file.
    """
    data = csv_file(payments(rows))
    cold: list[_Spent] = []
    warm: list[_Spent] = []
    split: dict[str, float] = {}
    with own_postgres() as server:
        for turn in range(rounds):
            bench = _Bench.on(server, f"round_{turn}")
            cold.append(bench.imported(data))
            # The same rows under other bytes: a known file would not be read again.
            warm.append(bench.with_empty_memory().imported(data.replace(b"\r\n", b"\n")))
            if turn == rounds - 1:
                split = bench.with_empty_memory().split(data)
            bench.close()
    return {
        "rows": rows,
        "bytes": len(data),
        "cold": _rates(rows, cold),
        "warm": _rates(rows, warm),
        "split": split,
    }


def voucher_xml_ratio(rows: int, rounds: int = ROUNDS) -> dict[str, object]:
    """A: the voucher profile to typed columns. B: lxml over the same file, bodies decoded, every detail visited.

    Both begin at the bytes of the file; `ratio` is A's rows/s over B's, the median of the rounds' own ratios.
    """
    data = voucher_file(payments(rows))
    ours: list[_Spent] = []
    theirs: list[_Spent] = []
    for turn in range(rounds):
        order = [(typed_vouchers, ours), (iterated_vouchers, theirs)]
        for run, times in order if turn % 2 == 0 else reversed(order):
            times.append(_spent(partial(_counted, rows, run, data)))
    ratios = [b.seconds / a.seconds for a, b in zip(ours, theirs, strict=True)]
    cpu_ratios = [b.cpu_seconds / a.cpu_seconds for a, b in zip(ours, theirs, strict=True)]
    return {
        "rows": rows,
        "bytes": len(data),
        "typed": _rates(rows, ours),
        "iterated": _rates(rows, theirs),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "cpu_ratio": round(statistics.median(cpu_ratios), 3),
    }


def payments(count: int) -> list[Payment]:
    """Payments of the made-up year of size m, month by month of each division, in the order of their vouchers."""
    plan = make_plan(SEED, "m")

    def all_of() -> Iterator[Payment]:
        for division in plan.geography.divisions:
            own = months_of_payments(plan.honesty, division.code)
            agents = months_of_list_payments(plan.honesty, division.code)
            for of_month, of_agents in zip(own, agents, strict=True):
                yield from sorted([*of_month, *of_agents], key=lambda payment: payment.voucher_no)

    found = list(islice(all_of(), count))
    if len(found) < count:
        raise ValueError(f"the demo has only {len(found)} payments")
    return found


def csv_file(made: list[Payment]) -> bytes:
    """Payments as a CSV file in UTF-8."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payments.csv"
        files.write_csv(path, tables.payment_table(made), "utf-8-sig")
        return path.read_bytes()


def voucher_file(made: list[Payment]) -> bytes:
    """The same payments as vouchers 5201."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vouchers.xml"
        files.write_vouchers(path, made)
        return path.read_bytes()


def typed_vouchers(data: bytes) -> int:
    """A: the details behind the door, before their tokens."""
    source = io.BytesIO(data)
    profile = Profiles().find(source)
    context = Context("bench", "f" * 64, "630000", Known(), payee_kinds())
    return sum(profile.typed(batch, context).frame.height for batch in profile.batches(source))


def iterated_vouchers(data: bytes) -> int:
    """B: every text of every detail is visited, and nothing is made of it."""
    details = 0
    for _, body in etree.iterparse(io.BytesIO(data), tag="VoucherBody", huge_tree=True):
        inner = base64.b64decode(body.findtext("Voucher") or "")
        for _, detail in etree.iterparse(io.BytesIO(inner), tag="Detail"):
            details += 1
            for field in detail:
                _ = field.tag, field.text
            detail.clear()
        body.clear()
    return details


class AnsweringLedger:
    """Packs the envelopes as the real client does, and answers at once."""

    def post(self, target: str, rows: pl.DataFrame) -> Posted:
        """Everything is new."""
        del target
        for _ in envelope.encode_all(rows, columns.PAYMENTS):
            pass
        return Posted(rows.height, 0)

    def known(self) -> Known:
        """Nothing to check against."""
        return Known()


@dataclass(frozen=True)
class _Bench:
    """Ingest on a database and a folder of its own."""

    ports: Ports
    database: PostgresDatabase
    folder: Path

    @staticmethod
    def on(server: EmbeddedPostgres, name: str) -> _Bench:
        migrate(server.url(name), "ingest")
        database = PostgresDatabase(server.url(name), name=name)
        folder = Path(tempfile.mkdtemp())
        return _Bench(_ports(database, folder), database, folder)

    def with_empty_memory(self) -> _Bench:
        """The same with a vault that remembers nothing."""
        return _Bench(_ports(self.database, self.folder), self.database, self.folder)

    def imported(self, data: bytes) -> _Spent:
        """Time from the stored file to its sealed end."""
        import_, _ = start_import(self.ports, RandomIds(), CALLER, Upload("bench.csv"), _blocks(data), 10**11)
        return _spent(lambda: run_import(self.ports, import_))

    def split(self, data: bytes) -> dict[str, float]:
        """Shares of text, types, tokens, packing and the way of a batch into the store, one after the other."""
        spent: dict[str, float] = defaultdict(float)
        source = cast(BinaryIO, io.BytesIO(data))
        profile = Profiles().find(source)
        context = Context("split", "f" * 64, "630000", Known(), payee_kinds())
        batches = profile.batches(source)
        while True:
            with _timed(spent, "text"):
                batch = next(batches, None)
            if batch is None:
                break
            with _timed(spent, "types"):
                typed = profile.typed(batch, context)
            with _timed(spent, "tokens"):
                rows = with_tokens(typed.frame, profile, self.ports.vault)
            with _timed(spent, "packing"):
                self.ports.ledger.post(profile.target, rows)
        whole = sum(spent.values())
        return {name: round(seconds / whole, 3) for name, seconds in spent.items()} | {
            "us_per_row": round(1e6 * whole / max(data.count(b"\n") - 1, 1), 2)
        }

    def close(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)


def _ports(database: PostgresDatabase, folder: Path) -> Ports:
    ids, clock = RandomIds(), SystemClock()
    return Ports(
        RawFiles(folder / "raw", KEY, ids),
        Imports(
            database,
            StreamLog("ingest", database, clock, lambda: None),
            Sealer(derived_key(KEY, "quarantine"), ids),
        ),
        Profiles(),
        Vault(database, KEY, "random", ids, clock),
        AnsweringLedger(),
        clock,
        payee_kinds(),
    )


@contextmanager
def _timed(spent: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    spent[name] += time.perf_counter() - started


@dataclass(frozen=True)
class _Spent:
    """Time on the clock, and of this process on any core: the second hardly minds what else the machine does."""

    seconds: float
    cpu_seconds: float


def _spent(run: Callable[[], object]) -> _Spent:
    gc.collect()
    started, cpu_started = time.perf_counter(), time.process_time()
    run()
    return _Spent(time.perf_counter() - started, time.process_time() - cpu_started)


def _blocks(data: bytes) -> Iterable[bytes]:
    return (data[at : at + BLOCK_BYTES] for at in range(0, len(data), BLOCK_BYTES))


def _counted(rows: int, run: Callable[[bytes], int], data: bytes) -> None:
    counted = run(data)
    if counted != rows:
        raise ValueError(f"{counted} rows came out of {rows}")


def _rates(rows: int, runs: list[_Spent]) -> dict[str, float]:
    """Rows a second (median, slowest, fastest) and microseconds of this process for a row."""
    rates = [rows / run.seconds for run in runs]
    cpu = statistics.median(run.cpu_seconds for run in runs)
    return {
        "rows_per_second": round(statistics.median(rates)),
        "slowest": round(min(rates)),
        "fastest": round(max(rates)),
        "cpu_us_per_row": round(1e6 * cpu / rows, 2),
    }


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    measured = {"csv": csv_rows_per_second(wanted), "voucher_xml": voucher_xml_ratio(wanted)}
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")

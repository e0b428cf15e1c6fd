"""How fast the ledger posts: typed columns into a chained, told ledger, against bare COPY of the same rows.

Nothing here is a test. `python -m tests.bench.ledger_posting ROWS WORKERS` prints the measurement as JSON.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

import polars as pl
from mingzhang.ledger.v1 import columns
from sqlalchemy import text

from services.kit.clock import SystemClock
from services.kit.database import PostgresDatabase
from services.kit.embedded_postgres import EmbeddedPostgres
from services.kit.migrate import migrate
from services.kit.streams import StreamLog
from services.ledger import messages
from services.ledger.domain import chain
from services.ledger.storage import LedgerBook, book
from services.ledger.usecases import payments, post_allotments, post_payments, post_quotas
from tests.postgres import own_postgres

SEED = 20180730
ROUNDS = 3
DIVISIONS, MONTHS = 54, 4
QUOTAS_EACH = 60
PROJECTS_EACH = 3
"""Of each quota."""
UNKNOWN_OF_100 = 8
FUNDS = ("C22", "C30", "C31", "Q09")
PURPOSES = ("支付养殖设备款", "村级光伏扶贫电站工程进度款", "贫困户危房改造补助资金", "农村道路硬化工程款")
PAYEES = ("示范养殖农民专业合作社", "青海示范建设工程有限公司", "大通县示范镇人民政府", "张*")
KINDS = ("enterprise", "enterprise", "person", "township", "unit", "unknown")
STEPS: dict[str, tuple[Any, str]] = {
    "content hashes": (payments, "with_content"),
    "known keys": (book.LedgerPosting, "recorded"),
    "quotas of pairs": (book.LedgerPosting, "quotas"),
    "owners of accounts": (book.LedgerPosting, "owners"),
    "rows by COPY": (book.LedgerPosting, "record"),
    "waiting corrections": (book.LedgerPosting, "open_corrections"),
    "restated": (book.LedgerPosting, "restate"),
    "balances": (book.LedgerPosting, "_change_balances"),
    "seal": (book.LedgerPosting, "seal"),
    "root (beside)": (chain, "merkle_root"),
    "events in Arrow (beside)": (messages, "events"),
    "stream and outbox": (StreamLog, "append"),
    "whole posting": (LedgerBook, "post"),
}
"""What is timed of one more run, by the function that does it. "seal" holds what follows "restated" but the commit;
"whole posting" holds all but the content hashes."""


def posting_ratio(rows: int = 200_000, batch: int = 5_000, workers: int = 1) -> dict[str, object]:
    """Posts payments and copies the same rows, alternating; rows/s as medians, their ratio, and seconds per step.

    Both commit each batch. `ratio` is of the medians; `ratios` are those of the rounds.
    """
    frames = [
        frame
        for _, frame in _payments(rows)
        .with_columns(part=pl.int_range(pl.len()) // batch)
        .group_by("part", maintain_order=True)
    ]
    batches = [frame.drop("part") for frame in frames]
    posted: list[float] = []
    copied: list[float] = []
    with own_postgres() as server:
        migrate(server.url("template"), "ledger")
        bodies: list[bytes] = []
        for turn in range(ROUNDS):
            with _database(server, f"posted_{turn}") as database:
                posted.append(rows / _seconds_of_posting(database, batches, workers))
                bodies = bodies or _bodies(database, batch)
            with _database(server, f"copied_{turn}") as database:
                copied.append(rows / _seconds_of_copying(database, bodies, workers))
        with _database(server, "steps") as database:
            steps = _steps(database, batches)
    return {
        "rows": rows,
        "batch": batch,
        "workers": workers,
        "posted": round(statistics.median(posted)),
        "posted_spread": [round(min(posted)), round(max(posted))],
        "copied": round(statistics.median(copied)),
        "copied_spread": [round(min(copied)), round(max(copied))],
        "ratio": round(statistics.median(posted) / statistics.median(copied), 3),
        "ratios": [round(a / b, 3) for a, b in zip(posted, copied, strict=True)],
        "milliseconds_per_batch": {name: round(1000 * s / len(batches), 1) for name, s in steps.items()},
    }


def _steps(database: PostgresDatabase, batches: list[pl.DataFrame]) -> dict[str, float]:
    """Seconds of each step, one worker."""
    spent: dict[str, float] = defaultdict(float)
    originals = {name: getattr(owner, function) for name, (owner, function) in STEPS.items()}
    _with_plans(database)
    try:
        for name, (owner, function) in STEPS.items():
            setattr(owner, function, _timed(spent, name, originals[name]))
        _post_all(database, batches, 1)
    finally:
        for name, (owner, function) in STEPS.items():
            setattr(owner, function, originals[name])
    return dict(spent)


def _timed(spent: dict[str, float], name: str, run: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return run(*given, **named)
        finally:
            spent[name] += time.perf_counter() - started

    return timed


def _seconds_of_posting(database: PostgresDatabase, batches: list[pl.DataFrame], workers: int) -> float:
    _with_plans(database)
    return _seconds(lambda: _post_all(database, batches, workers))


def _post_all(database: PostgresDatabase, batches: list[pl.DataFrame], workers: int) -> None:
    ledger = _book(database)
    with ThreadPoolExecutor(workers) as pool:
        counts = list(pool.map(lambda frame: post_payments(ledger, frame, "bench").posted, batches))
    _expect(sum(frame.height for frame in batches), sum(counts))


def _seconds_of_copying(database: PostgresDatabase, bodies: list[bytes], workers: int) -> float:
    def copy(body: bytes) -> None:
        with database.transaction() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy("COPY payment FROM STDIN (FORMAT csv)") as copying:
                copying.write(body)

    def copy_all() -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(copy, bodies))

    return _seconds(copy_all)


def _bodies(database: PostgresDatabase, batch: int) -> list[bytes]:
    """The rows of the payment table as they were posted, in batches, ready to be sent."""
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        query = "COPY (SELECT * FROM payment ORDER BY id) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
        with driver.cursor() as cursor, cursor.copy(query) as copying:
            lines = b"".join(copying).splitlines(keepends=True)
    return [b"".join(lines[start : start + batch]) for start in range(0, len(lines), batch)]


def _payments(rows: int) -> pl.DataFrame:
    """Payments as they come out of files: month by month of each division, in the order of their vouchers.

    A few of a division's quotas take most of its payments.
    """
    pick = random.Random(SEED)
    files = [(month, division) for month in range(MONTHS) for division in range(DIVISIONS)]
    found = []
    for number in range(rows):
        month, in_division = files[number * len(files) // rows]
        division, day = (
            _division(in_division),
            date(2018, 3 + month, 1 + number * len(files) * 28 // rows % 28),
        )
        quota = int(pick.random() ** 2 * QUOTAS_EACH)
        known = pick.randrange(100) >= UNKNOWN_OF_100
        found.append(
            {
                "key": f"{division}-2018-5201-{number // 3:08}-{number % 3}",
                "division_code": division,
                "fiscal_year": 2018,
                "voucher_type": "5201",
                "voucher_no": f"{day:%Y%m%d}{number // 3:08}",
                "document_number": _document(division, quota) if known else "青财预字〔2017〕1号",
                "fund_code": pick.choice(FUNDS),
                "project_key": _project(division, quota, pick.randrange(PROJECTS_EACH))
                if pick.random() < 0.4
                else None,
                "agency_code": f"{division}{pick.randrange(50):03}",
                "agency_name": f"示范县扶贫开发局第{pick.randrange(50)}单位",
                "function_class": "2130505",
                "economic_class": "50799",
                "pay_method": "1",
                "settlement_mode": "02",
                **_parties(pick),
                "purpose": pick.choice(PURPOSES),
                "amount_fen": pick.randrange(100, 10_000_000),
                "effective_on": day,
                "original_key": None,
                "import_id": "01J0000000000000000000BENCH",
                "line": number + 2,
            }
        )
    return pl.DataFrame(found, schema=columns.PAYMENTS.schema)


def _parties(pick: random.Random) -> dict[str, object]:
    return {
        "payer_account_token": pick.randrange(1, 2**62),
        "payer_name_token": pick.randrange(1, 2**62),
        "payee_account_token": pick.randrange(1, 2**62),
        "payee_account_mask": f"****{pick.randrange(10_000):04}",
        "payee_name_token": pick.randrange(1, 2**62),
        "payee_name_mask": pick.choice(PAYEES),
        "payee_kind": pick.choice(KINDS),
        "payer_equals_payee": False,
        "account_has_cjk": False,
    }


def _with_plans(database: PostgresDatabase) -> None:
    """A ledger in which quotas and allotments are there before the payments."""
    with database.transaction() as connection:
        for code in FUNDS:
            connection.execute(
                text("INSERT INTO fund VALUES (:code, 'central', :code, 'poverty', '')"), {"code": code}
            )
    rows = [
        {
            "key": f"Q{_division(division)}{number:03}",
            "document_number": _document(_division(division), number),
            "document_number_ok": True,
            "fund_code": FUNDS[number % len(FUNDS)],
            "division_code": _division(division),
            "fiscal_year": 2018,
            "function_class": "2130505",
            "has_attachment": True,
            "amount_fen": 10**10,
            "effective_on": date(2018, 2, 1),
            "import_id": "I1",
            "line": number,
        }
        for division in range(DIVISIONS)
        for number in range(QUOTAS_EACH)
    ]
    allotments = [
        {
            "key": f"A{quota['key']}{number}",
            "quota_key": quota["key"],
            "project_key": _project(str(quota["division_code"]), int(str(quota["line"])), number),
            "amount_fen": 10**8,
            "effective_on": date(2018, 2, 2),
            "import_id": "I2",
            "line": number,
        }
        for quota in rows
        for number in range(PROJECTS_EACH)
    ]
    ledger = _book(database)
    post_quotas(ledger, pl.DataFrame(rows, schema=columns.QUOTAS.schema), "bench")
    for frame in pl.DataFrame(allotments, schema=columns.ALLOTMENTS.schema).iter_slices(5_000):
        post_allotments(ledger, frame, "bench")


def _division(number: int) -> str:
    return f"63{number // 9 + 1:02}{number % 9 + 21:02}"


def _project(division: str, quota: int, number: int) -> str:
    return f"X{division}{quota:03}{number}"


def _document(division: str, number: int) -> str:
    return f"青财农字〔2018〕{division[2:]}{number:03}号"


def _book(database: PostgresDatabase) -> LedgerBook:
    clock = SystemClock()
    return LedgerBook(database, StreamLog("ledger", database, clock, lambda: None), clock)


@contextmanager
def _database(server: EmbeddedPostgres, name: str) -> Iterator[PostgresDatabase]:
    """A fresh ledger database, dropped after its use."""
    maintenance = PostgresDatabase(server.url("postgres"), pool_max=1)
    with maintenance.session() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template")
    database = PostgresDatabase(server.url(name), pool_max=8, name=name)
    yield database
    database.close()
    with maintenance.session() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        connection.exec_driver_sql("CHECKPOINT")
    maintenance.close()


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _expect(rows: int, counted: int) -> None:
    if counted != rows:
        raise ValueError(f"{counted} rows came out of {rows}")


if __name__ == "__main__":
    given = [int(value) for value in sys.argv[1:]]
    wanted = given[0] if given else 200_000
    measured = posting_ratio(wanted, workers=given[1] if len(given) > 1 else 1)
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")

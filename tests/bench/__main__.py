"""`python -m tests.bench [PART …]`: measures the budgets that exist so far, prints a table, writes build/bench.json.

Parts: posting, door, masks, system. All of them take about a quarter of an hour with demo m.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from tests.bench import report
from tests.bench.report import Measured

ROWS = 100_000


def posting() -> list[Measured]:
    """Typed columns into the ledger."""
    from tests.bench.ledger_posting import posting_ratio

    found = posting_ratio(2 * ROWS)
    ratio = _number(found, "ratio")
    return [
        Measured(
            "typed columns → ledger", ratio, "× COPY", 0.4, "bare COPY of the same rows, indexes, one worker"
        ),
        Measured("posting", _number(found, "posted"), "payments/s", None, "one worker, batches of 5,000"),
        Measured("bare COPY", _number(found, "copied"), "payments/s", None, "the same"),
    ]


def door() -> list[Measured]:
    """Files into typed columns."""
    from tests.bench.ingest_door import csv_rows_per_second, voucher_xml_ratio

    vouchers, csv = voucher_xml_ratio(ROWS // 2), csv_rows_per_second(ROWS // 2)
    cold, warm = (_number(csv[state], "rows_per_second") for state in ("cold", "warm"))
    return [
        Measured(
            "voucher XML → typed columns",
            _number(vouchers, "ratio"),
            "× lxml",
            0.9,
            "lxml iterating the same files",
        ),
        Measured("CSV → sealed batches, cold", cold, "rows/s", None, "the vault knows no value"),
        Measured("CSV → sealed batches, warm", warm, "rows/s", None, "the vault knows all values"),
    ]


def _number(found: object, name: str) -> float:
    assert isinstance(found, dict)
    return float(found[name])


def masks() -> list[Measured]:
    """Rules on single facts."""
    from tests.bench.rules_masks import masks_ratio

    found = masks_ratio(2 * ROWS)
    ratio, times = _number(found, "ratio"), _number(found, "times_host_post")
    return [
        Measured("rules on one fact", ratio, "× by hand", 0.8, "the same masks by hand in Polars"),
        Measured(
            "rules on one fact, against durable_rules", times, "× Host.post", 20, "events posted one by one"
        ),
    ]


def system() -> list[Measured]:
    """The whole system in one process."""
    from tests.bench.whole_system import measure

    size = os.environ.get("BENCH_DEMO", "m")
    found = measure(size)
    where = f"demo {size}, one process and its PostgreSQL"
    files, one_csv = found["chain"]["files"], found["chain"]["one_csv"]
    lines_each = files["lines"] // files["files"]
    measured = [
        Measured(
            "files → all rules → warnings",
            files["lines_per_second"],
            "lines/s",
            20_000,
            f"{where}: {files['files']} files of {lines_each} lines (XML, CSV, XLSX)",
        ),
        Measured(
            "one CSV file → all rules → warnings",
            one_csv["lines_per_second"],
            "lines/s",
            20_000,
            f"{where}: its last lists as one file of {one_csv['lines']:,} lines",
        ),
        Measured("memory idle", found["idle_mib"], "MiB", 700, "PSS of all processes", at_least=False),
        Measured("memory added by an import", found["added_mib"], "MiB", 1024, where, at_least=False),
        Measured(
            "one payment as a file → warning, p99",
            found["single_ms"]["p99"],
            "ms",
            250,
            "idle, 4 clients",
            at_least=False,
        ),
        Measured("one payment as a file → warning, p50", found["single_ms"]["p50"], "ms", None, "the same"),
        Measured(
            "deploy of a bundle", found["deploy"]["seconds"], "s", 5, "build, send, switch", at_least=False
        ),
        Measured(
            "memory growth of deploys",
            found["deploy"]["growth_percent"],
            "%",
            5,
            "10th to 40th deploy",
            at_least=False,
        ),
    ]
    for page, taken in found["pages_ms"].items():
        measured.append(
            Measured(f"page: {page}, p99", taken["p99"], "ms", 50, f"{where}, 4 clients", at_least=False)
        )
    return measured


PARTS: dict[str, Callable[[], Sequence[Measured]]] = {
    "posting": posting,
    "door": door,
    "masks": masks,
    "system": system,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the parts; a missed budget is shown, and is no error."""
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all if none is named")
    measured: list[Measured] = []
    for name in parser.parse_args(arguments).parts or PARTS:
        sys.stderr.write(f"measuring: {name}\n")
        found = PARTS[name]()
        measured += found
        report.write(found)
    sys.stdout.write(report.table(measured) + f"\n{os.cpu_count()} cores; written to {report.RESULTS}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

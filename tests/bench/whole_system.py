"""The whole system in one process, as `mingzhang serve` runs it: the demo through it, pages, memory, one payment, deploys.

`python -m tests.bench.whole_system m` prints the measurements as JSON. The files of the demo are kept in build/.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from mingzhang.rules.v1 import rules_pb2

from services.demo.write import MANIFEST, write_demo
from services.kit.embedded_postgres import EmbeddedPostgres
from services.rules.language import RULEBOOKS, build_bundle
from tests.builders import as_csv
from tests.system import ONE_PROCESS, System

SEED = 20180730
PASSWORD = "a-password-for-benches"
MIB = 1024**2
CLIENTS = 4
PAGES = 1_000
SINGLES = 200
ASKED_EACH_S = 0.02
"""Asking more often than this takes the processors from what is asked about."""
DEPLOYS = 40
DEPLOYS_WARM = 10
PROVINCE = "630000"
_GROUP = re.compile(r"^\[\d+/\d+\] (\d+)_\S*: (\d+) files.*?(\d+) rows, ([\d.]+) s")
_FIRST_FACTS = 5
"""Groups from this number on hold payments and disbursements; those before are what they are linked to."""
_HELD_FROM = "2018-07"


def measure(size: str = "m") -> dict[str, Any]:
    """All of it on one system, in this order."""
    with running() as system:
        idle_mib = memory_mib(system)
        chain, added_mib = with_peak(system, lambda: demo_through(system, size))
        token = sign_in(system)
        return {
            "size": size,
            "idle_mib": round(idle_mib),
            "added_mib": round(added_mib),
            "chain": chain,
            "pages_ms": pages(system, token),
            "single_ms": singles(system),
            "deploy": deploys(system),
        }


@contextmanager
def running() -> Iterator[System]:
    """A system in one process, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="mzb-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data", folder / "run")
    system = System(
        folder,
        ONE_PROCESS,
        lambda service: server.url(f"mingzhang_{service}").render_as_string(hide_password=False),
        {"SILENCE_S": "5", "TOKEN_SOURCE": "random"},
    )
    try:
        system.start()
        system.wait_idle()
        time.sleep(2)
        yield system
    finally:
        system.stop()
        shutil.rmtree(folder, ignore_errors=True)


def demo_through(system: System, size: str) -> dict[str, Any]:
    """Loads a demo; lines of payments and disbursements per second, from the first file to the last warning stored.

    `files`: the demo's files as they are, but for the lists (CSV) from a month on; `one_csv`: these lists as one file.
    """
    folder = Path(f"build/demo-{size}")
    if not folder.exists():
        partial = Path(f"build/demo-{size}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        write_demo(partial, size, SEED, lambda _: None)
        partial.rename(folder)
    as_files, as_one = _parted(folder)
    return {"files": _through(system, as_files), "one_csv": _through(system, as_one)}


def _through(system: System, folder: Path) -> dict[str, Any]:
    loaded = system.command("demo", "load", "--close-to", "2018-01-03", str(folder))
    if loaded.returncode:
        raise RuntimeError(loaded.stderr + system.tail())
    groups = [_GROUP.match(line) for line in loaded.stdout.splitlines()]
    facts = [
        (int(one[2]), int(one[3]), float(one[4]))
        for one in groups
        if one is not None and int(one[1]) >= _FIRST_FACTS
    ]
    started = time.monotonic()
    system.wait_idle(3_600)
    behind_s = time.monotonic() - started
    files, rows, loading_s = (sum(column) for column in zip(*facts, strict=True))
    return {
        "files": files,
        "lines": rows,
        "loading_s": round(loading_s, 1),
        "behind_s": round(behind_s, 1),
        "lines_per_second": round(rows / (loading_s + behind_s)),
    }


def _parted(folder: Path) -> tuple[Path, Path]:
    """A demo in two: what comes first as it is, and the disbursement lists (CSV) from a month on as one file."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    held: list[str] = []
    for group in manifest["groups"]:
        name, files = group["name"], group["files"]
        if name.startswith("06_disbursements/") and name >= f"06_disbursements/{_HELD_FROM}":
            held += [file["path"] for file in files if file["path"].endswith(".csv")]
            group["files"] = [file for file in files if not file["path"].endswith(".csv")]
        for file in group["files"]:
            file["path"] = f"../{file['path']}"
    first, one = folder / "as_files", folder / "as_one"
    for part in (first, one):
        part.mkdir(exist_ok=True)
    (first / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    lines = [_text(folder / path).splitlines() for path in held]
    content = "\n".join([lines[0][0], *(line for part in lines for line in part[1:])]).encode() + b"\n"
    (one / "lists.csv").write_bytes(content)
    file = {
        "path": "lists.csv",
        "profile": "disbursement_table",
        "division": PROVINCE,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    days = {name: manifest[name] for name in ("first_day", "last_day")}
    groups = [{"name": "06_disbursements/held", "files": [file]}]
    (one / MANIFEST).write_text(json.dumps({**days, "groups": groups}), encoding="utf-8")
    return first, one


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def memory_mib(system: System) -> float:
    """Proportional memory of the process, its children and its database."""
    pid = system.running["all"].pid
    if not psutil.pid_exists(pid):
        return 0.0
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    folder = str(system.folder)
    database = [p for p in psutil.process_iter(["cmdline"]) if folder in " ".join(p.info["cmdline"] or ())]
    database += [child for parent in database for child in parent.children(recursive=True)]
    total = 0
    for process in {p.pid: p for p in (*family, *database)}.values():
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / MIB


def with_peak(system: System, work: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], float]:
    """What the work answers, and by how much memory rose meanwhile."""
    before, peaks, done = memory_mib(system), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(1):
            peaks.append(memory_mib(system))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return work(), max(peaks) - before
    finally:
        done.set()
        watcher.join(5)


def sign_in(system: System) -> str:
    """A token of a new administrator."""
    added = system.command(
        *("gateway", "add-user", "bench", "--role", "administrator"), input_text=f"{PASSWORD}\n"
    )
    if added.returncode:
        raise RuntimeError(added.stderr)
    body = json.dumps({"user": "bench", "password": PASSWORD}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{system.ports['http']}/api/v1/tokens",
        body,
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["token"])


def pages(system: System, token: str) -> dict[str, dict[str, float]]:
    """Milliseconds of ledger pages through the gateway, four clients, 1,000 requests each."""
    of_county = "division_code=630121&fiscal_year=2018"
    asked = {
        "sums of a county": f"summary?{of_county}",
        "sums of the province": "summary?fiscal_year=2018&totals_only=true",
        "payments of a county": "payments?division_code=630121&limit=50",
        "payments of the province": "payments?limit=50",
        **_ways(system, token),
    }
    return {name: _latencies(system, token, path) for name, path in asked.items()}


def _ways(system: System, token: str) -> dict[str, str]:
    """Pages of tracing and of reconciling: of a payment with disbursement lines, the quotas above it, its document."""
    paid = _answer(system, token, "payments?division_code=630121&fund_code=C22&limit=200")["payments"]
    keys = [quote(payment["key"], safe="") for payment in paid]
    traces = ((key, _answer(system, token, f"trace/payments/{key}")) for key in keys)
    key, trace = next((key, one) for key, one in traces if one["disbursements"])
    own, *_, top = trace["shares"][-1]["steps"]
    number = quote(top["document_number"])
    return {
        "way up of a payment": f"trace/payments/{key}",
        "tree below a document": f"trace/documents?document_number={number}",
        "quota of the province and those below": f"trace/quotas/{quote(top['key'])}?limit=50",
        "quota of a county": f"trace/quotas/{quote(own['key'])}?limit=50",
        "payments of a quota": f"trace/quota-payments?quota_key={quote(own['key'])}&limit=50",
        "lines of a payment": f"trace/disbursements?payment_key={key}&limit=50",
        "search of a document": f"trace?text={number}",
        "search of a voucher": f"trace?text={quote(trace['payment']['voucher_no'])}",
        "reconciliation of a county": "reconciliation/issues?division_code=630121&fiscal_year=2018&limit=50",
        "reconciliation of the province": "reconciliation/issues?fiscal_year=2018&limit=50",
        "levels of all documents": "reconciliation/documents?fiscal_year=2018&limit=50",
    }


def _answer(system: System, token: str, path: str) -> Any:
    address = f"http://127.0.0.1:{system.ports['http']}/api/v1/{path}"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _latencies(system: System, token: str, path: str) -> dict[str, float]:
    import http.client

    def client(requests: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", system.ports["http"], timeout=30)
        taken = []
        for _ in range(requests):
            started = time.perf_counter()
            connection.request("GET", f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            taken.append(1_000 * (time.perf_counter() - started))
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        connection.close()
        return taken

    client(20)
    with ThreadPoolExecutor(CLIENTS) as pool:
        taken = list(itertools.chain(*pool.map(client, [PAGES // CLIENTS] * CLIENTS)))
    return percentiles(taken)


def singles(system: System) -> dict[str, float]:
    """Milliseconds from the upload of a file with one payment to its warning, four clients, nothing else going on."""
    lists = [{"名单": "own_account", "对象": "9900000000007777"}]
    system.upload("bench_lists.csv", as_csv("reference_list", lists))
    system.wait_idle()

    def client(number: int) -> float:
        stub = system.rules()
        row = {"凭证号": f"S{number}", "金额(元)": "1000.00", "收款人账号": "9900000000007777"}
        content = as_csv("payment_table", [row])
        wanted = rules_pb2.ListWarningsRequest(
            rule_id="common.transfer-to-own-account", subject=f"630121:2018:5201:S{number}:1", limit=1
        )
        started = time.perf_counter()
        system.upload(f"bench_{number}.csv", content)
        while not stub.ListWarnings(wanted, timeout=30).warnings:
            if time.perf_counter() - started > 60:
                raise RuntimeError(f"payment {number} was not warned")
            time.sleep(ASKED_EACH_S)
        return 1_000 * (time.perf_counter() - started)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return percentiles(list(pool.map(client, range(SINGLES))))


def deploys(system: System) -> dict[str, float]:
    """Seconds of a deploy, and the growth of memory in percent between the 10th and the last."""
    stub = system.rules()
    seconds: list[float] = []
    warm = 0.0
    with tempfile.TemporaryDirectory() as folder:
        books = Path(folder) / "rulebooks"
        shutil.copytree(RULEBOOKS, books)
        changed = books / "common" / "duplicate-payment.yaml"
        original = changed.read_text(encoding="utf-8")
        for number in range(DEPLOYS):
            changed.write_text(original.replace("title: ", f"title: {number} "), encoding="utf-8")
            started = time.perf_counter()
            built = build_bundle(books, "poverty")
            if built.bundle is None:
                raise RuntimeError(str(built.problems))
            request = rules_pb2.DeployBundleRequest(category="poverty", bundle=built.bundle.content)
            stub.DeployBundle(request, timeout=60)
            seconds.append(time.perf_counter() - started)
            if number + 1 == DEPLOYS_WARM:
                warm = memory_mib(system)
    return {
        "seconds": round(statistics.median(seconds), 2),
        "growth_percent": round(100 * (memory_mib(system) - warm) / warm, 1),
    }


def percentiles(taken: Sequence[float]) -> dict[str, float]:
    """The median and the 99th percentile."""
    ordered = sorted(taken)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 1),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(*sys.argv[1:]), ensure_ascii=False, indent=2) + "\n")

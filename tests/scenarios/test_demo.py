"""The demo province: every planted irregularity is warned, and no other subject is."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import stories
from tests.clear_data import clear_values, findings
from tests.system import VAULT_KEY, System, whole_system

TOKEN_KINDS = {"person": "id_number", "account": "account"}
Standing = tuple[str, str, str, str, str, int]


def token(kind: str, value: str) -> int:
    """The keyed token of a clear value, as ingest makes it with MINGZHANG_TOKEN_SOURCE=keyed."""
    digest = hmac.new(base64.b64decode(VAULT_KEY), f"{kind}\x00{value}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") & (2**63 - 1) or 1


def truth(folder: Path) -> set[Standing]:
    """What the demo says is planted, with tokens for clear values."""
    with (folder / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (
            row["rule_id"],
            row["category"],
            row["subject_kind"],
            str(token(TOKEN_KINDS[row["subject_kind"]], row["subject"]))
            if row["subject_kind"] in TOKEN_KINDS
            else row["subject"],
            row["period"],
            int(row["amount_fen"]),
        )
        for row in rows
    }


def mingzhang(system: System, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command beside the running system."""
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        env=system.environment(system.processes[0]),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@whole_system
@pytest.mark.timeout(1800)
def test_the_demo_is_warned_exactly(
    one_process: Callable[..., System], demo_seeds: list[int], tmp_path: Path
) -> None:
    """Standing warnings equal the truth; each has its case; the chain verifies; a second load changes nothing."""
    for seed in demo_seeds:
        system = one_process()
        system.start()
        folder = tmp_path / f"demo-{seed}"
        written = mingzhang(system, "demo", "write", "--size", "s", "--seed", str(seed), str(folder))
        loaded = mingzhang(system, "demo", "load", str(folder))
        system.wait_idle()
        standing = {
            (w.rule_id, w.category, w.subject_kind, w.subject, w.period, w.amount_fen)
            for w in stories.warnings(system)
            if not w.retracted_because
        }
        cases = {(c.subject_kind, c.subject) for c in stories.cases(system) if c.state != "retracted"}
        again = mingzhang(system, "demo", "load", str(folder))
        system.wait_idle()
        verified = mingzhang(system, "ledger", "verify")

        assert written.returncode == 0, written.stderr
        assert loaded.returncode == 0, loaded.stderr + system.tail()
        assert standing == truth(folder)
        assert cases == {(kind, subject) for _, _, kind, subject, _, _ in standing}
        assert again.returncode == 0, again.stderr
        assert len([w for w in stories.warnings(system) if not w.retracted_because]) == len(standing)
        assert verified.returncode == 0, verified.stderr
        assert findings(system, clear_values(folder)) == []
        system.stop()

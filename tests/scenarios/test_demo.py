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
from tests.system import VAULT_KEY, System
from tests.unit.notify.post import MailServer, mail_server

TOKEN_KINDS = {"person": "id_number", "account": "account"}
TOLD = "SELECT deliveries.case_id, delivery_receipts.message_id FROM deliveries JOIN delivery_receipts USING (delivery_id)"
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


@pytest.mark.timeout(1800)
def test_the_demo_is_warned_exactly(
    one_process: Callable[..., System], demo_seeds: list[int], tmp_path: Path
) -> None:
    """Standing warnings equal the truth; each has its case and is told by mail; a second load changes nothing."""
    for seed in demo_seeds:
        with mail_server() as post:
            system = one_process(SMTP_URL=post.url)
            _check(system, post, tmp_path / f"demo-{seed}", seed)
            system.stop()


def _check(system: System, post: MailServer, folder: Path, seed: int) -> None:
    system.start()
    added = system.command(
        *("gateway", "add-user", "sheng", "--role", "administrator", "--email", "sheng@example.org"),
        input_text="a-password-for-tests\n",
    )
    written = system.command("demo", "write", "--size", "s", "--seed", str(seed), str(folder))
    loaded = system.command("demo", "load", str(folder))
    system.wait_idle()
    standing = standing_of(system)
    expected = truth(folder)
    cases = {(c.subject_kind, c.subject) for c in stories.cases(system) if c.state != "retracted"}
    again = system.command("demo", "load", str(folder))
    system.wait_idle()
    proved = prove(system, folder.parent)
    system.wait_told()

    assert added.returncode == 0, added.stderr
    assert written.returncode == 0, written.stderr
    assert loaded.returncode == 0, loaded.stderr + system.tail()
    assert sorted(standing - expected) == []
    assert sorted(expected - standing) == []
    assert cases == {(kind, subject) for _, _, kind, subject, _, _ in standing}
    assert again.returncode == 0, again.stderr
    assert standing_of(system) == standing
    assert [(one.args[-1], one.returncode, one.stdout + one.stderr) for one in proved if one.returncode] == []
    assert told_by(post, system) == {c.case_id for c in stories.cases(system) if c.state != "retracted"}
    assert findings(system, clear_values(folder)) == []


def prove(system: System, folder: Path) -> list[subprocess.CompletedProcess[str]]:
    """What outsiders can be shown: a head is signed, the chain holds it, and bean-check agrees with every balance."""
    heads, journal = str(folder / "heads.jsonl"), folder / "ledger.beancount"
    bean_check = [str(Path(sys.executable).parent / "bean-check"), "--no-cache", str(journal)]
    return [
        system.command("ledger", "heads", "export", "--out", heads),
        system.command("ledger", "verify", "--heads", heads),
        system.command("ledger", "heads", "check", heads),
        system.command("ledger", "export", "--format", "beancount", "--out", str(journal)),
        subprocess.run(bean_check, capture_output=True, text=True, check=False, timeout=600),
    ]


def standing_of(system: System) -> set[Standing]:
    """The warnings that stand."""
    return {
        (w.rule_id, w.category, w.subject_kind, w.subject, w.period, w.amount_fen)
        for w in stories.warnings(system)
        if not w.retracted_because
    }


def told_by(post: MailServer, system: System) -> set[str]:
    """The standing cases that were told in mails which really arrived."""
    arrived = " ".join(str(letter["Message-ID"]) for letter in post.received)
    open_cases = {c.case_id for c in stories.cases(system) if c.state != "retracted"}
    told = {str(case) for case, message in system.query("notify", TOLD) if str(message) in arrived}
    return told & open_cases

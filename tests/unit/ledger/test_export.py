"""The export for Beancount: every transfer, exact amounts, names that nobody shares, balances that bean-check agrees with."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.ledger.domain import beancount
from services.ledger.domain.accounts import KIND_BITS, AccountKind, TransferKind
from services.ledger.storage import StoredJournal
from tests.unit.ledger.world import DOCUMENT, PREFECTURE, World

UPPER = "青财农字〔2018〕200号"
ALL_KINDS = (
    TransferKind.REGISTER,
    TransferKind.MATCH_RECEIVED,
    TransferKind.ISSUE,
    TransferKind.ALLOT,
    TransferKind.PAY,
    TransferKind.CORRECT,
    TransferKind.UNLINK,
    TransferKind.LINK,
)
LEGAL = re.compile(r"[A-Z][A-Za-z0-9一-龥-]*(:[A-Z0-9][A-Za-z0-9一-龥-]*)+")


@pytest.fixture
def worked(world: World) -> World:
    """A ledger with every kind of movement."""
    world.pay({"key": "W1"}, {"key": "W2", "document_number": "无此文号"}, {"key": '支付"一\\二\n行'})
    world.post("quota", {"key": "Q0", "division_code": PREFECTURE, "document_number": UPPER})
    world.post("quota", {"key": "Q1", "issuer_division_code": PREFECTURE, "upper_document_number": UPPER})
    world.post("quota", {"key": "q-1/〔扶〕", "document_number": "三", "amount_fen": 1})
    world.post("project", {"key": "X1"})
    world.post("allotment", {"key": "A1"})
    world.pay(
        {"key": "P1", "amount_fen": 7},
        {"key": "P2", "project_key": "X1"},
        {"key": "P3", "payee_kind": "unit", "amount_fen": 123_456_789},
        {"key": "P4", "document_number": None, "payee_kind": "unit"},
    )
    world.pay({"key": "C1", "original_key": "P2", "amount_fen": -1_001})
    world.post("disbursement", {"key": "D1"})
    return world


def exported(world: World, folder: Path) -> Path:
    file = folder / "ledger.beancount"
    assert world.command("export", "--format", "beancount", "--out", str(file)) == 0
    return file


def bean_check(file: Path) -> tuple[int, str]:
    """What bean-check says of a file."""
    answer = subprocess.run(
        [Path(sys.executable).parent / "bean-check", "--no-cache", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return answer.returncode, answer.stdout + answer.stderr


def test_bean_check_agrees_with_every_balance(worked: World, tmp_path: Path) -> None:
    file = exported(worked, tmp_path)
    code, said = bean_check(file)
    text = file.read_text(encoding="utf-8")
    kinds = worked.scalar("SELECT array_agg(DISTINCT kind ORDER BY kind) FROM transfer")

    assert (code, said) == (0, "")
    assert (
        text.count(" open ")
        == text.count(" balance ")
        == worked.scalar(
            "SELECT count(DISTINCT account) FROM transfer, unnest(ARRAY[debit_account, credit_account]) AS account"
        )
    )
    assert text.count(" * ") == worked.scalar("SELECT count(*) FROM transfer")
    assert kinds == [int(kind) for kind in ALL_KINDS]


def test_a_broken_balance_is_found_by_bean_check(worked: World, tmp_path: Path) -> None:
    worked.tamper(
        "UPDATE account SET balance_fen = balance_fen + 1"
        " WHERE id = (SELECT max(id) FROM account WHERE balance_fen > 0)"
    )
    code, said = bean_check(exported(worked, tmp_path))

    assert code == 1
    assert "Balance failed" in said


def test_a_transfer_is_written_exactly_with_what_it_is_about(worked: World, tmp_path: Path) -> None:
    text = exported(worked, tmp_path).read_text(encoding="utf-8")
    transfer = worked.scalar("SELECT min(id) FROM transfer WHERE amount_fen = 123456789 AND kind = 5")

    assert (
        '\n2018-07-03 * "payment P3" "pay"\n'
        f'  transfer: "{transfer}"\n'
        '  subject: "P3"\n'
        '  quota: "Q1"\n'
        f'  document: "{DOCUMENT}"\n'
        "  Assets:D630121:FC22:QQ1:Free  -1234567.89 CNY\n"
        "  Expenses:D630121:FC22:QQ1:PaidIntermediate  1234567.89 CNY\n"
    ) in text
    assert "Assets:D630121:FC22:QQ1:XX1:AllotmentFree  -100.00 CNY" in text
    assert "Equity:D630121:Y2018:Suspense" in text
    assert "Qq-2d-1-2f--3014-扶-3015-:Free" in text


def test_an_empty_ledger_is_an_empty_file_that_is_sound(world: World, tmp_path: Path) -> None:
    assert bean_check(exported(world, tmp_path)) == (0, "")


def test_a_file_that_could_not_be_finished_does_not_take_its_name(worked: World, tmp_path: Path) -> None:
    file = tmp_path / "ledger.beancount"
    file.write_text("before", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        _export_and_fail(worked, file)

    assert file.read_text(encoding="utf-8") == "before"


def _export_and_fail(world: World, file: Path) -> None:
    class Failing(StoredJournal):
        def snapshot(self) -> Any:
            raise ZeroDivisionError

    world.journal = Failing(world.database)
    world.command("export", "--format", "beancount", "--out", str(file))


NAMES = st.text(max_size=6) | st.text("a-0扶 :", max_size=4)


@example(one="-a", other="\u02da")
@given(one=NAMES, other=NAMES)
def test_two_names_never_become_one(one: str, other: str) -> None:
    assert (beancount.component("Q", one) == beancount.component("Q", other)) is (one == other)


@given(
    kind=st.integers(0, (1 << KIND_BITS) - 1),
    quota=st.none() | NAMES,
    division=st.none() | NAMES,
    project=st.none() | NAMES,
    owner=st.none() | NAMES,
)
def test_every_account_has_a_legal_name(
    kind: int, quota: str | None, division: str | None, project: str | None, owner: str | None
) -> None:
    name = beancount.account_name((7 << KIND_BITS) + kind, quota, "C22", division, project, 2018, owner)

    assert LEGAL.fullmatch(name)


def test_kinds_of_account_that_are_not_known_here_have_names_of_their_own() -> None:
    numbers = range(1 << KIND_BITS)
    names = {
        beancount.account_name((7 << KIND_BITS) + number, "Q1", "C22", "630121", None, None, None)
        for number in numbers
    }

    assert len(names) == len(numbers)
    assert any(name.endswith(":PaidFinal") for name in names)
    assert len(AccountKind) < len(numbers)

"""Whatever is done behind the ledger's back, `verify` names it: the kind, the key and the document number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from services.ledger.domain import heads
from services.ledger.domain.heads import SignedHead
from tests.unit.ledger.forger import reseal
from tests.unit.ledger.world import DOCUMENT, PREFECTURE, World

OTHER = "青财农字〔2018〕200号"
Attack = Callable[[World], None]


@pytest.fixture
def worked(world: World) -> World:
    """Nine blocks with rows of every kind."""
    world.post("quota", {"key": "Q0", "division_code": PREFECTURE, "document_number": OTHER})
    world.post("quota", {"key": "Q1", "issuer_division_code": PREFECTURE, "upper_document_number": OTHER})
    world.post("project", {"key": "X1"})
    world.post("allotment", {"key": "A1"}, {"key": "A2", "amount_fen": 5})
    world.pay({"key": "P1"}, {"key": "P2", "document_number": None})
    world.post("disbursement", {"key": "D1"}, {"key": "D2", "document_number": None})
    world.pay({"key": "C1", "original_key": "P1", "amount_fen": -1_000})
    world.pay({"key": "P3", "project_key": "X1"})
    world.pay({"key": "P4"})
    return world


def of_height(height: int) -> str:
    return f"(SELECT posting_id FROM block WHERE height = {height})"


@pytest.mark.parametrize(
    ("statement", "en", "zh"),
    [
        (
            "UPDATE quota SET summary = '改' WHERE key = 'Q0'",
            f"block 1: quota Q0 (document {OTHER}) was changed",
            f"第 1 块：指标 Q0（文号 {OTHER}）已被改动",
        ),
        (
            "UPDATE payment SET amount_fen = 1 WHERE key = 'P1'",
            f"block 5: payment P1 (document {DOCUMENT}) was changed",
            f"第 5 块：支付 P1（文号 {DOCUMENT}）已被改动",
        ),
        (
            "UPDATE payment SET purpose = '改' WHERE key = 'P2'",
            "block 5: payment P2 was changed",
            "第 5 块：支付 P2 已被改动",
        ),
        (
            "UPDATE payment SET amount_fen = 1 WHERE key IN ('P1', 'P2')",
            f"block 5: payment P1 (document {DOCUMENT}), payment P2 were changed",
            f"第 5 块：支付 P1（文号 {DOCUMENT}）、支付 P2 已被改动",
        ),
        (
            "UPDATE allotment SET amount_fen = 1 WHERE key = 'A2'",
            f"block 4: allotment A2 (document {DOCUMENT}) was changed",
            f"第 4 块：分配 A2（文号 {DOCUMENT}）已被改动",
        ),
        (
            "UPDATE disbursement SET due_fen = 1 WHERE key = 'D1'",
            f"block 6: disbursement D1 (document {DOCUMENT}) was changed",
            f"第 6 块：发放明细 D1（文号 {DOCUMENT}）已被改动",
        ),
        (
            "UPDATE project SET name = '改'",
            f"block 3: project X1 (document {DOCUMENT}) was changed",
            f"第 3 块：项目 X1（文号 {DOCUMENT}）已被改动",
        ),
    ],
)
def test_a_changed_row_is_named_with_its_document(worked: World, statement: str, en: str, zh: str) -> None:
    worked.tamper(statement)
    found = worked.verify()

    assert (found.fault, found.fault_zh) == (en, zh)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (f"UPDATE transfer SET amount_fen = 2 WHERE id >> 20 = {of_height(9)}", ("Q1 free", "Q1 paid_final")),
        (f"UPDATE transfer SET effective_on = '2018-01-09' WHERE id >> 20 = {of_height(9)}", ("Q1 free",)),
        (f"UPDATE transfer SET subject_id = 5 WHERE id >> 20 = {of_height(9)}", ("payment P4",)),
        (f"DELETE FROM transfer WHERE id >> 20 = {of_height(2)}", ("Q0 free", "Q0 issued", "Q1 received")),
    ],
)
def test_a_changed_or_removed_transfer_names_whose_money_it_moves(
    worked: World, statement: str, named: tuple[str, ...]
) -> None:
    worked.tamper(statement)
    said = worked.verify().fault

    assert [part for part in (*named, DOCUMENT) if part not in said] == []


@pytest.mark.parametrize(
    ("key", "table", "height", "named"),
    [
        ("P1", "payment", 5, f"payment P1 (document {DOCUMENT}) was removed"),
        ("P4", "payment", 9, f"payment P4 (document {DOCUMENT}) was removed"),
        ("Q0", "quota", 1, f"quota Q0 (document {OTHER}) was removed"),
        ("X1", "project", 3, "project X1 was removed"),
        ("D1", "disbursement", 6, f"disbursement D1 (document {DOCUMENT}) was removed"),
    ],
)
def test_a_removed_row_is_named_as_it_was_told(
    worked: World, key: str, table: str, height: int, named: str
) -> None:
    worked.tamper(f"DELETE FROM {table} WHERE key = :key", key=key)
    said = worked.verify().fault

    assert said.startswith(f"block {height}: it has ")
    assert named in said


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM allotment WHERE key = 'A1'", "X1 allotment_free] (document"),
        ("DELETE FROM payment WHERE key = 'C1'", "Q1 paid_final] → "),
    ],
)
def test_a_removed_row_that_was_never_told_is_named_by_the_money_that_it_moved(
    worked: World, statement: str, named: str
) -> None:
    worked.tamper(statement)
    said = worked.verify().fault

    assert "was removed" in said
    assert [part for part in (named, DOCUMENT) if part not in said] == []


def test_a_row_changed_with_its_hash_is_named_by_what_was_told(worked: World) -> None:
    worked.tamper("UPDATE payment SET amount_fen = 1 WHERE key = 'P1'")
    sealed = worked.chain.blocks(5, 1)[0]
    reseal(worked, 5)
    worked.tamper(
        "UPDATE block SET merkle_root = :root, hash = :hash WHERE height = 5",
        root=sealed.merkle_root,
        hash=sealed.hash,
    )

    assert worked.verify().fault == (
        f"block 5: its entries are not those that were sealed; payment P1 (document {DOCUMENT}) was changed"
    )


@pytest.mark.parametrize(
    ("height", "named"),
    [
        (5, (f"payment P1 (document {DOCUMENT})", "payment P2")),
        (3, (f"project X1 (document {DOCUMENT})",)),
        (9, (f"payment P4 (document {DOCUMENT})",)),
    ],
)
def test_a_removed_block_names_the_documents_that_lie_in_none_any_more(
    worked: World, height: int, named: tuple[str, ...]
) -> None:
    worked.tamper("DELETE FROM block WHERE height = :height", height=height)
    said = worked.verify().fault

    assert said.startswith(f"block {height}: ")
    assert [part for part in (*named, "in no block") if part not in said] == []


def test_a_block_removed_from_the_end_with_the_head_set_back_is_named(worked: World) -> None:
    worked.tamper("DELETE FROM block WHERE height = 9")
    worked.tamper("UPDATE chain_head SET (height, hash) = (SELECT height, hash FROM block WHERE height = 8)")
    found = worked.verify()

    assert found.fault.startswith(f"payment P4 (document {DOCUMENT}), transfer ")
    assert found.fault_zh.endswith("不在任何块中")


def signed_at(world: World, *heights: int) -> list[SignedHead]:
    """The heads that were signed when the chain ended at these heights."""
    return [world.receipts.signatory.sign(world.chain.blocks(height, 1)[0]) for height in heights]


def _change_a_payment(world: World) -> None:
    world.tamper("UPDATE payment SET amount_fen = 9 WHERE key = 'P1'")
    reseal(world, 5)


def _remove_a_payment(world: World) -> None:
    world.tamper("DELETE FROM payment WHERE key = 'P1'")
    reseal(world, 5)


def _remove_a_block(world: World) -> None:
    for table in ("payment", "transfer"):
        world.tamper(f"DELETE FROM {table} WHERE id >> 20 = {of_height(5)}")
    world.tamper("DELETE FROM account_day WHERE posting_id = (SELECT posting_id FROM block WHERE height = 5)")
    world.tamper("DELETE FROM block WHERE height = 5")
    reseal(world, 5)


@pytest.mark.parametrize("attack", [_change_a_payment, _remove_a_payment, _remove_a_block])
def test_a_chain_that_was_sealed_again_is_told_by_a_signed_head(worked: World, attack: Attack) -> None:
    kept = signed_at(worked, 2, 4, 5, 9)
    attack(worked)
    said = worked.verify(1, kept).fault

    assert "block 5: it is not the block that was signed" in said
    assert "what stands from block 5 on may have been rewritten" in said


def test_the_chain_alone_does_not_tell_that_it_was_sealed_again(worked: World) -> None:
    """Or the test above would show nothing."""
    worked.tamper("UPDATE payment SET purpose = '改' WHERE key = 'P1'")
    reseal(worked, 5)

    assert worked.verify().fault == ""


def test_what_a_block_that_was_sealed_again_holds_is_named(worked: World) -> None:
    kept = signed_at(worked, 4, 9)
    worked.tamper("UPDATE payment SET amount_fen = 9 WHERE key = 'P4'")
    reseal(worked, 9)
    found = worked.verify(1, kept)

    assert found.fault == (
        f"block 9: it is not the block that was signed (key {kept[0].key_id});"
        " what stands from block 5 on may have been rewritten;"
        f" payment P4 (document {DOCUMENT}) was changed;"
        f" payment P4 (document {DOCUMENT}) is in the block that stands there now"
    )
    assert "第 9 块：不是当时签名的那一块" in found.fault_zh
    assert f"支付 P4（文号 {DOCUMENT}）现在此块中" in found.fault_zh


def test_a_chain_cut_off_without_a_trace_is_told_by_a_signed_head(worked: World) -> None:
    kept = signed_at(worked, 9)
    for table in ("payment", "transfer"):
        worked.tamper(f"DELETE FROM {table} WHERE id >> 20 = {of_height(9)}")
    worked.tamper(
        "DELETE FROM account_day WHERE posting_id = (SELECT posting_id FROM block WHERE height = 9)"
    )
    worked.tamper("DELETE FROM block WHERE height = 9")
    worked.tamper("UPDATE chain_head SET (height, hash) = (SELECT height, hash FROM block WHERE height = 8)")
    said = worked.verify(1, kept).fault

    assert said.startswith("block 9: it was signed (key ")
    assert f"payment P4 (document {DOCUMENT}) was removed" in said


def test_heads_below_the_first_height_are_looked_for_too(worked: World) -> None:
    kept = signed_at(worked, 3, 9)
    sound = worked.verify(7, kept)
    worked.tamper("UPDATE project SET name = '改'")
    reseal(worked, 3)
    found = worked.verify(7, kept)

    assert (sound.fault, sound.heads) == ("", 2)
    assert found.fault.startswith("block 3: it is not the block that was signed")


def test_the_command_compares_the_chain_with_a_file_of_heads(
    worked: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "heads.jsonl"
    worked.command("heads", "export", "--out", str(file))
    worked.pay({"key": "P5"})
    worked.command("heads", "export", "--out", str(file))
    sound = worked.command("verify", "--heads", str(file))
    worked.tamper("UPDATE payment SET purpose = '改' WHERE key = 'P4'")
    reseal(worked, 9)
    broken = worked.command("verify", "--heads", str(file))

    said = capsys.readouterr().out.splitlines()
    assert (sound, broken) == (0, 1)
    assert said[2].endswith("2 个链头 signed heads")
    assert said[3].startswith("链有损：第 9 块：不是当时签名的那一块")
    assert f"payment P4 (document {DOCUMENT}) is in the block that stands there now" in said[3]


def test_a_head_of_a_foreign_key_is_refused_before_the_chain_is_read(
    worked: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    block = worked.chain.blocks(9, 1)[0]
    foreign = heads.sign("630000", block.height, block.hash, block.recorded_at_us, 1, bytes(32))
    file = tmp_path / "heads.jsonl"
    file.write_bytes(heads.line_of(foreign))
    code = worked.command("verify", "--heads", str(file))
    named = worked.command("verify", "--heads", str(file), "--public-key", foreign.public_key.hex())

    said = capsys.readouterr().out.splitlines()
    assert (code, named) == (1, 0)
    assert said[0] == (
        f"第 1 行：链头由其他密钥 {foreign.key_id} 签名"
        f" · line 1: the head is signed with another key, {foreign.key_id}"
    )


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ("UPDATE account SET balance_fen = 0 WHERE balance_fen > 0", f"Q0 issued] (document {OTHER})"),
        ("UPDATE account_day SET delta_fen = 1 WHERE posting_id = " + of_height(9), "Q1 free"),
    ],
)
def test_a_wrong_balance_names_whose_it_is(worked: World, change: str, held: str) -> None:
    worked.tamper(change)
    found = worked.verify()

    assert found.fault.startswith("the balance of account ")
    assert held in found.fault
    assert found.fault_zh.endswith("的余额不等于其分录之和")

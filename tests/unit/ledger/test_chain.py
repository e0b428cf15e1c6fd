"""The chain: sound after any work, and every change behind the ledger's back is found and named."""

from __future__ import annotations

import hashlib
import sys
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kit.database import PostgresDatabase
from services.kit.errors import InvalidInput
from services.ledger import usecases
from services.ledger.domain import chain
from services.ledger.domain.chain import GENESIS, Block
from services.ledger.storage import chain as stored_chain
from services.ledger.usecases import verifying
from services.ledger.usecases.verifying import TOLD, Verified
from tests.unit.ledger.world import DOCUMENT, World

SEALED = ("quota", "project", "allotment", "payment", "disbursement", "transfer", "owner")
KEPT = (*SEALED, "ended_share", "account", "account_day", "block", "chain_head")


@pytest.fixture(scope="module")
def kept(_ledger_database: PostgresDatabase) -> World:
    """A ledger with entries of every kind in its ten blocks, with a copy of them beside it."""
    world = World(_ledger_database)
    world.reset()
    world.pay({"key": "P0", "document_number": "二"}, {"key": "P1"})
    world.post("quota", {"key": "Q1"})
    world.post("project", {"key": "X1"})
    world.post("allotment", {"key": "A1"})
    world.post("disbursement", {"key": "D1"})
    world.pay({"key": "P2", "project_key": "X1"}, {"key": "P3", "payee_kind": "unit"})
    world.pay({"key": "C1", "original_key": "P2", "amount_fen": -1_000})
    world.post("quota", {"key": "Q2", "document_number": "二"})
    for number in range(4, 6):
        world.pay({"key": f"P{number}"})
    with world.database.transaction() as connection:
        copies = "; ".join(f"CREATE TABLE kept.{table} AS TABLE {table}" for table in KEPT)
        connection.execute(text(f"DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept; {copies}"))
    return world


@pytest.fixture
def worked(kept: World) -> World:
    """The same ledger as it was, whatever the test before did to it."""
    restored = "; ".join(f"INSERT INTO {table} TABLE kept.{table}" for table in KEPT)
    with kept.database.transaction() as connection:
        connection.execute(
            text(
                f"SET LOCAL session_replication_role = replica; TRUNCATE {', '.join(KEPT)}, stream_event,"
                f" stream_head, outbox; {restored}; SELECT setval('posting_id', 1000)"
            )
        )
    return kept


def test_the_chain_is_sound_after_work_of_every_kind(worked: World) -> None:
    found = worked.verify()

    assert (found.fault, found.blocks, found.height) == ("", 10, 10)
    assert found.entries == worked.scalar("SELECT sum(entries) FROM block")


def test_an_empty_chain_is_sound(world: World) -> None:
    assert world.verify() == Verified(0, 0, 0)


def test_the_chain_is_verified_from_any_height(worked: World) -> None:
    found = [worked.verify(height) for height in (2, 5, 10)]

    assert [(one.fault, one.blocks) for one in found] == [("", 9), ("", 6), ("", 1)]


def test_a_height_beyond_the_head_is_refused(worked: World) -> None:
    height = worked.chain.head()[0]
    with pytest.raises(InvalidInput) as refused:
        usecases.verify_chain(worked.chain, height + 1, lambda *_: None)

    assert refused.value.code == "ledger.beyond_head"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            "UPDATE payment SET amount_fen = amount_fen + 1 WHERE key = 'P3'",
            "block 6: payment P3 (document 青财农字〔2018〕100号) was changed",
        ),
        (
            "UPDATE payment SET payee_name_mask = '某' WHERE key = 'P3'",
            "block 6: payment P3 (document 青财农字〔2018〕100号) was changed",
        ),
        (
            "UPDATE payment SET project_key = NULL WHERE key = 'P2'",
            "block 6: payment P2 (document 青财农字〔2018〕100号) was changed",
        ),
        (
            "UPDATE quota SET effective_on = effective_on + 1",
            "block 2: quota Q1 (document 青财农字〔2018〕100号) was changed",
        ),
        (
            "UPDATE project SET name = name || '。'",
            "block 3: project X1 (document 青财农字〔2018〕100号) was changed",
        ),
        (
            "UPDATE allotment SET amount_fen = 1",
            "block 4: allotment A1 (document 青财农字〔2018〕100号) was changed",
        ),
        (
            "UPDATE disbursement SET id_check_ok = false",
            "block 5: disbursement D1 (document 青财农字〔2018〕100号) was changed",
        ),
        (
            "UPDATE transfer SET amount_fen = 2 WHERE id >> 20 = (SELECT posting_id FROM block WHERE height = 2)",
            "block 2: its entries are not",
        ),
        ("UPDATE owner SET project_key = 'X2' WHERE project_key = 'X1'", "block 4: its entries are not"),
        ("DELETE FROM payment WHERE key = 'P4'", "block 9: it has 1 entries where 2 were sealed"),
        (
            "DELETE FROM transfer WHERE id >> 20 = (SELECT posting_id FROM block WHERE height = 9)",
            "block 9: it has 1 entries where 2 were sealed",
        ),
        ("DELETE FROM block WHERE height = 3", "block 3: height 3 is missing"),
        ("DELETE FROM block WHERE height = 10", "block 10: it is missing"),
        ("DELETE FROM block WHERE height = 1", "block 1: height 1 is missing"),
        ("UPDATE block SET recorded_at_us = 0 WHERE height = 5", "block 5: its own fields were changed"),
        (
            "UPDATE block SET previous_hash = hash WHERE height = 5",
            "block 5: the hash of the block before it",
        ),
        ("UPDATE block SET hash = previous_hash WHERE height = 10", "block 10: its own fields were changed"),
        (
            "UPDATE chain_head SET (height, hash) = (SELECT height, hash FROM block WHERE height = 9)",
            "block 10: it is above the head",
        ),
        ("UPDATE chain_head SET height = 12", "block 11: it is missing, the head is 12"),
        ("UPDATE chain_head SET hash = decode('00', 'hex')", "block 10: it is not the head"),
        ("UPDATE account SET balance_fen = balance_fen + 1 WHERE id & 31 = 5", "the balance of account"),
        ("UPDATE account_day SET day = day + 1 WHERE account_id & 31 = 5", "the balance of account"),
        ("DELETE FROM account WHERE id & 31 = 5", "the balance of account"),
        ("INSERT INTO account VALUES (12345, 6)", "the balance of account 12345"),
    ],
)
def test_what_was_changed_is_found_and_named(worked: World, statement: str, named: str) -> None:
    worked.tamper(statement)

    assert worked.verify().fault.startswith(named)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            "INSERT INTO transfer VALUES (1 << 40, 1, 1, 2, 5, '2018-01-01', 1)",
            f"transfer {1 << 40} is in no block",
        ),
        ("INSERT INTO owner VALUES (1 << 40, 'suspense:x')", "account suspense:x is in no block"),
        (
            "INSERT INTO project SELECT 1 << 40, 'X9', content_hash, name, division_code, project_type, fiscal_year,"
            " 1, 1, NULL, NULL, effective_on, import_id, line, category FROM project",
            "project X9 is in no block",
        ),
    ],
)
def test_an_entry_in_no_block_is_found(worked: World, statement: str, named: str) -> None:
    worked.tamper(statement.replace("1 << 40", str(1 << 40)))

    assert worked.verify().fault == named


def test_an_entry_slipped_into_a_block_is_found(worked: World) -> None:
    worked.tamper(
        "INSERT INTO transfer SELECT id + 60000, kind, debit_account, credit_account, 1, effective_on, subject_id"
        " FROM transfer WHERE id >> 20 = (SELECT posting_id FROM block WHERE height = 9)"
    )

    assert worked.verify().fault.startswith("block 9: it has 3 entries where 2 were sealed")


def test_a_row_and_its_hash_changed_together_are_found_by_the_block(worked: World) -> None:
    frame = worked.chain.entries(chain.Tag.PROJECT, [worked.chain.blocks(3, 1)[0].posting_id])
    forged = frame.with_columns(name=frame["name"] + "x")
    leaf = chain.leaves(forged.drop(TOLD), chain.Tag.PROJECT)[0]
    worked.tamper(
        "UPDATE project SET name = name || 'x', content_hash = :hash", hash=leaf[: chain.CONTENT_HASH_BYTES]
    )

    assert worked.verify().fault.startswith("block 3: its entries are not those that were sealed")


@pytest.mark.parametrize("tag", list(chain.Tag))
def test_the_database_encodes_entries_as_posting_did(worked: World, tag: chain.Tag) -> None:
    worked.pay({"key": "空", "purpose": "", "agency_name": "𠀀'\\\"", "payee_name_token": 2**63 - 1})
    ids = [block.posting_id for block in worked.chain.blocks(1, 100)]
    frame, sealed = worked.chain.entries(tag, ids), worked.chain.sealed(tag, ids)
    leaves = [hashlib.sha256(entry).digest() for entry in sealed.hashed]

    assert leaves == chain.leaves(frame.drop(TOLD), tag)
    assert list(sealed.ids) == frame["told_id"].to_list()
    assert [kept.hex() if kept else None for kept in sealed.content_hashes] == frame[
        "told_content_hash"
    ].to_list()


class PostsMeanwhile:
    """A stored chain beside which payments are posted whenever it is asked for its blocks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._posted = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world.chain, name)

    def blocks(self, from_height: int, limit: int) -> list[Block]:
        self._posted += 1
        assert self._posted < 20, "this would never end"
        self._world.pay({"key": f"M{self._posted}"})
        return self._world.chain.blocks(from_height, limit)


def test_the_chain_can_be_verified_while_postings_go_on(worked: World) -> None:
    found = usecases.verify_chain(PostsMeanwhile(worked), 1, lambda *_: None)

    assert (found.fault, found.height) == ("", 10)


@pytest.mark.parametrize("table", ["transfer", "block", "owner", "ended_share", "account_day"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = {}"])
def test_the_database_itself_guards_what_is_written_once(worked: World, table: str, statement: str) -> None:
    column = {
        "transfer": "id",
        "block": "height",
        "owner": "id",
        "ended_share": "number",
        "account_day": "day",
    }[table]
    change = statement.format(table, column, column)

    with (
        pytest.raises(DBAPIError, match=f"{table} is append-only"),
        worked.database.transaction() as connection,
    ):
        connection.execute(text(change))


def test_a_transfer_of_nothing_or_to_itself_is_refused_by_the_database(world: World) -> None:
    for accounts, fen in (("1, 1", 5), ("1, 2", 0), ("1, 2", -5)):
        with pytest.raises(DBAPIError, match="check"), world.database.transaction() as connection:
            connection.execute(
                text(f"INSERT INTO transfer VALUES (1, 1, {accounts}, {fen}, :day, 1)"),
                {"day": date(2018, 1, 1)},
            )


def test_blocks_follow_each_other_from_zeros(worked: World) -> None:
    blocks = worked.chain.blocks(1, 100)

    assert blocks[0].previous_hash == GENESIS
    assert [block.previous_hash for block in blocks[1:]] == [block.hash for block in blocks[:-1]]
    assert worked.chain.head() == (blocks[-1].height, blocks[-1].hash)


def test_the_command_says_where_the_chain_is_broken(
    worked: World, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = worked.command("verify")
    worked.tamper("UPDATE project SET name = '别'")
    broken = worked.command("verify")

    said = capsys.readouterr().out.splitlines()
    assert (sound, broken) == (0, 1)
    assert said[0].startswith("链完好 · the chain is sound: 10 块")
    assert said[1] == (
        f"链有损：第 3 块：项目 X1（文号 {DOCUMENT}）已被改动"
        f" · the chain is broken: block 3: project X1 (document {DOCUMENT}) was changed"
    )


def test_a_terminal_shows_how_far_each_step_is_and_a_file_does_not(
    worked: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worked.command("verify")
    silent = capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    worked.command("verify")
    shown, whole = capsys.readouterr().err, 100 * len(chain.Tag)

    assert silent == ""
    assert "] 10/10 区块 blocks" in shown
    assert f"{'█' * 40}] {whole}/{whole} 游离分录 strays" in shown
    assert f"{'█' * 40}] 200/200 余额 balances" in shown


def test_a_part_of_one_block_at_a_time_is_verified_as_all_at_once(
    worked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = worked.verify()
    monkeypatch.setattr(verifying, "ENTRIES_AT_ONCE", 1)
    monkeypatch.setattr(verifying, "BLOCKS_AT_ONCE", 3)
    monkeypatch.setattr(stored_chain, "POSTINGS_AT_ONCE", 2)
    monkeypatch.setattr(stored_chain, "ROWS_AT_ONCE", 1)
    in_parts = worked.verify()
    worked.tamper("INSERT INTO owner VALUES (:id, 'suspense:x')", id=1 << 40)
    stray = worked.verify().fault

    assert in_parts == whole
    assert stray == "account suspense:x is in no block"

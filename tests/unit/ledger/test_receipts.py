"""Receipts of a real ledger: for whom there is one, what it proves, and the files that are checked without the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from mingzhang.ledger.v1 import chain_pb2 as pb

from services.kit.caller import FINANCE_OFFICER, Caller, Scope
from services.kit.errors import Conflict, InvalidInput, MingzhangError, NotFound, NotSignedIn
from services.kit.rpc.context import acting_as
from services.ledger import usecases
from services.ledger.domain import heads, receipts
from services.ledger.domain.documents import Kind
from services.ledger.domain.linking import UNSTORABLE_TEXT
from services.ledger.rpc import ChainServicer
from services.ledger.storage import SEALED
from services.ledger.usecases import heads as reading_heads
from services.ledger.usecases import receipts as giving
from services.ledger.usecases.receipts import KINDS
from tests.unit.ledger.forger import reseal
from tests.unit.ledger.linker import Linker
from tests.unit.ledger.papers import Desk, line
from tests.unit.ledger.world import COUNTY, DOCUMENT, NEIGHBOUR, PREFECTURE, SEED, World

KEYS = {
    "quota": "Q1",
    "project": "X1",
    "allotment": "A1",
    "payment": "P1",
    "disbursement": "D1",
    "quota_document": "DOC",
    "quota_line": "DOC:1",
    "link": "LINK",
    "link_line": "LINK:1",
}
PUBLIC_KEY = heads.public_key_of(SEED).hex()
CONTEXT: Any = None


@pytest.fixture
def worked(world: World) -> World:
    """Rows of every kind in six blocks, several in most."""
    world.post("quota", {"key": "Q1"}, {"key": "Q2", "document_number": "二", "fund_code": "C30"})
    world.post("project", {"key": "X1"}, {"key": "X2"})
    world.post("allotment", {"key": "A0", "quota_key": "Q2", "project_key": "X2"}, {"key": "A1"})
    world.pay(
        {"key": "P0"}, {"key": "P1", "payee_name_mask": "张*", "payee_name_token": 2**62 + 1}, {"key": "P2"}
    )
    world.post("disbursement", {"key": "D1"})
    world.pay({"key": "P9"})
    return world


@pytest.fixture
def documented(worked: World) -> World:
    """The same with a document of the county, and a link that one of its officers made."""
    Desk(worked).hand_in(Kind.FREEZE, line("Q1", 5), division_code=COUNTY, key="DOC")
    Linker(worked).link(("P2", "Q1", 100), key="LINK")
    return worked


def refused(call: Any, kind: type[MingzhangError]) -> MingzhangError:
    with pytest.raises(kind) as refusal:
        call()
    return refusal.value


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_entry_has_a_receipt_that_leads_to_the_head_of_now(
    documented: World, kind: str
) -> None:
    given = usecases.give_receipt(documented.receipts, Scope(""), kind, KEYS[kind])
    text = receipts.to_json(given)
    found = usecases.check_receipt(text, SEALED, {heads.public_key_of(SEED)}, [documented.head()])

    assert (found.tag.name.lower(), found.key) == (kind, KEYS[kind])
    assert (found.head.height, found.head.hash) == documented.chain.head()
    assert found.fields["key"] == KEYS[kind]


def test_a_receipt_shows_what_was_posted(worked: World) -> None:
    given = usecases.give_receipt(worked.receipts, Scope(""), "payment", "P1")

    assert given.fields["document_number"] == DOCUMENT
    assert given.fields["amount_fen"] == 10_000
    assert given.fields["effective_on"] == "2018-07-03"
    assert given.fields["account_has_cjk"] is False
    assert given.fields["payee_name_token"] == 2**62 + 1
    assert given.fields["project_key"] is None
    assert given.head.province == "630000"


@pytest.mark.parametrize(
    ("kind", "key", "code"),
    [
        ("payment", "P8", "ledger.entry_unknown"),
        ("quota", "P1", "ledger.entry_unknown"),
        ("transfer", "1", "ledger.receipt_kind"),
        ("account", "x", "ledger.receipt_kind"),
        ("", "", "ledger.receipt_kind"),
        ("payment", "", UNSTORABLE_TEXT),
        ("payment", "a\x00b", UNSTORABLE_TEXT),
    ],
)
def test_what_has_no_receipt_is_refused(worked: World, kind: str, key: str, code: str) -> None:
    refusal = refused(lambda: usecases.give_receipt(worked.receipts, Scope(""), kind, key), MingzhangError)

    assert refusal.code == code


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(""), {*KINDS}),
        (Scope(PREFECTURE), {*KINDS}),
        (Scope(COUNTY), {*KINDS}),
        (Scope(NEIGHBOUR), set()),
        (Scope(COUNTY, ("C22",)), {*KINDS}),
        (Scope(COUNTY, ("C30",)), set()),
        (Scope(NEIGHBOUR, ("C22",)), set()),
    ],
)
def test_a_receipt_is_for_whoever_may_see_the_entry(documented: World, scope: Scope, seen: set[str]) -> None:
    given = set()
    for kind in KINDS:
        try:
            usecases.give_receipt(documented.receipts, scope, kind, KEYS[kind])
            given.add(kind)
        except NotFound:
            pass

    assert given == seen


def test_too_many_headers_and_the_head_of_the_block_itself_is_signed(
    worked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving, "HEADERS_MAX", 2)
    near = usecases.give_receipt(worked.receipts, Scope(""), "payment", "P1")
    far = usecases.give_receipt(worked.receipts, Scope(""), "project", "X1")
    usecases.check_receipt(receipts.to_json(far), SEALED, ())

    assert (len(near.headers), near.head.height) == (2, 6)
    assert (len(far.headers), far.head.height) == (0, 2)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payment SET amount_fen = 1 WHERE key = 'P1'",
        "UPDATE payment SET amount_fen = 1 WHERE key = 'P2'",
        "DELETE FROM payment WHERE key = 'P0'",
        "UPDATE block SET recorded_at_us = 0 WHERE height = 4",
    ],
)
def test_nothing_is_signed_for_a_block_that_is_not_what_was_sealed(worked: World, statement: str) -> None:
    worked.tamper(statement)
    refusal = refused(lambda: usecases.give_receipt(worked.receipts, Scope(""), "payment", "P1"), Conflict)

    assert refusal.code == "ledger.chain_broken"


def test_no_head_is_signed_of_an_empty_chain_nor_of_one_without_its_newest_block(world: World) -> None:
    empty = refused(world.head, NotFound)
    world.pay({"key": "P1"})
    world.tamper("UPDATE chain_head SET hash = decode('00', 'hex')")
    broken = refused(world.head, Conflict)

    assert (empty.code, broken.code) == ("ledger.chain_empty", "ledger.chain_broken")


def test_a_receipt_of_before_tells_that_the_chain_was_sealed_again(worked: World) -> None:
    kept = receipts.to_json(usecases.give_receipt(worked.receipts, Scope(""), "payment", "P1"))
    worked.tamper("UPDATE payment SET amount_fen = 1 WHERE key = 'P0'")
    reseal(worked, 4)
    now = [worked.head()]
    refusal = refused(lambda: usecases.check_receipt(kept, SEALED, (), now), InvalidInput)

    assert refusal.code == "ledger.receipt_other_chain"


def test_heads_that_lie_elsewhere_prove_nothing_of_a_receipt(worked: World) -> None:
    kept = receipts.to_json(usecases.give_receipt(worked.receipts, Scope(""), "payment", "P1"))
    elsewhere = [worked.receipts.signatory.sign(worked.chain.blocks(1, 1)[0])]
    refusal = refused(lambda: usecases.check_receipt(kept, SEALED, (), elsewhere), InvalidInput)

    assert refusal.code == "ledger.receipt_unmet"


def servicer_of(world: World) -> ChainServicer:
    return ChainServicer(world.receipts)


def test_the_rpc_gives_documents_within_the_scope_of_the_caller(worked: World) -> None:
    county = Caller("li", (FINANCE_OFFICER,), Scope(COUNTY), "zh", "request-1")
    neighbour = Caller("wang", (FINANCE_OFFICER,), Scope(NEIGHBOUR), "zh", "request-1")
    request = pb.GetReceiptRequest(kind="payment", key="P1")
    with acting_as(county):
        given = servicer_of(worked).GetReceipt(request, CONTEXT)
        head = servicer_of(worked).GetSignedHead(pb.GetSignedHeadRequest(), CONTEXT)
    with acting_as(neighbour):
        unseen = refused(lambda: servicer_of(worked).GetReceipt(request, CONTEXT), NotFound)
    nobody = refused(lambda: servicer_of(worked).GetReceipt(request, CONTEXT), NotSignedIn)
    no_head = refused(
        lambda: servicer_of(worked).GetSignedHead(pb.GetSignedHeadRequest(), CONTEXT), NotSignedIn
    )

    found = usecases.check_receipt(given.receipt, SEALED, (), [heads.read_line(head.head)])
    assert (found.key, given.block_height, given.head_height, head.height) == ("P1", 4, 6, 6)
    assert (unseen.code, nobody.code, no_head.code) == (
        "ledger.entry_unknown",
        "caller.missing",
        "caller.missing",
    )


def test_the_commands_give_a_receipt_and_check_it_without_the_ledger(
    worked: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, kept = tmp_path / "receipt.json", tmp_path / "heads.jsonl"
    codes = [
        worked.command("receipt", "payment", "P1", "--out", str(receipt)),
        worked.command("heads", "export", "--out", str(kept)),
        worked.command("receipt", "check", str(receipt), "--heads", str(kept), "--public-key", PUBLIC_KEY),
        worked.command("receipt", "check", str(receipt)),
        worked.command("receipt", "check", str(receipt), "--public-key", "ab" * 32),
    ]
    document = orjson.loads(receipt.read_bytes())
    document["fields"]["amount_fen"] = 1
    receipt.write_bytes(orjson.dumps(document))
    codes.append(worked.command("receipt", "check", str(receipt)))

    said = capsys.readouterr().out
    assert codes == [0, 0, 0, 0, 1, 1]
    assert "回执有效 · the receipt is valid: payment P1, 区块 block 4" in said
    assert f"  document_number: {DOCUMENT}" in said
    assert PUBLIC_KEY in said
    assert "回执无效：所示内容与分录不符 · the receipt is not valid" in said


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda line: line[:-30], "第 2 行：不是完整的链头 · line 2: this is not a whole head"),
        (lambda _: b"\x00\xff garbage\n", "line 2: this is not a whole head"),
        (
            lambda line: line.replace(b'"height":6', b'"height":5'),
            "line 2: the signature of the head at height 5",
        ),
        (lambda _: b"x" * 5_000, "line 2: this is not a whole head"),
    ],
)
def test_a_line_that_is_no_head_is_told_by_its_number(
    worked: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Any, said: str
) -> None:
    line = heads.line_of(worked.head())
    file = tmp_path / "heads.jsonl"
    file.write_bytes(line + spoil(line))
    codes = [
        worked.command("heads", "check", str(file)),
        worked.command("heads", "check", str(file), "--public-key", PUBLIC_KEY),
        worked.command("verify", "--heads", str(file)),
    ]

    assert codes == [1, 1, 1]
    assert capsys.readouterr().out.count(said) == 3


def test_two_heads_of_one_height_that_differ_are_told(worked: World) -> None:
    block = worked.chain.blocks(6, 1)[0]
    other = heads.sign("630000", 6, bytes(32), block.recorded_at_us, 1, SEED)
    lines = [heads.line_of(worked.head()), heads.line_of(worked.head()), heads.line_of(other)]
    refusal = refused(lambda: usecases.read_heads(lines, ()), InvalidInput)

    assert (refusal.code, refusal.parameters["line"]) == ("ledger.head_two", "3")


def test_a_file_of_heads_has_one_key_unless_several_are_trusted(worked: World) -> None:
    block = worked.chain.blocks(5, 1)[0]
    foreign = heads.sign("630000", 5, block.hash, block.recorded_at_us, 1, bytes(32))
    lines = [heads.line_of(worked.head()), heads.line_of(foreign)]
    refusal = refused(lambda: usecases.read_heads(lines, ()), InvalidInput)
    both = usecases.read_heads(lines, {foreign.public_key, worked.head().public_key})

    assert (refusal.code, refusal.parameters["line"]) == ("ledger.head_foreign_key", "2")
    assert [head.height for head in both] == [6, 5]


def test_files_of_heads_are_bounded(
    worked: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "heads.jsonl"
    file.write_bytes(heads.line_of(worked.head()) * 3)
    monkeypatch.setattr(reading_heads, "LINES_MAX", 2)
    lines = worked.command("heads", "check", str(file))
    monkeypatch.setattr("services.ledger.cli.FILE_BYTES_MAX", 100)
    size = worked.command("heads", "check", str(file))
    file.write_bytes(b"\n")
    none = worked.command("heads", "check", str(file))

    said = capsys.readouterr().out.splitlines()
    assert (lines, size, none) == (1, 1, 1)
    assert [line.split(" · ")[1] for line in said] == [
        "a file of heads has at most 2 lines",
        f"the file {file} is larger than 100 bytes",
        "there is no head in the file",
    ]


def test_a_head_is_appended_on_a_line_of_its_own_even_after_one_that_was_cut_off(
    worked: World, tmp_path: Path
) -> None:
    file = tmp_path / "heads.jsonl"
    worked.command("heads", "export", "--out", str(file))
    file.write_bytes(file.read_bytes()[:-9])
    worked.command("heads", "export", "--out", str(file))
    first, second = file.read_bytes().splitlines()

    assert heads.read_line(second).height == 6
    assert refused(lambda: heads.read_line(first), InvalidInput).code == "ledger.head_unreadable"


def test_a_public_key_that_is_none_is_refused(worked: World, tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    file.write_bytes(heads.line_of(worked.head()))

    assert [worked.command("heads", "check", str(file), "--public-key", key) for key in ("xyz", "ab")] == [
        1,
        1,
    ]

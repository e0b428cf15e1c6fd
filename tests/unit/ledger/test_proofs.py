"""Paths, entries, heads and receipts as values: what is true is proved, and nothing else is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.errors import InvalidInput
from services.ledger.domain import chain, heads, receipts
from services.ledger.domain.chain import GENESIS, Block, Tag
from services.ledger.domain.entries import Field, decode_row, encode_row, leaf_of
from services.ledger.domain.heads import SignedHead
from services.ledger.domain.proofs import merkle_path, root_of
from services.ledger.domain.receipts import Receipt
from services.ledger.storage import SEALED

SEED = bytes(range(32))
LEAVES_MAX = 70
NUMBER = st.integers(0, 2**63 - 1)
HASH = st.binary(min_size=32, max_size=32)


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(bytes((number,))).digest() for number in range(count)]


@pytest.mark.parametrize("count", range(1, LEAVES_MAX + 1))
def test_a_path_leads_to_the_root_from_its_own_leaf_and_place_alone(count: int) -> None:
    hashes = leaves(count)
    root = chain.merkle_root(hashes)
    led = {
        (leaf, place, at)
        for at in range(count)
        for path in [merkle_path(hashes, at)]
        for other in range(-1, count + 1)
        for leaf, place in ((other % count, at), (at, other), (other % count, other))
        if root_of(hashes[leaf], place, count, path) == root
    }

    assert led == {(number, number, number) for number in range(count)}


@pytest.mark.parametrize("count", range(1, LEAVES_MAX + 1))
def test_a_path_that_is_cut_lengthened_or_of_another_tree_leads_nowhere(count: int) -> None:
    hashes = leaves(count)
    root = chain.merkle_root(hashes)
    wrong = [
        other
        for at in range(count)
        for path in [merkle_path(hashes, at)]
        for other in (
            *((path[:cut] + path[cut + 1 :]) for cut in range(len(path))),
            [*path, hashes[0]],
            [*path[:-1], path[-1][:-1]] if path else [b""],
        )
        if root_of(hashes[at], at, count, other) == root
    ]
    other_sizes = [
        size
        for at in range(count)
        for size in (0, count * 2, count * 4)
        if root_of(hashes[at], at, size, merkle_path(hashes, at)) == root
    ]

    assert (wrong, other_sizes) == ([], [])


def values_of(dtype: Any) -> st.SearchStrategy[Any]:
    """Values of a column, null among them."""
    some: st.SearchStrategy[Any] = {
        pl.String: st.text(max_size=12),
        pl.Boolean: st.booleans(),
        pl.Date: st.dates(date(1900, 1, 1), date(2200, 1, 1)),
        pl.Int16: st.integers(-(2**15), 2**15 - 1),
        pl.Int32: st.integers(-(2**31), 2**31 - 1),
        pl.Int64: st.integers(-(2**63) + 1, 2**63 - 1),
    }[dtype]
    return st.none() | some


def rows(tag: Tag) -> st.SearchStrategy[dict[str, Any]]:
    """Rows of a kind, their columns in the order of the encoding."""
    drawn = st.fixed_dictionaries({name: values_of(dtype) for name, dtype in SEALED[tag].items()})
    return drawn.map(lambda row: {name: row[name] for name in SEALED[tag]})


def shown(row: Mapping[str, Any]) -> dict[str, Field]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("tag", list(SEALED))
@given(data=st.data())
def test_an_entry_is_read_back_from_the_bytes_that_the_chain_seals(tag: Tag, data: st.DataObject) -> None:
    row = data.draw(rows(tag))
    entry = encode_row(tag, shown(row), SEALED[tag])
    sealed = chain.leaves(pl.DataFrame([row], schema=SEALED[tag]), tag)

    assert [leaf_of(entry)] == sealed
    assert decode_row(entry, tag, SEALED[tag]) == shown(row)


@settings(max_examples=200, deadline=None)
@given(entry=st.binary(max_size=60) | st.binary(max_size=200).map(lambda tail: bytes((6, 1, 9, 20)) + tail))
def test_bytes_that_are_no_entry_are_refused_and_nothing_else_happens(entry: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_row(entry, Tag.PAYMENT, SEALED[Tag.PAYMENT])

    assert refused.value.code == "ledger.entry_unreadable"


@st.composite
def signed_heads(draw: st.DrawFn) -> SignedHead:
    """Any head, signed."""
    province, height = draw(st.text(max_size=12)), draw(NUMBER.filter(bool))
    return heads.sign(province, height, draw(HASH), draw(NUMBER), draw(NUMBER), draw(HASH))


@settings(max_examples=100, deadline=None)
@given(head=signed_heads())
def test_a_signed_head_is_read_back_from_its_line(head: SignedHead) -> None:
    found = heads.read_line(heads.line_of(head))
    heads.check(found, {head.public_key})

    assert found == head


@settings(max_examples=300, deadline=None)
@given(head=signed_heads(), data=st.data())
def test_a_head_with_any_one_byte_changed_is_refused(head: SignedHead, data: st.DataObject) -> None:
    line = heads.line_of(head).rstrip()
    place = data.draw(st.integers(0, len(line) - 1))
    other = bytes((line[place] ^ data.draw(st.integers(1, 255)),))
    with pytest.raises(InvalidInput) as refused:
        heads.check(heads.read_line(line[:place] + other + line[place + 1 :]), ())

    assert refused.value.code in {"ledger.head_unreadable", "ledger.head_signature"}


def test_hexadecimal_digits_are_small_so_that_no_two_texts_are_one_head() -> None:
    line = heads.line_of(plain_receipt().head)
    taken = []
    for place in range(len(line)):
        other = line[:place] + line[place : place + 1].swapcase() + line[place + 1 :]
        try:
            taken += [place for _ in [heads.read_line(other)] if other != line]
        except InvalidInput:
            continue

    assert taken == []


@settings(max_examples=300, deadline=None)
@given(line=st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_garbage_is_no_head(line: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        heads.read_line(line)

    assert refused.value.code == "ledger.head_unreadable"


@pytest.mark.parametrize(
    "line", [b"[" * 4_000, b"{}", b"null", b'{"height": 1e999}', b"{" * 4_000, b'"' + b"x" * 5_000 + b'"']
)
def test_deep_long_and_empty_documents_are_no_heads(line: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        heads.read_line(line)

    assert refused.value.code == "ledger.head_unreadable"


@st.composite
def given_receipts(draw: st.DrawFn) -> Receipt:
    """The receipt of some entry of some block of some chain."""
    tag = draw(st.sampled_from([Tag.PAYMENT, Tag.QUOTA, Tag.PROJECT, Tag.ALLOTMENT]))
    row = draw(rows(tag)) | {"key": draw(st.text(min_size=1, max_size=8))}
    entry = encode_row(tag, shown(row), SEALED[tag])
    hashes = draw(st.lists(HASH, max_size=20))
    place = draw(st.integers(0, len(hashes)))
    hashes.insert(place, leaf_of(entry))
    height, posting_id, at_us = draw(st.integers(1, 2**40)), draw(NUMBER), draw(NUMBER)
    before = draw(HASH)
    block = chain.seal(height, posting_id, before, chain.merkle_root(hashes), len(hashes), at_us)
    headers: list[Block] = []
    for root, entries in draw(st.lists(st.tuples(HASH, st.integers(0, 2**31)), max_size=3)):
        last = [block, *headers][-1]
        headers.append(chain.seal(last.height + 1, posting_id, last.hash, root, entries, at_us))
    last = [block, *headers][-1]
    head = heads.sign("630000", last.height, last.hash, last.recorded_at_us, 1, SEED)
    path = merkle_path(hashes, place)
    return Receipt(tag, row["key"], shown(row), entry, place, path, block, headers, head)


@settings(max_examples=60, deadline=None)
@given(receipt=given_receipts())
def test_a_receipt_is_read_back_and_proves_its_entry(receipt: Receipt) -> None:
    found = receipts.from_json(receipts.to_json(receipt))
    receipts.check(found, SEALED, {heads.public_key_of(SEED)})

    assert found == receipt
    assert found.hash_at(receipt.head.height) == receipt.head.hash


def _changed(document: Any, data: st.DataObject) -> Any:
    """The document with one byte of one value changed, as a hexadecimal digit, a digit or a character."""
    name = data.draw(st.sampled_from(sorted(document)))
    value = document[name]
    while isinstance(value, dict | list) and value:
        document = value
        name = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        value = document[name]
    if isinstance(value, str) and value:
        place = data.draw(st.integers(0, len(value) - 1))
        other = data.draw(st.sampled_from("0123456789abcdefA扶").filter(lambda c: c != value[place]))
        document[name] = value[:place] + other + value[place + 1 :]
    elif isinstance(value, bool):
        document[name] = not value
    elif isinstance(value, int):
        document[name] = value ^ (1 << data.draw(st.integers(0, 40)))
    else:
        document[name] = 1
    return name


@settings(max_examples=600, deadline=None)
@given(receipt=given_receipts(), data=st.data())
def test_a_receipt_with_any_one_byte_changed_proves_nothing(receipt: Receipt, data: st.DataObject) -> None:
    document = orjson.loads(receipts.to_json(receipt))
    _changed(document, data)
    with pytest.raises(InvalidInput) as refused:
        receipts.check(receipts.from_json(orjson.dumps(document)), SEALED, ())

    assert refused.value.code.startswith("ledger.")


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("fields", "ledger.receipt_fields"),
        ("entry", "ledger.receipt_fields"),
        ("place", "ledger.receipt_path"),
        ("path", "ledger.receipt_path"),
        ("block", "ledger.receipt_header"),
        ("headers", "ledger.receipt_head"),
        ("head", "ledger.head_signature"),
    ],
)
def test_each_part_of_a_receipt_is_checked_by_itself(part: str, code: str) -> None:
    def flip(text: str) -> str:
        return text[:-1] + ("0" if text[-1] != "0" else "1")

    def spoil(document: dict[str, Any]) -> None:
        if part == "fields":
            document["fields"]["amount_fen"] += 1
        elif part == "entry":
            document["entry"] = flip(document["entry"])
        elif part == "place":
            document["place"] ^= 1
        elif part == "path":
            document["path"][0] = flip(document["path"][0])
        elif part == "block":
            document["block"]["recorded_at_us"] += 1
        elif part == "headers":
            document["headers"][0]["posting_id"] += 1
        else:
            document["head"]["signature"] = flip(document["head"]["signature"])

    document = orjson.loads(receipts.to_json(plain_receipt()))
    spoil(document)
    with pytest.raises(InvalidInput) as refused:
        receipts.check(receipts.from_json(orjson.dumps(document)), SEALED, ())

    assert refused.value.code == code


def plain_receipt() -> Receipt:
    """The second of three allotments, one block before the signed head."""
    row: dict[str, Field] = {
        "key": "A1",
        "quota_key": "Q1",
        "project_key": "X1",
        "amount_fen": 300,
        "effective_on": "2018-03-01",
    }
    entry = encode_row(Tag.ALLOTMENT, row, SEALED[Tag.ALLOTMENT])
    hashes = [leaves(1)[0], leaf_of(entry), leaves(2)[1]]
    block = chain.seal(1, 1, GENESIS, chain.merkle_root(hashes), 3, 5)
    next_block = chain.seal(2, 2, block.hash, leaves(1)[0], 1, 6)
    head = heads.sign("630000", 2, next_block.hash, 6, 7, SEED)
    return Receipt(Tag.ALLOTMENT, "A1", row, entry, 1, merkle_path(hashes, 1), block, [next_block], head)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[" * 9_000, b"x", receipts.to_json(plain_receipt())[:-20], b'{"version": true}']
)
def test_garbage_is_no_receipt(text: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        receipts.from_json(text)

    assert refused.value.code == "ledger.receipt_unreadable"


def test_a_receipt_of_a_foreign_key_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        receipts.check(plain_receipt(), SEALED, {bytes(32)})

    assert refused.value.code == "ledger.head_foreign_key"


def test_the_bytes_of_a_signed_head_are_these() -> None:
    """The encoding is kept for ever: heads lie in other people's files."""
    head = SignedHead("630000", 2, bytes(range(32)), 3, 4, bytes(32))

    assert heads.signed_bytes(head).hex() == (
        "80010303"
        + "0000000000000002"
        + "0000000000000003"
        + "0000000000000004"
        + "0000000000000006"
        + "0000000000000020"
        + "0000000000000020"
        + "363330303030"
        + bytes(range(32)).hex()
        + "00" * 32
    )

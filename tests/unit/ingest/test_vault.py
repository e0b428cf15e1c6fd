"""The vault: one value, one token, for all threads; raw files; readings that are logged and masked."""

from __future__ import annotations

import hmac
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import polars as pl
import pytest
from sqlalchemy import text

from services.ingest.storage.vault import Vault
from services.ingest.usecases import reveal
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR, Caller, Scope
from services.kit.errors import InvalidInput, NotAllowed
from services.kit.ids import RandomIds
from tests.unit.ingest.conftest import KEY, Ingest, StillClock

ADMIN = Caller("admin", (ADMINISTRATOR,), Scope("630000"), "zh", "r1")
COUNTY = Caller("county", (FINANCE_OFFICER,), Scope("630121"))
PREFECTURE = Caller("prefecture", (FINANCE_OFFICER,), Scope("630100"))


def vault(ingest: Ingest, source: str = "random") -> Vault:
    """A vault of its own memory on the same database."""
    return Vault(ingest.database, KEY, source, RandomIds(), StillClock())


@pytest.mark.parametrize("source", ["random", "keyed"])
def test_the_same_value_has_the_same_token_in_eight_threads_and_eight_vaults(
    ingest: Ingest, source: str
) -> None:
    values = pl.Series([f"99{n % 1_500:010d}" for n in range(3_000)])

    def ask(seed: int) -> dict[str, int]:
        mixed = values.shuffle(seed)
        return dict(zip(mixed, vault(ingest, source).tokens("account", mixed), strict=True))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    with ingest.database.reading() as connection:
        stored = connection.execute(text("SELECT count(*) FROM vault_entry")).scalar_one()

    assert all(answer == answers[0] for answer in answers)
    assert len(set(answers[0].values())) == 1_500
    assert stored == 1_500


def test_batches_that_add_one_value_at_the_same_moment_both_have_its_token(ingest: Ingest) -> None:
    vaults = [vault(ingest, "keyed") for _ in range(4)]
    start = Barrier(len(vaults))

    def ask(ours: Vault) -> list[int]:
        answers = []
        for n in range(150):
            start.wait(timeout=30)
            answers.append(ours.tokens("account", pl.Series([f"98{n:010d}"]))[0])
        return answers

    with ThreadPoolExecutor(len(vaults)) as pool:
        answers = list(pool.map(ask, vaults))

    assert all(answer == answers[0] for answer in answers)


def test_a_token_that_another_value_has_already_is_refused(ingest: Ingest) -> None:
    ours = vault(ingest, "keyed")
    ours.tokens("name", pl.Series(["first"]))
    with ingest.database.transaction() as connection:
        connection.execute(text("UPDATE vault_entry SET lookup = 'of another value'"))

    with pytest.raises(RuntimeError, match="one token"):
        vault(ingest, "keyed").tokens("name", pl.Series(["first"]))


def test_kinds_are_apart_and_null_has_no_token(ingest: Ingest) -> None:
    ours = vault(ingest)
    account = ours.tokens("account", pl.Series(["1", None, "1"], dtype=pl.String))
    name = ours.tokens("name", pl.Series(["1"]))

    assert account[0] == account[2]
    assert account[1] is None
    assert account[0] != name[0]
    assert account.dtype == pl.Int64


def test_a_keyed_token_is_a_function_of_key_kind_and_value(ingest: Ingest) -> None:
    token = vault(ingest, "keyed").tokens("name", pl.Series(["张三"]))[0]
    digest = hmac.new(KEY, "name\x00张三".encode(), "sha256").digest()

    assert token == int.from_bytes(digest[:8], "big") & (2**63 - 1)


def test_the_database_holds_no_clear_value(ingest: Ingest) -> None:
    vault(ingest).tokens("name", pl.Series(["张三丰"]))
    with ingest.database.reading() as connection:
        stored = str(connection.execute(text("SELECT * FROM vault_entry")).all())
        sealed = connection.execute(text("SELECT sealed FROM vault_entry")).scalar_one()

    assert "张三丰" not in stored
    assert "张三丰".encode() not in bytes(sealed)


def test_administrators_and_county_officers_read_whole_and_others_masked(ingest: Ingest) -> None:
    ours = vault(ingest)
    token = int(ours.tokens("name", pl.Series(["张三丰"]))[0])
    told = [
        reveal(ours, StillClock(), caller, [token], "核实疑点需要")[0].value
        for caller in (ADMIN, COUNTY, PREFECTURE)
    ]
    with ingest.database.reading() as connection:
        log = connection.execute(text("SELECT read_by, reason, tokens, whole FROM reading ORDER BY id")).all()

    assert told == ["张三丰", "张三丰", "张**"]
    assert [tuple(row) for row in log] == [
        ("admin", "核实疑点需要", [token], True),
        ("county", "核实疑点需要", [token], True),
        ("prefecture", "核实疑点需要", [token], False),
    ]


def test_reading_needs_a_role_a_reason_and_few_tokens(ingest: Ingest) -> None:
    ours = vault(ingest)
    author = Caller("author", (RULE_AUTHOR,), Scope("630000"))
    with pytest.raises(NotAllowed):
        reveal(ours, StillClock(), author, [1], "核实疑点需要")
    with pytest.raises(InvalidInput) as short:
        reveal(ours, StillClock(), ADMIN, [1], " 看看 ")
    with pytest.raises(InvalidInput) as many:
        reveal(ours, StillClock(), ADMIN, list(range(1, 102)), "核实疑点需要")

    assert (short.value.code, many.value.code) == ("ingest.reason_missing", "ingest.too_many_tokens")
    assert reveal(ours, StillClock(), ADMIN, [12345], "核实疑点需要") == []


@pytest.mark.parametrize("size", [1, 262_144, 262_145, 1_000_000])
def test_a_raw_file_is_read_back_from_any_place_and_is_not_clear(ingest: Ingest, size: int) -> None:
    data = secrets.token_bytes(size)
    stored = ingest.ports.raw_files.store((data[at : at + 70_000] for at in range(0, size, 70_000)), 10**7)
    (path,) = ingest.folder.iterdir()
    with ingest.ports.raw_files.open(stored.sha256) as file:
        whole = file.read()
        file.seek(size // 2)
        half = file.read()
        file.seek(-min(size, 10), os.SEEK_END)
        tail = file.read()

    assert whole == data
    assert half == data[size // 2 :]
    assert tail == data[max(size - 10, 0) :]
    assert size < 100 or data[:100] not in path.read_bytes()
    assert stored.sha256 not in path.name


def test_a_raw_file_that_was_cut_or_changed_is_not_read(ingest: Ingest) -> None:
    stored = ingest.ports.raw_files.store([secrets.token_bytes(600_000)], 10**7)
    (path,) = ingest.folder.iterdir()
    sealed = path.read_bytes()
    for damaged in (sealed[: 40 + 262_160], sealed[:-1], sealed[:1000] + b"x" + sealed[1001:]):
        path.write_bytes(damaged)
        with pytest.raises(InvalidInput) as refusal, ingest.ports.raw_files.open(stored.sha256) as file:
            file.read()

        assert refusal.value.code == "ingest.key_changed"

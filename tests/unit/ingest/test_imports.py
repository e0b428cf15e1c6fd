"""Imports: read once, resumed after a kill, quarantined rows kept encrypted, events in the end's own transaction."""

from __future__ import annotations

import threading

import pytest
from mingzhang.ingest.v1 import events_pb2
from mingzhang.ingest.v1.columns import IMPORT_FINDINGS, LIST_ROWS
from mingzhang.ledger.v1.columns import PAYMENTS
from sqlalchemy import text

from services.ingest.domain.imports import ImportState, Known
from services.ingest.jobs import ImportJob
from services.ingest.profiles import csv_text
from services.ingest.storage.sealing import Sealer, derived_key
from services.ingest.usecases import Upload, reading, run_import, start_import
from services.kit import envelope
from services.kit.caller import FINANCE_OFFICER, RULE_AUTHOR, Caller, Scope
from services.kit.errors import NotAllowed, Unavailable
from services.kit.ids import RandomIds
from tests.builders import WRITERS, Row, as_csv, id_number
from tests.unit.ingest.conftest import KEY, PROVINCE, FakeLedger, Ingest


def payments(count: int) -> list[Row]:
    """Payments to many payees."""
    return [
        {
            "凭证号": f"V{number // 4}",
            "明细编号": str(number),
            "金额(元)": f"{number + 1}.00",
            "收款人名称": "张三" if number % 2 else "李小四",
            "收款人账号": f"99000000{number:08d}",
        }
        for number in range(count)
    ]


def finished(ingest: Ingest) -> list[events_pb2.FinishedImport]:
    """What the stream of imports told."""
    return [
        one for body in ingest.told("imports") for one in events_pb2.ImportsFinished.FromString(body).imports
    ]


def test_what_reaches_the_ledger_has_its_columns_and_no_clear_value(ingest: Ingest) -> None:
    ended = ingest.bring(as_csv("payment_table", payments(20)))
    posted = ingest.ledger.batches[0]
    words = str(posted.to_dicts())

    assert (ended.state, ended.progress.rows_posted) == (ImportState.FINISHED, 20)
    envelope.check(posted, PAYMENTS)
    assert posted["payee_account_token"].n_unique() == 20
    assert posted["payee_name_token"].n_unique() == 2
    assert "9900000000000003" not in words
    assert "李小四" not in words
    assert set(posted["payee_name_mask"]) == {"张*", "李**"}


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_the_end_of_an_import_tells_what_it_covered(ingest: Ingest, form: str) -> None:
    rows = payments(8)
    rows[3] = {**rows[3], "支付日期": "2018-07-09"}
    ended = ingest.bring(WRITERS[form]("payment_table", rows), f"file.{form}")
    (told,) = finished(ingest)
    covered = [(c.source, c.division_code, c.first_day, c.last_day, c.rows) for c in told.covered]

    assert told.import_id == ended.import_id
    assert (told.outcome, told.rows_read, told.rows_posted) == ("finished", 8, 8)
    assert covered == [("payment", "630121", "2018-07-03", "2018-07-09", 8)]


def test_the_same_file_again_is_known_whoever_sends_it(ingest: Ingest) -> None:
    first = ingest.bring(as_csv("payment_table", payments(5)))
    other = Caller("clerk", (FINANCE_OFFICER,), Scope("630121"))
    data = as_csv("payment_table", payments(5))
    again, known = start_import(ingest.ports, RandomIds(), other, Upload("other.csv"), iter([data]), 10**6)

    assert (again.import_id, known) == (first.import_id, True)
    assert len(list(ingest.folder.iterdir())) == 1
    assert len(ingest.ledger.batches) == 1


def test_the_same_rows_in_another_file_change_nothing(ingest: Ingest) -> None:
    ingest.bring(as_csv("payment_table", payments(5)))
    again = ingest.bring(as_csv("payment_table", payments(5), "gb18030"))

    assert (again.progress.rows_posted, again.progress.rows_known) == (0, 5)


def test_an_import_that_was_broken_off_goes_on_behind_its_last_sealed_batch(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    passings = []
    data = as_csv("payment_table", payments(3_000))
    monkeypatch.setattr(csv_text, "GROUP_BYTES", len(data) * 2 // 5)
    # Of two on their way the second may be first, and then it is not the third that breaks.
    monkeypatch.setattr(reading, "BATCHES_IN_FLIGHT", 1)

    def break_off() -> None:
        passings.append(1)
        if len(passings) == 3:
            raise RuntimeError("killed")

    ingest.ledger.before_post = break_off
    import_, _ = ingest.upload(data)
    with pytest.raises(RuntimeError):
        run_import(ingest.ports, import_)
    broken = ingest.look(import_.import_id)
    run_import(ingest.ports, broken)
    ended = ingest.look(import_.import_id)

    assert (broken.state, broken.progress.batches) == (ImportState.RUNNING, 2)
    assert (ended.state, ended.progress.rows_read) == (ImportState.FINISHED, 3_000)
    assert len(ingest.ledger.rows) == 3_000
    assert len(ingest.ledger.batches) == 3
    assert finished(ingest)[0].covered[0].rows == 3_000


def test_a_batch_that_was_posted_but_not_sealed_is_known_the_second_time(ingest: Ingest) -> None:
    import_, _ = ingest.upload(as_csv("payment_table", payments(6_000)))
    forgetful = FakeLedger(rows=ingest.ledger.rows)

    class LostError(Exception):
        pass

    class NoSeal:
        def __getattr__(self, name: str) -> object:
            return getattr(ingest.ports.store, name)

        def seal(self, *_: object) -> None:
            raise LostError

    with pytest.raises(LostError):
        run_import(ingest.again(store=NoSeal(), ledger=forgetful).ports, import_)
    run_import(ingest.ports, ingest.look(import_.import_id))
    progress = ingest.look(import_.import_id).progress

    assert (progress.rows_posted, progress.rows_known) == (0, 6_000)
    assert len(ingest.ledger.rows) == 6_000


def test_an_import_waits_for_a_ledger_that_is_away(ingest: Ingest) -> None:
    def away() -> None:
        raise Unavailable("rpc.unavailable", "", "")

    ingest.ledger.before_post = away
    import_, _ = ingest.upload(as_csv("payment_table", payments(3)))
    ImportJob(ingest.ports).run()
    waiting = ingest.look(import_.import_id)
    ingest.ledger.before_post = lambda: None
    ImportJob(ingest.ports).run()

    assert waiting.state is ImportState.RUNNING
    assert ingest.look(import_.import_id).state is ImportState.FINISHED


def test_quarantined_rows_name_their_place_and_are_kept_encrypted(ingest: Ingest) -> None:
    rows = payments(4)
    rows[2] = {**rows[2], "金额(元)": "许多"}
    ended = ingest.bring(as_csv("payment_table", rows))
    shown, _ = ingest.ports.store.quarantine(PROVINCE.scope, ended.import_id, 10, "")
    with ingest.database.reading() as connection:
        ((id_, sealed),) = connection.execute(text("SELECT id, original FROM quarantine")).all()
    original = Sealer(derived_key(KEY, "quarantine"), RandomIds()).open(bytes(sealed), id_.encode())

    assert [(row.line, row.field, row.reason) for row in shown] == [(4, "金额(元)", "ingest.bad_amount")]
    assert shown[0].reason_zh == "“金额(元)”不是金额"
    assert ended.progress.rows_quarantined == 1
    assert "李小四".encode() in original
    assert "李小四".encode() not in bytes(sealed)


def test_rows_that_the_ledger_refuses_are_quarantined_with_its_reason(ingest: Ingest) -> None:
    ingest.ledger.refuses = frozenset({"630121:2018:5201:V0:1"})
    ended = ingest.bring(as_csv("payment_table", payments(4)))

    assert ingest.reasons() == [(3, "", "ledger.key_conflict")]
    assert (ended.progress.rows_posted, ended.progress.rows_quarantined) == (3, 1)


def test_findings_are_told_under_keys_that_do_not_depend_on_the_run(ingest: Ingest) -> None:
    ingest.ledger.base = Known(frozenset({"630000"}), frozenset())
    ingest.bring(as_csv("payment_table", payments(2)))
    (body,) = ingest.told("findings")
    found = envelope.decode(events_pb2.ImportFindings.FromString(body).findings, IMPORT_FINDINGS)

    assert found["reason"].to_list() == ["ingest.unknown_division"] * 2
    assert found["key"].str.ends_with(":630121:2018:5201:V0:0").to_list()[0]


def test_a_register_becomes_a_version_of_its_list(ingest: Ingest) -> None:
    rows: list[Row] = [
        {
            "户编号": f"H{n // 3}",
            "姓名": "张三",
            "证件号码": id_number(n),
            "退出日期": "2018-06-30" if n == 1 else "",
        }
        for n in range(6_000 // 6)
    ]
    ingest.bring(as_csv("register_table", rows))
    ingest.bring(as_csv("register_table", rows[:2]))
    told = [events_pb2.ListsChanged.FromString(body) for body in ingest.told("lists")]
    first = envelope.decode(told[0].rows, LIST_ROWS)

    assert [(one.list, one.version, one.complete) for one in told] == [
        ("registered_person", 1, True),
        ("registered_person", 2, True),
    ]
    assert first["key_token"].n_unique() == 1_000
    assert first["group_token"].n_unique() == 334
    assert str(first["valid_to"].to_list()[1]) == "2018-06-30"
    assert ingest.ledger.batches == []


def test_a_long_list_travels_in_parts_and_only_the_last_completes_it(ingest: Ingest) -> None:
    rows: list[Row] = [{"名单": "own_account", "对象": f"99{n:010d}"} for n in range(5_200)]
    ingest.bring(as_csv("reference_list", rows))
    told = [events_pb2.ListsChanged.FromString(body) for body in ingest.told("lists")]

    assert [(one.version, one.rows.rows, one.complete) for one in told] == [(1, 5_000, False), (1, 200, True)]


def test_one_file_may_carry_several_lists_of_accounts_numbers_and_codes(ingest: Ingest) -> None:
    rows: list[Row] = [
        {"名单": "own_account", "对象": "9900 0000 0001"},
        {"名单": "registered_only_benefit", "对象类型": "编码", "对象": "B01"},
        {"名单": "own_account", "对象类型": "证件号码", "对象": id_number(1)},
        {"名单": "own_account", "对象类型": "车牌", "对象": "X"},
    ]
    ingest.bring(as_csv("reference_list", rows))
    told = [events_pb2.ListsChanged.FromString(body) for body in ingest.told("lists")]
    frames = {one.list: envelope.decode(one.rows, LIST_ROWS) for one in told}

    assert frames["registered_only_benefit"]["key_code"].to_list() == ["B01"]
    assert frames["own_account"]["key_token"].null_count() == 0
    assert ingest.reasons() == [(5, "对象类型", "ingest.unknown_object_type")]


def test_imports_are_seen_inside_ones_scope_only(ingest: Ingest) -> None:
    ingest.bring(as_csv("payment_table", payments(1)), "a.csv", division="630121")
    ingest.bring(as_csv("payment_table", payments(2)), "b.csv", division="630200")
    county, _ = ingest.ports.store.page(Scope("630121"), 10, "")
    newest, end = ingest.ports.store.page(Scope("630000"), 1, "")
    older, _ = ingest.ports.store.page(Scope("630000"), 1, end)

    assert [one.new.file_name for one in county] == ["a.csv"]
    assert [one.new.file_name for one in (*newest, *older)] == ["b.csv", "a.csv"]
    assert ingest.ports.store.quarantine(Scope("630200"), "", 10, "")[0] == []


def test_uploading_needs_a_role_and_ones_own_division(ingest: Ingest) -> None:
    author = Caller("author", (RULE_AUTHOR,), Scope("630000"))
    officer = Caller("clerk", (FINANCE_OFFICER,), Scope("630121"))
    with pytest.raises(NotAllowed):
        start_import(ingest.ports, RandomIds(), author, Upload("a"), iter([b"x"]), 10)
    with pytest.raises(NotAllowed):
        start_import(ingest.ports, RandomIds(), officer, Upload("a", "", "630200"), iter([b"x"]), 10)

    assert list(ingest.folder.iterdir()) == []


def test_the_order_of_files_does_not_matter_to_what_is_posted(ingest: Ingest) -> None:
    files = [as_csv("payment_table", payments(n)) for n in (3, 30, 300)]
    threads = [threading.Thread(target=ingest.bring, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ingest.ledger.rows) == 300

"""An import that is killed anywhere, sent again, read by another release, or refused, ends once and counts right."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from mingzhang.ingest.v1 import events_pb2
from sqlalchemy import text, update

from services.ingest.domain.imports import Import, ImportState
from services.ingest.jobs import ImportJob
from services.ingest.profiles import Profiles, csv_text
from services.ingest.storage.tables import IMPORT
from services.ingest.usecases import Ports, Stopping, reading, run_import
from services.kit.errors import InvalidInput, Unavailable
from tests.builders import Row, as_csv, as_voucher_5201, as_xlsx
from tests.unit.ingest.conftest import Ingest

POINTS = ("before_batch", "after_batch", "before_finish", "after_finish")
BATCHES = 3


class KilledError(BaseException):
    """Stands for SIGKILL: nothing behind it is done, and nobody catches it."""


def payments(count: int) -> list[Row]:
    """Payments, some of which no ledger takes."""
    return [
        {"凭证号": f"V{n}", "明细编号": "1", "金额(元)": "wrong" if n % 100 == 7 else f"{n + 1}.00"}
        for n in range(count)
    ]


def in_batches(monkeypatch: pytest.MonkeyPatch, data: bytes) -> bytes:
    """The same file, of which the reader makes three batches."""
    monkeypatch.setattr(csv_text, "GROUP_BYTES", len(data) * 2 // 5)
    return data


def killing_at(point: str, passing: int) -> Callable[[str], None]:
    """A stand-in for `reach` that kills at one passing of a point."""
    passings = 0

    def reach(name: str) -> None:
        nonlocal passings
        passings += name == f"ingest.import.{point}"
        if name == f"ingest.import.{point}" and passings == passing:
            raise KilledError

    return reach


def ended(ingest: Ingest) -> list[events_pb2.FinishedImport]:
    """What the stream of imports told."""
    return [
        one for body in ingest.told("imports") for one in events_pb2.ImportsFinished.FromString(body).imports
    ]


@pytest.mark.parametrize(
    ("point", "passing"),
    [(p, n) for p in POINTS[:2] for n in range(1, BATCHES + 1)] + [(p, 1) for p in POINTS[2:]],
)
def test_an_import_killed_at_any_point_ends_as_if_it_had_not_been(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, point: str, passing: int
) -> None:
    import_, _ = ingest.upload(in_batches(monkeypatch, as_csv("payment_table", payments(300))))
    monkeypatch.setattr(reading, "reach", killing_at(point, passing))
    with pytest.raises(KilledError):
        run_import(ingest.ports, import_)
    monkeypatch.setattr(reading, "reach", lambda _name: None)
    ImportJob(ingest.ports).run()
    (told,) = ended(ingest)

    assert ingest.look(import_.import_id).state is ImportState.FINISHED
    assert (told.rows_read, told.rows_quarantined) == (300, 3)
    assert told.rows_posted + told.rows_known == 297
    assert [entry.rows for entry in told.covered] == [297]
    assert len(ingest.reasons()) == 3
    assert len(ingest.ledger.rows) == 297


def test_the_same_content_in_any_other_form_changes_nothing(ingest: Ingest) -> None:
    good = [row for row in payments(30) if row["金额(元)"] != "wrong"]
    files = [
        as_csv("payment_table", good),
        as_csv("payment_table", good, "gb18030"),
        as_xlsx("payment_table", good),
        as_voucher_5201(good),
    ]
    brought = [ingest.bring(data, f"file {n}").progress for n, data in enumerate(files)]

    assert [(one.rows_posted, one.rows_known) for one in brought] == [(29, 0), (0, 29), (0, 29), (0, 29)]


def test_a_failed_file_sent_again_under_the_right_profile_is_read(ingest: Ingest) -> None:
    data = as_csv("payment_table", payments(5))
    failed = ingest.bring(data, "wrong.csv", profile="quota_table")
    again = ingest.bring(data, "right.csv", profile="payment_table")

    assert (failed.state, failed.error_code) == (ImportState.FAILED, "ingest.profile_mismatch")
    assert (again.import_id, again.state, again.error_code) == (failed.import_id, ImportState.FINISHED, "")
    assert (again.new.file_name, again.progress.rows_posted) == ("right.csv", 5)
    assert ingest.reasons() == []
    assert [one.outcome for one in ended(ingest)] == ["failed", "finished"]


def test_a_finished_file_sent_again_stays_as_it_is(ingest: Ingest) -> None:
    data = as_csv("payment_table", payments(5))
    first = ingest.bring(data, "a.csv")

    assert ingest.bring(data, "b.csv", profile="quota_table") == first


def test_batches_that_another_release_cut_are_read_again(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_, _ = ingest.upload(in_batches(monkeypatch, as_csv("payment_table", payments(300))))
    monkeypatch.setattr(reading, "reach", killing_at("after_batch", 2))
    with pytest.raises(KilledError):
        run_import(ingest.ports, import_)
    with ingest.database.transaction() as connection:
        connection.execute(update(IMPORT).values(layout="of another release"))
    monkeypatch.setattr(reading, "reach", lambda _name: None)
    monkeypatch.setattr(csv_text, "GROUP_BYTES", 7_000)
    run_import(ingest.ports, ingest.look(import_.import_id))
    (told,) = ended(ingest)

    assert len(ingest.ledger.rows) == 297
    assert (told.rows_read, told.rows_posted + told.rows_known, told.covered[0].rows) == (300, 297, 297)


@pytest.mark.parametrize("reason", [Stopping(), Unavailable("rpc.unavailable", "", "")])
def test_a_ledger_that_is_away_for_long_does_not_make_an_import_fail(
    ingest: Ingest, reason: Exception
) -> None:
    def away() -> None:
        raise reason

    ingest.ledger.before_post = away
    import_, _ = ingest.upload(as_csv("payment_table", payments(3)))
    for _ in range(15):
        ImportJob(ingest.ports).run()
    ingest.ledger.before_post = lambda: None
    ImportJob(ingest.ports).run()

    assert ingest.look(import_.import_id).state is ImportState.FINISHED


def test_a_database_that_is_away_only_delays_an_import(ingest: Ingest) -> None:
    class AwayError(Exception):
        pass

    class Flickering:
        """The store, whose every second call of one kind fails."""

        def __init__(self) -> None:
            self.calls = 0

        def __getattr__(self, name: str) -> object:
            return getattr(ingest.ports.store, name)

        def seal(self, import_: Import, *others: object) -> None:
            self.calls += 1
            if self.calls % 2:
                raise AwayError
            ingest.ports.store.seal(import_, *others)  # type: ignore[arg-type] # handed on

    import_, _ = ingest.upload(as_csv("payment_table", payments(6)))
    ports: Ports = replace(ingest.ports, store=Flickering())  # type: ignore[arg-type] # stands for the store
    with pytest.raises(AwayError):
        run_import(ports, import_)
    run_import(ports, ingest.look(import_.import_id))

    assert ingest.look(import_.import_id).progress.rows_known == 6
    assert len(ingest.ledger.rows) == 6


def test_a_stored_file_that_is_gone_is_a_reason_to_send_it_again(ingest: Ingest) -> None:
    data = as_csv("payment_table", payments(3))
    import_, _ = ingest.upload(data)
    next(ingest.folder.iterdir()).unlink()
    run_import(ingest.ports, import_)
    gone = ingest.look(import_.import_id)

    assert gone.error_code == "ingest.raw_file_missing"
    assert ingest.bring(data).state is ImportState.FINISHED


def test_a_refusal_of_the_whole_door_ends_the_import_with_its_words(ingest: Ingest) -> None:
    def refuse() -> None:
        raise InvalidInput("ledger.closed", "账已封", "the ledger is closed")

    ingest.ledger.before_post = refuse
    failed = ingest.bring(as_csv("payment_table", payments(3)))

    assert (failed.state, failed.error_code, failed.error_zh) == (
        ImportState.FAILED,
        "ledger.closed",
        "账已封",
    )
    assert ingest.reasons() == [(0, "", "ledger.closed")]


def test_batches_have_the_same_numbers_however_the_file_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    class Trickle(io.BytesIO):
        """A file that gives a few bytes at a time."""

        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size, 777) if size and size > 0 else size)

    data = in_batches(monkeypatch, as_csv("payment_table", payments(300)))
    cut = [
        [
            (batch.number, batch.frame.height, batch.offset)
            for batch in Profiles().find(source).batches(source)
        ]
        for source in (io.BytesIO(data), Trickle(data))
    ]

    assert cut[0] == cut[1]
    assert len(cut[0]) == BATCHES
    assert cut[0][-1][2] == len(data)


def test_a_record_over_the_end_of_a_group_belongs_to_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**row, "用途": "第一行\n第二行\n第三行"} for row in payments(40)]
    data = as_csv("payment_table", rows)
    heights = set()
    for size in range(900, 1_300, 50):
        monkeypatch.setattr(csv_text, "GROUP_BYTES", size)
        source = io.BytesIO(data)
        batches = list(Profiles().find(source).batches(source))
        heights.add(tuple(line for batch in batches for line in batch.frame["line"]))

        assert [entry for batch in batches for entry in batch.rejected] == []
        assert batches[-1].offset == len(data)

    assert heights == {tuple(range(2, 122, 3))}


def test_the_release_before_may_still_add_imports(ingest: Ingest) -> None:
    import_, _ = ingest.upload(as_csv("payment_table", payments(1)))
    with ingest.database.reading() as connection:
        default = connection.execute(
            text("SELECT column_default FROM information_schema.columns WHERE column_name = 'layout'")
        ).scalar_one()

    assert default == "''::text"
    assert import_.state is ImportState.WAITING

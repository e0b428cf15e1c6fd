"""Cases, deliveries and messages in a real database, on psycopg 3 and on psycopg2."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.notify.v1.events_pb2 import CasesChanged
from mingzhang.rules.v1 import events_pb2 as rules
from sqlalchemy import inspect, select, text

from services.kit.caller import Scope
from services.kit.config import Config
from services.kit.database import PostgresDatabase
from services.kit.inbox import Outcome
from services.notify.domain.deliveries import LEASE_S, Message, Sent, begun, ended
from services.notify.domain.deliveries import Outcome as Ending
from services.notify.storage.deliveries import PostOfficeTables
from services.notify.storage.tables import deliveries, messages, metadata
from tests.unit.notify.builders import (
    COUNTY,
    LI,
    NOW,
    PREFECTURE,
    PROVINCE,
    administrator,
    officer,
    retraction,
    warning,
)
from tests.unit.notify.conftest import ALL, Notify, raised, states

MAIL = Config(smtp_url="smtp://127.0.0.1:9", mail_from="mingzhang@finance.example")
Make = Callable[[Config], Notify]


def test_the_tables_are_what_the_migrations_made(database: PostgresDatabase) -> None:
    found = inspect(database.engine)
    made = {
        table: {(column["name"], column["nullable"]) for column in found.get_columns(table)}
        for table in metadata.tables
    }
    declared = {
        name: {(column.name, column.nullable) for column in table.columns}
        for name, table in metadata.tables.items()
    }

    assert made == declared


def test_warnings_on_one_subject_from_two_streams_are_one_case(notify_of: Make) -> None:
    notify = notify_of(Config())
    notify.warn(warning(1), stream="warnings.poverty")
    notify.warn(warning(2, severity="red"), stream="warnings.cross")

    (case,) = notify.cases()
    assert (case.severity, case.standing_warnings, case.state) == ("red", 2, "pending_issue")
    assert [entry.what for entry in notify.file_of(case.case_id).timeline] == ["opened", "warning_added"]


def test_the_change_of_a_case_is_told_in_the_transaction_that_made_it(notify_of: Make) -> None:
    notify = notify_of(Config())
    notify.warn(warning(1), warning(2, subject="other"))
    notify.warn(retraction(warning(1)))

    events, last = notify.streams.read_events("cases", 1, 64)
    bodies = [CasesChanged.FromString(event.body) for event in events]
    assert (last, [event.name for event in events]) == (2, ["CasesChanged"] * 2)
    assert {event.request_id for event in events} == {"request-1"}
    assert len(bodies[0].cases) == 2
    assert [(case.state, list(case.warning_ids)) for case in bodies[1].cases] == [("retracted", [])]


def test_an_event_that_fails_leaves_nothing_behind(notify_of: Make) -> None:
    notify = notify_of(Config())
    torn = rules.WarningsRaised(warnings=[raised(warning(1))]).SerializeToString()[:-3]

    with pytest.raises(Exception, match="pars"):
        notify.hear("rules", "warnings.poverty", "WarningsRaised", torn)

    assert notify.cases() == []


def test_an_event_that_comes_twice_is_applied_once(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know(officer("li", COUNTY))
    event = Event(
        emitter="rules",
        stream="warnings.poverty",
        stream_seq=1,
        name="WarningsRaised",
        body=rules.WarningsRaised(warnings=[raised(warning(1))]).SerializeToString(),
    )

    assert [notify.apply(event), notify.apply(event)] == [Outcome.APPLIED, Outcome.KNOWN]
    assert len(notify.file_of(notify.cases()[0].case_id).deliveries) == 1


def test_a_warning_whose_division_changed_moves_to_the_case_of_the_other(notify_of: Make) -> None:
    notify = notify_of(Config())
    notify.warn(warning(1))
    notify.warn(warning(1, division="630122", revision=2))
    notify.warn(retraction(warning(1, division="630122", revision=3)))

    states = {case.division_code: (case.state, case.standing_warnings) for case in notify.cases()}
    assert states == {COUNTY: ("retracted", 0), "630122": ("retracted", 0)}


def test_deliveries_are_planned_with_the_case_and_name_their_reason(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know_divisions()
    notify.know(officer("li", COUNTY), officer("qian", PREFECTURE))
    notify.warn(warning(1))
    notify.clock.pass_by(1)
    notify.warn(warning(2, severity="red"))

    told = notify.file_of(notify.cases()[0].case_id).deliveries
    assert [(row.recipient, row.reason, row.route_reason, row.state) for row in told] == [
        ("li", "opened", "officer", "waiting"),
        ("qian", "severity_raised", "prefecture_for_red", "waiting"),
    ]


def test_a_case_that_found_nobody_is_told_once_somebody_comes(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.warn(warning(1), warning(2, subject="blue one", severity="blue"))
    notify.know(administrator("root"))
    notify.know(officer("li", COUNTY))

    told = [row for case in notify.cases() for row in notify.file_of(case.case_id).deliveries]
    assert [(row.recipient, row.route_reason) for row in told] == [("root", "administrator")]


def test_what_is_retracted_before_anybody_heard_is_withdrawn(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know(officer("li", COUNTY))
    notify.warn(warning(1))
    notify.warn(retraction(warning(1)))
    notify.deliver()

    assert [row.state for row in notify.file_of(notify.cases()[0].case_id).deliveries] == ["withdrawn"]
    with notify.database.reading() as connection:
        assert connection.execute(select(messages)).all() == []


def test_a_lister_sees_only_the_own_subtree_and_funds(notify_of: Make) -> None:
    notify = notify_of(Config())
    notify.warn(warning(1), warning(2, subject="s2", division="632801"), warning(3, "s3", division="630122"))

    def codes(scope: Scope) -> list[str]:
        return sorted(case.division_code for case in notify.cases(scope))

    assert codes(Scope(COUNTY)) == [COUNTY]
    assert codes(Scope(PREFECTURE)) == [COUNTY, "630122"]
    assert codes(Scope(PROVINCE)) == [COUNTY, "630122", "632801"]
    assert codes(Scope(PROVINCE, ("C23",))) == []
    assert notify.reader.get_case(Scope("632800"), notify.cases(Scope(COUNTY))[0].case_id) is None


def test_a_case_of_two_funds_is_not_shown_to_who_may_see_one(notify_of: Make) -> None:
    notify = notify_of(Config())
    notify.warn(warning(1, subject="pure"), warning(2, subject="mixed"))
    notify.warn(replace(warning(3, subject="mixed"), fund_code="C99"))
    limited = Scope(COUNTY, (warning(1).fund_code,))
    mixed = next(case.case_id for case in notify.cases() if case.subject == "mixed")

    assert [case.subject for case in notify.cases(limited)] == ["pure"]
    assert notify.reader.get_case(limited, mixed) is None


def test_a_late_end_of_an_attempt_does_not_undo_a_later_one(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know(LI)
    notify.warn(warning(1))
    notify.deliver()
    notify.clock.pass_by(3_600)
    office = PostOfficeTables(notify.database)

    def attempt() -> Message:
        now = notify.clock.now()
        claimed = office.claim({"mail"}, now, partial(begun, now=now))
        assert claimed is not None
        return claimed

    slow = attempt()
    notify.clock.pass_by(LEASE_S)
    quick = attempt()
    office.record(ended(quick, Sent(Ending.SENT, "250 OK"), notify.clock.now()), notify.clock.now())
    office.record(ended(slow, Sent(Ending.NOT_SENT, "too slow"), notify.clock.now()), notify.clock.now())

    assert states(notify) == ["sent"]


def test_pages_follow_each_other_without_gap_or_repeat(notify_of: Make) -> None:
    notify = notify_of(Config())
    notify.warn(*(warning(number, subject=f"s{number}") for number in range(25)))
    seen: list[str] = []
    before = None
    while page := notify.reader.list_cases(ALL, state="", severity="", limit=10, before=before):
        seen.extend(case.case_id for case in page)
        before = (page[-1].opened_at, page[-1].case_id)

    assert sorted(seen) == sorted({case.case_id for case in notify.cases()})
    assert len(seen) == 25


def test_two_senders_never_hold_the_same_message(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know(*(officer(f"officer{number}", COUNTY) for number in range(12)))
    notify.warn(warning(1))
    notify.deliver()
    notify.clock.pass_by(3_600)
    office = PostOfficeTables(notify.database)
    claimed: list[str] = []

    def claim_all() -> None:
        now = notify.clock.now()
        while message := office.claim({"mail"}, now, partial(begun, now=now)):
            claimed.append(message.message_id)

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(claimed) == 12
    assert len(set(claimed)) == 12


def test_streams_that_warn_of_one_subject_at_the_same_moment_make_one_case(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know(officer("li", COUNTY))
    streams = ["poverty", "project", "benefit", "operations"]

    def warn(number: int, category: str) -> None:
        item = raised(warning(number, severity="red" if number == 3 else "yellow"))
        body = rules.WarningsRaised(warnings=[item]).SerializeToString()
        notify.apply(
            Event(
                emitter="rules",
                stream=f"warnings.{category}",
                stream_seq=1,
                name="WarningsRaised",
                body=body,
            )
        )

    threads = [
        threading.Thread(target=warn, args=(number, category)) for number, category in enumerate(streams)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    (case,) = notify.cases()
    assert (case.standing_warnings, case.severity) == (4, "red")
    with notify.database.reading() as connection:
        assert len(connection.execute(select(deliveries)).all()) == 1


def test_a_batch_of_two_thousand_warnings_is_applied_in_a_few_round_trips(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know(officer("li", COUNTY))
    items = [warning(number, subject=f"s{number}") for number in range(2_000)]
    notify.warn(*items)
    notify.warn(*(replace(item, severity="orange", revision=2) for item in items))

    assert {case.severity for case in notify.cases()} == {"orange"}
    with notify.database.reading() as connection:
        waiting = connection.scalar(
            text("SELECT count(*) FROM deliveries WHERE created_at = :at"), {"at": NOW}
        )
    assert waiting == 2_000

"""From a warning to a message that arrived, and everything that may go wrong on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import select

from services.kit.config import Config
from services.notify.domain.deliveries import ATTEMPTS_MAX, LEASE_S
from services.notify.storage.deliveries import PostOfficeTables
from services.notify.storage.tables import delivery_receipts
from tests.unit.notify.builders import (
    COUNTY,
    LI,
    NOW,
    PREFECTURE,
    mailing,
    officer,
    retraction,
    warning,
)
from tests.unit.notify.conftest import ALL, Notify, rows, states
from tests.unit.notify.post import (
    MailServer,
    hang_up,
    say,
)

Make = Callable[[Config], Notify]


def test_a_warning_arrives_as_a_mail_that_reads_well_in_chinese(notify_of: Make, server: MailServer) -> None:
    notify = notify_of(mailing(server.url))
    notify.know_divisions()
    notify.know(LI)
    notify.warn(warning(1, severity="red"))
    notify.deliver()

    (letter,) = server.received
    (row,) = rows(notify)
    case_id = notify.cases()[0].case_id
    plain = letter.get_body(("plain",))
    html = letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert letter["Subject"] == "【明账】红色预警请核实：规则1（大通县）"
    assert letter["Message-ID"] == f"<{row.message_id}@finance.example>"
    assert letter["Date"].datetime == NOW
    assert letter["To"].addresses[0].addr_spec == "li@finance.example"
    assert f"https://mingzhang.finance.example/cases/{case_id}" in plain.get_content()
    assert "1,200.00 元" in html.get_content()
    assert (row.state, row.attempts, row.receipt) == ("sent", 1, "250 accepted as 42")


def test_a_reader_of_english_gets_english(notify_of: Make, server: MailServer) -> None:
    notify = notify_of(mailing(server.url))
    notify.know(officer("li", COUNTY, language="en"))
    notify.warn(warning(1), warning(2, subject="other"))
    notify.deliver()

    assert server.received[0]["Subject"] == "[Mingzhang] 2 cases to verify, highest severity yellow"


def test_five_hundred_cases_are_one_mail_and_five_hundred_deliveries(
    notify_of: Make, server: MailServer
) -> None:
    notify = notify_of(mailing(server.url))
    notify.know(LI)
    notify.warn(*(warning(number, subject=f"s{number}") for number in range(300)))
    notify.warn(*(warning(number, subject=f"s{number}") for number in range(300, 500)))
    notify.deliver()

    (letter,) = server.received
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert letter["Subject"].startswith("【明账】500 件疑点请核实")
    assert plain.get_content().count("/cases/") == 50
    assert "另有 450 件" in plain.get_content()
    assert states(notify) == ["sent"] * 500
    assert len({row.message_id for row in rows(notify)}) == 1
    with notify.database.reading() as connection:
        assert len(connection.execute(select(delivery_receipts)).all()) == 500


def test_a_long_import_sends_few_mails_and_loses_no_news(notify_of: Make, server: MailServer) -> None:
    notify = notify_of(mailing(server.url))
    notify.know(LI)
    for second in range(200):
        if second % 2 == 0:
            notify.warn(warning(second, subject=f"s{second}"))
        if second % 10 == 0:
            notify.deliver()
        notify.clock.pass_by(1)
    notify.clock.pass_by(600)
    notify.deliver()

    assert len(server.received) <= 7
    assert states(notify) == ["sent"] * 100


def test_who_was_told_is_told_of_the_retraction(notify_of: Make, server: MailServer) -> None:
    notify = notify_of(mailing(server.url))
    notify.know(LI)
    notify.warn(warning(1))
    notify.deliver()
    notify.clock.pass_by(60)
    notify.warn(retraction(warning(1)))
    notify.deliver()

    assert [letter["Subject"] for letter in server.received][1] == "【明账】1 件疑点已撤销，无需再核实"


def test_a_mail_server_that_is_down_is_tried_again_later(notify_of: Make, server: MailServer) -> None:
    notify = notify_of(Config(smtp_url="smtp://127.0.0.1:1", mail_from="mingzhang@finance.example"))
    notify.know(LI)
    notify.warn(warning(1))
    notify.deliver()
    assert [(row.state, row.attempts) for row in rows(notify)] == [("waiting", 1)]

    later = notify_of(mailing(server.url))
    later.deliver()
    assert server.received == []
    later.clock.pass_by(10)
    later.deliver()

    assert [(row.state, row.attempts) for row in rows(later)] == [("sent", 2)]


def test_a_channel_that_is_down_costs_one_attempt_per_run_not_one_per_message(notify_of: Make) -> None:
    notify = notify_of(Config(smtp_url="smtp://127.0.0.1:1", mail_from="mingzhang@finance.example"))
    notify.know(*(officer(f"officer{number}", COUNTY) for number in range(20)))
    notify.warn(warning(1))
    notify.deliver()

    assert sum(row.attempts for row in rows(notify)) == 1


def test_a_temporary_no_is_not_in_doubt_and_a_final_no_is_given_up(
    notify_of: Make, server: MailServer
) -> None:
    server.answers = [say("451 try later")]
    server.refused_recipients = {"gone@finance.example"}
    notify = notify_of(mailing(server.url))
    notify.know(LI, officer("gone", COUNTY))
    notify.warn(warning(1))
    notify.deliver()
    notify.deliver()

    found = {row.recipient: (row.state, row.receipt) for row in rows(notify)}
    assert found["gone"] == ("given_up", "550 no such user here")
    assert found["li"] == ("waiting", "451 try later")


def test_a_line_that_drops_after_the_data_is_in_doubt_and_repeats_the_same_identity(
    notify_of: Make, server: MailServer
) -> None:
    server.answers = [hang_up]
    notify = notify_of(mailing(server.url))
    notify.know(LI)
    notify.warn(warning(1))
    notify.deliver()
    assert states(notify) == ["in_doubt"]

    notify.clock.pass_by(10)
    notify.deliver()

    assert states(notify) == ["sent"]
    assert len(server.received) == 2
    assert len({letter["Message-ID"] for letter in server.received}) == 1


def test_what_is_retracted_does_not_count_as_something_to_verify(notify_of: Make, server: MailServer) -> None:
    notify = notify_of(mailing(server.url))
    notify.know(LI)
    notify.warn(warning(1))
    notify.deliver()
    notify.clock.pass_by(60)
    notify.warn(retraction(warning(1)), warning(2, subject="s2"), warning(3, subject="s3"))
    notify.deliver()

    plain = server.received[1].get_body(("plain",))
    assert plain is not None
    assert server.received[1]["Subject"] == "【明账】2 件疑点请核实，最高黄色预警"
    assert "黄色 2 件；另有 1 件已撤销" in plain.get_content()


def test_after_a_day_of_failures_a_message_is_given_up_and_can_be_sent_again_by_hand(
    notify_of: Make, server: MailServer
) -> None:
    server.answers = [say("451 try later")] * ATTEMPTS_MAX
    notify = notify_of(mailing(server.url))
    notify.know(LI)
    notify.warn(warning(1))
    for _ in range(ATTEMPTS_MAX + 3):
        notify.deliver()
        notify.clock.pass_by(3_600)
    assert [(row.state, row.attempts) for row in rows(notify)] == [("given_up", ATTEMPTS_MAX)]

    office = PostOfficeTables(notify.database)
    message_id = rows(notify)[0].message_id
    assert office.try_again(message_id, notify.clock.now())
    notify.deliver()

    assert states(notify) == ["sent"]
    assert not office.try_again(message_id, notify.clock.now())


KILLED = """
import sys
from services.kit import crash_points
from services.kit.clock import Clock
from services.kit.config import Config
from services.kit.database import PostgresDatabase
from services.kit.streams import StreamLog
from services.notify.compose import build
from prometheus_client import CollectorRegistry
from tests.unit.notify.builders import ManualClock

url, smtp_url, point = sys.argv[1:]
database = PostgresDatabase(url)
clock = ManualClock()
config = Config(smtp_url=smtp_url, mail_from="mingzhang@finance.example")
crash_points.arm(point)
streams = StreamLog("notify", database, clock, lambda: None)
build(config, clock, database, streams, CollectorRegistry()).jobs[0].run()
"""


@pytest.mark.parametrize(("point", "mails"), [("before_send", 1), ("after_send", 2)])
def test_a_kill_between_send_and_receipt_is_in_doubt_and_the_retry_carries_the_same_message_id(
    notify_of: Make, server: MailServer, point: str, mails: int
) -> None:
    notify = notify_of(mailing(server.url))
    notify.know(LI)
    notify.warn(warning(1))
    url = notify.database.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, server.url, f"notify.deliver.{point}"],
        timeout=60,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert killed.returncode == -signal.SIGKILL
    notify.deliver()
    assert len(server.received) == mails - 1, "the lease of the dead attempt still runs"

    notify.clock.pass_by(LEASE_S)
    notify.deliver()

    assert len(server.received) == mails
    assert len({letter["Message-ID"] for letter in server.received}) == 1
    assert [(row.state, row.attempts) for row in rows(notify)] == [("sent", 2)]
    with notify.database.reading() as connection:
        assert len(connection.execute(select(delivery_receipts)).all()) == 1


def test_what_is_in_doubt_is_shown_while_it_is(notify_of: Make, server: MailServer) -> None:
    server.answers = [hang_up, say("451 later")]
    notify = notify_of(mailing(server.url))
    notify.know(LI, officer("qian", PREFECTURE))
    notify.warn(warning(1))
    notify.deliver()
    notify.clock.pass_by(10)
    notify.deliver()

    assert [row.recipient for row in notify.reader.list_deliveries(ALL, "in_doubt", 10)] == ["li"]
    assert notify.reader.list_deliveries(ALL, "sent", 10) == []
    assert notify.reader.list_deliveries(ALL, "waiting", 10) == []

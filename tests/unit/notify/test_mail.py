"""One mail: how it is handed over, and what must never be in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from services.kit.config import Config
from services.kit.errors import InvalidInput
from services.notify.domain.deliveries import Outcome
from services.notify.senders.mail import MailSender
from tests.unit.notify.builders import (
    COUNTY,
    LI,
    message,
    officer,
)
from tests.unit.notify.conftest import Notify
from tests.unit.notify.post import (
    MailServer,
    delay,
    mail_server,
    own_certificate,
)

Make = Callable[[Config], Notify]


def test_a_server_that_answers_too_late_leaves_the_mail_in_doubt(server: MailServer) -> None:
    server.answers = [delay(1.5)]
    sender = MailSender(server.url, "mingzhang@finance.example", "http://127.0.0.1", timeout_s=0.3)

    assert sender.send(message(), LI).outcome is Outcome.IN_DOUBT


def test_an_address_that_cannot_be_written_is_refused_and_hurts_nobody(server: MailServer) -> None:
    sender = MailSender(server.url, "mingzhang@finance.example", "http://127.0.0.1")
    broken = ["", "no at sign", "a@b\r\nBcc: all@finance.example", "two@@signs.example"]
    broken += ["张@finance.example", "zhang@财政.example"]

    outcomes = {sender.send(message(), officer("li", COUNTY, email=address)).outcome for address in broken}

    assert outcomes == {Outcome.REFUSED}
    assert server.received == []


def test_a_password_is_not_sent_without_encryption() -> None:
    with pytest.raises(InvalidInput):
        MailSender("http://mail.example", "mingzhang@finance.example", "http://127.0.0.1")

    with mail_server("127.0.0.2") as server:
        url = f"smtp://user:secret@127.0.0.2:{server.port}"
        result = MailSender(url, "mingzhang@finance.example", "http://127.0.0.1").send(message(), LI)

        assert result.outcome is Outcome.UNREACHABLE
        assert "no TLS" in result.note


def test_a_mail_goes_encrypted_where_the_server_offers_it(tmp_path: Path) -> None:
    with mail_server(tls=own_certificate(tmp_path)) as server:
        result = MailSender(server.url, "mingzhang@finance.example", "http://127.0.0.1").send(message(), LI)

        assert (result.outcome, len(server.received)) == (Outcome.SENT, 1)


def test_a_password_is_not_sent_to_a_server_that_nobody_vouches_for(tmp_path: Path) -> None:
    with mail_server(tls=own_certificate(tmp_path)) as server:
        url = f"smtp://user:secret@127.0.0.1:{server.port}"
        result = MailSender(url, "mingzhang@finance.example", "http://127.0.0.1").send(message(), LI)

        assert result.outcome is Outcome.UNREACHABLE
        assert "CERTIFICATE_VERIFY_FAILED" in result.note


def test_a_mail_holds_no_token_of_a_person() -> None:
    token = "8123456789012345678"
    with mail_server() as server:
        sender = MailSender(server.url, "mingzhang@finance.example", "http://127.0.0.1")
        sender.send(message(subject_kind="person", subject=token), LI)

        assert token not in server.received[0].as_string()


def test_a_title_cannot_write_into_the_page_or_the_header(server: MailServer) -> None:
    sender = MailSender(server.url, "mingzhang@finance.example", "http://127.0.0.1")
    sender.send(message(title="<b>x</b>\r\nBcc: all@finance.example"), LI)

    html = server.received[0].get_body(("html",))
    assert html is not None
    assert "<b>x" not in html.get_content()
    assert server.received[0]["Bcc"] is None

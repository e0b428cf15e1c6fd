"""E-mail by SMTP: STARTTLS where it is offered, or smtps from the start; signed in if the URL has a user.

`Message-ID` is made from the message's identity, so it is the same in every attempt. Up to the end of DATA a
failure means that the mail was not taken; from there on, until the server's answer, nobody knows.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from services.kit.clock import CHINA
from services.kit.errors import InvalidInput
from services.notify.domain.deliveries import Message, Outcome, Sent
from services.notify.domain.routing import User
from services.notify.senders.mail_text import render

TIMEOUT_S = 15
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PERMANENT = range(500, 600)


class MailSender:
    """Implements usecases.Sender over SMTP."""

    def __init__(self, smtp_url: str, mail_from: str, public_url: str, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(smtp_url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise InvalidInput(
                "notify.smtp_url", "邮件服务器地址应为 smtp(s)://…", "the SMTP URL must be smtp(s)://…"
            )
        self._implicit_tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._implicit_tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._from_name, self._from = parseaddr(mail_from)
        self._public_url = public_url
        self._timeout_s = timeout_s

    def send(self, message: Message, user: User | None) -> Sent:
        """One mail to one user. Refused at once if there is no such user any more, or no address."""
        if user is None or not user.active or not user.email:
            return Sent(Outcome.REFUSED, "the recipient has left or has no address")
        try:
            user.email.encode("ascii")  # What else it may be cannot be said to a server.
            letter = self._letter(message, user).as_bytes()
        except (
            ValueError,
            IndexError,
            MessageError,
        ) as error:  # What the email package says of a bad address.
            return Sent(Outcome.REFUSED, f"the address cannot be used: {type(error).__name__}")
        try:
            session = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            return Sent(Outcome.UNREACHABLE, _said(error))
        try:
            return _hand_over(session, self._from, user.email, letter)
        finally:
            session.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        own_name = socket.gethostname()
        session: smtplib.SMTP
        if self._implicit_tls:
            session = smtplib.SMTP_SSL(
                self._host, self._port, own_name, timeout=self._timeout_s, context=context
            )
        else:
            session = smtplib.SMTP(self._host, self._port, own_name, timeout=self._timeout_s)
        try:
            session.ehlo_or_helo_if_needed()
            if not self._implicit_tls and session.has_extn("starttls"):
                if not self._user:
                    # Without a password to protect, encryption that nobody vouches for is better than none.
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                session.starttls(context=context)
                session.ehlo()
            if self._user:
                self._sign_in(session)
        except BaseException:
            session.close()
            raise
        return session

    def _sign_in(self, session: smtplib.SMTP) -> None:
        """A password travels encrypted, or does not leave the machine."""
        if not isinstance(session.sock, ssl.SSLSocket) and self._host not in _LOOPBACK:
            raise smtplib.SMTPException("the server offers no TLS, so the password is not sent")
        session.login(self._user, self._password)

    def _letter(self, message: Message, user: User) -> EmailMessage:
        words = render(message, user, self._public_url)
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(self._from_name or "明账", addr_spec=self._from)
        letter["To"] = Address(_header(user.display_name), addr_spec=user.email)
        letter["Subject"] = _header(words.subject)
        letter["Date"] = format_datetime(message.composed_at.astimezone(CHINA))
        letter["Message-ID"] = f"<{message.message_id}@{self._from.rpartition('@')[2] or 'localhost'}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(words.text)
        letter.add_alternative(words.html, subtype="html")
        return letter


def _hand_over(session: smtplib.SMTP, sender: str, recipient: str, letter: bytes) -> Sent:
    try:
        code, answer = session.mail(sender)
        if code == 250:
            code, answer = session.rcpt(recipient)
        if code not in (250, 251):
            return Sent(_failure(code), _line(code, answer))
    except (OSError, smtplib.SMTPException) as error:
        return Sent(Outcome.NOT_SENT, _said(error))
    try:
        code, answer = session.data(letter)
    except smtplib.SMTPDataError as error:  # The server did not want to begin.
        return Sent(_failure(error.smtp_code), _line(error.smtp_code, error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        return Sent(Outcome.IN_DOUBT, _said(error))
    return Sent(Outcome.SENT if code == 250 else _failure(code), _line(code, answer))


def _failure(code: int) -> Outcome:
    return Outcome.REFUSED if code in _PERMANENT else Outcome.NOT_SENT


def _header(text: str) -> str:
    """Text without line breaks, which a header must not have."""
    return " ".join(text.split())


def _line(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"

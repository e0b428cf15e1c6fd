"""A mail server and a webhook receiver that really listen, and fail as they are told."""

from __future__ import annotations

import asyncio
import email
import hashlib
import hmac
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class MailServer:
    """What a mail server got; `answer` decides what it says to the next mail, once its bytes are there."""

    received: list[EmailMessage] = field(default_factory=list)
    answers: list[Callable[[SMTP], str]] = field(default_factory=list)
    refused_recipients: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused_recipients:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=default)
        if self.answers:
            answer = self.answers.pop(0)(server)
            if not answer.startswith("4") and not answer.startswith("5"):
                self.received.append(letter)
            return answer
        self.received.append(letter)
        return "250 accepted as 42"


def hang_up(server: SMTP) -> str:
    """Takes the mail and drops the line before it says so."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    return "250 never heard"


def say(answer: str) -> Callable[[SMTP], str]:
    """Answers this."""
    return lambda _: answer


def delay(seconds: float) -> Callable[[SMTP], str]:
    """Takes the mail, and answers too late."""

    def late(server: SMTP) -> str:
        time.sleep(seconds)
        return "250 at last"

    return late


@contextmanager
def mail_server(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """A mail server on a free port of the loopback; with `tls` it takes nothing before STARTTLS."""
    server = MailServer()
    controller = Controller(
        server, hostname=host, port=_free_port(), tls_context=tls, require_starttls=tls is not None
    )
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


@dataclass
class Endpoint:
    """What a webhook receiver got. `statuses` are its next answers (0 hangs up), after them always 200."""

    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answer: bytes = b"thank you"
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/mingzhang?source=finance"


def signature_holds(secret: bytes, header: str, body: bytes) -> bool:
    """Checks a signature as a receiver would, from the documentation alone."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(secret, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"])


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A webhook receiver on a free port of the loopback."""
    found = Endpoint()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests.append((dict(self.headers.items()), body))
            status = found.statuses.pop(0) if found.statuses else 200
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{found.port}/elsewhere")
            self.end_headers()
            self.wfile.write(found.answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_certificate(folder: Path) -> ssl.SSLContext:
    """A certificate that its owner signed: good enough against a listener, vouched for by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context

"""Signed webhook: one POST of JSON. The address comes from the configuration and from nowhere else.

Body: {"message_id", "composed_at", "doubtful", "cases": [{case_id, reason, severity, …, url}]}, amounts in
fen. Header `Mingzhang-Signature: t=<seconds>,v1=<hex>` with v1 = HMAC-SHA256(secret, "<t>." + body).
`Idempotency-Key` is the same in every attempt of a message. 2xx is a receipt. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
from dataclasses import asdict
from urllib.parse import urlsplit

import orjson

from services.kit.clock import Clock
from services.kit.errors import InvalidInput
from services.notify.domain.deliveries import Message, Outcome, Sent
from services.notify.domain.routing import User

TIMEOUT_S = 10
ANSWER_BYTES_MAX = 200


class WebhookSender:
    """Implements usecases.Sender over HTTP or HTTPS."""

    def __init__(
        self, url: str, secret: str, public_url: str, clock: Clock, timeout_s: float = TIMEOUT_S
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(
                "notify.webhook_url", "webhook 地址应为 http(s)://…", "the webhook URL must be http(s)://…"
            )
        if not secret:
            raise InvalidInput(
                "notify.webhook_secret",
                "设了 MINGZHANG_WEBHOOK_URL，还须设 MINGZHANG_WEBHOOK_SECRET，否则谁都能伪造签名",
                "MINGZHANG_WEBHOOK_URL needs MINGZHANG_WEBHOOK_SECRET: without it anybody could sign",
            )
        self._https = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._secret = secret.encode()
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._timeout_s = timeout_s

    def send(self, message: Message, user: User | None) -> Sent:  # noqa: ARG002 - an endpoint is not a user
        """One POST. What fails before the request is out did not arrive; what fails after it is in doubt."""
        body = self._body(message)
        kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=self._timeout_s)
        try:
            try:
                connection.connect()
            except OSError as error:
                return Sent(Outcome.UNREACHABLE, f"{type(error).__name__}: {error}")
            try:
                connection.request("POST", self._path, body, self._headers(message, body))
                response = connection.getresponse()
                answer = response.read(ANSWER_BYTES_MAX).decode("utf-8", "replace").strip()
            except (OSError, http.client.HTTPException) as error:
                return Sent(Outcome.IN_DOUBT, f"{type(error).__name__}: {error}")
        finally:
            connection.close()
        receipt = f"HTTP {response.status} {answer}".strip()
        return Sent(Outcome.SENT if 200 <= response.status < 300 else Outcome.NOT_SENT, receipt)

    def _body(self, message: Message) -> bytes:
        cases = [
            {**asdict(line), "url": f"{self._public_url}/cases/{line.case_id}"} for line in message.lines
        ]
        return orjson.dumps(
            {
                "message_id": message.message_id,
                "composed_at": message.composed_at,
                "doubtful": message.doubtful,
                "cases": cases,
            }
        )

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        moment_s = int(self._clock.now().timestamp())
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "mingzhang-notify",
            "Idempotency-Key": message.message_id,
            "Mingzhang-Signature": signature(self._secret, moment_s, body),
        }


def signature(secret: bytes, moment_s: int, body: bytes) -> str:
    """The signature header for a body at a moment (seconds since the epoch)."""
    mac = hmac.new(secret, f"{moment_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment_s},v1={mac}"

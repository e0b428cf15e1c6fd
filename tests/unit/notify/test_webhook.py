"""The signed webhook: what it carries, what it follows, and what is in doubt."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from services.kit.config import Config
from services.kit.errors import InvalidInput
from services.notify.domain.deliveries import Outcome
from services.notify.senders.webhook import WebhookSender
from tests.unit.notify.builders import (
    SECRET,
    ManualClock,
    hooking,
    message,
    warning,
)
from tests.unit.notify.conftest import Notify, rows, states
from tests.unit.notify.post import (
    Endpoint,
    signature_holds,
)

Make = Callable[[Config], Notify]


def test_a_webhook_carries_the_cases_and_a_signature_that_holds(notify_of: Make, hook: Endpoint) -> None:
    notify = notify_of(hooking(hook.url))
    notify.warn(warning(1, severity="blue"), warning(2, subject="other", severity="red"))
    notify.deliver()

    ((headers, body),) = hook.requests
    told = json.loads(body)
    assert signature_holds(SECRET.encode(), headers["Mingzhang-Signature"], body)
    assert not signature_holds(b"another", headers["Mingzhang-Signature"], body)
    assert headers["Idempotency-Key"] == told["message_id"] == rows(notify)[0].message_id
    assert [case["severity"] for case in told["cases"]] == ["red", "blue"]
    assert told["cases"][0]["amount_fen"] == 120_000
    assert {row.receipt for row in rows(notify)} == {"HTTP 200 thank you"}


def test_a_webhook_follows_no_redirect(notify_of: Make, hook: Endpoint) -> None:
    hook.statuses = [302]
    notify = notify_of(hooking(hook.url))
    notify.warn(warning(1))
    notify.deliver()

    assert len(hook.requests) == 1
    assert [(row.state, row.receipt[:8]) for row in rows(notify)] == [("waiting", "HTTP 302")]


def test_a_webhook_that_hangs_up_is_in_doubt_and_the_retry_has_the_same_key(
    notify_of: Make, hook: Endpoint
) -> None:
    hook.statuses = [0, 503]
    notify = notify_of(hooking(hook.url))
    notify.warn(warning(1))
    seen = []
    for _ in range(3):
        notify.deliver()
        seen.extend(states(notify))
        notify.clock.pass_by(60)

    assert seen == ["in_doubt", "in_doubt", "sent"]
    assert len({headers["Idempotency-Key"] for headers, _ in hook.requests}) == 1
    assert [json.loads(body)["doubtful"] for _, body in hook.requests] == [False, True, True]


def test_a_webhook_that_nobody_answers_is_unreachable() -> None:
    sender = WebhookSender("http://127.0.0.1:1/x", SECRET, "http://127.0.0.1", ManualClock(), 0.5)

    assert sender.send(message(), None).outcome is Outcome.UNREACHABLE


def test_what_an_endpoint_says_cannot_hurt_who_keeps_or_reads_it(notify_of: Make, hook: Endpoint) -> None:
    hook.answer = b"thanks\x00 \x1b[2J!"
    notify = notify_of(hooking(hook.url))
    notify.warn(warning(1))
    notify.deliver()

    assert [(row.state, row.receipt) for row in rows(notify)] == [("sent", "HTTP 200 thanks   [2J!")]


def test_a_webhook_without_a_secret_is_refused() -> None:
    """Its signature would hold, and prove nothing."""
    with pytest.raises(InvalidInput, match="SECRET"):
        WebhookSender("http://127.0.0.1:1/x", "", "http://127.0.0.1", ManualClock())

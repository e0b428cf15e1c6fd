"""What is told, when it is tried again, when it is given up, and what is in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.notify.compose import read_machine
from services.notify.domain.deliveries import (
    ATTEMPTS_MAX,
    Message,
    News,
    Outcome,
    Sent,
    State,
    begun,
    ended,
    may_compose_at,
    message_id_of,
    news_of,
    next_attempt,
    plan_deliveries,
)
from services.notify.domain.routing import Recipient, RouteReason
from tests.unit.notify.builders import NOW, open_case, retraction, warning

MACHINE = read_machine()
LI = Recipient("mail", "li", RouteReason.OFFICER)
QIAN = Recipient("mail", "qian", RouteReason.PREFECTURE_FOR_RED)
ONE = warning(1)
MESSAGE = Message("m", "mail", "li", (), NOW, next_attempt_at=NOW)


def test_what_people_are_told_follows_from_before_and_after() -> None:
    yellow = open_case(MACHINE, ONE)
    red = open_case(MACHINE, ONE, warning(2, severity="red"))
    gone = open_case(MACHINE, ONE, retraction(ONE))

    assert [
        news_of(None, yellow),
        news_of(yellow, red),
        news_of(red, yellow),
        news_of(yellow, gone),
        news_of(gone, yellow),
        news_of(None, gone),
    ] == [News.OPENED, News.SEVERITY_RAISED, None, News.RETRACTED, News.REOPENED, None]


def test_a_raised_severity_tells_only_those_who_were_told_before_or_are_new() -> None:
    case = open_case(MACHINE, ONE)
    waiting = plan_deliveries(case, News.OPENED, [LI], [], "r", NOW).create

    plan = plan_deliveries(case, News.SEVERITY_RAISED, [LI, QIAN], waiting, "r", NOW)

    assert [item.recipient for item in plan.create] == ["qian"]


def test_a_retraction_withdraws_what_nobody_heard_of_and_tells_the_others() -> None:
    case = open_case(MACHINE, ONE)
    waiting, told = plan_deliveries(case, News.OPENED, [LI, QIAN], [], "r", NOW).create

    plan = plan_deliveries(case, News.RETRACTED, [], [waiting, replace(told, message_id="m")], "r", NOW)

    assert plan.withdraw == (waiting.delivery_id,)
    assert [(item.recipient, item.route_reason) for item in plan.create] == [("qian", "told_before")]


def test_who_knows_that_a_case_is_retracted_is_not_told_twice() -> None:
    case = open_case(MACHINE, ONE)
    opened = replace(plan_deliveries(case, News.OPENED, [LI], [], "r", NOW).create[0], message_id="m1")
    gone = replace(
        plan_deliveries(replace(case, revision=2), News.RETRACTED, [], [opened], "r", NOW).create[0],
        message_id="m2",
        created_at=NOW + timedelta(seconds=1),
    )

    assert (
        plan_deliveries(replace(case, revision=4), News.RETRACTED, [], [opened, gone], "r", NOW).create == ()
    )


def test_the_same_news_has_the_same_identity_and_other_news_another() -> None:
    case = open_case(MACHINE, ONE)
    first = plan_deliveries(case, News.OPENED, [LI], [], "r", NOW).create[0]
    again = plan_deliveries(case, News.OPENED, [LI], [], "s", NOW + timedelta(days=1)).create[0]
    later = plan_deliveries(replace(case, revision=5), News.OPENED, [LI], [], "r", NOW).create[0]

    assert first.delivery_id == again.delivery_id != later.delivery_id


def test_the_identity_of_a_message_does_not_depend_on_the_order_of_its_deliveries() -> None:
    assert message_id_of(["b", "a"]) == message_id_of(["a", "b"]) == "a"


def test_mails_to_one_person_keep_a_growing_distance() -> None:
    assert may_compose_at([]) is None
    assert may_compose_at([NOW]) == NOW + timedelta(seconds=5)
    assert may_compose_at([NOW] * 4) == NOW + timedelta(seconds=40)
    assert may_compose_at([NOW] * 50) == NOW + timedelta(seconds=600)


def test_the_back_off_doubles_up_to_an_hour_and_ends_after_about_a_day() -> None:
    waits = []
    for attempts in range(1, ATTEMPTS_MAX):
        again = next_attempt(attempts, NOW)
        assert again is not None
        waits.append((again - NOW) // timedelta(seconds=1))

    assert waits[:4] == [10, 20, 40, 80]
    assert max(waits) == 3_600
    assert 20 * 3_600 < sum(waits) < 30 * 3_600
    assert next_attempt(ATTEMPTS_MAX, NOW) is None


def test_an_attempt_found_in_the_middle_is_in_doubt_and_stays_so() -> None:
    first = begun(MESSAGE, NOW)
    second = begun(first, NOW + timedelta(minutes=5))
    failed = ended(second, Sent(Outcome.NOT_SENT, "451 later"), NOW)

    assert (first.doubtful, second.doubtful, second.attempts) == (False, True, 2)
    assert (failed.state, failed.message_id) == (State.IN_DOUBT, MESSAGE.message_id)


def test_a_certain_failure_waits_and_is_not_in_doubt() -> None:
    failed = ended(begun(MESSAGE, NOW), Sent(Outcome.NOT_SENT, "451 later"), NOW)

    assert (failed.state, failed.doubtful, failed.next_attempt_at) == (
        State.WAITING,
        False,
        NOW + timedelta(seconds=10),
    )


def test_a_refusal_is_given_up_at_once_and_a_failure_after_the_last_attempt() -> None:
    refused = ended(begun(MESSAGE, NOW), Sent(Outcome.REFUSED, "550 no such user"), NOW)
    last = begun(replace(MESSAGE, attempts=ATTEMPTS_MAX - 1), NOW)

    assert refused.state is State.GIVEN_UP
    assert ended(last, Sent(Outcome.UNREACHABLE, "refused"), NOW).state is State.GIVEN_UP

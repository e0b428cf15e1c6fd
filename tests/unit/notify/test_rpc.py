"""What people may read of cases, and the operators' commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import pytest
from mingzhang.notify.v1 import notify_pb2 as pb

from services.kit.caller import Caller, Scope
from services.kit.config import Config
from services.kit.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.kit.rpc.context import acting_as
from services.notify import module
from services.notify.rpc import NotifyServicer
from tests.unit.notify.builders import COUNTY, PREFECTURE, PROVINCE, officer, retraction, warning
from tests.unit.notify.conftest import Notify

Make = Callable[[Config], Notify]
CONTEXT: Any = None
MAIL = Config(smtp_url="smtp://127.0.0.1:1", mail_from="mingzhang@finance.example")


def caller(division: str = COUNTY, role: str = "finance_officer", language: str = "zh") -> Caller:
    return Caller("li", (role,), Scope(division), language, "request-1")


def listed(servicer: NotifyServicer, who: Caller, **request: Any) -> pb.ListCasesResponse:
    with acting_as(who):
        return servicer.ListCases(pb.ListCasesRequest(**request), CONTEXT)


def test_an_officer_lists_and_opens_the_cases_of_the_own_division(notify_of: Make) -> None:
    notify = notify_of(MAIL)
    notify.know(officer("li", COUNTY))
    first = warning(1, severity="orange")
    notify.warn(first, warning(2, amount_fen=300_000, severity="red"), warning(3, "s3", division="632801"))
    notify.warn(retraction(first))
    servicer = NotifyServicer(notify.reader)

    (case,) = listed(servicer, caller()).cases
    with acting_as(caller(language="en")):
        whole = servicer.GetCase(pb.GetCaseRequest(case_id=case.case_id), CONTEXT)

    assert (case.severity, case.amount_fen, case.warnings, case.title) == ("red", 300_000, 1, "规则2")
    assert [(item.warning_id[-1], item.standing) for item in whole.warnings] == [("2", True), ("1", False)]
    assert [entry.what for entry in whole.timeline] == ["opened", "warning_added", "warning_retracted"]
    assert whole.timeline[0].note == "opened by common.rule-1"
    assert [(item.recipient, item.state, item.route_reason) for item in whole.deliveries] == [
        ("li", "waiting", "officer")
    ]


def test_a_case_outside_the_scope_is_not_found_and_a_subtree_outside_is_not_allowed(
    notify_of: Make,
) -> None:
    notify = notify_of(Config())
    notify.warn(warning(1))
    servicer = NotifyServicer(notify.reader)
    case_id = notify.cases()[0].case_id

    with acting_as(caller("630122")), pytest.raises(NotFound):
        servicer.GetCase(pb.GetCaseRequest(case_id=case_id), CONTEXT)
    with pytest.raises(NotAllowed):
        listed(servicer, caller("630122"), division_code=PREFECTURE)
    with pytest.raises(NotSignedIn):
        servicer.ListCases(pb.ListCasesRequest(), CONTEXT)


def test_a_caller_without_a_role_is_refused(notify_of: Make) -> None:
    with pytest.raises(NotAllowed):
        listed(NotifyServicer(notify_of(Config()).reader), caller(role="visitor"))


def test_a_list_can_be_narrowed_and_turned_page_by_page(notify_of: Make) -> None:
    notify = notify_of(Config())
    for number in range(7):
        notify.warn(warning(number, subject=f"s{number}", severity="red" if number % 2 else "yellow"))
        notify.clock.pass_by(1)
    servicer = NotifyServicer(notify.reader)
    seen: list[str] = []
    token = ""
    while True:
        page = listed(servicer, caller(PROVINCE), limit=3, page_token=token)
        seen.extend(case.subject for case in page.cases)
        token = page.next_page_token
        if not token:
            break

    assert seen == [f"s{number}" for number in reversed(range(7))]
    assert len(listed(servicer, caller(PROVINCE), severity="red").cases) == 3
    assert listed(servicer, caller(PROVINCE), state="retracted").cases == []
    assert len(listed(servicer, caller(PROVINCE), division_code=COUNTY).cases) == 7


@pytest.mark.parametrize("token", ["x", "12", "12.", ".a", "9" * 30 + ".a", "².a"])
def test_a_page_token_that_we_did_not_write_is_refused(notify_of: Make, token: str) -> None:
    with pytest.raises(InvalidInput):
        listed(NotifyServicer(notify_of(Config()).reader), caller(), page_token=token)


class CommandKit:
    """The part of the kit that commands use."""

    def __init__(self, notify: Notify) -> None:
        self.database = notify.database
        self.clock = notify.clock


def run(notify: Notify, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    kit: Any = CommandKit(notify)
    module.add_commands(parser.add_subparsers(), lambda: kit)
    parsed = parser.parse_args(arguments)
    return int(parsed.run(parsed))


def test_the_command_line_shows_deliveries_and_why(
    notify_of: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    notify = notify_of(MAIL)
    notify.know(officer("li", COUNTY))
    notify.warn(warning(1))
    notify.deliver()

    assert run(notify, "deliveries", "--state", "waiting") == 0
    shown = capsys.readouterr().out
    assert "mail:li" in shown
    assert "1 attempts" in shown
    assert "ConnectionRefusedError" in shown
    assert "@" not in shown
    assert run(notify, "retry", "nothing") == 1


class MountingKit:
    """Takes down what a module asks of its process."""

    service = "notify"

    def __init__(self, notify: Notify, config: Config) -> None:
        self.config, self.clock, self.database = config, notify.clock, notify.database
        self.streams = notify.streams
        self.registry = type(notify.registry)()
        self.served: list[str] = []
        self.consumed: list[Any] = []
        self.jobs: list[Any] = []

    def serve(self, register: Callable[[Any], object], *names: str) -> None:
        self.served.extend(names)

    def consume(self, subscription: Any) -> None:
        self.consumed.append(subscription)

    def every(self, job: Any) -> None:
        self.jobs.append(job)


def test_a_mounted_notify_serves_listens_and_delivers(notify_of: Make) -> None:
    kit: Any = MountingKit(notify_of(Config()), MAIL)
    module.mount(kit)

    assert kit.served == ["mingzhang.notify.v1.NotifyService"]
    assert {(item.consumer, item.emitter) for item in kit.consumed} == {
        ("notify", "rules"),
        ("notify", "gateway"),
        ("notify", "ledger"),
    }
    assert [job.name for job in kit.jobs] == ["deliver_due"]

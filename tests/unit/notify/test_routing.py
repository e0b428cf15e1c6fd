"""Who is told of a case, and why them."""

from __future__ import annotations

from dataclasses import replace

from services.notify.compose import read_machine
from services.notify.domain.routing import Nobody, Route, User, line_above, route
from tests.unit.notify.builders import (
    COUNTY,
    DIVISIONS,
    PREFECTURE,
    PROVINCE,
    administrator,
    officer,
    open_case,
    warning,
)

MACHINE = read_machine()


def routed(
    *users: User,
    severity: str = "yellow",
    division: str = COUNTY,
    channels: tuple[str, ...] = ("mail",),
) -> Route:
    case = open_case(MACHINE, warning(severity=severity, division=division))
    return route(case, users, DIVISIONS, channels)


def told(route_: Route) -> list[tuple[str, str]]:
    return [(who.recipient, who.reason.value) for who in route_.recipients]


def test_the_officers_of_the_division_are_told() -> None:
    found = routed(officer("li", COUNTY), officer("wang", COUNTY), officer("zhao", "630122"))

    assert told(found) == [("li", "officer"), ("wang", "officer")]


def test_a_division_without_officers_is_answered_for_by_the_next_above() -> None:
    found = routed(officer("zhao", PROVINCE), officer("qian", PREFECTURE))

    assert told(found) == [("qian", "officer_above")]


def test_red_also_goes_to_the_prefecture_above() -> None:
    found = routed(officer("li", COUNTY), officer("qian", PREFECTURE), severity="red")

    assert told(found) == [("li", "officer"), ("qian", "prefecture_for_red")]


def test_red_in_the_prefecture_itself_goes_to_its_officers_once() -> None:
    found = routed(officer("qian", PREFECTURE), severity="red", division=PREFECTURE)

    assert told(found) == [("qian", "officer")]


def test_red_of_a_county_without_officers_names_the_prefecture_once() -> None:
    found = routed(officer("qian", PREFECTURE), officer("zhao", PROVINCE), severity="red")

    assert told(found) == [("qian", "officer_above")]


def test_the_administrators_are_the_last_resort() -> None:
    found = routed(administrator("root"), administrator("elsewhere", "620000"))

    assert told(found) == [("root", "administrator")]


def test_who_left_or_has_no_address_or_another_role_is_not_told() -> None:
    left = replace(officer("li", COUNTY), active=False)
    author = replace(officer("sun", COUNTY), roles=("rule_author",))

    found = routed(left, author, officer("wang", COUNTY, email=""), officer("qian", PREFECTURE))

    assert told(found) == [("qian", "officer_above")]


def test_nobody_at_all_is_a_reason_of_its_own() -> None:
    assert routed().nobody is Nobody.NO_OFFICER


def test_blue_is_not_mailed_but_the_endpoint_hears_of_it() -> None:
    found = routed(officer("li", COUNTY), severity="blue", channels=("mail", "webhook"))

    assert (told(found), found.nobody) == ([("default", "endpoint")], Nobody.NOT_MAILED)


def test_without_a_mail_server_nobody_waits_for_mail() -> None:
    assert routed(officer("li", COUNTY), channels=()).nobody is Nobody.NO_CHANNEL


def test_a_division_that_is_not_known_goes_by_its_digits() -> None:
    assert line_above("632801", {}) == ["632801", "632800", "630000"]
    assert line_above("630102001", {})[:2] == ["630102001", "630102"]


def test_a_circle_of_divisions_ends() -> None:
    circle = {
        "630121": replace(DIVISIONS["630121"], parent_code="630122"),
        "630122": replace(DIVISIONS["630122"], parent_code="630121"),
    }

    assert line_above("630121", circle) == ["630121", "630122"]

"""Signing in, passwords, and who may add whom."""

from __future__ import annotations

import stat
from datetime import timedelta

import pytest
from mingzhang.gateway.v1.events_pb2 import UsersChanged
from sqlalchemy import text

from services.gateway import domain
from services.gateway.domain import (
    ATTEMPTS_PER_USER_MAX,
    ATTEMPTS_WINDOW,
    SESSION_LASTS,
    User,
    readable_password,
    token_hash,
    within,
)
from services.gateway.usecases import create_first_administrator
from services.kit.caller import FINANCE_OFFICER, Scope
from services.kit.errors import NotAllowed
from tests.unit.gateway.conftest import PASSWORD, Gateway

NEW_PASSWORD = "another horse battery"
NEW_USER = {
    "user": "huangzhong",
    "roles": ["finance_officer"],
    "division_code": "630122",
    "password": PASSWORD,
}


def test_an_unknown_name_and_a_wrong_password_are_refused_alike(gateway: Gateway) -> None:
    """Nobody learns which names exist."""
    client = gateway.client()
    unknown = client.post("/api/v1/login", json={"user": "nobody", "password": PASSWORD})
    wrong = client.post("/api/v1/login", json={"user": "admin", "password": "wrong password"})

    assert unknown.status_code == wrong.status_code == 401
    assert {**unknown.json(), "request_id": ""} == {**wrong.json(), "request_id": ""}


def test_too_many_guesses_have_to_wait(gateway: Gateway) -> None:
    """Then even the right password is refused, until the window ends; the answer says for how long."""
    client = gateway.client()
    guess = {"user": "xining", "password": "wrong password"}
    guesses = [client.post("/api/v1/login", json=guess).status_code for _ in range(ATTEMPTS_PER_USER_MAX)]
    right = client.post("/api/v1/login", json={**guess, "password": PASSWORD})
    gateway.clock.pass_by(int(ATTEMPTS_WINDOW.total_seconds()) + 1)
    later = client.post("/api/v1/login", json={**guess, "password": PASSWORD})

    assert set(guesses) == {401}
    assert (right.status_code, right.headers["retry-after"]) == (429, str(15 * 60))
    assert later.status_code == 200


def test_an_address_that_is_refused_uses_up_nobody_elses_attempts(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or one guesser could lock out everybody, and fill a table with names."""
    monkeypatch.setattr(domain, "ATTEMPTS_PER_ADDRESS_MAX", 2)
    client = gateway.client()
    for name in ("first", "second", "third", "fourth"):
        client.post("/api/v1/login", json={"user": name, "password": "wrong password"})
    with gateway.database.reading() as connection:
        counted = set(connection.scalars(text("SELECT subject FROM sign_in_attempt")))

    assert counted == {"address:testclient", "user:first", "user:second"}


def test_a_session_ends_by_itself(gateway: Gateway) -> None:
    """After twelve hours somebody has to sign in again."""
    client = gateway.client("xining")
    gateway.clock.pass_by(int(SESSION_LASTS.total_seconds()) - 1)
    before = client.get("/api/v1/me")
    gateway.clock.pass_by(1)
    after = client.get("/api/v1/me")

    assert (before.status_code, after.status_code) == (200, 401)


def test_a_new_password_ends_all_other_sessions(gateway: Gateway) -> None:
    """The browser that changed it goes on; every other one is out, and the old password is nothing any more."""
    here, elsewhere = gateway.client("xining"), gateway.client("xining")
    changed = here.put("/api/v1/me/password", json={"old_password": PASSWORD, "new_password": NEW_PASSWORD})
    old = gateway.client().post("/api/v1/login", json={"user": "xining", "password": PASSWORD})

    assert changed.status_code == 204
    assert here.get("/api/v1/me").status_code == 200
    assert elsewhere.get("/api/v1/me").status_code == 401
    assert old.status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("not the old one", NEW_PASSWORD, "gateway.wrong_password"),
        (PASSWORD, "short", "gateway.weak_password"),
        (PASSWORD, PASSWORD, "gateway.same_password"),
    ],
)
def test_a_password_is_not_changed_just_like_that(gateway: Gateway, old: str, new: str, code: str) -> None:
    """It wants the old one, and a good new one."""
    answer = gateway.client("xining").put(
        "/api/v1/me/password", json={"old_password": old, "new_password": new}
    )

    assert answer.json()["code"] == code


def test_the_first_administrator_has_to_change_the_password(gateway: Gateway) -> None:
    """Their password waits in a file for the owner only; until it is changed nothing else is open."""
    with gateway.database.transaction() as connection:
        connection.exec_driver_sql("TRUNCATE account CASCADE")
    created = create_first_administrator(gateway.parts.accounts)
    again = create_first_administrator(gateway.parts.accounts)
    first = gateway.first_password.read_text().strip()
    mode = stat.S_IMODE(gateway.first_password.stat().st_mode)
    client = gateway.client()
    client.post("/api/v1/login", json={"user": "admin", "password": first})
    before = client.get("/api/v1/summary")
    client.put("/api/v1/me/password", json={"old_password": first, "new_password": NEW_PASSWORD})
    after = client.get("/api/v1/summary")

    assert (created, again, mode) == (True, False, 0o600)
    assert (before.status_code, before.json()["code"]) == (403, "gateway.password_change_required")
    assert after.status_code == 200
    assert not gateway.first_password.exists()


def test_an_administrator_adds_a_user_and_the_other_services_hear_of_it(gateway: Gateway) -> None:
    """The account and the event are one transaction; the first password has to be changed."""
    answer = gateway.client("admin").post("/api/v1/users", json=NEW_USER)
    with gateway.database.reading() as connection:
        body = connection.exec_driver_sql(
            "SELECT body FROM stream_event WHERE stream = 'users' ORDER BY seq DESC LIMIT 1"
        ).scalar_one()
    told = UsersChanged.FromString(bytes(body)).users[0]
    names = [user["user"] for user in gateway.client("admin").get("/api/v1/users").json()["users"]]

    assert answer.status_code == 201
    assert answer.json()["must_change_password"] is True
    assert "password" not in answer.json()
    assert (told.user, told.division_code, list(told.roles)) == ("huangzhong", "630122", ["finance_officer"])
    assert names == ["admin", "author", "huangzhong", "xining"]


@pytest.mark.parametrize("user", ["xining", "author"])
def test_only_administrators_see_and_add_users(gateway: Gateway, user: str) -> None:
    """Others are told which role it takes."""
    client = gateway.client(user)
    answers = [client.get("/api/v1/users"), client.post("/api/v1/users", json=NEW_USER)]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(403, "caller.role_missing")] * 2


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"user": "xining"}, 409, "gateway.user_exists"),
        ({"user": "Not A Name"}, 422, "gateway.bad_user"),
        ({"password": "short"}, 422, "gateway.weak_password"),
        ({"roles": []}, 422, "gateway.bad_request"),
        ({"roles": ["service"]}, 422, "gateway.bad_request"),
        ({"division_code": "63"}, 422, "gateway.bad_request"),
        ({"division_code": "６３０１２１"}, 422, "gateway.bad_request"),
        ({"email": "nonsense"}, 422, "gateway.bad_user"),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    gateway: Gateway, change: dict[str, object], status: int, code: str
) -> None:
    """Nobody makes a service out of a person, for one."""
    answer = gateway.client("admin").post("/api/v1/users", json={**NEW_USER, **change})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("division", "funds", "fits"),
    [
        ("630121", ("C22",), True),
        ("630100", ("C22", "C23"), True),
        ("630200", ("C22",), False),
        ("630000", ("C22",), False),
        ("", ("C22",), False),
        ("630121", (), False),
        ("630121", ("C30",), False),
    ],
)
def test_nobody_gives_more_than_they_have(division: str, funds: tuple[str, ...], fits: bool) -> None:
    """An administrator of a prefecture adds users of its subtree, for funds of their own."""
    user = User("somebody", "某人", (FINANCE_OFFICER,), division, funds)
    scope = Scope("630100", ("C22", "C23"))
    if fits:
        outcome = within(user, scope)
    else:
        with pytest.raises(NotAllowed):
            within(user, scope)
        outcome = user

    assert outcome == user


def test_no_token_is_kept_and_what_ended_is_purged(gateway: Gateway) -> None:
    """The database holds hashes only, and only those of running sessions."""
    token = gateway.client("xining").cookies["mingzhang_session"]
    rows = "SELECT token_hash FROM session"
    with gateway.database.reading() as connection:
        kept = [bytes(row[0]) for row in connection.exec_driver_sql(rows)]
    gateway.parts.accounts.users.purge(gateway.clock.now() + SESSION_LASTS + timedelta(seconds=1))  # type: ignore[attr-defined] # the real store
    with gateway.database.reading() as connection:
        left = connection.exec_driver_sql(rows).all()

    assert kept == [token_hash(token)]
    assert left == []


def test_a_first_password_can_be_read_from_a_screen() -> None:
    """Four groups of five letters that nobody mixes up."""
    password = readable_password("0123456789abcdef0123456789abcdef")

    assert [len(part) for part in password.split("-")] == [5, 5, 5, 5]
    assert not set(password) & set("0o1l")

"""A quota from the province to a county, over a real server: gateway and ledger in one process, asked by HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.gateway import module as gateway
from services.gateway.module import first_password_path
from services.kit.embedded_postgres import EmbeddedPostgres
from services.kit.runtime import Runtime
from services.ledger import module as ledger
from tests.system import free_port
from tests.unit.gateway.test_module import configured

PASSWORD = "a password for a story"
HEAD = {"fiscal_year": 2018, "effective_on": "2018-03-01"}
BALANCES = ("free_fen", "frozen_fen", "in_transit_fen", "issued_fen")


@pytest.fixture
def address(postgres: EmbeddedPostgres, short_path: Path) -> Iterator[str]:
    """Where the pages are; the first administrator has a password of the story."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    config = replace(configured(postgres, short_path, f"story_{port}", port), public_url=base)
    runtime = Runtime(config, ("ledger", "gateway"), lambda _: None)
    try:
        runtime.start({"ledger": ledger.mount, "gateway": gateway.mount})
        first = first_password_path(config).read_text(encoding="utf-8").strip()
        with httpx.Client(base_url=f"{base}/api/v1", headers={"Origin": base}) as client:
            client.post("/login", json={"user": "admin", "password": first})
            new = {"old_password": first, "new_password": PASSWORD}
            client.put("/me/password", json=new).raise_for_status()
        yield base
    finally:
        runtime.stop()


def signed_in(base: str, user: str) -> httpx.Client:
    """A browser of somebody."""
    client = httpx.Client(base_url=f"{base}/api/v1", headers={"Origin": base}, timeout=30)
    client.post("/login", json={"user": user, "password": PASSWORD}).raise_for_status()
    return client


def hand_in(client: httpx.Client, key: str, kind: str, division: str, **more: Any) -> httpx.Response:
    """Posts a document."""
    number = f"青财农字[2018] {len(key) + ord(key[-1])} 号"
    body = {"key": key, "kind": kind, "document_number": number, "division_code": division, **HEAD, **more}
    return client.post("/quota-documents", json=body)


def balances(client: httpx.Client, key: str) -> tuple[int, ...]:
    """Free, frozen, in transit and issued of a quota."""
    quota = client.get("/quotas", params={"key": key}).json()["quotas"][0]
    return tuple(quota[name] for name in BALANCES)


def test_money_goes_down_from_the_province_to_a_county_and_every_step_can_be_read(address: str) -> None:
    """Registered, refused where it is too much, issued once though sent twice, received, frozen, undone."""
    admin = signed_in(address, "admin")
    register = {"quota_key": "P", "fund_code": "C22", "amount_fen": 1_000_00}
    registered = hand_in(admin, "R", "register", "630000", lines=[register])
    county = {"quota_key": "P", "to_division_code": "630121", "amount_fen": 400_00}
    over = hand_in(admin, "O", "issue", "630000", lines=[county, {**county, "amount_fen": 600_01}])
    issued = [hand_in(admin, "I", "issue", "630000", lines=[county]) for _ in range(2)]
    in_transit = balances(admin, "P")
    waiting = admin.get("/quotas/in-transit", params={"to_division_code": "630121"}).json()["lines"]
    receive = {"quota_key": "L", "issue_line_key": waiting[0]["issue_line_key"]}
    received = hand_in(admin, "C", "receive", "630121", lines=[receive])
    frozen = hand_in(admin, "F", "freeze", "630121", lines=[{"quota_key": "L", "amount_fen": 1_00}])
    while_frozen = balances(admin, "L")
    undone = hand_in(admin, "U", "reverse", "630121", original_key="F", summary="有误")
    late = hand_in(admin, "V", "reverse", "630000", original_key="I", summary="撤回")
    lines = admin.get("/quota-documents/I").json()["lines"]

    assert (registered.status_code, registered.json()["document"]["document_number"]) == (
        201,
        "青财农字〔2018〕83号",
    )
    assert (over.status_code, over.json()["code"], over.json()["details"]["line"]) == (
        409,
        "ledger.over_limit",
        "2",
    )
    assert [(one.status_code, one.json()["known"]) for one in issued] == [(201, False), (200, True)]
    assert in_transit == (600_00, 0, 400_00, 0)
    assert [(line["document_number"], line["amount_fen"]) for line in waiting] == [
        (issued[0].json()["document"]["document_number"], 400_00)
    ]
    assert (received.status_code, frozen.status_code, undone.status_code) == (201, 201, 201)
    assert (while_frozen, balances(admin, "L"), balances(admin, "P")) == (
        (399_00, 1_00, 0, 0),
        (400_00, 0, 0, 0),
        (600_00, 0, 0, 400_00),
    )
    assert (late.status_code, late.json()["code"]) == (409, "ledger.received_below")
    assert [(line["state"], line["received_quota_key"]) for line in lines] == [("received", "L")]


def test_an_officer_of_a_county_reads_and_acts_for_the_county_alone(address: str) -> None:
    """What was issued to it is seen, what it was issued from is not; and nobody registers for another division."""
    admin = signed_in(address, "admin")
    officer = {
        "user": "datong",
        "roles": ["finance_officer"],
        "division_code": "630121",
        "password": PASSWORD,
    }
    admin.post("/users", json=officer).raise_for_status()
    client = httpx.Client(base_url=f"{address}/api/v1", headers={"Origin": address}, timeout=30)
    client.post("/login", json={"user": "datong", "password": PASSWORD}).raise_for_status()
    first = client.get("/quotas")
    changed = {"old_password": PASSWORD, "new_password": PASSWORD + "!"}
    client.put("/me/password", json=changed).raise_for_status()
    register = {"quota_key": "P", "fund_code": "C22", "amount_fen": 1_000_00}
    county = {"quota_key": "P", "to_division_code": "630121", "amount_fen": 400_00}
    city = {"quota_key": "P", "to_division_code": "630100", "amount_fen": 1_00}
    hand_in(admin, "R", "register", "630000", lines=[register]).raise_for_status()
    hand_in(admin, "I", "issue", "630000", lines=[county, city]).raise_for_status()
    foreign = hand_in(client, "X", "register", "630000", lines=[{**register, "quota_key": "X"}])
    seen = client.get("/quotas").json()["quotas"]
    waiting = client.get("/quotas/in-transit").json()["lines"]
    lines = client.get("/quota-documents/I").json()["lines"]
    year = client.post("/closed-years", json={"fiscal_year": 2018})

    assert first.json()["code"] == "gateway.password_change_required"
    assert (foreign.status_code, foreign.json()["code"]) == (403, "ledger.other_division")
    assert seen == []
    assert [line["issue_line_key"] for line in waiting] == ["I:1"]
    assert [line["key"] for line in lines] == ["I:1"]
    assert (year.status_code, year.json()["code"]) == (403, "caller.role_missing")

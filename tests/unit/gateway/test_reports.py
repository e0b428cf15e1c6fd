"""Frozen reports: kept as they were, told to nobody outside, and held against what comes later."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import pytest
from mingzhang.gateway.v1.events_pb2 import ReportsFrozen
from mingzhang.ledger.v1 import views_pb2 as pb
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.gateway.domain.reports import differences
from services.gateway.usecases.reports import Asked, freeze, get_version
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.errors import Conflict, MingzhangError, NotFound, TooLarge, Unavailable
from tests.unit.gateway.conftest import Gateway

REPORT: dict[str, Any] = {
    "key": "july",
    "title": "7 月资金支出进度月报",
    "month": "2018-07",
    "dimensions": ["fund"],
    "as_of": "2018-07-31",
}
HEAD = "ab" * 32


def ledger_says(gateway: Gateway, height: int, **paid: int) -> None:
    """What the ledger answers to any view, by fund."""
    gateway.others.answers["GetView"] = pb.GetViewResponse(
        rows=[pb.ViewRow(names=[fund], total_fen=1_000, paid_fen=fen) for fund, fen in paid.items()],
        total=pb.ViewRow(total_fen=1_000 * len(paid), paid_fen=sum(paid.values())),
        height=height,
        head_hash=HEAD,
        as_of="2018-07-31",
    )


def test_a_report_is_frozen_at_the_height_that_the_ledger_has(gateway: Gateway) -> None:
    """Its hash is that of its bytes, and it is told on its stream."""
    ledger_says(gateway, 17, C22=100)
    made = gateway.client("admin").post("/api/v1/reports", json=REPORT)
    asked = [
        request.known_at for _, request, _ in gateway.others.calls if isinstance(request, pb.GetViewRequest)
    ]
    version = get_version(gateway.parts.reports, Scope(""), "july", 1)
    with gateway.database.reading() as connection:
        body = connection.scalar(text("SELECT body FROM stream_event WHERE stream = 'reports'"))
    told = ReportsFrozen.FromString(bytes(body))

    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.json()["height"], made.json()["made_by"]) == (1, 17, "admin")
    assert asked == ["", "17"]
    assert made.json()["definition"]["head_hash"] == HEAD
    assert made.json()["sha256"] == hashlib.sha256(version.content).hexdigest() == told.sha256
    assert orjson.loads(version.content)["rows"] == made.json()["rows"]
    assert told.report_id == "july/1"


def test_the_same_again_is_the_same_report_and_other_content_a_conflict(gateway: Gateway) -> None:
    """Also when the ledger says something else by then."""
    ledger_says(gateway, 17, C22=100)
    client = gateway.client("admin")
    first = client.post("/api/v1/reports", json=REPORT).json()
    ledger_says(gateway, 18, C22=150)
    again = client.post("/api/v1/reports", json=REPORT).json()
    other = client.post("/api/v1/reports", json={**REPORT, "as_of": "2018-06-30"})

    assert again == first
    assert (other.status_code, other.json()["code"]) == (409, "gateway.report_exists")


def test_a_later_entry_is_told_and_makes_a_version_with_a_diff(gateway: Gateway) -> None:
    """Row by row: what came, what went, and what changed from what to what."""
    ledger_says(gateway, 17, C22=100, C30=5)
    client = gateway.client("admin")
    client.post("/api/v1/reports", json=REPORT)
    same = client.get("/api/v1/reports/july/versions/1").json()
    unchanged = client.post("/api/v1/reports/july/versions", json={"version": 2})
    ledger_says(gateway, 18, C22=150, C31=9)
    newer = client.get("/api/v1/reports/july/versions/1").json()
    made = client.post("/api/v1/reports/july/versions", json={"version": 2})
    again = client.post("/api/v1/reports/july/versions", json={"version": 2})
    diff = client.get("/api/v1/reports/july/versions/2/diff").json()
    old = client.get("/api/v1/reports/july/versions/1").json()
    gap = client.post("/api/v1/reports/july/versions", json={"version": 4})

    assert (same["newer_rows"], newer["newer_rows"], newer["newest_version"]) == (0, 4, 1)
    assert (unchanged.status_code, unchanged.json()["code"]) == (409, "gateway.report_unchanged")
    assert (made.status_code, made.json()["version"], made.json()["definition"]["known_at"]) == (201, 2, "18")
    assert again.json() == made.json()
    assert [row["names"] for row in diff["added"]] == [["C31"]]
    assert [row["names"] for row in diff["removed"]] == [["C30"]]
    assert diff["changed"] == [
        {"names": [], "measures": [{"measure": "paid_fen", "before": 105, "after": 159}]},
        {"names": ["C22"], "measures": [{"measure": "paid_fen", "before": 100, "after": 150}]},
    ]
    assert (old["rows"], old["newer_rows"]) == (same["rows"], 0)
    assert (gap.status_code, gap.json()["code"]) == (409, "gateway.report_version")


def test_a_total_that_changes_alone_is_told_too(gateway: Gateway) -> None:
    """Money of no project has no row among projects."""
    ledger_says(gateway, 17, C22=100)
    client = gateway.client("admin")
    client.post("/api/v1/reports", json=REPORT)
    ledger_says(gateway, 18, C22=100)
    answer = gateway.others.answers["GetView"]
    assert isinstance(answer, pb.GetViewResponse)
    answer.total.total_fen += 7
    newer = client.get("/api/v1/reports/july/versions/1").json()

    assert (newer["newer_rows"], newer["newer"]["changed"]) == (
        1,
        [{"names": [], "measures": [{"measure": "total_fen", "before": 1_000, "after": 1_007}]}],
    )


@pytest.mark.parametrize(
    "refusal", [TooLarge("ledger.view_rows", "多", "many"), Unavailable("ledger.away", "无", "away")]
)
def test_a_frozen_version_is_read_when_the_ledger_does_not_answer(
    gateway: Gateway, refusal: MingzhangError
) -> None:
    """It says that it was not held against what is recorded now."""
    ledger_says(gateway, 17, C22=100)
    client = gateway.client("admin")
    frozen = client.post("/api/v1/reports", json=REPORT).json()
    compared = client.get("/api/v1/reports/july/versions/1").json()
    gateway.others.answers["GetView"] = refusal
    read = client.get("/api/v1/reports/july/versions/1").json()

    assert read["rows"] == frozen["rows"]
    assert (compared["newer_is_known"], read["newer_is_known"], read["newer"]) == (True, False, None)


def test_a_key_of_somebody_with_another_scope_is_a_conflict(gateway: Gateway) -> None:
    """Or a person of the province would take the report of a county for one of the province."""
    ledger_says(gateway, 17, C22=100)
    asked = Asked("july", "月报", "2018-07", ("fund",), {}, "2018-07-31")
    officer = Caller("officer", (FINANCE_OFFICER,), Scope("630121"))
    admin = Caller("admin", (ADMINISTRATOR,), Scope("630000"))
    freeze(gateway.parts.reports, officer, asked)

    with pytest.raises(Conflict):
        freeze(gateway.parts.reports, admin, asked)


def test_a_version_is_listed_read_and_downloaded(gateway: Gateway) -> None:
    ledger_says(gateway, 17, C22=100)
    client = gateway.client("admin")
    for key in ("a", "b"):
        client.post("/api/v1/reports", json={**REPORT, "key": key})
        gateway.clock.pass_by(1)
    first = client.get("/api/v1/reports?limit=1").json()
    second = client.get(f"/api/v1/reports?limit=1&page_token={first['next_page_token']}").json()
    csv = client.get("/api/v1/reports/a/versions/1/csv")

    assert [one["report_id"] for one in first["reports"] + second["reports"]] == ["b", "a"]
    assert second["next_page_token"] == ""
    assert "10.00" in csv.content.decode("utf-8-sig").splitlines()[1]


def test_a_report_is_for_those_who_see_all_of_it(gateway: Gateway) -> None:
    """A report of the province is no county's, and one without a limit of funds nobody's who has one."""
    ledger_says(gateway, 17, C22=100)
    gateway.client("admin").post("/api/v1/reports", json=REPORT)
    store = gateway.parts.reports.store
    seen = [
        len(store.headings(scope, 0, 9))
        for scope in (Scope(""), Scope("630000"), Scope("630121"), Scope("", ("C22",)))
    ]

    assert seen == [1, 0, 0, 0]
    with pytest.raises(NotFound):
        get_version(gateway.parts.reports, Scope("630121"), "july", 1)


def test_a_rule_author_freezes_nothing(gateway: Gateway) -> None:
    answer = gateway.client("author").post("/api/v1/reports", json=REPORT)

    assert (answer.status_code, answer.json()["code"]) == (403, "caller.role_missing")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"month": "2018-13"}, "gateway.report_month"),
        ({"title": "  "}, "gateway.report_title"),
        ({"as_of": ""}, "gateway.bad_request"),
        ({"dimensions": ["colour"]}, "gateway.bad_request"),
        ({"key": "a/b"}, "gateway.bad_request"),
    ],
)
def test_what_is_no_report_is_refused(gateway: Gateway, said: dict[str, Any], code: str) -> None:
    answer = gateway.client("admin").post("/api/v1/reports", json={**REPORT, **said})

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_database_itself_keeps_a_version_as_it_is(gateway: Gateway) -> None:
    ledger_says(gateway, 17, C22=100)
    gateway.client("admin").post("/api/v1/reports", json=REPORT)
    with pytest.raises(DBAPIError), gateway.database.transaction() as connection:
        connection.execute(text("UPDATE report_version SET title = 'other'"))

    assert get_version(gateway.parts.reports, Scope(""), "july", 1).heading.title == REPORT["title"]


def test_rows_that_are_equal_differ_in_nothing() -> None:
    row = {"names": ["a"], "paid_fen": "9007199254740993"}

    assert differences([row], [dict(row)]).count == 0

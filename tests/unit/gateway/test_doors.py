"""What every request meets: sessions, foreign origins, sizes, identities, headers and worded refusals."""

from __future__ import annotations

import pytest
from mingzhang.ledger.v1 import ledger_pb2 as ledger
from starlette.testclient import TestClient

from services.kit.errors import NotFound, Unavailable
from tests.unit.gateway.conftest import ORIGIN, PASSWORD, Gateway

CREDENTIALS = {"user": "xining", "password": PASSWORD}


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(gateway: Gateway) -> None:
    """HttpOnly and SameSite=Strict."""
    answer = gateway.client().post("/api/v1/login", json=CREDENTIALS)
    cookie = answer.headers["set-cookie"]

    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    assert answer.json()["user"] == "xining"


def test_a_stranger_is_asked_to_sign_in(gateway: Gateway) -> None:
    """Every address of the API but three wants a session."""
    paths = gateway.client().get("/api/openapi.json").json()["paths"]
    open_to_all = {"/api/v1/login", "/api/v1/tokens"}
    answers = {
        (path, method): gateway.client().request(
            method, path.replace("{key}", "k").replace("{import_id}", "i")
        )
        for path, methods in paths.items()
        for method in methods
        if path not in open_to_all
    }

    assert {answer.status_code for answer in answers.values()} == {401}
    assert {answer.json()["code"] for answer in answers.values()} == {"gateway.not_signed_in"}
    assert gateway.others.calls == []


def test_a_program_signs_in_with_a_token(gateway: Gateway) -> None:
    """The token is told once, opens the API, and is worth nothing after the sign-out."""
    client = TestClient(gateway.app)
    token = client.post("/api/v1/tokens", json=CREDENTIALS).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    before = client.get("/api/v1/me", headers=headers)
    out = client.post("/api/v1/logout", headers=headers)
    after = client.get("/api/v1/me", headers=headers)

    assert before.json()["user"] == "xining"
    assert "set-cookie" not in before.headers
    assert out.status_code == 204
    assert after.status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": ORIGIN}, 204),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://evil.example", "Authorization": "Basic eDp5"}, 403),
        ({"Origin": "http://evil.example", "Authorization": "Bearer "}, 403),
    ],
)
def test_another_site_changes_nothing(gateway: Gateway, headers: dict[str, str], status: int) -> None:
    """A browser says where an unsafe request comes from; with the cookie it has to be from here."""
    signed_in = gateway.client("xining")
    del signed_in.headers["Origin"]
    answer = signed_in.post("/api/v1/logout", headers=headers)

    assert answer.status_code == status


def test_another_site_cannot_sign_a_browser_in(gateway: Gateway) -> None:
    """Or somebody would work in the account of another without noticing."""
    answer = gateway.client().post(
        "/api/v1/login", json=CREDENTIALS, headers={"Origin": "http://evil.example"}
    )

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/static/style.css", "/api/v1/me", "/healthz", "/no-such", "/api/openapi.json"]
)
def test_every_response_tells_the_browser_what_it_may_do(gateway: Gateway, path: str) -> None:
    """Scripts of our own only, in no frame, and as the type that it says."""
    headers = gateway.client().get(path).headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-request-id"]


def test_one_request_id_from_the_browser_to_the_other_service(gateway: Gateway) -> None:
    """It comes back in the response, and goes on with the signed caller; a strange one is replaced."""
    client = gateway.client("xining")
    answer = client.get("/api/v1/summary", headers={"X-Request-Id": "request-of-mine-7"})
    strange = client.get("/api/v1/summary", headers={"X-Request-Id": 'x"\\ {injected}'})

    assert answer.headers["x-request-id"] == "request-of-mine-7"
    assert gateway.others.calls[0][2].request_id == "request-of-mine-7"
    assert strange.headers["x-request-id"] == gateway.others.last[2].request_id
    assert len(strange.headers["x-request-id"]) == 32


def test_the_services_are_asked_by_the_user_and_never_by_the_gateway(gateway: Gateway) -> None:
    """User, roles, scope and language are those of the session and the request."""
    gateway.client("xining").get("/api/v1/summary")
    gateway.client("author", "zh-CN,zh;q=0.9,en;q=0.8").get("/api/v1/rules")
    callers = [caller for _, _, caller in gateway.others.calls]

    assert [(c.user, c.roles, c.scope.division, c.language) for c in callers] == [
        ("xining", ("finance_officer",), "630100", "zh"),
        ("author", ("rule_author",), "630000", "zh"),
    ]


def test_a_refusal_of_another_service_arrives_word_for_word(gateway: Gateway) -> None:
    """With its code, both sentences and the values, in the language that is asked for."""
    refusal = NotFound("ledger.no_payment", "没有支付 K1", "there is no payment K1", {"key": "K1"})
    gateway.others.answers["GetPayment"] = refusal
    chinese = gateway.client("xining").get("/api/v1/payments/K1")
    english = gateway.client("xining", "en-GB,en;q=0.9").get("/api/v1/payments/K1")

    assert chinese.status_code == 404
    assert chinese.json() == {
        "code": "ledger.no_payment",
        "message": "没有支付 K1",
        "zh": "没有支付 K1",
        "en": "there is no payment K1",
        "details": {"key": "K1"},
        "request_id": chinese.headers["x-request-id"],
    }
    assert english.json()["message"] == "there is no payment K1"


def test_a_user_who_reads_english_is_told_in_english(gateway: Gateway) -> None:
    """The account's language holds where the request names none."""
    gateway.others.answers["ListRules"] = Unavailable("x.away", "暂不可用", "away")
    answer = gateway.client("author").get("/api/v1/rules", headers={"Accept-Language": ""})

    assert answer.json()["message"] == "away"


def test_what_goes_wrong_inside_stays_inside(gateway: Gateway) -> None:
    """An unexpected error is a code and a request id; no traceback, no name of a class."""

    def broken(_: object) -> ledger.GetSummaryResponse:
        raise KeyError("secret detail")

    gateway.others.answers["GetSummary"] = broken
    beyond = gateway.client("xining").get("/api/v1/summary")
    gateway.parts.accounts.users.users = broken  # type: ignore[method-assign, assignment] # broken on purpose
    here = gateway.client("admin").get("/api/v1/users")

    assert (beyond.status_code, beyond.json()["code"]) == (500, "kit.internal")
    assert (here.status_code, here.json()["code"]) == (500, "gateway.internal")
    assert "secret" not in beyond.text + here.text
    assert here.headers["x-request-id"] == here.json()["request_id"]


def test_a_large_body_is_refused_before_it_is_read(gateway: Gateway) -> None:
    """64 KiB of JSON are enough for everything, said in advance or not."""
    client = gateway.client("admin")
    told = client.post("/api/v1/users", content=b"x" * 70_000)
    untold = client.post(
        "/api/v1/users", content=iter([b"[" * 40_000] * 2), headers={"Content-Type": "application/json"}
    )

    assert (told.status_code, told.json()["code"]) == (413, "gateway.body_too_large")
    assert (untold.status_code, untold.json()["code"]) == (413, "gateway.body_too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/payments?limit=501",
        "/api/v1/payments?limit=0",
        "/api/v1/imports?limit=201",
        "/api/v1/warnings?limit=9999",
        "/api/v1/cases?limit=-1",
        "/api/v1/quarantine?limit=501",
        "/api/v1/users?limit=501",
        "/api/v1/payments?from_day=2018-7-1",
        "/api/v1/payments?division_code=63%25",
        "/api/v1/payments?category=%00",
        "/api/v1/warnings?page_token=" + "x" * 501,
    ],
)
def test_every_page_has_a_limit_and_every_parameter_a_form(gateway: Gateway, path: str) -> None:
    """Refused at the door, with the field named."""
    answer = gateway.client("admin").get(path)
    field = path.partition("?")[2].partition("=")[0]

    assert (answer.status_code, answer.json()["code"]) == (422, "gateway.bad_request")
    assert answer.json()["details"]["fields"] == field
    assert gateway.others.calls == []


def test_a_refused_body_is_not_repeated(gateway: Gateway) -> None:
    """A password that was sent in the wrong place is in no answer."""
    answer = gateway.client().post("/api/v1/login", json={"user": 7, "password": "my secret"})

    assert answer.json()["details"] == {"fields": "user"}
    assert "my secret" not in answer.text


def test_wrong_methods_and_addresses_are_worded_too(gateway: Gateway) -> None:
    """404 and 405 look like every refusal."""
    nowhere = gateway.client().get("/api/v1/nothing")
    method = gateway.client().delete("/api/v1/me")

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "gateway.no_such_page")
    assert (method.status_code, method.json()["code"]) == (405, "gateway.method")


def test_requests_are_counted_by_their_template(gateway: Gateway) -> None:
    """A path with a key in it would make a label of every key."""
    client = gateway.client("xining")
    client.get("/api/v1/payments/630121:2018:5201:ZF-1:1")
    client.get("/api/v1/nothing/at/all")
    measured = client.get("/metrics").text

    assert (
        'http_requests_total{method="GET",route="/api/v1/payments/{key:path}",status="200"} 1.0' in measured
    )
    assert 'route="other",status="404"' in measured
    assert "ZF-1" not in measured


def test_nothing_is_loaded_from_elsewhere(gateway: Gateway) -> None:
    """Closed networks have no CDN: there are no pages of documentation, only the description itself."""
    client = gateway.client()
    description = client.get("/api/openapi.json").json()

    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
    assert description["paths"]["/api/v1/payments"]["get"]["responses"]["422"]["description"] == "refused"
    assert client.get("/healthz").text == "ok\n"

"""Quotas and their documents over HTTP: what is passed on, what is refused at the door, and who may."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import quotas_pb2 as pb

from services.gateway.domain import User
from services.gateway.usecases import add_user
from services.gateway.web.quotas import Kind, Take
from services.kit.caller import ADMINISTRATOR
from services.kit.errors import Conflict, Refused
from tests.unit.gateway.conftest import PASSWORD, Gateway

KEY = "5c0b3a52-8d64-4b52-9a5a-0e8e5d6a9d11"
NUMBER = "青财农字〔2018〕1085号"
ISSUE: dict[str, Any] = {
    "key": KEY,
    "kind": "issue",
    "document_number": NUMBER,
    "division_code": "630100",
    "fiscal_year": 2018,
    "effective_on": "2018-03-01",
    "lines": [{"quota_key": "P", "to_division_code": "630121", "amount_fen": 400_00}],
}


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        (
            f"/quotas?division_code=630100&fiscal_year=2018&fund_code=C22&document_number={NUMBER}"
            "&key=P&only_here=true&limit=7&page_token=t",
            pb.ListQuotasRequest(
                division_code="630100",
                fiscal_year=2018,
                fund_code="C22",
                document_number=NUMBER,
                key="P",
                only_here=True,
                limit=7,
                page_token="t",
            ),
        ),
        ("/quotas", pb.ListQuotasRequest(limit=50)),
        (
            "/quotas/in-transit?to_division_code=630121&limit=9&page_token=4",
            pb.ListInTransitRequest(to_division_code="630121", limit=9, page_token="4"),
        ),
        (
            "/quota-documents?division_code=630100&fiscal_year=2018&kind=carry_over&quota_key=P",
            pb.ListQuotaDocumentsRequest(
                division_code="630100",
                fiscal_year=2018,
                kind=pb.QUOTA_DOCUMENT_KIND_CARRY_OVER,
                quota_key="P",
                limit=50,
            ),
        ),
        (
            f"/quota-documents?document_number={NUMBER}&page_token=3",
            pb.ListQuotaDocumentsRequest(document_number=NUMBER, limit=50, page_token="3"),
        ),
        ("/quota-documents/a/b:1", pb.GetQuotaDocumentRequest(key="a/b:1")),
    ],
)
def test_a_question_about_quotas_is_passed_on_as_it_was_asked(
    gateway: Gateway, path: str, request_: Message
) -> None:
    """Every parameter in its field, by the one who asked; also by those who may not post."""
    answer = gateway.client("author").get(f"/api/v1{path}")
    _, asked, caller = gateway.others.last

    assert answer.status_code == 200
    assert asked == request_
    assert caller.user == "author"


def test_a_document_arrives_at_the_ledger_with_every_field(gateway: Gateway) -> None:
    """Amounts as numbers or as digits, kinds and takes as their words."""
    line: dict[str, Any] = {
        "quota_key": "P",
        "to_quota_key": "M",
        "to_division_code": "630121",
        "project_key": "X1",
        "issue_line_key": "D:1",
        "amount_fen": "-9007199254740993",
        "take": "rest",
        "fund_code": "C22",
        "function_class": "2130504",
        "upper_document_number": "财农〔2018〕1号",
        "issuer_division_code": "630000",
        "pending": True,
        "summary": "产业发展",
    }
    head: dict[str, Any] = {
        "issued_on": "2018-02-28",
        "advance": True,
        "back_entry_reason": "补登记",
        "summary": "第一批",
        "original_key": "O",
        "attachments": [{"sha256": "0a" * 32, "file_name": "文件.pdf"}],
    }
    client = gateway.client("xining")
    answer = client.post("/api/v1/quota-documents", json={**ISSUE, **head, "lines": [line, {}]})
    taken: dict[str, Any] = {**line, "amount_fen": -(2**53) - 1, "take": pb.QUOTA_TAKE_REST}
    expected = pb.PostQuotaDocumentRequest(
        **{
            **ISSUE,
            **head,
            "kind": pb.QUOTA_DOCUMENT_KIND_ISSUE,
            "lines": [pb.QuotaLine(**taken), pb.QuotaLine()],
            "attachments": [pb.Attachment(sha256="0a" * 32, file_name="文件.pdf")],
        }
    )

    assert answer.status_code == 201
    assert gateway.others.last[1] == expected


def test_an_answer_tells_the_document_as_it_was_applied(gateway: Gateway) -> None:
    """Kinds as words, long amounts as digits; 200 if it was there already."""
    document = pb.QuotaDocument(key=KEY, kind=pb.QUOTA_DOCUMENT_KIND_ISSUE, amount_fen=2**60, position=7)
    line = pb.QuotaLinePosted(key=f"{KEY}:1", amount_fen=40000, state="in_transit")
    gateway.others.answers["PostQuotaDocument"] = pb.PostQuotaDocumentResponse(
        document=document, lines=[line], known=True
    )
    answer = gateway.client("xining").post("/api/v1/quota-documents", json=ISSUE)
    told = answer.json()

    assert answer.status_code == 200
    assert (told["known"], told["document"]["kind"], told["document"]["amount_fen"]) == (
        True,
        "issue",
        str(2**60),
    )
    assert (told["lines"][0]["state"], told["lines"][0]["amount_fen"]) == ("in_transit", 40000)


def test_a_refusal_of_the_ledger_names_the_line_in_the_language_of_the_user(gateway: Gateway) -> None:
    """With its code, as every refusal; a key with other content is a conflict."""
    gateway.others.answers["PostQuotaDocument"] = Refused(
        "ledger.over_limit", "第 2 条：不足", "line 2: not enough", {"line": 2, "problems": 1}
    )
    client = gateway.client("xining", "en")
    over = client.post("/api/v1/quota-documents", json=ISSUE)
    gateway.others.answers["PostQuotaDocument"] = Conflict("ledger.key_conflict", "内容不同", "other content")
    conflict = client.post("/api/v1/quota-documents", json=ISSUE)

    assert (over.status_code, over.json()["code"]) == (409, "ledger.over_limit")
    assert over.json()["message"] == "line 2: not enough"
    assert over.json()["details"] == {"line": "2", "problems": "1"}
    assert (conflict.status_code, conflict.json()["code"]) == (409, "ledger.key_conflict")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "steal"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"key": ""}, "key"),
        ({"key": "a\x00"}, "key"),
        ({"division_code": "63%"}, "division_code"),
        ({"effective_on": "2018-3-1"}, "effective_on"),
        ({"fiscal_year": 0}, "fiscal_year"),
        ({"summary": "x" * 501}, "summary"),
        ({"lines": [{}] * 501}, "lines"),
        ({"lines": [{"amount_fen": 1.0}]}, "lines.0.amount_fen"),
        ({"lines": [{"amount_fen": True}]}, "lines.0.amount_fen"),
        ({"lines": [{}, {"amount_fen": "1.00"}]}, "lines.1.amount_fen"),
        ({"lines": [{"amount_fen": 2**63}]}, "lines.0.amount_fen"),
        ({"lines": [{"take": "half"}]}, "lines.0.take"),
        ({"attachments": [{"sha256": "0A", "file_name": "a"}]}, "attachments.0.sha256"),
    ],
)
def test_a_document_that_is_none_is_refused_at_the_door(
    gateway: Gateway, change: dict[str, Any], field: str
) -> None:
    """With the field named; the ledger is not asked."""
    answer = gateway.client("xining").post("/api/v1/quota-documents", json={**ISSUE, **change})

    assert (answer.status_code, answer.json()["code"]) == (422, "gateway.bad_request")
    assert answer.json()["details"]["fields"] == field
    assert gateway.others.calls == []


def test_only_who_keeps_the_ledger_posts_documents(gateway: Gateway) -> None:
    """Officers and administrators; nobody from another site."""
    author = gateway.client("author").post("/api/v1/quota-documents", json=ISSUE)
    foreign = gateway.client("xining").post(
        "/api/v1/quota-documents", json=ISSUE, headers={"Origin": "http://elsewhere.example"}
    )
    asked_before = len(gateway.others.calls)
    admin = gateway.client("admin").post("/api/v1/quota-documents", json=ISSUE)

    assert (author.status_code, author.json()["code"]) == (403, "caller.role_missing")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "gateway.foreign_origin")
    assert (asked_before, admin.status_code) == (0, 201)


def test_a_document_of_five_hundred_lines_fits_through_the_door(gateway: Gateway) -> None:
    """A megabyte at most; other requests stay small."""
    line = {**ISSUE["lines"][0], "summary": "农村道路硬化工程" * 20}
    client = gateway.client("xining")
    long = client.post("/api/v1/quota-documents", json={**ISSUE, "lines": [line] * 500})
    lines = len(gateway.others.last[1].lines)
    too_long = client.post("/api/v1/quota-documents", content=b"x" * (1024 * 1024 + 1))

    assert (long.status_code, lines) == (201, 500)
    assert (too_long.status_code, too_long.json()["code"]) == (413, "gateway.body_too_large")


def test_years_are_closed_by_administrators_of_the_province(gateway: Gateway) -> None:
    """Who sees a part, or may not, is refused before the ledger is asked."""
    add_user(gateway.parts.accounts, User("part", "部分", (ADMINISTRATOR,), "630100"), PASSWORD, "r")
    gateway.others.answers["CloseYear"] = pb.CloseYearResponse(fiscal_year=2018, closed_now=True)
    body = {"fiscal_year": 2018}
    officer = gateway.client("xining").post("/api/v1/closed-years", json=body)
    part = gateway.client("part").post("/api/v1/closed-years", json=body)
    asked_before = len(gateway.others.calls)
    bad = gateway.client("admin").post("/api/v1/closed-years", json={"fiscal_year": "soon"})
    answer = gateway.client("admin").post("/api/v1/closed-years", json=body)

    assert (officer.json()["code"], part.json()["code"]) == ("caller.role_missing", "caller.not_the_province")
    assert (asked_before, bad.status_code) == (0, 422)
    assert answer.json() == {"fiscal_year": 2018, "closed_now": True}
    assert gateway.others.last[1] == pb.CloseYearRequest(fiscal_year=2018)


def test_the_words_of_kinds_and_takes_are_those_of_the_contract() -> None:
    """A kind that the ledger learns is one that the door lets through."""
    kinds = {f"QUOTA_DOCUMENT_KIND_{kind.upper()}" for kind in get_args(Kind)}
    takes = {f"QUOTA_TAKE_{(take or 'unspecified').upper()}" for take in get_args(Take)}

    assert kinds == set(pb.QuotaDocumentKind.keys()) - {"QUOTA_DOCUMENT_KIND_UNSPECIFIED"}
    assert takes == set(pb.QuotaTake.keys())

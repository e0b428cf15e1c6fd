"""Files of documents over HTTP: passed on in blocks, given back to be kept and never opened in our name."""

from __future__ import annotations

from mingzhang.ledger.v1 import attachments_pb2 as pb

from services.gateway.web.attachments import ATTACHMENT_BYTES_MAX
from services.kit.errors import InvalidInput
from services.ledger.domain.attachments import BYTES_MAX, CHUNK_BYTES_MAX
from tests.unit.gateway.conftest import Gateway
from tests.unit.gateway.test_files import BINARY, of_size

SHA = "ab" * 32


def test_a_file_goes_on_in_blocks_and_is_answered_with_what_names_it(gateway: Gateway) -> None:
    gateway.others.answers["AddAttachment"] = pb.AddAttachmentResponse(
        sha256=SHA, media_type="application/pdf", size_bytes=7
    )
    answer = gateway.client("xining").post(
        "/api/v1/attachments", content=of_size(3 * 1024**2), headers=BINARY
    )

    assert (answer.status_code, answer.json()) == (
        201,
        {"sha256": SHA, "media_type": "application/pdf", "size_bytes": 7},
    )
    assert sum(gateway.others.attachments[0]) >= 3 * 1024**2
    assert max(gateway.others.attachments[0]) <= CHUNK_BYTES_MAX
    assert gateway.others.last[2].user == "xining"


def test_the_gateway_takes_what_the_ledger_takes() -> None:
    assert ATTACHMENT_BYTES_MAX == BYTES_MAX


def test_a_file_past_the_limit_is_refused(gateway: Gateway) -> None:
    answer = gateway.client("xining").post(
        "/api/v1/attachments", content=b"x" * (ATTACHMENT_BYTES_MAX + 1), headers=BINARY
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "gateway.upload_too_large")
    assert gateway.others.attachments == []


def test_a_refusal_of_the_ledger_is_told_in_the_language_of_the_reader(gateway: Gateway) -> None:
    gateway.others.answers["AddAttachment"] = InvalidInput("ledger.attachment_type", "不是", "is not")
    told = [
        gateway.client("xining", language).post("/api/v1/attachments", content=b"x", headers=BINARY)
        for language in ("zh", "en")
    ]

    assert [(one.status_code, one.json()["message"]) for one in told] == [(422, "不是"), (422, "is not")]


def test_rule_authors_add_no_files(gateway: Gateway) -> None:
    answer = gateway.client("author").post("/api/v1/attachments", content=b"x", headers=BINARY)

    assert answer.status_code == 403


def test_a_file_is_given_to_be_kept_under_the_name_in_the_document(gateway: Gateway) -> None:
    gateway.others.answers["GetAttachment"] = pb.GetAttachmentResponse(
        file_name='青财"农\r\n.pdf', media_type="image/png", body=b"bytes"
    )
    answer = gateway.client("xining").get(f"/api/v1/attachments/{SHA}", params={"document_key": "D/1"})

    assert (answer.status_code, answer.content) == (200, b"bytes")
    assert answer.headers["content-type"] == "image/png"
    assert (
        answer.headers["content-disposition"]
        == "attachment; filename*=UTF-8''%E9%9D%92%E8%B4%A2%22%E5%86%9C%0D%0A.pdf"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert gateway.others.last[1] == pb.GetAttachmentRequest(document_key="D/1", sha256=SHA)


def test_a_file_is_asked_for_by_a_whole_digest_and_a_document(gateway: Gateway) -> None:
    client = gateway.client("xining")

    assert client.get("/api/v1/attachments/abc", params={"document_key": "D"}).status_code == 422
    assert client.get(f"/api/v1/attachments/{SHA}").status_code == 422
    assert client.get(f"/api/v1/attachments/{SHA.upper()}", params={"document_key": "D"}).status_code == 422

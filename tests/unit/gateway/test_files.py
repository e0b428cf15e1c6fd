"""Uploads pass through in blocks; imports, quarantine and clear values are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mingzhang.ingest.v1 import ingest_pb2 as ingest

from services.gateway.web.files import BLOCK_BYTES
from services.kit.errors import NotAllowed
from tests.unit.gateway.conftest import UPLOAD_BYTES_MAX, Gateway

UPLOADED = ingest.UploadFileResponse(import_id="import-1", file_sha256="ab", size_bytes=7, known=False)
BINARY = {"Content-Type": "application/octet-stream"}
CHUNK_BYTES_MAX = 1024**2


def of_size(size: int) -> Iterator[bytes]:
    """A body that does not say how large it is."""
    while size > 0:
        yield b"x" * min(size, 64_000)
        size -= 64_000


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_file_goes_on_in_blocks(gateway: Gateway, method: str) -> None:
    """With its name, profile and division, as the user, never whole and never in a piece that ingest refuses."""
    gateway.others.answers["UploadFile"] = UPLOADED
    size = 2 * BLOCK_BYTES + 1234
    answer = gateway.client("xining").request(
        method,
        "/api/v1/imports",
        params={"file_name": "凭证 7月.xml", "profile": "voucher_5201", "division_code": "630121"},
        content=of_size(size),
        headers=BINARY,
    )
    header, sizes = gateway.others.uploads[0]

    assert answer.status_code == 202
    assert answer.json() == {"import_id": "import-1", "file_sha256": "ab", "size_bytes": 7, "known": False}
    assert (header.file_name, header.profile, header.division_code) == (
        "凭证 7月.xml",
        "voucher_5201",
        "630121",
    )
    assert gateway.others.last[2].user == "xining"
    assert sizes == [BLOCK_BYTES, BLOCK_BYTES, 1234]
    assert max(sizes) <= CHUNK_BYTES_MAX


@pytest.mark.parametrize("told", [True, False])
def test_a_file_past_the_limit_is_refused(gateway: Gateway, told: bool) -> None:
    """By what it says of itself before anything is sent on, or by counting."""
    size = UPLOAD_BYTES_MAX + 1
    content = b"x" * size if told else of_size(size)
    answer = gateway.client("xining").post("/api/v1/imports?file_name=a.csv", content=content, headers=BINARY)

    assert (answer.status_code, answer.json()["code"]) == (413, "gateway.upload_too_large")
    assert answer.json()["details"] == {"bytes_max": str(UPLOAD_BYTES_MAX)}
    # Counted, it was on its way when it was cut off: ingest has seen a part of it, or nothing yet.
    assert not (told and gateway.others.uploads)
    assert all(sum(sizes) <= UPLOAD_BYTES_MAX for _, sizes in gateway.others.uploads)


def test_a_refusal_of_ingest_ends_the_upload(gateway: Gateway) -> None:
    """Its words arrive although the file was not read to its end."""
    gateway.others.answers["UploadFile"] = NotAllowed("ingest.no", "不可以", "no")
    answer = gateway.client("xining").post(
        "/api/v1/imports?file_name=a.csv", content=of_size(2 * 1024**2), headers=BINARY
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "ingest.no")


def test_an_upload_without_a_name_is_refused(gateway: Gateway) -> None:
    """The name decides nothing, but people have to find the file again."""
    answer = gateway.client("xining").post("/api/v1/imports", content=b"x", headers=BINARY)

    assert answer.json()["details"] == {"fields": "file_name"}
    assert gateway.others.uploads == []


def test_uploads_at_once_are_bounded(gateway: Gateway) -> None:
    """Each holds a thread; the one too many is asked to come again, and a place is given back at the end."""
    client = gateway.client("xining")
    places = 0
    while gateway.parts.uploads.acquire(blocking=False):
        places += 1
    full = client.post("/api/v1/imports?file_name=a.csv", content=b"x", headers=BINARY)
    gateway.parts.uploads.release()
    answers = [client.post("/api/v1/imports?file_name=a.csv", content=b"x", headers=BINARY) for _ in range(3)]

    assert places > 1
    assert (full.status_code, full.json()["code"]) == (503, "gateway.busy")
    assert [answer.status_code for answer in answers] == [202] * 3


def test_uploaded_bytes_are_counted(gateway: Gateway) -> None:
    """Also of an upload that is refused."""
    client = gateway.client("xining")
    client.post("/api/v1/imports?file_name=a.csv", content=of_size(100_000), headers=BINARY)

    assert "uploaded_bytes_total 100000.0" in client.get("/metrics").text


def test_an_import_is_told_with_its_progress(gateway: Gateway) -> None:
    """States are words."""
    gateway.others.answers["GetImport"] = ingest.GetImportResponse(
        **{"import": ingest.Import(import_id="i", state=ingest.IMPORT_STATE_RUNNING, bytes_read=5)}
    )
    told = gateway.client("xining").get("/api/v1/imports/i").json()["import"]

    assert (told["state"], told["bytes_read"], told["rows_posted"]) == ("running", 5, 0)


def test_imports_and_quarantine_are_listed_by_page(gateway: Gateway) -> None:
    """The parameters arrive as they were given."""
    client = gateway.client("xining")
    client.get("/api/v1/imports?limit=7&page_token=abc")
    client.get("/api/v1/quarantine?import_id=i-1&limit=9&page_token=def")
    requests = [request for _, request, _ in gateway.others.calls]

    assert requests == [
        ingest.ListImportsRequest(limit=7, page_token="abc"),
        ingest.ListQuarantineRequest(import_id="i-1", limit=9, page_token="def"),
    ]


def test_tokens_pass_javascript_unrounded(gateway: Gateway) -> None:
    """They are strings in both directions."""
    token = 2**63 - 1
    gateway.others.answers["Reveal"] = ingest.RevealResponse(
        values=[ingest.Revealed(token=token, kind="name", value="某某")]
    )
    answer = gateway.client("xining").post(
        "/api/v1/reveal", json={"tokens": [str(token)], "reason": "核实收款人身份"}
    )

    assert list(gateway.others.last[1].tokens) == [token]
    assert answer.json()["values"] == [{"token": str(token), "kind": "name", "value": "某某"}]


@pytest.mark.parametrize(
    "body",
    [
        {"tokens": ["1"], "reason": "why"},
        {"tokens": [], "reason": "long enough"},
        {"tokens": ["1"] * 101, "reason": "long enough"},
        {"tokens": ["-1"], "reason": "long enough"},
        {"tokens": [str(2**63)], "reason": "long enough"},
    ],
)
def test_clear_values_want_a_reason_and_tokens(gateway: Gateway, body: dict[str, object]) -> None:
    """At most a hundred at once."""
    answer = gateway.client("xining").post("/api/v1/reveal", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "gateway.bad_request")
    assert gateway.others.calls == []

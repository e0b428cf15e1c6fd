"""Stories: what happens, told in a file, and what must be the case afterwards, told in another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import json_format
from mingzhang.ledger.v1 import ledger_pb2, quotas_pb2
from mingzhang.notify.v1 import notify_pb2
from mingzhang.rules.v1 import rules_pb2
from mingzhang.rules.v1.events_pb2 import Warning  # noqa: A004 - the name of the message

from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.errors import MingzhangError
from services.kit.rpc.context import acting_as
from tests.builders import WRITERS, as_voucher_5201, file_name, id_number
from tests.system import System

SCENARIOS = Path(__file__).parent / "scenarios"
STORIES = sorted(path.parent.name for path in SCENARIOS.glob("*/story.yaml"))
PAGE = 500
PROVINCE = "630000"


def read(story: str) -> dict[str, Any]:
    """The story file; "{id:401}" stands for a valid ID number of that serial."""
    text = (SCENARIOS / story / "story.yaml").read_text(encoding="utf-8")
    for serial in range(1, 1000):
        marker = f"{{id:{serial}}}"
        if marker in text:
            text = text.replace(marker, id_number(serial))
    told: dict[str, Any] = yaml.safe_load(text)
    return told


def play(system: System, story: str) -> None:
    """Does every step of the story, each when the one before has settled: uploads a file, or closes the days."""
    for number, step in enumerate(read(story)["steps"], start=1):
        system.wait_idle()
        if "close" in step:
            system.close_days(str(step["close"]), str(step.get("from", "")))
        elif "document" in step:
            _hand_in(system, step["document"])
        else:
            _upload(system, story, number, step)
    system.wait_idle()


def _hand_in(system: System, said: Mapping[str, Any]) -> None:
    """Hands in a document of quotas, of the province if it does not say whose; `refused` says what it is refused for."""
    head = {name: value for name, value in said.items() if name not in ("refused", "lines")}
    lines = [
        {**line, "take": f"QUOTA_TAKE_{line.get('take', 'UNSPECIFIED')}"} for line in said.get("lines", ())
    ]
    request = json_format.ParseDict(
        {
            "division_code": PROVINCE,
            **head,
            "kind": f"QUOTA_DOCUMENT_KIND_{said['kind']}",
            "effective_on": str(said["effective_on"]),
            "lines": lines,
        },
        quotas_pb2.PostQuotaDocumentRequest(),
    )
    refused = ""
    with acting_as(Caller("story", (ADMINISTRATOR,), Scope(PROVINCE))):
        try:
            system.quotas().PostQuotaDocument(request, timeout=30)
        except MingzhangError as error:
            refused = error.code
    assert refused == said.get("refused", ""), f"{said['key']}: {refused}"


def _upload(system: System, story: str, number: int, step: Mapping[str, Any]) -> None:
    form = str(step.get("as", "csv"))
    profile = next(key for key in step if key != "as")
    if profile == "voucher_5201":
        content = as_voucher_5201(step[profile]["rows"], step[profile].get("totals"))
        form = "xml"
    else:
        content = WRITERS[form](profile, step[profile])
    system.upload(file_name(story, number, profile, form), content)


def outcome(system: System) -> dict[str, Any]:
    """What is the case now, without anything that depends on time, order or chance."""
    return {
        "warnings": _warnings(system),
        "cases": _cases(system),
        "ledger": _ledger(system),
        "imports": _imports(system),
        "quarantine": _quarantine(system),
    }


def warnings(system: System) -> list[Warning]:
    """All warnings, retracted ones too."""
    stub = system.rules()
    found: list[Warning] = []
    token = ""
    while True:
        request = rules_pb2.ListWarningsRequest(with_retracted=True, limit=PAGE, page_token=token)
        page = stub.ListWarnings(request, timeout=30)
        found.extend(page.warnings)
        token = page.next_page_token
        if not token:
            return found


def _warnings(system: System) -> list[dict[str, Any]]:
    rows = [
        {
            "rule": w.rule_id,
            "category": w.category,
            "subject": f"{w.subject_kind} {w.subject}",
            "period": w.period,
            "division": w.division_code,
            "yuan": yuan(w.amount_fen),
            "severity": w.severity,
            "says": w.message,
            "stands": not w.retracted_because,
        }
        for w in warnings(system)
    ]
    return sorted(rows, key=lambda row: json.dumps(row, ensure_ascii=False, sort_keys=True))


def cases(system: System) -> list[notify_pb2.Case]:
    """All cases, those of retracted warnings too."""
    found: list[notify_pb2.Case] = []
    token = ""
    while True:
        request = notify_pb2.ListCasesRequest(limit=PAGE, page_token=token)
        page = system.notify().ListCases(request, timeout=30)
        found.extend(page.cases)
        token = page.next_page_token
        if not token:
            return found


def _cases(system: System) -> list[dict[str, Any]]:
    rows = [
        {"subject": f"{c.subject_kind} {c.subject}", "division": c.division_code, "state": c.state,
         "severity": c.severity, "warnings": c.warnings, "yuan": yuan(c.amount_fen)}
        for c in cases(system)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: json.dumps(row, ensure_ascii=False, sort_keys=True))


def _ledger(system: System) -> dict[str, Any]:
    answer = system.ledger().GetSummary(ledger_pb2.GetSummaryRequest(), timeout=30)
    rows = [
        {"division": r.division_code, "fund": r.fund_code, "year": r.fiscal_year, "category": r.category,
         "arranged": yuan(r.arranged_fen), "issued": yuan(r.issued_fen), "allotted": yuan(r.allotted_fen),
         "free": yuan(r.free_fen), **_if_any(r), "paid": yuan(r.paid_fen), "intermediate": yuan(r.intermediate_fen)}
        for r in answer.rows
    ]  # fmt: skip
    return {"rows": rows, "suspense": yuan(answer.suspense_fen), "closed_to": answer.closed_to}


def _if_any(row: ledger_pb2.SummaryRow) -> dict[str, str]:
    """What only documents move, where there is any."""
    sums = {"pending": row.pending_fen, "frozen": row.frozen_fen, "in_transit": row.in_transit_fen}
    return {name: yuan(fen) for name, fen in sums.items() if fen}


def _imports(system: System) -> list[dict[str, Any]]:
    rows = [
        {"file": i.file_name, "profile": i.profile, "state": int(i.state), "read": i.rows_read, "posted": i.rows_posted,
         "known": i.rows_known, "quarantined": i.rows_quarantined, "error": i.error_code}
        for i in system.imports()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: str(row["file"]))


def _quarantine(system: System) -> list[dict[str, Any]]:
    from mingzhang.ingest.v1 import ingest_pb2, ingest_pb2_grpc

    stub = ingest_pb2_grpc.IngestServiceStub(system.channel("ingest"))
    page = stub.ListQuarantine(ingest_pb2.ListQuarantineRequest(limit=PAGE), timeout=30)
    rows = [{"file": r.file_name, "line": r.line, "field": r.field, "reason": r.reason, "says": r.reason_zh}
            for r in page.rows]  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["file"]), int(row["line"])))


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, exact."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def expected_path(story: str) -> Path:
    """Where the golden result of a story stands."""
    return SCENARIOS / story / "expected.yaml"


def write_expected(story: str, result: Mapping[str, Any]) -> None:
    """Writes the golden result anew; the diff is to be read."""
    text = yaml.safe_dump(dict(result), allow_unicode=True, sort_keys=False, width=200)
    expected_path(story).write_text(text, encoding="utf-8")


def expected(story: str) -> dict[str, Any]:
    """The golden result of a story."""
    told: dict[str, Any] = yaml.safe_load(expected_path(story).read_text(encoding="utf-8"))
    return told

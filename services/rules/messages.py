"""Protobuf and Arrow into what rules works with, and back. Nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from mingzhang.envelope.v1.columns import Columns
from mingzhang.envelope.v1.envelope_pb2 import Envelope
from mingzhang.event.v1.event_pb2 import Event
from mingzhang.ingest.v1 import columns as ingest_columns
from mingzhang.ingest.v1 import events_pb2 as ingest_pb
from mingzhang.ledger.v1 import columns as ledger_columns
from mingzhang.ledger.v1 import events_pb2 as ledger_pb
from mingzhang.rules.v1 import events_pb2 as pb
from mingzhang.rules.v1 import rules_pb2

from services.kit import envelope
from services.kit.module import NewEvent
from services.rules.usecases.days import COVERED_SOURCE, Closing
from services.rules.usecases.deploy import Deployed
from services.rules.usecases.facts import Change
from services.rules.usecases.lists import ListPart
from services.rules.usecases.log import Source
from services.rules.usecases.queries import EvaluatorStatus, RuleInForce
from services.rules.usecases.warnings import Changes

WARNINGS_PER_EVENT_MAX = 1_000


def source_of(event: Event) -> Source:
    """Where an event stands in its stream."""
    return Source(event.emitter, event.stream, event.stream_seq, event.name, event.request_id, event.position)


def payments_posted(event: Event) -> Change:
    """PaymentsPosted as a change."""
    message = ledger_pb.PaymentsPosted.FromString(event.body)
    return _added("payment", event, message.shares, ledger_columns.PAYMENT_SHARES)


def payments_linked(event: Event) -> list[Change]:
    """PaymentsLinked as changes: shares, then the disbursements that travel with them."""
    message = ledger_pb.PaymentsLinked.FromString(event.body)
    return [
        _added("payment", event, message.shares, ledger_columns.PAYMENT_SHARES),
        _added("disbursement", event, message.disbursements, ledger_columns.DISBURSEMENT_SHARES),
    ]


def payments_unlinked(event: Event) -> list[Change]:
    """PaymentsUnlinked as changes."""
    return _removed(event, ledger_pb.PaymentsUnlinked.FromString(event.body).removed)


def payments_reversed(event: Event) -> list[Change]:
    """PaymentsReversed as changes: what went and what remains at once, so that no warning comes and goes between."""
    message = ledger_pb.PaymentsReversed.FromString(event.body)
    remaining = _added("payment", event, message.shares, ledger_columns.PAYMENT_SHARES)
    gone = _removed(event, message.removed)
    shares = [key for change in gone if change.kind == "payment" for key in change.removed]
    others = [change for change in gone if change.kind != "payment"]
    return [replace(remaining, removed=shares), *others]


def disbursements_posted(event: Event) -> Change:
    """DisbursementsPosted as a change."""
    message = ledger_pb.DisbursementsPosted.FromString(event.body)
    return _added("disbursement", event, message.disbursements, ledger_columns.DISBURSEMENT_SHARES)


def quotas_changed(event: Event) -> Change:
    """QuotasChanged as a change."""
    message = ledger_pb.QuotasChanged.FromString(event.body)
    return _added("quota", event, message.quotas, ledger_columns.QUOTA_FACTS)


def projects_changed(event: Event) -> Change:
    """ProjectsChanged as a change."""
    message = ledger_pb.ProjectsChanged.FromString(event.body)
    return _added("project", event, message.projects, ledger_columns.PROJECT_FACTS)


def category_of(event: Event) -> str:
    """The category whose facts an event of the ledger tells: that of its stream, "<category>.<shard>"."""
    return event.stream.partition(".")[0]


def closing(event: Event, streams: int) -> Closing:
    """A part of DaysClosed; `streams` is how many streams the log closes together."""
    message = ledger_pb.DaysClosed.FromString(event.body)
    return Closing(
        day=date.fromisoformat(message.day),
        previous=date.fromisoformat(message.previous_day) if message.previous_day else None,
        states={
            "quota_day": _frame(message.quota_days, ledger_columns.QUOTA_DAYS),
            "progress_day": _frame(message.progress_days, ledger_columns.PROGRESS_DAYS),
        },
        covered_to={
            item.division_code: date.fromisoformat(item.covered_to)
            for item in message.coverage
            if item.source == COVERED_SOURCE and item.covered_to
        },
        closed=message.closed,
        streams=streams,
        category=category_of(event),
    )


def restated(body: bytes) -> dict[str, pl.DataFrame]:
    """StatesRestated by kind: key and from_day."""
    message = ledger_pb.StatesRestated.FromString(body)
    schema = {"kind": pl.String, "key": pl.String, "from_day": pl.Date}
    rows = [(item.kind, item.key, date.fromisoformat(item.from_day)) for item in message.restated]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return {
        str(kind): part.drop("kind") for (kind,), part in frame.partition_by("kind", as_dict=True).items()
    }


def list_part(event: Event) -> ListPart:
    """ListsChanged as a part of a list's version."""
    message = ingest_pb.ListsChanged.FromString(event.body)
    rows = _frame(message.rows, ingest_columns.LIST_ROWS)
    return ListPart(message.list, message.version, event.stream_seq, rows, message.complete)


def _added(kind: str, event: Event, rows: Envelope, columns: Columns) -> Change:
    frame = _frame(rows, columns)
    if frame["key"].n_unique() < frame.height:
        # The same key twice in one batch: the last one stands.
        frame = frame.unique("key", keep="last", maintain_order=True)
    return Change(kind, (), _told(frame, event))


def _removed(event: Event, rows: Envelope) -> list[Change]:
    frame = _frame(rows, ledger_columns.REMOVED).unique(maintain_order=True)
    return [
        Change(str(kind), part["key"].to_list(), _told(_EMPTY[str(kind)], event))
        for (kind,), part in frame.partition_by("kind", as_dict=True, maintain_order=True).items()
    ]


def _told(facts: pl.DataFrame, event: Event) -> pl.DataFrame:
    return facts.with_columns(pl.lit(event.position, pl.Int64).alias("position"))


_EMPTY = {
    "payment": envelope.empty(ledger_columns.PAYMENT_SHARES),
    "disbursement": envelope.empty(ledger_columns.DISBURSEMENT_SHARES),
    "quota": envelope.empty(ledger_columns.QUOTA_FACTS),
    "project": envelope.empty(ledger_columns.PROJECT_FACTS),
}


def _frame(rows: Envelope, columns: Columns) -> pl.DataFrame:
    """The rows of an envelope; none where the field was left out."""
    return envelope.decode(rows, columns) if rows.schema_id else envelope.empty(columns)


def events_of(log: str, changes: Sequence[Changes]) -> list[NewEvent]:
    """What became of warnings, in order, as events of at most 1,000 warnings."""
    events = []
    for change in changes:
        for warnings in _parts(change.retracted):
            body = pb.WarningsRetracted(warnings=warnings).SerializeToString()
            events.append(NewEvent(f"warnings.{log}", "WarningsRetracted", body))
        for warnings in _parts(change.raised):
            body = pb.WarningsRaised(warnings=warnings).SerializeToString()
            events.append(NewEvent(f"warnings.{log}", "WarningsRaised", body))
    return events


def _parts(frame: pl.DataFrame) -> Iterator[list[pb.Warning]]:
    for part in frame.iter_slices(WARNINGS_PER_EVENT_MAX):
        yield [warning(row) for row in part.iter_rows(named=True)]


def warning(row: Mapping[str, Any]) -> pb.Warning:
    """A warning at one revision (columns of usecases.columns.WARNING)."""
    same = {
        name: row[name]
        for name in (
            "id",
            "revision",
            "rule_id",
            "title",
            "severity",
            "bundle_hash",
            "subject_kind",
            "subject",
            "period",
            "division_code",
            "fund_code",
            "amount_fen",
            "message",
            "inputs_hash",
            "log_place",
            "retracted_because",
        )
    }
    return pb.Warning(
        **same,
        category=row["log"],
        explanation_json=row["explanation"],
        day=str(row["day"]),
        basis=str(row["basis"]).split("\n"),
    )


def bundles_deployed(deployed: Deployed, deployed_by: str) -> NewEvent:
    """A deployment as an event."""
    body = pb.BundlesDeployed(
        category=deployed.category,
        bundle_hash=deployed.bundle_hash,
        deployed_by=deployed_by,
        rules=deployed.rules,
    )
    return NewEvent("bundles", "BundlesDeployed", body.SerializeToString())


def rule_in_force(found: RuleInForce) -> rules_pb2.RuleInForce:
    """A rule in force as a message."""
    rule = found.rule
    return rules_pb2.RuleInForce(
        rule_id=rule.id,
        title=rule.title,
        category=found.category,
        on=rule.on,
        form=rule.form,
        severity=rule.severity,
        basis=rule.basis,
        standing=found.standing,
        cannot_judge=found.cannot_judge,
    )


def evaluator_status(status: EvaluatorStatus) -> rules_pb2.EvaluatorStatus:
    """How far an evaluator is, as a message."""
    state = status.state
    return rules_pb2.EvaluatorStatus(
        category=state.log,
        bundle_hash=state.bundle_hash or "",
        log_place=state.place,
        closed_to=state.closed_to.isoformat() if state.closed_to else "",
        quarantined=status.quarantined,
        last_error=state.last_error,
        applied=dict(status.applied),
    )

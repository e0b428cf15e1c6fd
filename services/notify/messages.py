"""Protobuf to domain and back, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from mingzhang.gateway.v1.events_pb2 import UsersChanged
from mingzhang.ledger.v1.events_pb2 import BaseDataChanged
from mingzhang.notify.v1 import events_pb2
from mingzhang.rules.v1.events_pb2 import (
    Warning as RaisedWarning,  # The stub takes the name for the built-in one.
)
from mingzhang.rules.v1.events_pb2 import WarningsRaised, WarningsRetracted

from services.notify.domain.cases import Case, CaseWarning
from services.notify.domain.routing import Division, User

CASES_STREAM = "cases"
CASES_CHANGED = "CasesChanged"
CASES_PER_EVENT_MAX = 2_000
"""A case is a few hundred bytes plus 34 per warning: far below the 8 MiB of an event."""


def raised(body: bytes) -> list[CaseWarning]:
    """The warnings of WarningsRaised."""
    items = cast("Iterable[RaisedWarning]", WarningsRaised.FromString(body).warnings)
    return [_warning(item, True) for item in items]


def retracted(body: bytes) -> list[CaseWarning]:
    """The warnings of WarningsRetracted."""
    items = cast("Iterable[RaisedWarning]", WarningsRetracted.FromString(body).warnings)
    return [_warning(item, False) for item in items]


def _warning(item: RaisedWarning, standing: bool) -> CaseWarning:
    return CaseWarning(
        item.id,
        item.revision,
        item.category,
        item.rule_id,
        item.title,
        item.severity,
        item.subject_kind,
        item.subject,
        item.division_code,
        item.fund_code,
        item.amount_fen,
        item.message,
        item.day,
        standing,
        "" if standing else item.retracted_because,
    )


def users(body: bytes) -> list[User]:
    """The users of UsersChanged."""
    return [
        User(
            item.user,
            item.display_name,
            item.email,
            item.division_code,
            tuple(item.roles),
            item.language or "zh",
            item.active,
        )
        for item in UsersChanged.FromString(body).users
    ]


def divisions(body: bytes) -> list[Division]:
    """The divisions of BaseDataChanged."""
    return [
        Division(item.code, item.name, item.level, item.parent_code)
        for item in BaseDataChanged.FromString(body).divisions
    ]


def cases_changed(cases: Sequence[Case]) -> Iterable[bytes]:
    """Bodies of CasesChanged for these cases, each within the limit of an event."""
    for start in range(0, len(cases), CASES_PER_EVENT_MAX):
        states = [_state(case) for case in cases[start : start + CASES_PER_EVENT_MAX]]
        yield events_pb2.CasesChanged(cases=states).SerializeToString(deterministic=True)


def _state(case: Case) -> events_pb2.CaseState:
    return events_pb2.CaseState(
        case_id=case.case_id,
        state=case.state,
        subject_kind=case.subject_kind,
        subject=case.subject,
        division_code=case.division_code,
        severity=case.severity,
        warning_ids=[warning.warning_id for warning in case.standing],
    )

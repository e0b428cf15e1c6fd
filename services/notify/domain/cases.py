"""A case gathers the warnings about one subject. They open, change and retract it; nobody does by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.notify.domain.machine import LAST_WARNING_RETRACTED, WARNING_RAISED, Machine

SEVERITIES = ("blue", "yellow", "orange", "red")
"""In rising order. An unknown word ranks lowest."""

SEVERITY_ZH = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}
SERVICE_ACTOR = "service:notify"


def severity_rank(severity: str) -> int:
    """0 for an unknown word, then 1 (blue) to 4 (red)."""
    return SEVERITIES.index(severity) + 1 if severity in SEVERITIES else 0


@dataclass(frozen=True)
class CaseWarning:
    """A warning as its case keeps it. It holds tokens and masks only."""

    warning_id: str
    revision: int
    category: str
    rule_id: str
    title: str
    severity: str
    subject_kind: str
    subject: str
    division_code: str
    fund_code: str
    amount_fen: int
    message: str
    day: str
    standing: bool
    retracted_because: str = ""


@dataclass(frozen=True)
class Case:
    """A case as it stands, with all its warnings by id, the retracted ones too."""

    case_id: str
    subject_kind: str
    subject: str
    division_code: str
    state: str
    severity: str
    amount_fen: int
    title: str
    opened_at: datetime
    changed_at: datetime
    revision: int
    warnings: dict[str, CaseWarning] = field(default_factory=dict)

    @property
    def standing(self) -> list[CaseWarning]:
        """The warnings that stand, in order of their ids."""
        return [self.warnings[key] for key in sorted(self.warnings) if self.warnings[key].standing]


class Decision(StrEnum):
    """What a warning did to its case."""

    OPENED = "opened"
    REOPENED = "reopened"
    ADDED = "warning_added"
    CHANGED = "warning_changed"
    WITHDRAWN = "warning_retracted"
    RETRACTED = "retracted"
    UNCHANGED = "unchanged"
    """Known with the same content: nothing to do."""
    STALE = "stale"
    """An older revision than the one that is known."""
    UNKNOWN = "unknown"
    """A retraction of a warning that was never raised here."""


CHANGING = frozenset(set(Decision) - {Decision.UNCHANGED, Decision.STALE, Decision.UNKNOWN})


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to a case, with its sentence in both languages."""

    case_id: str
    at: datetime
    what: str
    actor: str
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Grouped:
    """The outcome of one warning: the case after it (None if there is none), why, and what to write down."""

    case: Case | None
    decision: Decision
    entries: tuple[TimelineEntry, ...] = ()


def case_id_of(subject_kind: str, subject: str, division_code: str) -> str:
    """The number of the case of a subject: the same in every run and on every machine. 32 hex digits."""
    parts = (subject_kind, subject, division_code)
    canonical = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hashlib.sha256(b"case" + canonical).hexdigest()[:32]


def group_warning(case: Case | None, warning: CaseWarning, machine: Machine, now: datetime) -> Grouped:
    """Applies one warning, raised or retracted, to the case of its subject.

    Warnings of one id come in the order of their stream; those of different ids in any order, with the same
    result.
    """
    known = case.warnings.get(warning.warning_id) if case else None
    if known and warning.revision < known.revision:
        return Grouped(case, Decision.STALE)
    if known and (known == warning or not (known.standing or warning.standing)):
        return Grouped(case, Decision.UNCHANGED)
    if known is None and not warning.standing:
        return Grouped(case, Decision.UNKNOWN)
    if case is None:
        opened = _summed_up(
            Case(
                case_id_of(warning.subject_kind, warning.subject, warning.division_code),
                warning.subject_kind,
                warning.subject,
                warning.division_code,
                machine.initial,
                warning.severity,
                warning.amount_fen,
                warning.title,
                now,
                now,
                1,
                {warning.warning_id: warning},
            )
        )
        return Grouped(opened, Decision.OPENED, (_entry(opened, Decision.OPENED, warning, now),))
    return _applied(case, known, warning, machine, now)


def _applied(
    case: Case, known: CaseWarning | None, warning: CaseWarning, machine: Machine, now: datetime
) -> Grouped:
    stood = bool(case.standing)
    after = _summed_up(
        replace(
            case,
            warnings={**case.warnings, warning.warning_id: warning},
            changed_at=now,
            revision=case.revision + 1,
        )
    )
    if not warning.standing:
        entries = [_entry(after, Decision.WITHDRAWN, warning, now)]
        if after.standing:
            return Grouped(after, Decision.WITHDRAWN, tuple(entries))
        after = replace(after, state=machine.following(case.state, LAST_WARNING_RETRACTED))
        entries.append(_entry(after, Decision.RETRACTED, warning, now))
        return Grouped(after, Decision.RETRACTED, tuple(entries))
    if not stood:
        after = replace(after, state=machine.following(case.state, WARNING_RAISED))
        return Grouped(after, Decision.REOPENED, (_entry(after, Decision.REOPENED, warning, now),))
    decision = Decision.CHANGED if known and known.standing else Decision.ADDED
    return Grouped(after, decision, (_entry(after, decision, warning, now),))


def _summed_up(case: Case) -> Case:
    """Severity, amount and title follow from the warnings alone, so that the order of their arrival leaves
    no trace.

    They are those of the standing warnings; of a retracted case, those of all that it had.
    """
    relevant = case.standing or list(case.warnings.values())
    first = most_severe(relevant)
    return replace(
        case,
        severity=first.severity,
        amount_fen=max(item.amount_fen for item in relevant),
        title=first.title,
    )


def most_severe(warnings: Sequence[CaseWarning]) -> CaseWarning:
    """The warning whose sentence stands for the case: the most severe, then the largest, then the first by
    id.
    """
    return min(warnings, key=lambda item: (-severity_rank(item.severity), -item.amount_fen, item.warning_id))


def _entry(case: Case, decision: Decision, warning: CaseWarning, now: datetime) -> TimelineEntry:
    because = warning.retracted_because
    notes = {
        Decision.OPENED: (f"发现疑点：{warning.message}", f"opened by {warning.rule_id}"),
        Decision.REOPENED: (f"再次发现疑点：{warning.message}", f"opened again by {warning.rule_id}"),
        Decision.ADDED: (f"新增预警：{warning.message}", f"warning added by {warning.rule_id}"),
        Decision.CHANGED: (f"预警依据有变化：{warning.message}", f"evidence of {warning.rule_id} changed"),
        Decision.WITHDRAWN: (
            f"预警撤销：{warning.title}" + (f"（{because}）" if because else ""),
            f"warning of {warning.rule_id} retracted" + (f" ({because})" if because else ""),
        ),
        Decision.RETRACTED: (
            "全部预警已撤销，疑点随之撤销",
            "all its warnings are retracted, and so is the case",
        ),
    }
    zh, en = notes[decision]
    return TimelineEntry(case.case_id, now, decision.value, SERVICE_ACTOR, zh, en)

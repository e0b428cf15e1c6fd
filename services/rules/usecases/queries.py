"""What may be asked of the warnings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WarningFilter:
    """Which warnings are wanted; an empty text asks for all."""

    category: str = ""
    rule_id: str = ""
    severity: str = ""
    subject: str = ""
    with_retracted: bool = False

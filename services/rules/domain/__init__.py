"""What rules is about: fact kinds, rules, bundles, hits."""

from services.rules.domain.facts import (
    BUNDLE_CATEGORIES,
    CATEGORIES,
    CROSS,
    FACT_KINDS,
    UNASSIGNED,
    FactField,
    FactKind,
    with_day_fields,
)
from services.rules.domain.rules import (
    HITS,
    Bundle,
    Case,
    Judged,
    MatchJudged,
    MatchSpec,
    NoneRole,
    Parameter,
    Rule,
    Subject,
    Value,
    WindowSpec,
)

__all__ = [
    "BUNDLE_CATEGORIES",
    "CATEGORIES",
    "CROSS",
    "FACT_KINDS",
    "HITS",
    "UNASSIGNED",
    "Bundle",
    "Case",
    "FactField",
    "FactKind",
    "Judged",
    "MatchJudged",
    "MatchSpec",
    "NoneRole",
    "Parameter",
    "Rule",
    "Subject",
    "Value",
    "WindowSpec",
    "with_day_fields",
]

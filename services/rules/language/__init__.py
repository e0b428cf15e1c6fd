"""The rule language: YAML files with CEL conditions, checked against the fact kinds, and translated."""

from services.rules.language.bundles import (
    RULEBOOKS,
    BundleResult,
    LoadResult,
    build_bundle,
    load_rules,
    read_bundle,
)
from services.rules.language.problems import Problem

__all__ = [
    "RULEBOOKS",
    "BundleResult",
    "LoadResult",
    "Problem",
    "build_bundle",
    "load_rules",
    "read_bundle",
]

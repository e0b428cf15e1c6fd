"""Frames without rows. Made once for each schema: a batch needs twenty of them, and each takes longer than a query."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import polars as pl

SCHEMAS_HELD_MAX = 256


def no_rows(schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """The frame of this schema that has no rows."""
    return _no_rows(tuple(schema.items()))


@lru_cache(SCHEMAS_HELD_MAX)
def _no_rows(schema: tuple[tuple[str, pl.DataType | type[pl.DataType]], ...]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(schema))

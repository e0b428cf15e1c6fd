"""How the columns of an envelope are declared: name, type, nullability and label, once, beside the proto."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

ROWS_MAX = 5_000
BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True)
class Column:
    """One column. `label` is what a person sees; `minimum` and `maximum` bound an integer (inclusive)."""

    name: str
    dtype: type[pl.DataType]
    label: str
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Columns:
    """The declared columns of one schema id, in order."""

    id: str
    columns: tuple[Column, ...]

    @cached_property
    def schema(self) -> pl.Schema:
        """The Polars (and so Arrow) schema, in the declared order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The column names, in the declared order."""
        return tuple(column.name for column in self.columns)

    def with_columns(self, id: str, *more: Column) -> Columns:  # noqa: A002 - the field's own name
        """The same columns under another id, with more behind them."""
        return Columns(id, (*self.columns, *more))

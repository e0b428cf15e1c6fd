"""What the rules know of the reference lists, at one place of a log."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import polars as pl

CACHED_ENTRIES_MAX = 200_000
"""Larger lists are asked by the keys of a batch; smaller ones stay in memory."""
CACHED_LISTS_MAX = 32


@dataclass(frozen=True)
class ListPart:
    """A part of a version of a list. `seq` is its number in ingest's stream; `rows` has key_token, key_code,
    valid_from and valid_to; `complete` marks the version's last part."""

    name: str
    version: int
    seq: int
    rows: pl.DataFrame
    complete: bool


@dataclass(frozen=True)
class KnownList:
    """A list with a complete version: the number of its newest part, and how many rows came in all."""

    name: str
    last_seq: int
    rows: int


class ListStore(Protocol):
    """Keeps the lists."""

    def put(self, part: ListPart) -> None:
        """Keeps a part; knows it again."""
        ...

    def known(self, seq: int) -> dict[str, KnownList]:
        """The lists with a complete version among the parts up to `seq`."""
        ...

    def entries(self, name: str, seq: int, keys: pl.Series | None, by_code: bool) -> pl.DataFrame:
        """key, valid_from, valid_to as known at `seq`, of these keys or (None) of all."""
        ...


class ListCache:
    """The entries of small lists, shared by the evaluators of a process. Parts never change, so nothing goes stale."""

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[str, int, bool], pl.DataFrame] = OrderedDict()
        self._lock = threading.Lock()

    def entries(self, store: ListStore, known: KnownList, by_code: bool) -> pl.DataFrame:
        """All entries of a small list, from memory if they were read before."""
        place = (known.name, known.last_seq, by_code)
        with self._lock:
            if place in self._frames:
                self._frames.move_to_end(place)
                return self._frames[place]
        frame = store.entries(known.name, known.last_seq, None, by_code)
        with self._lock:
            self._frames[place] = frame
            while len(self._frames) > CACHED_LISTS_MAX:
                self._frames.popitem(last=False)
        return frame


class KnownLists:
    """The lists as one log knows them at one place. Implements the engine's ListReader."""

    def __init__(self, store: ListStore, seq: int, cache: ListCache) -> None:
        self._store = store
        self._cache = cache
        self._known = store.known(seq)

    def knows(self, name: str) -> bool:
        """Whether the list has had a complete version."""
        return name in self._known

    def listed(self, name: str, keys: pl.Series, days: pl.Series) -> pl.Series | None:
        """Whether each key was on the list on its day; null where the key is; None if the list has no version."""
        known = self._known.get(name)
        if known is None:
            return None
        by_code = keys.dtype == pl.String
        wanted = keys.drop_nulls().unique()
        if known.rows <= CACHED_ENTRIES_MAX:
            entries = self._cache.entries(self._store, known, by_code)
        else:
            entries = self._store.entries(name, known.last_seq, wanted, by_code)
        return _on_list(keys, days, entries)


def _on_list(keys: pl.Series, days: pl.Series, entries: pl.DataFrame) -> pl.Series:
    asked = pl.DataFrame({"key": keys, "day": days}).with_row_index("place")
    found = (
        asked.join(entries, on="key", how="inner")
        .filter(
            pl.col("valid_from") <= pl.col("day"),
            pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("day")),
        )
        .get_column("place")
        .unique()
    )
    return asked.select(
        pl.when(pl.col("key").is_not_null()).then(pl.col("place").is_in(found.implode())).alias("listed")
    ).to_series()

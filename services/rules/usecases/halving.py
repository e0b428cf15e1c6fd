"""Work that one strange item must not hold up: tried whole, then in halves, and the item alone is quarantined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self, TypeVar

import polars as pl

from services.kit.errors import MingzhangError, Unavailable
from services.kit.log import logger
from services.rules.usecases.log import Quarantined
from services.rules.usecases.session import JUDGING_ERRORS, Session
from services.rules.usecases.warnings import Changes

ERROR_LENGTH_MAX = 500

log = logger("rules.halving")


class Divisible(Protocol):
    """Items that can be taken apart."""

    @property
    def size(self) -> int:
        """The number of items."""
        ...

    @property
    def name(self) -> tuple[str, str, str]:
        """Kind, rule ("" if none) and key of the first item, as quarantine shows it."""
        ...

    @property
    def position(self) -> int:
        """Where in the ledger the first item was told; 0 if it is not known."""
        ...

    def halves(self) -> tuple[Self, Self]:
        """The same items in two parts, in their order."""
        ...


Items = TypeVar("Items", bound=Divisible)


class Rows:
    """Rows of a frame with columns "kind", "rule_id" and "key" as items."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.frame.height

    @property
    def name(self) -> tuple[str, str, str]:
        """The first row's."""
        kind, rule_id, key = self.frame.select("kind", "rule_id", "key").row(0)
        return str(kind), str(rule_id), str(key)

    @property
    def position(self) -> int:
        """Not known of what is judged again."""
        return 0

    def halves(self) -> tuple[Rows, Rows]:
        """The first rows, and the others."""
        half = self.size // 2
        return Rows(self.frame.slice(0, half)), Rows(self.frame.slice(half))


def rows_of(kind: str, frame: pl.DataFrame, rule_id: str = "") -> Rows:
    """A frame with a column "key" as items of a kind."""
    return Rows(frame.with_columns(pl.lit(kind).alias("kind"), pl.lit(rule_id).alias("rule_id")))


def by_halves(session: Session, items: Items, work: Callable[[Items], list[Changes]]) -> list[Changes]:
    """Does the work on the items. What fails is undone, found by halving and quarantined; the rest is done."""
    if items.size == 0:
        return []
    try:
        with session.attempt():
            return work(items)
    except Unavailable:
        # The engine is away, and no item is to blame: the entry is tried again.
        raise
    except (MingzhangError, *JUDGING_ERRORS) as error:
        if items.size == 1:
            reason = f"{type(error).__name__}: {error}"[:ERROR_LENGTH_MAX]
            log.warning("quarantined", extra={"category": session.state.log, "reason": reason})
            session.quarantined.append(Quarantined(*items.name, reason, items.position))
            return []
    first, second = items.halves()
    return [*by_halves(session, first, work), *by_halves(session, second, work)]

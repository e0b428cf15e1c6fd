"""Day kinds: states are intervals, and a day that closes is judged for every state in force on it.

The hit of a (rule, subject, period) is the first day of the period on which the rule holds. A division whose data
has not come is accused of nothing: what would have been a hit there is counted as "cannot judge".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import polars as pl

from services.rules.domain import CROSS, with_day_fields
from services.rules.usecases.halving import Rows, by_halves, rows_of
from services.rules.usecases.matches import judge_due, take_due
from services.rules.usecases.session import TOUCHED, Session, Verdicts, grouped
from services.rules.usecases.warnings import Changes, settle

GRACE_DAYS = 10
"""A division's payments must have come to within this many days of the day that is judged [inferred: domain.md]."""
COVERED_SOURCE = "payment"
CLOSED = "关账后状态已变更"


@dataclass(frozen=True)
class Closing:
    """One part of the closing of a day: the states that changed, by kind, and with the last part (`closed`) the day.

    `previous` is the day closed before (None for the first); `covered_to` the last business day covered of each
    division that sent payments; `category` that of the stream.
    """

    day: date
    previous: date | None
    states: Mapping[str, pl.DataFrame]
    covered_to: Mapping[str, date]
    closed: bool
    streams: int
    category: str


_ITEM = ["kind", "rule_id", "key"]


def apply_closing(session: Session, closing: Closing) -> list[Changes]:
    """Keeps the states of a part; with the last part judges the days up to the closed one, and what waited for them."""
    for kind, rows in closing.states.items():
        by_halves(session, rows_of(kind, rows), partial(_keep, session, closing))
    if not closing.closed:
        return []
    kinds = sorted(session.rules.kinds & {"quota_day", "progress_day"})
    dockets = {kind: _docket(session, kind, closing) for kind in kinds}
    items = pl.concat(
        [
            *(
                rows_of(kind, docket.states.select("key").unique(maintain_order=True)).frame.select(_ITEM)
                for kind, docket in dockets.items()
            ),
            take_due(session).select(_ITEM),
        ]
    )
    return by_halves(session, Rows(items), partial(_judge, session, dockets))


def _keep(session: Session, closing: Closing, rows: Rows) -> list[Changes]:
    kind, frame = rows.name[0], rows.frame.drop("kind", "rule_id")
    session.store.states.put(kind, frame)
    if closing.previous is not None:
        late = frame.filter(pl.col("from_day") <= closing.previous).select("key", "from_day")
        session.store.states.note_restated(kind, late)
    return []


def _judge(session: Session, dockets: Mapping[str, _Docket], items: Rows) -> list[Changes]:
    due = items.frame.filter(pl.col("rule_id") != "")
    with session.meter.step("days"):
        parts = [
            _judge_days(
                session, kind, docket.of(items.frame.filter(pl.col("kind") == kind, pl.col("rule_id") == ""))
            )
            for kind, docket in dockets.items()
        ]
    with session.meter.step("matches"):
        parts += judge_due(session, due)
    return settle(session, Verdicts.all(parts), CLOSED)


def note_restated(session: Session, restated: Mapping[str, pl.DataFrame]) -> list[Changes]:
    """Remembers which states of closed days changed: by kind, key and from_day. They are judged with the next closing."""
    for kind, rows in restated.items():
        session.store.states.note_restated(kind, rows)
    return []


@dataclass(frozen=True)
class _Docket:
    """What a closing judges of a kind: the states, the (key, day) asked, and the restated (key, from_day) among them.

    `covered` are the divisions whose data has come.
    """

    states: pl.DataFrame
    asked: pl.DataFrame
    ready: pl.DataFrame
    covered: list[str]

    def of(self, keys: pl.DataFrame) -> _Docket:
        """The part of some keys."""
        states, asked, ready = (
            frame.join(keys, on="key", how="semi") for frame in (self.states, self.asked, self.ready)
        )
        return _Docket(states, asked, ready, self.covered)


def _docket(session: Session, kind: str, closing: Closing) -> _Docket:
    states = session.store.states.all(kind)
    if session.state.log == CROSS:
        # The streams close their days one after the other, each for the states that it carries.
        states = states.filter(pl.col("category") == closing.category)
    covered = _covered(closing)
    restated = session.store.states.take_restated(kind)
    divisions = states.group_by("key").agg(pl.col("division_code").last())
    ready = restated.join(divisions, on="key").filter(pl.col("division_code").is_in(covered))
    new = _new_days(states, closing)
    # What a division has not covered yet keeps its verdicts, and is judged when its data has come.
    uncovered = new.join(divisions, on="key").filter(~pl.col("division_code").is_in(covered))
    waiting = uncovered.group_by("key").agg(pl.col("day").min().alias("from_day"))
    left = restated.join(ready, on="key", how="anti")
    session.store.states.note_restated(kind, pl.concat([left, waiting.select(left.columns)]))
    asked = pl.concat([new, _restated_days(ready, closing)]).unique()
    return _Docket(states, asked, ready, covered)


def _judge_days(session: Session, kind: str, docket: _Docket) -> Verdicts:
    if docket.states.height == 0:
        return Verdicts.none()
    divisions = docket.states.group_by("key").agg(pl.col("division_code").last())
    frame = with_day_fields(kind, _in_force(docket.states, docket.asked))
    judged = session.rules.judge(kind, frame, session.lists)
    session.meter.judged(session.state.log, kind, frame.height)
    session.cannot_judge.update(judged.cannot_judge)
    # The evidence of a day kind is the state's key and the day.
    hits = grouped(judged.hits, pl.col("evidence").str.slice(0, pl.col("evidence").str.len_chars() - 11))
    accused = hits.join(divisions, left_on="group_key", right_on="key", suffix="_of_state")
    held = pl.col("division_code_of_state").is_in(docket.covered)
    session.cannot_judge.update(Counter(accused.filter(~held)["rule_id"].to_list()))
    first = (
        accused.filter(held)
        .select(hits.columns)
        .sort("day")
        .unique(("rule_id", "group_key", "period"), keep="first", maintain_order=True)
    )
    touched = _touched(session, kind, docket.ready)
    return Verdicts(touched, _without_earlier(session, first, docket.ready))


def _covered(closing: Closing) -> list[str]:
    oldest = closing.day - timedelta(days=GRACE_DAYS)
    return [division for division, day in closing.covered_to.items() if day >= oldest]


def _new_days(states: pl.DataFrame, closing: Closing) -> pl.DataFrame:
    first = closing.day if closing.previous is None else closing.previous + timedelta(days=1)
    days = pl.DataFrame({"day": pl.date_range(first, closing.day, eager=True)})
    return states.select("key").unique().join(days, how="cross")


def _restated_days(ready: pl.DataFrame, closing: Closing) -> pl.DataFrame:
    return ready.select("key", pl.date_ranges(pl.col("from_day"), pl.lit(closing.day)).alias("day")).explode(
        "day"
    )


def _in_force(states: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The state of each (key, day) on that day; days before the first state of a key fall away."""
    return (
        asked.sort("day")
        .join_asof(
            states.sort("from_day"),
            left_on="day",
            right_on="from_day",
            by="key",
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("division_code").is_not_null())
        .drop("from_day")
        .sort("key", "day")
    )


def _touched(session: Session, kind: str, ready: pl.DataFrame) -> pl.DataFrame:
    rules = [rule.id for rule in session.rules.bundle.rules if rule.on == kind]
    return (
        ready.join(pl.DataFrame({"rule_id": rules}, schema={"rule_id": pl.String}), how="cross")
        .select(
            "rule_id",
            pl.col("key").alias("group_key"),
            pl.col("from_day").alias("first_day"),
            pl.lit(None, pl.Date()).alias("last_day"),
        )
        .select(TOUCHED.keys())
    )


def _without_earlier(session: Session, first: pl.DataFrame, ready: pl.DataFrame) -> pl.DataFrame:
    """The first hits whose period had none on an earlier day that stays in force."""
    if first.height == 0:
        return first
    identity = ["rule_id", "group_key", "period"]
    standing = session.store.hits.periods_with_hits(first.select(identity))
    dropped = ready.select(pl.col("key").alias("group_key"), "from_day")
    stays = (
        standing.join(dropped, on="group_key", how="left")
        .filter(pl.col("from_day").is_null() | (pl.col("day") < pl.col("from_day")))
        .select(identity)
        .unique()
    )
    return first.join(stays, on=identity, how="anti")

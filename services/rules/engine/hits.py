"""From rows on which a rule fired to hits: subject, period, sentence and inputs, all in columns."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from services.rules.domain import FACT_KINDS, HITS, Rule
from services.rules.language.conditions import Conditions
from services.rules.language.message import UNKNOWN, Piece, UnknownName, parse_message, shown_names
from services.rules.language.names import Names
from services.rules.language.polars_form import number, polars_form


@dataclass(frozen=True)
class Evidence:
    """Where a hit's own columns come from, over the rows on which the rule fired."""

    evidence: pl.Expr
    facts: pl.Expr
    division_code: pl.Expr
    fund_code: pl.Expr
    day: pl.Expr


@dataclass(frozen=True)
class HitForm:
    """Makes the hits of one rule out of the rows on which it fired."""

    rule: Rule
    inputs: tuple[str, ...]
    columns: tuple[pl.Expr, ...]

    def hits(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Schema HITS; rows whose subject is unknown make no hit."""
        hits = rows.select(self.columns)
        return hits.drop_nulls("subject") if hits["subject"].null_count() else hits


def hit_form(rule: Rule, conditions: Conditions, evidence: Evidence) -> HitForm:
    """The form of a rule's hits, over columns named as in its conditions ("b.amount_fen" in a match)."""
    prefix = f"{rule.subject.role}." if rule.subject.role else ""
    subject = pl.col(prefix + rule.subject.field)
    inputs = input_names(rule, conditions)
    kind = pl.lit(rule.subject.kind)
    if rule.subject.kind == "warning":
        kind = pl.col(f"{prefix}subject_kind")
    amount = polars_form(conditions.amount, column_of(conditions.names), lambda _: pl.lit(None, pl.Boolean))
    made = {
        "rule_id": pl.lit(rule.id),
        "subject_kind": kind,
        "subject": subject.cast(pl.String),
        "period": _period(rule, prefix),
        "evidence": evidence.evidence,
        "division_code": evidence.division_code,
        "fund_code": evidence.fund_code,
        "amount_fen": amount.fill_null(0),
        "day": evidence.day,
        "facts": evidence.facts,
        "message": _message(rule),
        "inputs": pl.struct(list(inputs)).struct.json_encode() if inputs else pl.lit("{}"),
    }
    columns = tuple(made[name].cast(dtype).alias(name) for name, dtype in HITS.items())
    return HitForm(rule, inputs, columns)


def column_of(names: Names) -> _Columns:
    """The column of a name as a condition reads it: ints and dates as int64."""
    return _Columns(names)


class _Columns:
    def __init__(self, names: Names) -> None:
        self._names = names

    def __call__(self, name: str) -> pl.Expr:
        known = self._names.known[name]
        return number(pl.col(name), known.is_date) if known.type == "int" else pl.col(name)


def input_names(rule: Rule, conditions: Conditions) -> tuple[str, ...]:
    """What the verdict depends on, sorted: fields read of facts that are there, the subject, the lists' answers.

    The rank `seq` is left out (it counts the facts of the group, not a value of these), and so is what only a
    condition of an absent role reads.
    """
    prefix = f"{rule.subject.role}." if rule.subject.role else ""
    read = {name for name in conditions.read() if not name.endswith(".seq")}
    if rule.match is not None:
        read = {name for name in read if name.partition(".")[0] in rule.match.roles}
    lists = {f"listed:{name}" for name in conditions.lists}
    return tuple(sorted({*read, prefix + rule.subject.field, *lists}))


def message_names(rule: Rule) -> tuple[str, ...]:
    """The columns that the sentence shows."""
    return tuple(dict.fromkeys(piece.name for piece in _pieces(rule) if piece.name))


def _pieces(rule: Rule) -> tuple[Piece, ...]:
    found = parse_message(rule.message, shown_names(rule.on, rule.window, rule.match, rule.params))
    if isinstance(found, UnknownName):
        raise ValueError(f"{rule.id}: nothing stands for {found.name}")
    return found


def _message(rule: Rule) -> pl.Expr:
    return pl.concat_str([_shown(piece) for piece in _pieces(rule)])


def _shown(piece: Piece) -> pl.Expr:
    if not piece.name:
        return pl.lit(piece.text)
    column = pl.col(piece.name)
    text = column.cast(pl.String)
    if piece.shown == "date":
        text = column.dt.strftime("%Y-%m-%d")
    elif piece.shown == "bool":
        text = pl.when(column).then(pl.lit("是")).when(~column).then(pl.lit("否"))
    elif piece.shown == "month":
        text = _dashed(column)
    elif piece.shown == "yuan":
        text = _yuan(column.cast(pl.Int64))
    return text.fill_null(UNKNOWN)


def _yuan(fen: pl.Expr) -> pl.Expr:
    size = fen.abs()
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (size // 100).cast(pl.String)
    return pl.concat_str([sign, whole, pl.lit("."), (size % 100).cast(pl.String).str.zfill(2)])


def _dashed(month: pl.Expr) -> pl.Expr:
    text = month.cast(pl.String)
    return pl.concat_str([text.str.slice(0, 4), pl.lit("-"), text.str.slice(4, 2)])


def _period(rule: Rule, prefix: str) -> pl.Expr:
    day = pl.col(f"{prefix}day")
    if rule.period == "once":
        return pl.lit("once")
    if rule.period == "day":
        return day.dt.strftime("%Y-%m-%d")
    if rule.period == "year":
        return day.dt.strftime("%Y")
    if rule.period == "window":
        others = [name for name in (rule.window.key if rule.window else ()) if name != rule.subject.field]
        last = day.dt.strftime("%Y-%m-%d")
        return pl.concat_str([last, *(pl.col(name).cast(pl.String) for name in others)], separator="|")
    month = FACT_KINDS[rule.on].by_name.get("month")
    if month is not None and not month.derived:
        return _dashed(pl.col(f"{prefix}month"))
    return day.dt.strftime("%Y-%m")


def fund_column(kind: str, prefix: str = "") -> pl.Expr:
    """The fund of a fact: that of its quota if it has one, else its own; null if the kind has none."""
    fields = FACT_KINDS[kind].by_name
    names = [name for name in ("quota_fund_code", "fund_code") if name in fields]
    return pl.coalesce([prefix + name for name in names]) if names else pl.lit(None, pl.String)


def fund_names(kind: str) -> tuple[str, ...]:
    """The columns that fund_column reads."""
    return tuple(name for name in ("quota_fund_code", "fund_code") if name in FACT_KINDS[kind].by_name)


def in_force(rule: Rule, day: pl.Expr, fund: pl.Expr) -> pl.Expr:
    """Whether the rule applies to a fact of this day and fund; never null."""
    force = pl.lit(True)
    if rule.valid_from is not None:
        force = force & (day >= rule.valid_from)
    if rule.valid_to is not None:
        force = force & (day <= rule.valid_to)
    if rule.funds:
        force = force & fund.is_in(list(rule.funds)).fill_null(False)
    return force

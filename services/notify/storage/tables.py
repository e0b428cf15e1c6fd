"""The tables as migrations/ made them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Table,
    any_,
    literal,
)
from sqlalchemy import Text as PlainText
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
Text = PlainText(collation="C")
Moment = DateTime(timezone=True)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("standing_warnings", Integer, nullable=False),
    Column("untold", Boolean, nullable=False),
)

case_warnings = Table(
    "case_warnings",
    metadata,
    Column("warning_id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("category", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("fund_code", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("retracted_because", Text, nullable=False),
)

case_timeline = Table(
    "case_timeline",
    metadata,
    Column("entry_id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("what", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note_zh", Text, nullable=False),
    Column("note_en", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("composed_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Moment),
    Column("doubtful", Boolean, nullable=False),
    Column("note", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("route_reason", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("message_id", Text, ForeignKey("messages.message_id")),
    Column("withdrawn", Boolean, nullable=False),
)

delivery_receipts = Table(
    "delivery_receipts",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.delivery_id"), primary_key=True),
    Column("message_id", Text, ForeignKey("messages.message_id"), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("receipt", Text, nullable=False),
)

known_users = Table(
    "known_users",
    metadata,
    Column("user_name", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    Column("roles", ARRAY(PlainText), nullable=False),
    Column("language", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

known_divisions = Table(
    "known_divisions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("parent_code", Text, nullable=False),
)


def is_one_of(column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """`column = ANY(values)`: one parameter, however many values there are."""
    return column == any_(literal(sorted(values), ARRAY(PlainText)))

"""The tables of ingest, as the migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData()
CODE = Text(collation="C")

IMPORT = Table(
    "import",
    METADATA,
    Column("import_id", CODE, primary_key=True),
    Column("place", BigInteger, Identity(always=True)),
    Column("file_name", Text),
    Column("profile", CODE),
    Column("division_code", CODE),
    Column("file_sha256", CODE),
    Column("size_bytes", BigInteger),
    Column("uploaded_by", CODE),
    Column("uploaded_at", DateTime(timezone=True)),
    Column("request_id", CODE),
    Column("state", CODE),
    Column("layout", CODE, server_default=""),
    Column("attempts", Integer, server_default="0"),
    Column("batches", Integer, server_default="0"),
    Column("bytes_read", BigInteger, server_default="0"),
    Column("rows_read", BigInteger, server_default="0"),
    Column("rows_posted", BigInteger, server_default="0"),
    Column("rows_known", BigInteger, server_default="0"),
    Column("rows_quarantined", BigInteger, server_default="0"),
    Column("error_code", CODE, server_default=""),
    Column("error_zh", Text, server_default=""),
    Column("error_en", Text, server_default=""),
    Column("ended_at", DateTime(timezone=True)),
)
QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", CODE, primary_key=True),
    Column("place", BigInteger, Identity(always=True)),
    Column("import_id", CODE),
    Column("line", Integer),
    Column("field", Text),
    Column("reason", CODE),
    Column("reason_zh", Text),
    Column("reason_en", Text),
    Column("original", LargeBinary),
    Column("quarantined_at", DateTime(timezone=True)),
)
FINDING = Table(
    "finding",
    METADATA,
    Column("import_id", CODE, primary_key=True),
    Column("key", CODE, primary_key=True),
    Column("division_code", CODE),
    Column("line", Integer),
    Column("field", Text),
    Column("reason", CODE),
    Column("day", Date),
)
COVERED = Table(
    "covered",
    METADATA,
    Column("import_id", CODE, primary_key=True),
    Column("source", CODE, primary_key=True),
    Column("division_code", CODE, primary_key=True),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("rows", BigInteger),
)
LIST_PART = Table(
    "list_part",
    METADATA,
    Column("import_id", CODE, primary_key=True),
    Column("list", CODE, primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("rows", LargeBinary),
)
LIST_VERSION = Table(
    "list_version", METADATA, Column("list", CODE, primary_key=True), Column("version", BigInteger)
)
READING = Table(
    "reading",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("read_by", CODE),
    Column("read_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("tokens", ARRAY(BigInteger)),
    Column("whole", Boolean),
    Column("request_id", CODE),
)

"""Imports with their progress, quarantine, findings, covered days, lists; the vault and the log of its readings."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE import (
        import_id text COLLATE "C" PRIMARY KEY,
        place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        file_name text NOT NULL,
        profile text COLLATE "C" NOT NULL,
        division_code text COLLATE "C" NOT NULL,
        file_sha256 text COLLATE "C" NOT NULL UNIQUE,
        size_bytes bigint NOT NULL,
        uploaded_by text COLLATE "C" NOT NULL,
        uploaded_at timestamptz NOT NULL,
        request_id text COLLATE "C" NOT NULL,
        state text COLLATE "C" NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        batches integer NOT NULL DEFAULT 0,
        bytes_read bigint NOT NULL DEFAULT 0,
        rows_read bigint NOT NULL DEFAULT 0,
        rows_posted bigint NOT NULL DEFAULT 0,
        rows_known bigint NOT NULL DEFAULT 0,
        rows_quarantined bigint NOT NULL DEFAULT 0,
        error_code text COLLATE "C" NOT NULL DEFAULT '',
        error_zh text NOT NULL DEFAULT '',
        error_en text NOT NULL DEFAULT '',
        ended_at timestamptz
    )
    """,
    "CREATE INDEX import_unfinished ON import (place) WHERE state IN ('waiting', 'running')",
    """
    CREATE TABLE quarantine (
        id text COLLATE "C" PRIMARY KEY,
        place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        import_id text COLLATE "C" NOT NULL REFERENCES import,
        line integer NOT NULL,
        field text NOT NULL,
        reason text COLLATE "C" NOT NULL,
        reason_zh text NOT NULL,
        reason_en text NOT NULL,
        original bytea,
        quarantined_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX quarantine_of_import ON quarantine (import_id, place)",
    """
    CREATE TABLE finding (
        import_id text COLLATE "C" NOT NULL REFERENCES import,
        key text COLLATE "C" NOT NULL,
        division_code text COLLATE "C",
        line integer NOT NULL,
        field text NOT NULL,
        reason text COLLATE "C" NOT NULL,
        day date NOT NULL,
        PRIMARY KEY (import_id, key)
    )
    """,
    """
    CREATE TABLE covered (
        import_id text COLLATE "C" NOT NULL REFERENCES import,
        source text COLLATE "C" NOT NULL,
        division_code text COLLATE "C" NOT NULL,
        first_day date NOT NULL,
        last_day date NOT NULL,
        rows bigint NOT NULL,
        PRIMARY KEY (import_id, source, division_code)
    )
    """,
    """
    CREATE TABLE list_part (
        import_id text COLLATE "C" NOT NULL REFERENCES import,
        list text COLLATE "C" NOT NULL,
        batch integer NOT NULL,
        part integer NOT NULL,
        rows bytea NOT NULL,
        PRIMARY KEY (import_id, list, batch, part)
    )
    """,
    'CREATE TABLE list_version (list text COLLATE "C" PRIMARY KEY, version bigint NOT NULL)',
    """
    CREATE TABLE vault_entry (
        token bigint PRIMARY KEY,
        kind text COLLATE "C" NOT NULL,
        lookup bytea NOT NULL UNIQUE,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE reading (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        read_by text COLLATE "C" NOT NULL,
        read_at timestamptz NOT NULL,
        reason text NOT NULL,
        tokens bigint[] NOT NULL,
        whole boolean NOT NULL,
        request_id text COLLATE "C" NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Creates the tables."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Frozen reports: versions that are added and never changed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE report_version (
            report_id text COLLATE "C" NOT NULL,
            version integer NOT NULL CHECK (version > 0),
            title text NOT NULL,
            month text COLLATE "C" NOT NULL,
            division text COLLATE "C" NOT NULL,
            funds text[] NOT NULL,
            definition bytea NOT NULL,
            content bytea NOT NULL,
            sha256 text COLLATE "C" NOT NULL,
            height bigint NOT NULL,
            head_hash text COLLATE "C" NOT NULL,
            row_count integer NOT NULL,
            made_by text COLLATE "C" NOT NULL,
            made_at timestamptz NOT NULL,
            PRIMARY KEY (report_id, version)
        );
        CREATE INDEX report_version_page ON report_version (made_at, report_id, version);
        CREATE FUNCTION is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_version
        FOR EACH STATEMENT EXECUTE FUNCTION is_frozen();
        """
    )

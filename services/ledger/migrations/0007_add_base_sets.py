"""Templates that were applied and local changes below them, both append-only: base data is a fold of the two."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE base_set (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            origin text COLLATE "C" NOT NULL,
            issuer text NOT NULL,
            version integer NOT NULL,
            valid_from date NOT NULL,
            note text NOT NULL,
            key_id text COLLATE "C" NOT NULL,
            sha256 text COLLATE "C" NOT NULL,
            body bytea NOT NULL,
            items integer NOT NULL,
            applied_by text COLLATE "C" NOT NULL,
            applied_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE base_change (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            action text COLLATE "C" NOT NULL,
            item text NOT NULL,
            changed_by text COLLATE "C" NOT NULL,
            changed_at timestamptz NOT NULL
        )
        """
    )
    for table in ("base_set", "base_change"):
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
            """
        )

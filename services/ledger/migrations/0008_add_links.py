"""What people decide about the links of payments, the parts of payments that follow from it, and what is unlinked."""

from alembic import op

revision = "0008"
down_revision = "0007"

_APPEND_ONLY = ("link", "link_line", "part_correction")


def upgrade() -> None:
    _decisions()
    _parts()
    op.execute("ALTER TABLE measured ADD COLUMN unrelated_fen bigint NOT NULL DEFAULT 0")
    # The payments that wait, oldest first: few beside all that are linked, which are not in this index.
    op.execute(
        """
        CREATE INDEX payment_unlinked ON payment (division_code, effective_on, id)
        WHERE quota_id IS NULL AND original_key IS NULL AND remaining_fen <> 0
        """
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
            """
        )


def _decisions() -> None:
    op.execute(
        """
        CREATE TABLE link (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            kind text COLLATE "C" NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            reason text NOT NULL,
            original_key text COLLATE "C" NOT NULL,
            recorded_on date NOT NULL,
            request_hash text COLLATE "C" NOT NULL,
            recorded_by text COLLATE "C" NOT NULL
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX link_undone ON link (original_key) WHERE original_key <> ''")
    op.execute("CREATE INDEX link_page ON link (division_code, id)")
    op.execute(
        """
        CREATE TABLE link_line (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            link_key text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            payment_key text COLLATE "C" NOT NULL,
            quota_key text COLLATE "C",
            project_key text COLLATE "C",
            amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
            quota_id bigint
        )
        """
    )
    op.execute("CREATE INDEX link_line_link ON link_line (link_key, number)")
    op.execute("CREATE INDEX link_line_payment ON link_line (payment_key)")


def _parts() -> None:
    op.execute(
        """
        CREATE TABLE part (
            line_id bigint PRIMARY KEY,
            payment_id bigint NOT NULL,
            number smallint NOT NULL,
            quota_id bigint,
            category text COLLATE "C" NOT NULL,
            project_key text COLLATE "C",
            given_fen bigint NOT NULL,
            amount_fen bigint NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX part_payment ON part (payment_id)")
    op.execute("CREATE INDEX part_quota ON part (quota_id) WHERE quota_id IS NOT NULL")
    op.execute(
        """
        CREATE TABLE part_correction (
            line_id bigint NOT NULL,
            correction_id bigint NOT NULL,
            amount_fen bigint NOT NULL,
            PRIMARY KEY (line_id, correction_id)
        )
        """
    )

"""Documents by which quotas are registered, issued, received and changed; accounts for what they move; closed years.

The number of an account has a bit more for its kind, so accounts of a ledger that was written before have other
numbers, which are sealed in its chain. No release came before this one: a ledger with entries of an unreleased version
is not carried over, and this says so instead of breaking its chain.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

_MEASURES = ("arranged_fen", "pending_fen", "frozen_fen", "in_transit_fen")
_NEVER_NEGATIVE = "11, 12, 13"  # frozen, in transit, pending: only documents move them


def upgrade() -> None:
    _refuse_unreleased()
    _quotas()
    _documents()
    _limits()


def _refuse_unreleased() -> None:
    op.execute(
        """
        DO $$ BEGIN
            IF EXISTS (SELECT FROM block) THEN
                RAISE EXCEPTION 'this ledger was written by an unreleased version and cannot be carried over: '
                    'choose another data folder and import again'
                    USING HINT = '此总台账由未发布的版本写成，不能升级：请另选数据目录并重新导入';
            END IF;
        END $$
        """
    )


def _quotas() -> None:
    op.execute("ALTER TABLE quota ADD COLUMN received_on date NOT NULL")
    op.execute('ALTER TABLE quota ADD COLUMN document_key text COLLATE "C"')
    op.execute("ALTER TABLE quota ADD COLUMN issue_line_id bigint")
    op.execute("ALTER TABLE quota ADD COLUMN origin_id bigint")
    op.execute("CREATE INDEX quota_origin ON quota (origin_id) WHERE origin_id IS NOT NULL")
    op.execute("ALTER TABLE quota ADD COLUMN standing boolean NOT NULL DEFAULT true")
    op.execute(
        "CREATE UNIQUE INDEX quota_issue_line ON quota (issue_line_id) WHERE issue_line_id IS NOT NULL"
    )
    op.execute("CREATE INDEX quota_page ON quota (division_code, fiscal_year, key)")
    op.execute("CREATE INDEX owner_quota ON owner (quota_id) WHERE quota_id IS NOT NULL")
    for name in _MEASURES:
        op.execute(f"ALTER TABLE measured ADD COLUMN {name} bigint NOT NULL DEFAULT 0")
    for name in ("free_fen", "issued_fen", "allotted_fen", "paid_fen", "intermediate_fen"):
        op.execute(f"ALTER TABLE measured ALTER COLUMN {name} SET DEFAULT 0")


def _documents() -> None:
    op.execute(
        """
        CREATE TABLE document (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            kind text COLLATE "C" NOT NULL,
            document_number text COLLATE "C" NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            effective_on date NOT NULL,
            issued_on date NOT NULL,
            advance boolean NOT NULL,
            back_entry_reason text NOT NULL,
            summary text NOT NULL,
            original_key text COLLATE "C" NOT NULL,
            attachments text NOT NULL,
            request_hash text COLLATE "C" NOT NULL,
            recorded_by text COLLATE "C" NOT NULL
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX document_reversed ON document (original_key) WHERE original_key <> ''")
    op.execute("CREATE INDEX document_page ON document (division_code, id)")
    op.execute(
        """
        CREATE TABLE document_line (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            document_key text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            quota_key text COLLATE "C",
            to_quota_key text COLLATE "C",
            to_division_code text COLLATE "C",
            project_key text COLLATE "C",
            issue_line_key text COLLATE "C",
            asked_fen bigint NOT NULL,
            take text COLLATE "C",
            pending boolean NOT NULL,
            summary text,
            amount_fen bigint NOT NULL,
            quota_id bigint NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX document_line_document ON document_line (document_key, number)")
    op.execute("CREATE INDEX document_line_quota ON document_line (quota_key)")
    op.execute(
        "CREATE INDEX document_line_to_quota ON document_line (to_quota_key) WHERE to_quota_key IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX document_line_issued ON document_line (to_division_code, id) WHERE to_division_code IS NOT NULL"
    )
    op.execute(
        """
        CREATE TABLE attachment (
            sha256 text COLLATE "C" PRIMARY KEY,
            media_type text COLLATE "C" NOT NULL,
            body bytea NOT NULL,
            added_by text COLLATE "C" NOT NULL,
            added_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE flow (
            issuer_level text COLLATE "C" NOT NULL,
            receiver_level text COLLATE "C" NOT NULL,
            PRIMARY KEY (issuer_level, receiver_level)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE closed_year (
            fiscal_year integer PRIMARY KEY,
            closed_by text COLLATE "C" NOT NULL,
            closed_at timestamptz NOT NULL
        )
        """
    )


def _limits() -> None:
    """What the database itself refuses. A trigger, because a check also looks at rows that only add to others."""
    op.execute(
        """
        CREATE FUNCTION is_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'account % is overdrawn', NEW.id USING ERRCODE = 'check_violation';
        END $$
        """
    )
    op.execute(
        f"""
        CREATE TRIGGER never_negative AFTER INSERT OR UPDATE ON account FOR EACH ROW
        WHEN (NEW.balance_fen < 0 AND NEW.id & 31 IN ({_NEVER_NEGATIVE})) EXECUTE FUNCTION is_overdrawn()
        """
    )
    for table in ("document", "document_line"):
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
            """
        )

"""Deltas of balances are kept by posting: appended, never looked up, and readable as they were known then.

No release came before this one, so the old key goes in the same step.
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE account_day ADD COLUMN posting_id bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE account_day ALTER COLUMN posting_id DROP DEFAULT")
    op.execute("ALTER TABLE account_day DROP CONSTRAINT account_day_pkey")
    op.execute("ALTER TABLE account_day ADD PRIMARY KEY (account_id, day, posting_id)")
    op.execute("ALTER TABLE account_day SET (fillfactor = 100)")
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_day
        FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
        """
    )

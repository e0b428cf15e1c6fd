"""What the views read: sums by month and stretch of the chain, and indexes that cost a posting nothing to speak of."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE fold (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            after_height bigint NOT NULL,
            last_height bigint NOT NULL,
            level integer NOT NULL,
            UNIQUE (level, after_height),
            CHECK (after_height < last_height)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE account_month (
            fold_id bigint NOT NULL REFERENCES fold,
            account_id bigint NOT NULL,
            month date NOT NULL,
            delta_fen bigint NOT NULL,
            PRIMARY KEY (fold_id, account_id, month)
        )
        """
    )
    # One entry for some hundred rows: a posting does not feel it, and a view skips what is neither new nor of the month.
    op.execute("CREATE INDEX account_day_range ON account_day USING brin (posting_id, day)")
    # Of transfers only the allotments, which are few, are ever asked for by kind.
    op.execute(
        "CREATE INDEX transfer_allotment ON transfer (id) INCLUDE (debit_account, credit_account, amount_fen, effective_on)"
        " WHERE kind = 4"
    )
    for table in ("fold", "account_month"):
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
            """
        )

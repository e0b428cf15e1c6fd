"""At which place of its log an event was judged: its own, or that of a later event that it was judged together with."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE judgement_log ADD COLUMN judged_at bigint CHECK (judged_at >= place)")
    op.execute("ALTER TABLE judgement_log DISABLE TRIGGER append_only")
    op.execute("UPDATE judgement_log SET judged_at = place")
    op.execute("ALTER TABLE judgement_log ENABLE TRIGGER append_only")
    op.execute("ALTER TABLE judgement_log ALTER COLUMN judged_at SET NOT NULL")

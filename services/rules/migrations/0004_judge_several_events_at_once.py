"""At which place of its log an event was judged: that of the last event that it was judged together with.

Null for what the release before wrote: each event was judged at its own place.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE judgement_log ADD COLUMN judged_at bigint CHECK (judged_at >= place)")

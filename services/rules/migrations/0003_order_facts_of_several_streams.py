"""Where in the ledger a fact was told, so that a log over several streams knows which of two tellings is the later."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for kind in ("payment", "disbursement"):
        op.execute(f"ALTER TABLE fact_{kind} ADD COLUMN position bigint NOT NULL DEFAULT 0")

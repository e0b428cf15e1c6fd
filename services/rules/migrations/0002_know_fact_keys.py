"""A fact's key is in a log once: the index that finds it also refuses it, so that new facts need no look-up first."""

from alembic import op

revision = "0002"
down_revision = "0001"

LOGS = ("poverty", "project", "benefit", "operations", "general", "unassigned", "cross")


def upgrade() -> None:
    for kind in ("payment", "disbursement"):
        op.execute(f"DROP INDEX fact_{kind}_key")
        for log in LOGS:
            # An index of the whole table would need the log in it; each log has a table of its own.
            op.execute(f"CREATE UNIQUE INDEX fact_{kind}_{log}_key ON fact_{kind}_{log} (key)")

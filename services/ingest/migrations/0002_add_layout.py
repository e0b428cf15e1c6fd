"""How the reader of an import cuts a file into batches: numbers of batches mean something under one layout only."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the column. The release before leaves it empty, which no layout is."""
    op.execute("ALTER TABLE import ADD COLUMN layout text COLLATE \"C\" NOT NULL DEFAULT ''")

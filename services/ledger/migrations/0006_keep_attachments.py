"""Files that come with documents: how large each is, and whether a document names it."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE attachment ADD COLUMN size_bytes integer NOT NULL DEFAULT 0")
    op.execute("UPDATE attachment SET size_bytes = octet_length(body)")
    op.execute("ALTER TABLE attachment ADD COLUMN named boolean NOT NULL DEFAULT false")
    op.execute(
        "UPDATE attachment AS a SET named = true FROM document AS d WHERE position(a.sha256 IN d.attachments) > 0"
    )
    op.execute("CREATE INDEX attachment_waiting ON attachment (added_by, added_at) WHERE NOT named")

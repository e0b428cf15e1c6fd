"""What sums are made of is kept in one row for each quota and each suspense, beside the accounts.

A page of sums reads these rows instead of four accounts and the allotments of each quota. A posting pays with one
upsert of the quotas that it touches.
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE measured (
            id bigint PRIMARY KEY,
            free_fen bigint NOT NULL,
            issued_fen bigint NOT NULL,
            allotted_fen bigint NOT NULL,
            paid_fen bigint NOT NULL,
            intermediate_fen bigint NOT NULL
        ) WITH (fillfactor = 70)
        """
    )
    op.execute(
        """
        INSERT INTO measured
        SELECT id, sum(free)::bigint, sum(issued)::bigint, sum(allotted)::bigint, sum(paid)::bigint,
            sum(intermediate)::bigint
        FROM (
            SELECT id >> 4 AS id,
                CASE id & 15 WHEN 3 THEN balance_fen ELSE 0 END AS free,
                CASE id & 15 WHEN 4 THEN balance_fen ELSE 0 END AS issued,
                0 AS allotted,
                CASE WHEN id & 15 IN (5, 9) THEN balance_fen ELSE 0 END AS paid,
                CASE WHEN id & 15 IN (6, 10) THEN balance_fen ELSE 0 END AS intermediate
            FROM account WHERE id & 15 IN (3, 4, 5, 6, 9, 10)
            UNION ALL
            SELECT quota_id, 0, 0, amount_fen, 0, 0 FROM allotment WHERE quota_id IS NOT NULL
        ) AS parts
        GROUP BY id
        """
    )
    op.execute("CREATE INDEX owner_suspense ON owner (division_code) WHERE division_code IS NOT NULL")

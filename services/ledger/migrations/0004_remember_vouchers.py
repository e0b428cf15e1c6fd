"""Vouchers whose disbursements are to follow their payment in postings of their own."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE remembered_voucher (
            division_code text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            voucher_no text COLLATE "C" NOT NULL,
            PRIMARY KEY (division_code, fiscal_year, voucher_no)
        )
        """
    )

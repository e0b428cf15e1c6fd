"""Base data, what is posted, the journal with its balances, the chain, and business days."""

from alembic import op

revision = "0001"
down_revision = None

_APPEND_ONLY = ("transfer", "owner", "block", "ended_share")


def upgrade() -> None:
    _base_data()
    _plans()
    _payments()
    _journal()
    _chain()
    _days()
    _guard()


def _base_data() -> None:
    op.execute(
        "CREATE TABLE base_data (fingerprint text NOT NULL, only_one boolean PRIMARY KEY CHECK (only_one))"
    )
    op.execute(
        """
        CREATE TABLE division (
            code text COLLATE "C" PRIMARY KEY,
            name text NOT NULL,
            level text COLLATE "C" NOT NULL,
            parent_code text COLLATE "C" NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE fund (
            code text COLLATE "C" PRIMARY KEY,
            level text COLLATE "C" NOT NULL,
            name text NOT NULL,
            category text COLLATE "C" NOT NULL,
            scope_note text NOT NULL
        )
        """
    )
    op.execute("CREATE TABLE calendar_exception (day date PRIMARY KEY, working boolean NOT NULL)")


def _plans() -> None:
    op.execute(
        """
        CREATE TABLE quota (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            document_number text COLLATE "C",
            document_number_ok boolean NOT NULL,
            upper_document_number text COLLATE "C",
            fund_code text COLLATE "C",
            division_code text COLLATE "C" NOT NULL,
            issuer_division_code text COLLATE "C",
            fiscal_year integer NOT NULL,
            function_class text COLLATE "C",
            summary text,
            has_attachment boolean NOT NULL,
            amount_fen bigint NOT NULL,
            issued_on date,
            effective_on date NOT NULL,
            import_id text COLLATE "C" NOT NULL,
            line integer NOT NULL,
            category text COLLATE "C" NOT NULL,
            upper_id bigint
        )
        """
    )
    op.execute("CREATE INDEX quota_document ON quota (division_code, document_number)")
    op.execute("CREATE INDEX quota_upper ON quota (issuer_division_code, upper_document_number)")
    op.execute(
        """
        CREATE TABLE project (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            name text NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            project_type text COLLATE "C",
            fiscal_year integer NOT NULL,
            investment_fen bigint NOT NULL,
            beneficiary_households bigint,
            planned_start_on date,
            planned_end_on date,
            effective_on date NOT NULL,
            import_id text COLLATE "C" NOT NULL,
            line integer NOT NULL,
            category text COLLATE "C" NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE allotment (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            quota_key text COLLATE "C" NOT NULL,
            project_key text COLLATE "C" NOT NULL,
            amount_fen bigint NOT NULL,
            effective_on date NOT NULL,
            import_id text COLLATE "C" NOT NULL,
            line integer NOT NULL,
            quota_id bigint
        )
        """
    )
    op.execute("CREATE INDEX allotment_waiting ON allotment (quota_key) WHERE quota_id IS NULL")
    op.execute("CREATE INDEX allotment_project ON allotment (project_key)")
    op.execute("CREATE INDEX allotment_quota ON allotment (quota_id)")


def _payments() -> None:
    op.execute(
        """
        CREATE TABLE payment (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            voucher_type text COLLATE "C" NOT NULL,
            voucher_no text COLLATE "C" NOT NULL,
            document_number text COLLATE "C",
            fund_code text COLLATE "C",
            project_key text COLLATE "C",
            agency_code text COLLATE "C",
            agency_name text,
            function_class text COLLATE "C",
            economic_class text COLLATE "C",
            pay_method text COLLATE "C",
            settlement_mode text COLLATE "C",
            payer_account_token bigint,
            payer_name_token bigint,
            payee_account_token bigint,
            payee_account_mask text,
            payee_name_token bigint,
            payee_name_mask text,
            payee_kind text COLLATE "C" NOT NULL,
            payer_equals_payee boolean,
            account_has_cjk boolean NOT NULL,
            purpose text,
            amount_fen bigint NOT NULL,
            effective_on date NOT NULL,
            original_key text COLLATE "C",
            import_id text COLLATE "C" NOT NULL,
            line integer NOT NULL,
            quota_id bigint,
            category text COLLATE "C",
            share_number smallint NOT NULL,
            remaining_fen bigint NOT NULL,
            applied boolean NOT NULL
        ) WITH (fillfactor = 95)
        """
    )
    op.execute("CREATE INDEX payment_document ON payment (division_code, document_number)")
    op.execute("CREATE INDEX payment_voucher ON payment (division_code, fiscal_year, voucher_no)")
    op.execute("CREATE INDEX payment_day ON payment (division_code, effective_on, id)")
    op.execute("CREATE INDEX payment_correction ON payment (original_key) WHERE original_key IS NOT NULL")
    op.execute(
        "CREATE INDEX payment_correction_waiting ON payment (id) WHERE original_key IS NOT NULL AND NOT applied"
    )
    op.execute(
        """
        CREATE TABLE ended_share (
            payment_id bigint NOT NULL,
            number smallint NOT NULL,
            quota_id bigint,
            category text COLLATE "C" NOT NULL,
            amount_fen bigint NOT NULL,
            PRIMARY KEY (payment_id, number)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE disbursement (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            document_number text COLLATE "C",
            voucher_no text COLLATE "C",
            project_key text COLLATE "C",
            benefit_code text COLLATE "C" NOT NULL,
            township_code text COLLATE "C",
            village_code text COLLATE "C",
            person_token bigint,
            person_mask text,
            name_token bigint,
            name_mask text,
            account_token bigint,
            account_mask text,
            id_check_ok boolean NOT NULL,
            per_household boolean NOT NULL,
            month integer NOT NULL,
            due_fen bigint NOT NULL,
            amount_fen bigint NOT NULL,
            effective_on date NOT NULL,
            original_key text COLLATE "C",
            import_id text COLLATE "C" NOT NULL,
            line integer NOT NULL,
            payment_id bigint,
            quota_id bigint,
            category text COLLATE "C" NOT NULL,
            remaining_fen bigint NOT NULL,
            standing boolean NOT NULL,
            applied boolean NOT NULL
        ) WITH (fillfactor = 95)
        """
    )
    op.execute("CREATE INDEX disbursement_voucher ON disbursement (division_code, fiscal_year, voucher_no)")
    op.execute("CREATE INDEX disbursement_payment ON disbursement (payment_id)")
    op.execute(
        "CREATE INDEX disbursement_correction_waiting ON disbursement (original_key)"
        " WHERE original_key IS NOT NULL AND NOT applied"
    )
    op.execute(
        """
        CREATE TABLE remembered_pair (
            division_code text COLLATE "C" NOT NULL,
            document_number text COLLATE "C" NOT NULL,
            PRIMARY KEY (division_code, document_number)
        )
        """
    )


def _journal() -> None:
    op.execute("CREATE SEQUENCE posting_id")
    op.execute("CREATE TABLE posting_gate ()")
    op.execute(
        """
        CREATE TABLE transfer (
            id bigint PRIMARY KEY,
            kind smallint NOT NULL,
            debit_account bigint NOT NULL,
            credit_account bigint NOT NULL CHECK (credit_account <> debit_account),
            amount_fen bigint NOT NULL CHECK (amount_fen > 0),
            effective_on date NOT NULL,
            subject_id bigint NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE owner (
            id bigint PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            quota_id bigint,
            project_key text COLLATE "C",
            division_code text COLLATE "C",
            fiscal_year integer
        )
        """
    )
    op.execute(
        "CREATE TABLE account (id bigint PRIMARY KEY, balance_fen bigint NOT NULL) WITH (fillfactor = 70)"
    )
    op.execute(
        """
        CREATE TABLE account_day (
            account_id bigint NOT NULL,
            day date NOT NULL,
            delta_fen bigint NOT NULL,
            PRIMARY KEY (account_id, day)
        ) WITH (fillfactor = 70)
        """
    )


def _chain() -> None:
    op.execute(
        """
        CREATE TABLE block (
            height bigint PRIMARY KEY,
            posting_id bigint NOT NULL UNIQUE,
            previous_hash bytea NOT NULL,
            merkle_root bytea NOT NULL,
            entries integer NOT NULL,
            recorded_at_us bigint NOT NULL,
            hash bytea NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE chain_head (
            only_one boolean PRIMARY KEY CHECK (only_one),
            height bigint NOT NULL,
            hash bytea NOT NULL
        ) WITH (fillfactor = 50)
        """
    )
    op.execute("INSERT INTO chain_head VALUES (true, 0, decode(repeat('00', 32), 'hex'))")


def _days() -> None:
    op.execute("CREATE TABLE closed_day (day date PRIMARY KEY, position bigint NOT NULL)")
    op.execute(
        """
        CREATE TABLE restated (
            kind text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            category text COLLATE "C" NOT NULL,
            from_day date NOT NULL,
            PRIMARY KEY (kind, key)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE coverage (
            source text COLLATE "C" NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            covered_to date NOT NULL,
            PRIMARY KEY (source, division_code)
        )
        """
    )


def _guard() -> None:
    """What is written once stays: the database itself says no."""
    op.execute(
        """
        CREATE FUNCTION is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
            """
        )

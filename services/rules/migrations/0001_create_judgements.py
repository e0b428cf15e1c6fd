"""The judgement logs, the facts that windows and matches look back on, lists, hits and warnings."""

from alembic import op

revision = "0001"
down_revision = None

LOGS = ("poverty", "project", "benefit", "operations", "general", "unassigned", "cross")


def upgrade() -> None:
    _logs()
    _facts()
    _states()
    _lists()
    _verdicts()


def _logs() -> None:
    op.execute(
        """
        CREATE TABLE bundle (
            hash text COLLATE "C" PRIMARY KEY,
            category text COLLATE "C" NOT NULL,
            body bytea NOT NULL,
            rules integer NOT NULL,
            deployed_by text COLLATE "C" NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE evaluator (
            log text COLLATE "C" PRIMARY KEY,
            place bigint NOT NULL CHECK (place >= 0),
            bundle_hash text COLLATE "C" REFERENCES bundle,
            closed_to date,
            lists_seq bigint NOT NULL DEFAULT 0,
            last_error text NOT NULL DEFAULT ''
        ) WITH (fillfactor = 50)
        """
    )
    op.execute(
        """
        CREATE TABLE judgement_log (
            log text COLLATE "C" NOT NULL,
            place bigint NOT NULL CHECK (place > 0),
            kind text COLLATE "C" NOT NULL,
            emitter text COLLATE "C" NOT NULL,
            stream text COLLATE "C" NOT NULL,
            stream_seq bigint NOT NULL,
            name text COLLATE "C" NOT NULL,
            bundle_hash text COLLATE "C",
            lists_seq bigint NOT NULL,
            request_id text COLLATE "C" NOT NULL,
            PRIMARY KEY (log, place)
        )
        """
    )
    op.execute("CREATE INDEX judgement_log_stream ON judgement_log (log, emitter, stream, stream_seq DESC)")
    for table in ("bundle", "judgement_log"):
        op.execute(
            f"""
            CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '{table} is append-only';
            END $$
            """
        )
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()
            """
        )


def _facts() -> None:
    op.execute(
        """
        CREATE TABLE fact_payment (
            log text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            payment_key text COLLATE "C" NOT NULL,
            category text COLLATE "C" NOT NULL,
            day date NOT NULL,
            amount_fen bigint,
            division_code text COLLATE "C" NOT NULL,
            voucher_no text COLLATE "C" NOT NULL,
            quota_key text COLLATE "C",
            quota_fund_code text COLLATE "C",
            fund_code text COLLATE "C",
            project_key text COLLATE "C",
            payer_account_token bigint,
            payee_account_token bigint,
            payee_account_mask text COLLATE "C",
            payee_name_token bigint,
            payee_name_mask text COLLATE "C",
            payee_kind text COLLATE "C" NOT NULL,
            payer_equals_payee boolean
        ) PARTITION BY LIST (log)
        """
    )
    op.execute(
        """
        CREATE TABLE fact_disbursement (
            log text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            payment_key text COLLATE "C",
            category text COLLATE "C" NOT NULL,
            day date NOT NULL,
            amount_fen bigint,
            division_code text COLLATE "C" NOT NULL,
            quota_key text COLLATE "C",
            project_key text COLLATE "C",
            benefit_code text COLLATE "C" NOT NULL,
            township_code text COLLATE "C",
            village_code text COLLATE "C",
            person_token bigint,
            person_mask text COLLATE "C",
            name_mask text COLLATE "C",
            account_token bigint,
            account_mask text COLLATE "C",
            per_household boolean NOT NULL,
            month integer NOT NULL
        ) PARTITION BY LIST (log)
        """
    )
    for kind in ("payment", "disbursement"):
        for log in LOGS:
            op.execute(f"CREATE TABLE fact_{kind}_{log} PARTITION OF fact_{kind} FOR VALUES IN ('{log}')")
        op.execute(f"CREATE INDEX fact_{kind}_key ON fact_{kind} (key)")
        op.execute(f"CREATE INDEX fact_{kind}_payment ON fact_{kind} (payment_key)")
    op.execute("CREATE INDEX fact_payment_payee ON fact_payment (payee_account_token, project_key, day)")
    op.execute(
        "CREATE INDEX fact_disbursement_person ON fact_disbursement (person_token, benefit_code, month)"
    )
    op.execute(
        """
        CREATE TABLE pending_fact (
            log text COLLATE "C" NOT NULL,
            rule_id text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            due_day date NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX pending_fact_due ON pending_fact (log, due_day)")
    op.execute(
        """
        CREATE TABLE fact_quarantine (
            log text COLLATE "C" NOT NULL,
            place bigint NOT NULL,
            kind text COLLATE "C" NOT NULL,
            rule_id text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            error text NOT NULL,
            stream text COLLATE "C" NOT NULL,
            stream_seq bigint NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX fact_quarantine_key ON fact_quarantine (log, rule_id, key)")
    op.execute(
        """
        CREATE TABLE rule_counter (
            log text COLLATE "C" NOT NULL,
            rule_id text COLLATE "C" NOT NULL,
            cannot_judge bigint NOT NULL,
            PRIMARY KEY (log, rule_id)
        ) WITH (fillfactor = 50)
        """
    )


def _states() -> None:
    op.execute(
        """
        CREATE TABLE quota_state (
            log text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            from_day date NOT NULL,
            category text COLLATE "C" NOT NULL,
            document_number text COLLATE "C",
            fund_code text COLLATE "C",
            division_code text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            received_on date NOT NULL,
            amount_fen bigint,
            issued_fen bigint,
            allotted_fen bigint,
            paid_fen bigint,
            unpaid_fen bigint,
            PRIMARY KEY (log, key, from_day)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE progress_state (
            log text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            from_day date NOT NULL,
            category text COLLATE "C" NOT NULL,
            fund_code text COLLATE "C" NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            total_fen bigint,
            paid_fen bigint,
            PRIMARY KEY (log, key, from_day)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE restated_state (
            log text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            from_day date NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX restated_state_log ON restated_state (log, kind)")
    op.execute(
        """
        CREATE TABLE closed_stream (
            log text COLLATE "C" NOT NULL,
            stream text COLLATE "C" NOT NULL,
            closed_to date NOT NULL,
            PRIMARY KEY (log, stream)
        ) WITH (fillfactor = 50)
        """
    )


def _lists() -> None:
    op.execute(
        """
        CREATE TABLE list_part (
            stream_seq bigint PRIMARY KEY,
            list text COLLATE "C" NOT NULL,
            version bigint NOT NULL,
            rows integer NOT NULL,
            complete boolean NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX list_part_list ON list_part (list, stream_seq)")
    op.execute(
        """
        CREATE TABLE list_entry (
            list text COLLATE "C" NOT NULL,
            stream_seq bigint NOT NULL,
            key_token bigint,
            key_code text COLLATE "C",
            valid_from date NOT NULL,
            valid_to date
        )
        """
    )
    op.execute("CREATE INDEX list_entry_token ON list_entry (list, key_token) WHERE key_token IS NOT NULL")
    op.execute("CREATE INDEX list_entry_code ON list_entry (list, key_code) WHERE key_code IS NOT NULL")


_WARNING_COLUMNS = """
    id text COLLATE "C" NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    log text COLLATE "C" NOT NULL,
    rule_id text COLLATE "C" NOT NULL,
    subject_kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    standing boolean NOT NULL,
    title text COLLATE "C" NOT NULL,
    severity text COLLATE "C" NOT NULL,
    bundle_hash text COLLATE "C" NOT NULL,
    division_code text COLLATE "C" NOT NULL,
    fund_code text COLLATE "C" NOT NULL,
    amount_fen bigint NOT NULL,
    day date NOT NULL,
    message text COLLATE "C" NOT NULL,
    inputs_hash text COLLATE "C" NOT NULL,
    explanation text NOT NULL,
    basis text NOT NULL,
    log_place bigint NOT NULL,
    retracted_because text COLLATE "C" NOT NULL,
    change_no bigint NOT NULL
"""


def _verdicts() -> None:
    op.execute(
        """
        CREATE TABLE hit (
            log text COLLATE "C" NOT NULL,
            rule_id text COLLATE "C" NOT NULL,
            group_key text COLLATE "C" NOT NULL,
            subject_kind text COLLATE "C" NOT NULL,
            subject text COLLATE "C" NOT NULL,
            period text COLLATE "C" NOT NULL,
            evidence text COLLATE "C" NOT NULL,
            division_code text COLLATE "C",
            fund_code text COLLATE "C",
            amount_fen bigint NOT NULL,
            day date NOT NULL,
            facts text NOT NULL,
            message text COLLATE "C" NOT NULL,
            inputs text COLLATE "C" NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX hit_group ON hit (log, rule_id, group_key)")
    op.execute("CREATE INDEX hit_warning ON hit (log, rule_id, subject, period)")
    op.execute(f"CREATE TABLE warning ({_WARNING_COLUMNS}, PRIMARY KEY (id))")
    op.execute("CREATE SEQUENCE warning_change_no")
    op.execute("CREATE INDEX warning_newest ON warning (change_no DESC)")
    op.execute("CREATE INDEX warning_subject ON warning (subject)")
    op.execute("CREATE INDEX warning_rule ON warning (log, rule_id)")
    # Both verdicts of a warning that was raised, changed and retracted are kept for good.
    op.execute(f"CREATE TABLE warning_history ({_WARNING_COLUMNS}, PRIMARY KEY (id, revision))")

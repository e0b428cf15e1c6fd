"""Cases, warnings and timelines; deliveries, messages and receipts; users and divisions."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates all tables of notify."""
    _create_cases()
    _create_deliveries()
    _create_directory()


def _create_cases() -> None:
    op.execute(
        """
        CREATE TABLE cases (
            case_id text COLLATE "C" PRIMARY KEY,
            subject_kind text COLLATE "C" NOT NULL,
            subject text COLLATE "C" NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            state text COLLATE "C" NOT NULL,
            severity text COLLATE "C" NOT NULL,
            amount_fen bigint NOT NULL,
            title text COLLATE "C" NOT NULL,
            opened_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL,
            revision integer NOT NULL,
            standing_warnings integer NOT NULL,
            untold boolean NOT NULL DEFAULT false,
            UNIQUE (subject_kind, subject, division_code)
        );
        CREATE INDEX cases_newest ON cases (opened_at DESC, case_id DESC);
        CREATE INDEX cases_by_division ON cases (division_code, opened_at DESC);
        CREATE INDEX cases_untold ON cases (opened_at) WHERE untold;

        CREATE TABLE case_warnings (
            warning_id text COLLATE "C" NOT NULL,
            case_id text COLLATE "C" NOT NULL REFERENCES cases,
            revision integer NOT NULL,
            category text COLLATE "C" NOT NULL,
            rule_id text COLLATE "C" NOT NULL,
            title text COLLATE "C" NOT NULL,
            severity text COLLATE "C" NOT NULL,
            fund_code text COLLATE "C" NOT NULL,
            amount_fen bigint NOT NULL,
            message text COLLATE "C" NOT NULL,
            day text COLLATE "C" NOT NULL,
            standing boolean NOT NULL,
            retracted_because text COLLATE "C" NOT NULL,
            -- A warning whose division changed stands in one case and is kept, retracted, in the other.
            PRIMARY KEY (case_id, warning_id)
        );
        CREATE INDEX case_warnings_by_warning ON case_warnings (warning_id);

        CREATE TABLE case_timeline (
            entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            case_id text COLLATE "C" NOT NULL REFERENCES cases,
            at timestamptz NOT NULL,
            what text COLLATE "C" NOT NULL,
            actor text COLLATE "C" NOT NULL,
            note_zh text COLLATE "C" NOT NULL,
            note_en text COLLATE "C" NOT NULL
        );
        CREATE INDEX case_timeline_by_case ON case_timeline (case_id, entry_id);
        """
    )


def _create_deliveries() -> None:
    op.execute(
        """
        CREATE TABLE messages (
            message_id text COLLATE "C" PRIMARY KEY,
            channel text COLLATE "C" NOT NULL,
            recipient text COLLATE "C" NOT NULL,
            lines jsonb NOT NULL,
            composed_at timestamptz NOT NULL,
            state text COLLATE "C" NOT NULL,
            attempts integer NOT NULL,
            next_attempt_at timestamptz,
            doubtful boolean NOT NULL,
            note text COLLATE "C" NOT NULL
        );
        CREATE INDEX messages_due ON messages (next_attempt_at, message_id) WHERE next_attempt_at IS NOT NULL;
        CREATE INDEX messages_by_recipient ON messages (channel, recipient, composed_at);

        CREATE TABLE deliveries (
            delivery_id text COLLATE "C" PRIMARY KEY,
            case_id text COLLATE "C" NOT NULL REFERENCES cases,
            channel text COLLATE "C" NOT NULL,
            recipient text COLLATE "C" NOT NULL,
            reason text COLLATE "C" NOT NULL,
            route_reason text COLLATE "C" NOT NULL,
            request_id text COLLATE "C" NOT NULL,
            created_at timestamptz NOT NULL,
            message_id text COLLATE "C" REFERENCES messages,
            withdrawn boolean NOT NULL DEFAULT false
        );
        CREATE INDEX deliveries_by_case ON deliveries (case_id, created_at);
        CREATE INDEX deliveries_by_message ON deliveries (message_id);
        CREATE INDEX deliveries_waiting ON deliveries (channel, recipient, created_at, delivery_id)
            WHERE message_id IS NULL AND NOT withdrawn;

        CREATE TABLE delivery_receipts (
            delivery_id text COLLATE "C" PRIMARY KEY REFERENCES deliveries,
            message_id text COLLATE "C" NOT NULL REFERENCES messages,
            sent_at timestamptz NOT NULL,
            receipt text COLLATE "C" NOT NULL
        );
        """
    )


def _create_directory() -> None:
    op.execute(
        """
        CREATE TABLE known_users (
            user_name text COLLATE "C" PRIMARY KEY,
            display_name text COLLATE "C" NOT NULL,
            email text COLLATE "C" NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            roles text[] NOT NULL,
            language text COLLATE "C" NOT NULL,
            active boolean NOT NULL
        );

        CREATE TABLE known_divisions (
            code text COLLATE "C" PRIMARY KEY,
            name text COLLATE "C" NOT NULL,
            level text COLLATE "C" NOT NULL,
            parent_code text COLLATE "C" NOT NULL
        );
        """
    )

"""Users, sessions, counted sign-in attempts, and the live board."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE account (
            name text COLLATE "C" PRIMARY KEY,
            display_name text NOT NULL,
            roles text[] NOT NULL,
            division text COLLATE "C" NOT NULL,
            funds text[] NOT NULL,
            email text NOT NULL,
            language text NOT NULL,
            active boolean NOT NULL,
            must_change_password boolean NOT NULL,
            password_hash text NOT NULL
        );
        CREATE TABLE session (
            token_hash bytea PRIMARY KEY,
            name text COLLATE "C" NOT NULL REFERENCES account,
            opened_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX session_name ON session (name);
        CREATE INDEX session_expires_at ON session (expires_at);
        CREATE TABLE sign_in_attempt (
            subject text COLLATE "C" PRIMARY KEY,
            attempts integer NOT NULL,
            window_ends_at timestamptz NOT NULL
        );
        CREATE TABLE live_event (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text NOT NULL,
            divisions text[] NOT NULL,
            fund text NOT NULL,
            body bytea NOT NULL,
            happened_at timestamptz NOT NULL
        );
        CREATE INDEX live_event_happened_at ON live_event (happened_at);
        """
    )

"""The log of streams, the outbox of the bus and the inbox of the consumers."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE stream_head (
            stream text COLLATE "C" PRIMARY KEY,
            last_seq bigint NOT NULL CHECK (last_seq >= 0)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE stream_event (
            stream text COLLATE "C" NOT NULL,
            seq bigint NOT NULL CHECK (seq > 0),
            position bigint NOT NULL,
            name text COLLATE "C" NOT NULL,
            request_id text COLLATE "C" NOT NULL,
            recorded_at timestamptz NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (stream, seq)
        )
        """
    )
    # Bodies are Arrow buffers of up to 8 MiB: compressing them costs more than the append itself.
    op.execute("ALTER TABLE stream_event ALTER COLUMN body SET STORAGE EXTERNAL")
    op.execute(
        """
        CREATE FUNCTION stream_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'stream_event is append-only';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stream_event
        FOR EACH STATEMENT EXECUTE FUNCTION stream_event_is_append_only()
        """
    )
    op.execute(
        """
        CREATE TABLE outbox (
            stream text COLLATE "C" NOT NULL,
            seq bigint NOT NULL,
            PRIMARY KEY (stream, seq)
        )
        """
    )
    # Emptied all the time: dead rows must not pile up in front of the living ones.
    op.execute(
        "ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)"
    )
    op.execute(
        """
        CREATE TABLE inbox (
            consumer text COLLATE "C" NOT NULL,
            emitter text COLLATE "C" NOT NULL,
            stream text COLLATE "C" NOT NULL,
            last_seq bigint NOT NULL CHECK (last_seq >= 0),
            PRIMARY KEY (consumer, emitter, stream)
        ) WITH (fillfactor = 50)
        """
    )

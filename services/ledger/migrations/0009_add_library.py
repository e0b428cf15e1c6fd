"""The project library and performance targets: cards, steps and notices, sets of targets, reports. All append-only."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE library_card (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            project_key text COLLATE "C" NOT NULL,
            version integer NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            township_code text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            name text NOT NULL,
            project_type text COLLATE "C" NOT NULL,
            construction_nature text NOT NULL,
            place text NOT NULL,
            planned_start_on date NOT NULL,
            planned_end_on date NOT NULL,
            responsible_unit text NOT NULL,
            tasks text NOT NULL,
            funding text NOT NULL,
            investment_fen bigint NOT NULL,
            households bigint NOT NULL,
            persons bigint NOT NULL,
            beneficiaries text NOT NULL,
            goal text NOT NULL,
            participation text NOT NULL,
            mechanism text NOT NULL,
            UNIQUE (project_key, version)
        )
        """
    )
    op.execute(
        "CREATE INDEX library_card_page ON library_card (division_code, project_key) WHERE version = 1"
    )
    op.execute(
        """
        CREATE TABLE library_step (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            subject text COLLATE "C" NOT NULL,
            project_key text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            version integer NOT NULL,
            action text COLLATE "C" NOT NULL,
            state text COLLATE "C" NOT NULL,
            holds boolean NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            acted_as text COLLATE "C" NOT NULL,
            change_kind text COLLATE "C" NOT NULL,
            reason text NOT NULL,
            stage text COLLATE "C" NOT NULL,
            place text NOT NULL,
            from_day date,
            to_day date,
            request_hash text COLLATE "C" NOT NULL,
            recorded_by text COLLATE "C" NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX library_step_project ON library_step (project_key, subject, fiscal_year, id)")
    op.execute(
        """
        CREATE TABLE target_set (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            project_key text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            version integer NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            overall text NOT NULL,
            department text NOT NULL,
            unit text NOT NULL,
            fiscal_fen bigint NOT NULL,
            other_fen bigint NOT NULL,
            indicators text NOT NULL,
            UNIQUE (project_key, fiscal_year, version)
        )
        """
    )
    op.execute(
        "CREATE INDEX target_set_page ON target_set (division_code, fiscal_year, project_key) WHERE version = 1"
    )
    op.execute(
        """
        CREATE TABLE performance_report (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            content_hash bytea NOT NULL,
            project_key text COLLATE "C" NOT NULL,
            fiscal_year integer NOT NULL,
            period text COLLATE "C" NOT NULL,
            version integer NOT NULL,
            target_version integer NOT NULL,
            division_code text COLLATE "C" NOT NULL,
            due_on date NOT NULL,
            reported_on date NOT NULL,
            late boolean NOT NULL,
            actuals text NOT NULL,
            comment text NOT NULL,
            reason text NOT NULL,
            request_hash text COLLATE "C" NOT NULL,
            recorded_by text COLLATE "C" NOT NULL,
            UNIQUE (project_key, fiscal_year, period, version)
        )
        """
    )
    op.execute("CREATE INDEX owner_project ON owner (project_key) WHERE project_key IS NOT NULL")
    op.execute("CREATE INDEX project_division ON project (division_code, key)")
    for table in ("library_card", "library_step", "target_set", "performance_report"):
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
            """
        )

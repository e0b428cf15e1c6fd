"""A RabbitMQ of the tests' own: private folder, cookie and ports, loopback only; one vhost per test.

Import `rabbitmq` and `rabbitmq_url` into conftest.py. Without the package tests that ask for it are skipped
aloud; where CI=true that is a failure.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
"""The real scripts: those in /usr/sbin change to the system's rabbitmq user."""
MISSING = (
    "RabbitMQ is not installed (Debian and Ubuntu: apt-get install --no-install-recommends rabbitmq-server): "
    "the tests that need a real broker did not run"
)
START_S = 60
STOP_S = 10
COMMAND_S = 60
LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"
CONFIGURATION = """\
loopback_users = none
log.file.level = warning
log.console = false
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
collect_statistics_interval = 10000
"""


def installed() -> bool:
    """Whether this machine has what a private broker needs."""
    return (PROGRAMS / "rabbitmq-server").exists() and shutil.which("epmd") is not None


class PrivateRabbit:
    """One broker in a folder. `url` is that of the default vhost; everything it starts is ended by `stop`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self._distribution_port, self._epmd_port = _free_ports(3)
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._environment = self._prepare()

    @property
    def url(self) -> str:
        """amqp:// URL of the default vhost."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Starts the broker and waits until it answers."""
        epmd = shutil.which("epmd")
        if epmd is None or not installed():
            raise FileNotFoundError(MISSING)
        self._epmd = subprocess.Popen(
            [epmd, "-address", "127.0.0.1", "-port", str(self._epmd_port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.boot()

    def boot(self) -> None:
        """Starts the broker again after `kill`, on the same port and data."""
        with (self.folder / "out").open("ab") as output:
            self._server = subprocess.Popen(
                [PROGRAMS / "rabbitmq-server"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._wait_until_up(self._server)

    def kill(self) -> None:
        """Ends the broker at once, as a crash does; its data stay."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends the broker and removes nothing."""
        self._end(signal.SIGKILL)
        if self._epmd is not None:
            self._epmd.terminate()
            self._epmd.wait(STOP_S)
            self._epmd = None

    def vhost(self, name: str) -> str:
        """Makes an empty vhost and returns its URL."""
        self.control("add_vhost", name)
        self.control("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        return f"{self.url}{name}"

    def drop_vhost(self, name: str) -> None:
        """Removes a vhost with its queues."""
        self.control("delete_vhost", name)

    def control(self, *arguments: str) -> str:
        """Runs rabbitmqctl against this broker and returns what it says."""
        done = subprocess.run(
            [PROGRAMS / "rabbitmqctl", "--silent", *arguments],
            cwd=self.folder,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
        )
        return done.stdout

    def _prepare(self) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        cookie = home / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text(token_hex(20))
            cookie.chmod(0o400)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(CONFIGURATION)
        inherited = {
            key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "TMPDIR")
        }
        # Two schedulers and no busy waiting: tests share the machine.
        quiet = f"{LOOPBACK} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
        return inherited | {
            "HOME": str(home),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "mingzhang@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "config"),
            "RABBITMQ_SCHEMA_DIR": str(self.folder / "schema"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(self.folder / "feature_flags"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": quiet,
            "RABBITMQ_CTL_ERL_ARGS": LOOPBACK,
        }

    def _wait_until_up(self, server: subprocess.Popen[bytes]) -> None:
        ends_at = time.monotonic() + START_S
        while time.monotonic() < ends_at and server.poll() is None:
            if self._answers():
                return
            time.sleep(0.1)
        said = (self.folder / "out").read_text(errors="replace")[-2_000:]
        self.stop()
        raise RuntimeError(f"RabbitMQ did not start: {said}")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.settimeout(2)
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._server is None:
            return
        # The script leads a session of its own: its group is the broker and its helpers, and nothing else.
        if self._server.poll() is None:
            os.killpg(self._server.pid, how)
        self._server.wait(STOP_S)
        self._server = None


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for item in sockets:
            item.bind(("127.0.0.1", 0))
        return [item.getsockname()[1] for item in sockets]
    finally:
        for item in sockets:
            item.close()


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[PrivateRabbit]:
    """A running broker for the session."""
    if not installed():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="mingzhang-rabbit-"))
    broker = PrivateRabbit(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def rabbitmq_url(rabbitmq: PrivateRabbit) -> Iterator[str]:
    """URL of a vhost for one test."""
    name = f"test-{token_hex(4)}"
    yield rabbitmq.vhost(name)
    rabbitmq.drop_vhost(name)

"""The configuration: read once from the environment into one frozen value. .env.example documents each name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from services.kit.errors import InvalidInput

SERVICES = ("ingest", "ledger", "rules", "notify", "gateway")
TARGETS = ("all", *SERVICES, "notify-bus")


@dataclass(frozen=True)
class Config:
    """Every setting, with its default. The variable is MINGZHANG_<NAME>; sizes in bytes, times in seconds."""

    data_dir: Path = Path("data")
    """Folder of everything that is kept: database, raw files, keys."""
    runtime_dir: Path | None = None
    """Folder of unix sockets, short; None for one made from data_dir under the temporary folder."""
    database_url: str = ""
    """SQLAlchemy URL with {service} where the database name goes; empty for the embedded PostgreSQL."""
    database_pool_max: int = 8
    bus_url: str = ""
    """amqp:// URL of RabbitMQ; empty for the bus inside the process."""
    categories: tuple[str, ...] = ()
    """Categories that this rules process evaluates; empty for all, "cross" and "unassigned" among them."""
    service_address: str = ""
    """Template of the services' gRPC addresses, "{service}:50051"; empty for unix sockets in runtime_dir."""
    grpc_listen: str = "0.0.0.0:50051"
    """Where a gRPC server listens when service_address is set."""
    service_addresses: Mapping[str, str] = field(default_factory=dict)
    """Exceptions to service_address, "ledger=127.0.0.1:50052,rules=…"."""
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    metrics_port: int = 0
    """Port of /metrics and /healthz for targets without HTTP; 0 for none."""
    secret_key: str = ""
    """Key of the callers' signatures, at least 32 characters; empty for one kept in data_dir (one machine only)."""
    vault_key: str = ""
    """Base64 of the 32-byte key of the vault and of raw files; empty for one kept in data_dir (one machine only)."""
    signing_key: str = ""
    """Base64 of the 32-byte seed of the key (Ed25519) that signs heads of the chain; empty for one kept in data_dir."""
    template_keys: tuple[str, ...] = ()
    """Public keys (Ed25519, 64 hexadecimal digits) of those whose templates of base data are taken from above."""
    token_source: str = "random"  # noqa: S105 - a choice, not a secret
    """random, or keyed: a keyed hash of kind and value, so that two runs of a test give the same tokens."""
    language: str = "zh"
    upload_bytes_max: int = 8 * 1024**3
    smtp_url: str = ""
    """smtp://[user:password@]host:port or smtps://…; empty sends no mail."""
    mail_from: str = "mingzhang@localhost"
    webhook_url: str = ""
    webhook_secret: str = ""
    public_url: str = "http://127.0.0.1:8080"
    """Where people reach the web pages; used in mails."""
    log_level: str = "INFO"
    demo_size: str = ""
    """Write and load this demo (s, m or l) at the first start; empty for none."""
    demo_seed: int = 20180730
    silence_s: int = 5
    """A consumer pulls after this long without an event."""
    crash_point: str = ""
    """Tests only: see kit.crash_points. Refused unless MINGZHANG_TEST=1."""


def load(environment: Mapping[str, str] | None = None) -> Config:
    """The configuration from MINGZHANG_* of the environment; refuses an unknown name or an unreadable value."""
    environment = os.environ if environment is None else environment
    given = {
        name.removeprefix("MINGZHANG_").lower(): value
        for name, value in environment.items()
        if name.startswith("MINGZHANG_")
    }
    testing = given.pop("test", "") == "1"
    known = {item.name: item for item in fields(Config)}
    values: dict[str, object] = {}
    for name, text in given.items():
        if name not in known:
            raise InvalidInput(
                "config.unknown",
                f"未知的配置项 MINGZHANG_{name.upper()}",
                f"unknown setting MINGZHANG_{name.upper()}",
                {"name": name},
            )
        values[name] = _read(name, str(known[name].type), text)
    if values.get("crash_point") and not testing:
        raise InvalidInput("config.crash_point", "故障点仅用于测试", "crash points are for tests only")
    return Config(**values)  # type: ignore[arg-type] # Each value was read by its field's own type.


def _read(name: str, kind: str, text: str) -> object:
    try:
        if kind == "int":
            return int(text)
        if kind in ("Path", "Path | None"):
            return Path(text)
        if kind.startswith("tuple"):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if kind.startswith("Mapping"):
            return dict(part.split("=", 1) for part in text.split(",") if part)
    except ValueError as error:
        raise InvalidInput(
            "config.unreadable",
            f"配置项 MINGZHANG_{name.upper()} 的值无法识别",
            f"setting MINGZHANG_{name.upper()} cannot be read",
            {"name": name},
        ) from error
    return text

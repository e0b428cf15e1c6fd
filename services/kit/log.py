"""Structured logs: one JSON object per line on stderr, with the service and the request it belongs to."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import orjson

from services.kit.rpc.context import current_request_id

ROOT = "mingzhang"
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """A record as JSON: time, level, service, logger, message, request_id, what `extra=` gave, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        name = record.name.removeprefix(ROOT + ".")
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": name.partition(".")[0],
            "logger": name,
            "message": record.getMessage(),
            "request_id": current_request_id(),
        }
        line.update((key, value) for key, value in record.__dict__.items() if key not in _STANDARD)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def setup(level: str) -> None:
    """Sends all logs to stderr as JSON, ours from `level` on and the libraries' from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(ROOT).setLevel(level.upper())


def logger(name: str) -> logging.Logger:
    """The logger of a part of a service: "ledger", "ingest.import" (or a module's __name__)."""
    return logging.getLogger(f"{ROOT}.{name.removeprefix('services.')}")

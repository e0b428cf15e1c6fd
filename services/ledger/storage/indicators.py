"""The indicators that are shipped: one file each."""

from __future__ import annotations

from pathlib import Path

import yaml

from services.kit.errors import InvalidInput
from services.ledger.domain.indicators import Indicator, check_together, read_indicator

FOLDER = Path(__file__).resolve().parents[1] / "indicators"
FILES_MAX = 100
FILE_BYTES_MAX = 20_000
_ORDER = (
    "execution",
    "distribution",
    "match",
    "on_time",
    "intermediate",
    "unlinked",
    "idle_below_90_days",
    "idle_below_1_year",
    "idle_below_2_years",
    "idle_above",
)


def shipped_indicators(folder: Path = FOLDER) -> tuple[Indicator, ...]:
    """The indicators of a folder, in the order of pages; refuses one that is not sound, with its file and field."""
    files = sorted(folder.glob("*.yaml"), key=lambda file: (_place(file.name), file.name))[:FILES_MAX]
    indicators = tuple(read_indicator(file.name, _content(file)) for file in files)
    check_together(indicators)
    return indicators


def _content(file: Path) -> object:
    with file.open(encoding="utf-8") as opened:
        body = opened.read(FILE_BYTES_MAX)
    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise InvalidInput(
            "ledger.indicator",
            f"指标文件 {file.name} 不是 YAML",
            f"{file.name} is no YAML",
            {"file": file.name, "field": ""},
        ) from error


def _place(name: str) -> int:
    return next((place for place, prefix in enumerate(_ORDER) if name.startswith(prefix)), len(_ORDER))

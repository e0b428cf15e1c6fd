"""The base data of the ledger, read as the CSV files that they are, and the offices of a division."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from services.demo.domain import Division, Fund, Payee
from services.demo.identities import AGENT, PAYER, UNIT, Identities

BASE_DATA = Path(__file__).parent.parent / "ledger" / "base_data"

_OFFICES = {
    "poverty": ("301", "扶贫开发局"),
    "project": ("302", "农牧局"),
    "benefit": ("303", "民政局"),
    "operations": ("304", "教育局"),
    "general": ("305", "财政局"),
}


@dataclass(frozen=True)
class Geography:
    """Divisions, funds and townships."""

    divisions: tuple[Division, ...]
    funds: tuple[Fund, ...]
    townships: dict[str, tuple[tuple[str, str], ...]]
    """By county: code and name of its townships."""

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the divisions by code."""
        return {division.code: division.name for division in self.divisions}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """A small number for each division, by code."""
        return {division.code: number for number, division in enumerate(self.divisions)}

    @cached_property
    def counties(self) -> tuple[Division, ...]:
        """The counties."""
        return tuple(division for division in self.divisions if division.level == "county")

    @cached_property
    def prefectures(self) -> tuple[Division, ...]:
        """The prefectures."""
        return tuple(division for division in self.divisions if division.level == "prefecture")

    def office(self, division: str, category: str) -> tuple[str, str]:
        """Code and name of the office that spends a category's money in a division."""
        code, name = _OFFICES[category]
        return f"{code}001", f"{self.names[division]}{name}"

    def township_government(self, division: str, number: int) -> str:
        """The government of a town or township of a county, or the office of a sub-district."""
        places = [f"{name}人民政府" for _, name in self.townships[division] if name.endswith(("镇", "乡"))]
        places += [name for _, name in self.townships[division] if name.endswith("街道办事处")]
        places = places or [f"{self.names[division][:2]}镇人民政府"]
        return places[number % len(places)]

    def payer(self, division: str, identities: Identities) -> Payee:
        """The treasury account that a division pays from."""
        name = f"{self.names[division]}国库集中支付中心"
        return Payee(name, identities.account(PAYER, self.numbers[division]))

    def agent(self, division: str, benefit: int, identities: Identities) -> Payee:
        """The account at an agent bank from which a benefit is handed on to people."""
        serial = self.numbers[division] * 100 + benefit
        return Payee(f"{self.names[division]}惠农补贴代发专户", identities.account(AGENT, serial))

    def own_accounts(self, division: str, identities: Identities) -> list[Payee]:
        """Accounts of a division's offices, which fiscal money must not go to."""
        name = self.names[division]
        offices = [f"{name}财政局", f"{name}农牧局", self.township_government(division, 0)]
        start = self.numbers[division] * 10
        return [
            Payee(office, identities.account(UNIT, start + number)) for number, office in enumerate(offices)
        ]


def read_geography() -> Geography:
    """Reads the base data that is shipped with the ledger."""
    divisions = tuple(
        Division(row["code"], row["name"], row["level"], row["parent"]) for row in _rows("divisions.csv")
    )
    funds = tuple(Fund(row["code"], row["name"], row["category"]) for row in _rows("funds.csv"))
    townships: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in _rows("townships.csv"):
        townships[row["parent"]] = (*townships.get(row["parent"], ()), (row["code"], row["name"]))
    return Geography(divisions, funds, townships)


def _rows(name: str) -> list[dict[str, str]]:
    with (BASE_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

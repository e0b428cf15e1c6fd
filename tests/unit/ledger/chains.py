"""Central money that went down four levels, as the tests of ways and of reconciliations have it."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.unit.ledger.world import COUNTY, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

CENTRAL, OF_PROVINCE, OF_XINING = "财农〔2018〕3号", "青财农字〔2018〕100号", "西财农字〔2018〕7号"


def received(
    key: str, division: str, number: str, issuer: str, upper: str, fen: int, **more: Any
) -> dict[str, Any]:
    """A quota that was received from the division above."""
    return {
        "key": key,
        "division_code": division,
        "document_number": number,
        "issuer_division_code": issuer,
        "upper_document_number": upper,
        "amount_fen": fen,
        **more,
    }


def post_chain(world: World) -> World:
    """Central money over four levels: to two counties through a prefecture, and to one straight from the province."""
    world.post(
        "quota",
        {
            "key": "U",
            "division_code": PROVINCE,
            "document_number": CENTRAL,
            "amount_fen": 900_000,
            "issued_on": date(2018, 1, 20),
        },
        received("M", PREFECTURE, OF_PROVINCE, PROVINCE, CENTRAL, 600_000),
        received("L1", COUNTY, OF_XINING, PREFECTURE, OF_PROVINCE, 300_000, issued_on=date(2018, 1, 29)),
        received("L2", NEIGHBOUR, OF_XINING, PREFECTURE, OF_PROVINCE, 200_000),
        received("F", FAR_COUNTY, OF_PROVINCE, PROVINCE, CENTRAL, 250_000),
        received("X", FAR_COUNTY, "孤〔2018〕1号", "632800", "无此文〔2018〕9号", 5_000),
    )
    world.post("project", {"key": "X1", "name": "人畜饮水"})
    world.post(
        "allotment",
        {"key": "A1", "quota_key": "L1", "project_key": "X1", "amount_fen": 100_000},
        {"key": "A2", "quota_key": "L1", "project_key": "X1", "amount_fen": 20_000},
        {"key": "A3", "quota_key": "L1", "project_key": "X9", "amount_fen": 7_000},
    )
    paid = {"document_number": OF_XINING, "project_key": "X1"}
    world.pay(
        {"key": "P1", **paid, "amount_fen": 30_000},
        {"key": "P2", **paid, "voucher_no": "V2", "amount_fen": 5_000, "effective_on": date(2018, 7, 9)},
        {"key": "P3", "division_code": NEIGHBOUR, "document_number": OF_XINING, "payee_kind": "township"},
        {"key": "P4", "document_number": "无"},
        {"key": "P5", "division_code": FAR_COUNTY, "document_number": "孤〔2018〕1号", "amount_fen": 1_000},
    )
    return world

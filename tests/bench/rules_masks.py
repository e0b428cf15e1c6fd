"""Rules on one fact: the compiled rules of poverty on payments, against the same masks written by hand.

`python -m tests.bench.rules_masks FACTS` prints the measurement as JSON.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
from mingzhang.ledger.v1.columns import PAYMENT_SHARES

from services.rules.engine.compiled import compile_bundle
from services.rules.language import read_bundle
from services.rules.module import shipped_bundle

ROUNDS = 9
SEED = 20180730
HOST_EVENTS = 3_000
CLASSES = ("2130505", "2130504", "2130506")
PURPOSES = ("支付养殖设备款", "村级光伏扶贫电站工程进度款", "2018年危房改造补助", "农村道路硬化工程款")
BATCH = 5_000


class Lists:
    """A thousand accounts on each list."""

    def __init__(self) -> None:
        self._accounts = pl.Series(range(1, 1_001), dtype=pl.Int64).implode()

    def listed(self, name: str, keys: pl.Series, days: pl.Series) -> pl.Series | None:
        """Whether each account is on the list."""
        del name, days
        return keys.is_in(self._accounts)


def masks_ratio(facts: int = 200_000) -> dict[str, object]:
    """Facts/s of the compiled rules, of the masks by hand, and of events posted one by one; medians and ratios."""
    bundle = compile_bundle(read_bundle(shipped_bundle("poverty")))
    lists = Lists()
    batches = [payments(BATCH, number) for number in range(facts // BATCH)]
    compiled: list[float] = []
    by_hand: list[float] = []
    hits = 0
    for _ in range(ROUNDS):
        rate, hits = _rate(batches, lambda frame: bundle.judge("payment", frame, lists).hits.height)
        compiled.append(rate)
        rate, found = _rate(batches, lambda frame: masks_by_hand(frame, lists))
        by_hand.append(rate)
        if found != hits:
            raise AssertionError(f"the masks by hand find {found}, the rules {hits}")
    posted = float(
        subprocess.run(
            [sys.executable, "-m", "tests.bench.host_post", str(HOST_EVENTS)],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
    )
    pairs = [a / b for a, b in zip(compiled, by_hand, strict=True)]
    return {
        "facts": facts,
        "hits": hits,
        "compiled": round(statistics.median(compiled)),
        "by_hand": round(statistics.median(by_hand)),
        "posted_one_by_one": round(posted),
        "ratio": round(statistics.median(pairs), 3),
        "ratios": [round(min(pairs), 3), round(max(pairs), 3)],
        "times_host_post": round(statistics.median(compiled) / posted, 1),
    }


def masks_by_hand(frame: pl.DataFrame, lists: Lists) -> int:
    """The four rules on single payments as an engineer would write them, with the same columns of a hit."""
    account, day, amount = pl.col("payee_account_token"), pl.col("day"), pl.col("amount_fen")
    answers = {
        name: lists.listed(name, frame["payee_account_token"], frame["day"])
        for name in ("own_account", "own_account_whitelist", "same_name_whitelist")
    }
    frame = frame.with_columns(answer.alias(name) for name, answer in answers.items() if answer is not None)
    masks = {
        "mismatch": pl.col("quota_key").is_null()
        | (pl.col("function_class") != pl.col("quota_function_class")),
        "purpose": pl.col("purpose").is_null()
        | ~pl.col("purpose").str.contains("[〇㐀-䶿一-鿿豈-﫿]")
        | pl.col("purpose").str.contains(r"[!@#$%^&*<>?|{}\[\]=+`]"),
        "same_name": pl.col("payer_equals_payee") & ~pl.col("same_name_whitelist") & (amount > 0),
        "own_account": pl.col("own_account") & ~pl.col("own_account_whitelist") & (amount > 0),
    }
    verdicts = frame.select(mask.alias(name) for name, mask in masks.items())
    found = 0
    for name in masks:
        if verdicts[name].any():
            hits = frame.filter(verdicts[name]).select(
                pl.lit(name).alias("rule"),
                pl.col("payment_key").alias("subject"),
                pl.col("key").alias("evidence"),
                "division_code",
                amount,
                day,
                pl.concat_str([day.dt.strftime("%Y-%m-%d"), account.cast(pl.String)], separator=" ").alias(
                    "message"
                ),
                pl.struct("function_class", "quota_function_class", "payment_key")
                .struct.json_encode()
                .alias("inputs"),
            )
            found += hits.height
    return found


def payments(rows: int, seed: int) -> pl.DataFrame:
    """Facts of payments of which one in a hundred is odd."""
    pick = random.Random(SEED + seed)
    names = PAYMENT_SHARES.names
    made = []
    for number in range(rows):
        odd = pick.random() < 0.01
        made.append(
            dict.fromkeys(names)
            | {
                "key": f"630121:2018:5201:{seed}-{number}:1#1",
                "payment_key": f"630121:2018:5201:{seed}-{number}:1",
                "category": "poverty",
                "day": date(2018, 1, 1) + timedelta(days=pick.randrange(270)),
                "amount_fen": pick.randrange(1_000, 90_000_000),
                "quota_key": f"Q{pick.randrange(2_000)}",
                "quota_fund_code": "C22",
                "quota_function_class": CLASSES[0],
                "function_class": CLASSES[1] if odd else CLASSES[0],
                "division_code": f"63{pick.randrange(1, 9):02}{pick.randrange(21, 30)}",
                "fiscal_year": 2018,
                "voucher_type": "5201",
                "voucher_no": f"{seed}-{number}",
                "payee_account_token": pick.randrange(1_001, 2**62),
                "payee_kind": "enterprise",
                "payer_equals_payee": False,
                "account_has_cjk": False,
                "purpose": pick.choice(PURPOSES),
            }
        )
    return pl.DataFrame(made, schema=PAYMENT_SHARES.schema, orient="row")


def _rate(batches: list[pl.DataFrame], judge: Callable[[pl.DataFrame], int]) -> tuple[float, int]:
    started = time.perf_counter()
    found = sum(judge(frame) for frame in batches)
    return sum(frame.height for frame in batches) / (time.perf_counter() - started), found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(masks_ratio(int(sys.argv[1])), indent=2) + "\n")

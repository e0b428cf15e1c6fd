"""The compared set: the same standing warnings in any order of files, in batches of any size, early or late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from google.protobuf.message import Message

from tests.unit.rules.service_world import World, closed, disbursed, posted, reversed_to, unlinked

Make = Callable[..., World]
Fact = dict[str, Any]
FIRST = date(2018, 7, 2)
CLOSED = date(2018, 7, 10)
"""Some facts are of days that are not closed in the end."""
BATCHES = ((1, 1), (7, 1), (5_000, 1), (1, 64), (7, 3))
"""Facts of an event, and events that are told at once."""


class Story:
    """Facts among which all forms of rules find something, and what becomes of some of them."""

    def __init__(self, seed: int, payments: int = 40, disbursements: int = 15) -> None:
        chance = Random(seed)
        self.payments = [self._payment(chance, number) for number in range(payments)]
        self.disbursements = [self._disbursement(chance, number) for number in range(disbursements)]
        keys = [str(fact["key"]) for fact in self.payments]
        chance.shuffle(keys)
        self.gone, self.reversed = keys[:4], keys[4:8]
        self.left = [{**fact, "key": f"{fact['payment_key']}#2"} for fact in self.payments[:4]]
        self.restated = [{**fact, "purpose": "9"} for fact in self.payments if fact["key"] in keys[8:12]]
        self.withdrawn = [str(fact["key"]) for fact in self.disbursements[:3]]

    @staticmethod
    def _payment(chance: Random, number: int) -> Fact:
        return {
            "key": f"A{number}#1",
            "payment_key": f"A{number}",
            "day": FIRST + timedelta(chance.randrange(12)),
            "amount_fen": chance.choice([100, 20_000_000, 25_000_000]),
            "payee_account_token": chance.choice([3, 3, 4, None]),
            "project_key": chance.choice(["P1", "P1", "P2", None]),
            "payee_kind": chance.choice(["enterprise", "enterprise", "township"]),
            "payer_equals_payee": chance.choice([True, False, False, None]),
            "purpose": chance.choice(["1", "支付设备款"]),
            "document_number": chance.choice(["青财农字〔2018〕100号", None]),
        }

    @staticmethod
    def _disbursement(chance: Random, number: int) -> Fact:
        return {
            "key": f"D{number}",
            "payment_key": f"A{chance.randrange(40)}",
            "person_token": chance.choice([501, 502, None]),
            "day": FIRST + timedelta(chance.randrange(12)),
        }

    def tell(self, here: World, chance: Random, size: int, run: int) -> None:
        """All of it: what comes in an order of its own, in part after the days closed, then what changes."""
        here.lists("own_account", [(3, date(2014, 1, 1), None)])
        here.lists("own_account_whitelist")
        here.lists("same_name_whitelist", [(4, date(2014, 1, 1), None)])
        here.lists("registered_only_benefit", [("B01", date(2014, 1, 1), None)])
        here.lists("registered_person", [(501, date(2014, 1, 1), None)])
        coming = _batches(posted, self.payments, chance, size)
        coming += _batches(disbursed, self.disbursements, chance, size)
        changing = _batches(posted, self.restated, chance, size)
        changing += _batches(_gone("payment"), self.gone, chance, size)
        changing += _batches(_gone("disbursement"), self.withdrawn, chance, size)
        changing.append(reversed_to(self.reversed, self.left))
        chance.shuffle(coming)
        chance.shuffle(changing)
        told = [*coming, *changing]
        told.insert(chance.randrange(len(told) + 1), closed(CLOSED, first=True))
        for start in range(0, len(told), run):
            here.deliver(*(here.record(message) for message in told[start : start + run]))


def _gone(kind: str) -> Callable[[Sequence[str]], Message]:
    return lambda keys: unlinked(*((kind, key) for key in keys))


def _batches(
    made: Callable[[Any], Message], items: Sequence[Any], chance: Random, size: int
) -> list[Message]:
    shuffled = chance.sample(list(items), len(items))
    return [made(shuffled[start : start + size]) for start in range(0, len(shuffled), size)]


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_and_any_size_of_batches_give_the_same_compared_set(world: Make, seed: int) -> None:
    compared = []
    for size, run in BATCHES:
        here = world()
        Story(seed).tell(here, Random(f"{seed}:{size}:{run}"), size, run)
        compared.append(here.compared())
        forms = {row["rule_id"] for row in here.warnings()}

    assert compared == compared[:1] * len(BATCHES)
    assert {"common.split-payment", "common.duplicate-payment", "common.own-account-same-name"} <= forms
    assert {"common.transfer-booked-as-spending", "common.purpose-irregular"} <= forms

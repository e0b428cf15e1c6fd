"""What is planted: a file per group of rules. Each function plants one copy; the plan keeps the truth."""

from __future__ import annotations

from services.demo.domain import SIZES, ListRow
from services.demo.geography import read_geography
from services.demo.identities import Identities
from services.demo.lists import REGISTERED_ONLY
from services.demo.plan import OPEN_FROM, Plan
from services.demo.plants import documents, institutions, persons, repeats, states
from services.demo.plants.rule_ids import OWN_ACCOUNTS, REGISTERED_ONLY_BENEFITS
from services.demo.quotas import build_world

_GROUPS = (documents, institutions, persons, repeats, states)


def make_plan(seed: int, size_name: str) -> Plan:
    """The whole plan of a demo: honest quotas, reference lists and every plant with its truth."""
    geography = read_geography()
    plan = Plan(seed, SIZES[size_name], geography, Identities(seed), build_world(seed, geography))
    for code in REGISTERED_ONLY:
        plan.lists.append(ListRow(REGISTERED_ONLY_BENEFITS, "编码", code, OPEN_FROM, None, "财农〔2017〕8号"))
    for county in geography.counties:
        for payee in geography.own_accounts(county.code, plan.identities):
            plan.list_account(OWN_ACCOUNTS, payee.account)
    for copy in range(plan.size.copies):
        for group in _GROUPS:
            group.plant(plan, copy)
    return plan

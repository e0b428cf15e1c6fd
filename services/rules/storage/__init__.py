"""All SQL of rules: the judgement logs, the facts that are looked back on, states, lists, hits and warnings."""

from services.rules.storage.reader import RulesReader
from services.rules.storage.stores import LogStores

__all__ = ["LogStores", "RulesReader"]

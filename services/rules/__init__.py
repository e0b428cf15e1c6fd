"""Owns rule bundles, the facts that rules look back on, lists, the judgement log and warnings.

Serves RulesService; consumes the fact streams of ledger and the lists of ingest; emits WarningsRaised,
WarningsRetracted and BundlesDeployed.
"""

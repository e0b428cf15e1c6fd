"""Owns the rule bundles, the projection of facts, the judgement log and warnings."""

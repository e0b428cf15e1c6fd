"""Runs the rules: Polars masks, windows, and durable_rules in a child process for what relates facts.

Nothing is imported here: the child process starts as a module of this package and must stay small.
"""

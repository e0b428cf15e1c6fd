"""Measurements: alternating runs, medians and ratios, each file a part of the system."""

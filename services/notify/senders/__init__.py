"""The channels by which people and programs are told: a file for each."""

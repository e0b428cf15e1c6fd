"""Performance targets (绩效目标) of projects, what is reported of them, and how much of each is reached."""

"""What notify decides, as pure functions: cases and their states, whom to tell, and when to try again."""

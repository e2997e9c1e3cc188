"""Real faults done to a real cluster while people talk, and what came of them."""

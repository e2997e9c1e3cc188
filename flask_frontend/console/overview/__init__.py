"""Pages about all visitors: their sessions, and usage."""

"""Finding what was said: every word of both sides, in all sessions of one visitor."""

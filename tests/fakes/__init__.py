"""Stand-ins for outside services, each checked against the real one's client."""

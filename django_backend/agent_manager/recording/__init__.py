"""What a session sounds like, written down in pieces while it goes on."""

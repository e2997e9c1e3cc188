"""What a session sounded like, over HTTP."""

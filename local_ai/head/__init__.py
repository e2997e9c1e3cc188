"""Language: what answers a conversation, and the endpoint."""

"""What webhooks are told to, and the ones that the console shows."""

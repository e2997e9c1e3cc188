"""The offline voice: a small server that speaks OpenAI's API on loopback, without any key."""

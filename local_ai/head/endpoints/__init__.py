"""The endpoints that give a reply, each in its shape of OpenAI's API."""

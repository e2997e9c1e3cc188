"""The pages of an agent's tools."""

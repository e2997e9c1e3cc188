"""Requests that nobody would send, and what must never be answered."""

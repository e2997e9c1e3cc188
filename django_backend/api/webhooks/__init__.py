"""Webhooks and their deliveries, for operators."""

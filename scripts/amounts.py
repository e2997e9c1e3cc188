"""How much of something there is, in words."""

from __future__ import annotations

MB = 1_000_000
GB = 1_000_000_000


def share(fetched: int, total: int) -> str:
    """Returns how much of so many bytes is there."""
    return f"{100 * fetched // max(total, 1)} % of {size(total)}"


def size(count: int) -> str:
    """Returns bytes as people say them."""
    return f"{count / GB:.1f} GB" if count >= GB else f"{max(1, count // MB)} MB"

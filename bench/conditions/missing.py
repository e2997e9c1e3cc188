"""What a condition raises that cannot be measured here."""


class Missing(RuntimeError):
    """The condition cannot be made on this machine; the sentence says why."""

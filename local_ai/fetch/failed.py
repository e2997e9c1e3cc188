"""Why something could not be fetched, as a code for programs and in words for people."""

from __future__ import annotations

UNREACHABLE, WRONG_HASH = "unreachable", "wrong_hash"
DISK_FULL, NOT_WRITABLE = "disk_full", "not_writable"
STOPPED, DIED, SETTING = "stopped", "died", "setting"


class FetchFailed(Exception):
    """`code` is one of those above; `message` is a sentence or two for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


class Broken(FetchFailed):
    """A connection that broke off after it had brought something, so that more may come."""

    def __init__(self, message: str) -> None:
        super().__init__(UNREACHABLE, message)

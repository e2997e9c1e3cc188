"""`manage.py rotatecredentials`: every stored secret is sealed with the first of the keys."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vault.rotation import rotate
from vault.sealing import NoKey


class Command(BaseCommand):
    """Seals anew what is stored; the new key has to come first in CREDENTIALS_KEY."""

    help = (
        "Seal every stored secret with the first key of CREDENTIALS_KEY. Afterwards the keys "
        "behind it can be taken away."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Does so, and ends with 1 where something could not be read."""
        try:
            done = rotate()
        except NoKey as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{done.count} sealed with the first key.")
        if done.unreadable:
            left = ", ".join(done.unreadable)
            raise CommandError(
                f"{len(done.unreadable)} could not be read by any key and stay as they are: {left}."
            )

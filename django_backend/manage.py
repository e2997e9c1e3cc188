"""Django's command line for this backend: migrations, the admin's users, the event schema."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.safety import refuse_unsafe_settings
    from django.core.management import execute_from_command_line

    refuse_unsafe_settings()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

"""`manage.py operatorlink`: a link that makes an operator, for whoever reads this terminal."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from operators.accounts import has_owner, invite
from operators.models import Role

PATH = "/console/join"
BY = "command line"


class Command(BaseCommand):
    """Prints a link, good once and for an hour."""

    help = "Prints a link that makes an operator: an owner, unless another role is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=Role.values, default=Role.OWNER)
        parser.add_argument(
            "--first", action="store_true", help="nothing where somebody is an owner already"
        )
        parser.add_argument("--site", default="", help="the site's address: https://example.com")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["first"] and has_owner():
            return
        site = (options["site"] or settings.SITE_URL).rstrip("/")
        if not site:
            raise CommandError("Say where the site is: --site https://example.com")
        secret, expires_at = invite(Role(options["role"]), BY)
        self.stdout.write(f"{site}{PATH}#{secret}")
        self.stderr.write(f"It makes one {options['role']}, until {expires_at:%H:%M} UTC.")

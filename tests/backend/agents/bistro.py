"""An agent as operators send it."""

from __future__ import annotations

CSRF = "c" * 32
BISTRO = {
    "slug": "bistro",
    "name": "Bistro Rosa",
    "description": "Takes bookings.",
    "instructions": "You take bookings. The guest is {{visitor_name}}; the table is {{table}}.",
    "variables": [{"name": "table", "default": "any"}],
    "greeting": "Bistro Rosa, good evening.",
    "visibility": "public",
}


def match(number: int) -> dict[str, str]:
    return {"If-Match": f'"{number}"'}

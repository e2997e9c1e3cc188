"""What operators changed is kept for two years."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from operators import audit
from operators.models import AuditEntry


def test_entries_are_kept_for_two_years(record: None) -> None:
    for days in (729, 731, 800):
        audit.note("ann", "agent.saved", f"d{days}")
        entry = AuditEntry.objects.filter(subject=f"d{days}")
        entry.update(at=timezone.now() - timedelta(days=days))
    audit.note("ann", "agent.saved", "new")
    assert {each.subject for each in audit.entries()[0]} == {"d729", "new"}

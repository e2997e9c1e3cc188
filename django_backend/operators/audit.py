"""What operators changed, for owners to read."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from operators.models import AuditEntry

AUDIT_LIMIT = 100
KEPT_FOR = timedelta(days=730)
BATCH = 100


def note(by: str, action: str, subject: str = "", **facts: str | int) -> None:
    """Keeps that somebody did something; it belongs into the transaction of what was done.

    Some entries that are two years old are forgotten.
    """
    AuditEntry.objects.create(by=by, action=action, subject=subject, facts=facts)
    old = AuditEntry.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at")
    AuditEntry.objects.filter(id__in=list(old.values_list("id", flat=True)[:BATCH])).delete()


def was_noted(by: str, action: str, subject: str, *, within: timedelta) -> bool:
    """Returns whether that was kept already, so lately."""
    lately = AuditEntry.objects.filter(at__gte=timezone.now() - within)
    return lately.filter(by=by, action=action, subject=subject).exists()


def entries(*, before: int | None = None, limit: int = 20) -> tuple[list[AuditEntry], int | None]:
    """Returns a page of what was done, newest first, and before which number the next one is."""
    found = AuditEntry.objects.order_by("-id")
    page = list((found.filter(id__lt=before) if before else found)[: limit + 1])
    return page[:limit], page[limit - 1].id if len(page) > limit else None

"""The record in Django's admin: to read, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Event, Session


class ReadOnly(admin.ModelAdmin):
    """Lists and shows rows; nobody adds, changes or deletes them here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Session)
class SessionAdmin(ReadOnly):
    """Sessions, newest first."""

    list_display = ["id", "state", "end_reason", "room", "identity", "last_seq", "created_at"]
    list_filter = ["state", "end_reason", "hidden"]
    search_fields = ["id", "=visitor", "room"]
    ordering = ["-created_at"]
    show_full_result_count = False


@admin.register(Event)
class EventAdmin(ReadOnly):
    """Events, newest first."""

    list_display = ["session_id", "seq", "type", "role", "at"]
    list_filter = ["type", "role"]
    search_fields = ["=session__id"]
    ordering = ["-id"]
    show_full_result_count = False

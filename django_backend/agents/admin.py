"""Agents in Django's admin: to read, never to change."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from voice_sessions.admin import ReadOnly

from agents import files
from agents.models import Revision, StoredAgent


@admin.register(StoredAgent)
class StoredAgentAdmin(ReadOnly):
    """Agents by slug, also those that are retired."""

    list_display = ["slug", "visibility", "current", "created_at", "retired_at"]
    list_filter = ["visibility", ("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["slug"]
    ordering = ["slug"]


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    """What agents were, newest first."""

    list_display = ["agent", "number", "name", "saved_by", "saved_at", "restored"]
    list_select_related = ["agent"]
    search_fields = ["=agent__slug", "name", "saved_by"]
    ordering = ["-id"]
    show_full_result_count = False
    fields = ["agent", "number", "name", "saved_by", "saved_at", "restored", "file"]
    readonly_fields = ["file"]

    @admin.display(description="what was set")
    def file(self, revision: Revision) -> str:
        """Its fields as YAML, with the line ends of its texts."""
        return format_html("<pre>{}</pre>", files.written(revision))

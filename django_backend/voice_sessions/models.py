"""The record: a session is one visitor's time with the agent, an event one thing that happened."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .endings import reasons
from .events import SEGMENT_LENGTH, timestamp

ID_LENGTH = 32
NAME_LENGTH = 128
TITLE_LENGTH = 200
KEY_LENGTH = 128


class State(models.TextChoices):
    STARTING = "starting"
    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"


LIVE_STATES = (State.STARTING, State.ACTIVE)
ARRIVAL_SECONDS = 5.0
"""How long a session waits for a person who was never in its room: an honest one joins first."""


def new_session_id() -> str:
    """Returns an unguessable id of 22 URL-safe characters (128 bits)."""
    return secrets.token_urlsafe(16)


class Sessions(models.Manager["Session"]):
    """Reads sessions without their progress and summary, which may be long: few read them."""

    def get_queryset(self) -> models.QuerySet[Session]:
        return super().get_queryset().defer("progress", "summary")


class Session(models.Model):
    """One visitor's time with the agent in one room.

    `generation` counts its agents. `beats` grows while the current one lives, and `progress` holds
    the words of its open segments: `[{"segment", "role", "text"}]`. `recoveries` counts the agents
    that were lost; `is_moving` asks the current one to make room for the next. `person_came` says
    that its person has been in the room; `address` is a keyed hash of where the start came from.
    `ending_at`, when somebody asked for the end, is for people who look into the admin.
    `typed_seq` is the number of the last event that its person typed, 0 without any.
    Its agent is what a `revision` of a stored one says, or what the settings say, where it is null;
    `variables` are the values that its start passed for that, by name. An operator who tries an
    agent has it from a `draft`; the revision is then the one from which that was made.
    An agent knows what was said in the session that this one `continues`, and in that one's own.
    Where that is long, its agent noted the first `summarised` lines of it in a `summary`.
    Of an `erased` one no words are left; its row stays while somebody may be in its room, because
    how many sessions of a room are over says who may be there. What a `recorded` one sounded like
    is kept in pieces; an erased one stays recorded until none of it is left in the storage.
    Its agents count the tokens of the language service and the `characters` that were spoken.
    """

    id = models.CharField(
        primary_key=True, max_length=ID_LENGTH, default=new_session_id, editable=False
    )
    visitor = models.CharField(max_length=64)
    room = models.CharField(max_length=NAME_LENGTH)
    identity = models.CharField(max_length=NAME_LENGTH)
    system_prompt = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.STARTING)
    end_reason = models.CharField(max_length=12, choices=reasons, blank=True)
    generation = models.PositiveIntegerField(default=1)
    beats = models.PositiveIntegerField(default=0, db_default=0)
    progress = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    recoveries = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_moving = models.BooleanField(default=False, db_default=False)
    person_came = models.BooleanField(default=False, db_default=False)
    address = models.CharField(max_length=32, blank=True, default="", db_default="")
    last_seq = models.PositiveIntegerField(default=0)
    typed_seq = models.PositiveIntegerField(default=0, db_default=0)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    hidden = models.BooleanField(default=False)
    continues = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revision = models.ForeignKey(
        "agents.Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    draft = models.ForeignKey(
        "agents.Draft", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    variables = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    summary = models.TextField(blank=True, default="", db_default="")
    summarised = models.PositiveIntegerField(default=0, db_default=0)
    erased = models.BooleanField(default=False, db_default=False)
    recorded = models.BooleanField(default=False, db_default=False)
    input_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    output_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    characters = models.PositiveBigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ending_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = Sessions()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "room"],
                condition=~Q(state="ended"),
                name="one_live_session_per_room",
            ),
        ]
        indexes = [
            models.Index(
                fields=["visitor", "-created_at", "-id", "title"],
                condition=Q(hidden=False, erased=False),
                name="session_history",
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(hidden=False, erased=False),
                name="session_everybody",
            ),
            models.Index(fields=["state"], condition=~Q(state="ended"), name="session_not_ended"),
            models.Index(fields=["ended_at"], name="session_ended_at"),
            models.Index(fields=["ended_at"], condition=Q(erased=True), name="session_erased"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.state})"

    @property
    def livekit_agent_identity(self) -> str:
        """Returns the identity under which this session's current agent joins its room."""
        return f"agent-{self.id}-{self.generation}"

    @property
    def grace_seconds(self) -> float:
        """Returns for how many seconds the session waits for its person, who is not in its room."""
        return float(settings.SESSION_GRACE_SECONDS) if self.person_came else ARRIVAL_SECONDS


class Worker(models.Model):
    """A process that runs agents in the dispatch runtime, as it last reported itself."""

    id = models.CharField(
        primary_key=True, max_length=ID_LENGTH, default=new_session_id, editable=False
    )
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    seats = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField(default=0)
    is_draining = models.BooleanField(default=False)
    is_loaded = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Lease(models.Model):
    """Which process does a job that only one may do; the job is free once it has expired."""

    name = models.CharField(primary_key=True, max_length=32)
    holder = models.CharField(max_length=ID_LENGTH)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class KnownFact(models.Model):
    """What a process has learnt of a server, for all others: see `common.facts.Fact`."""

    key = models.CharField(primary_key=True, max_length=64, editable=False)
    kind = models.CharField(max_length=32)
    server = models.CharField(max_length=NAME_LENGTH)
    model = models.CharField(max_length=NAME_LENGTH)
    value = models.JSONField()
    sound = models.BinaryField(default=b"")
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.server} {self.model}"


class Piece(models.Model):
    """Some seconds of a session's sound, an object of its own in the storage, under `key`.

    `number` counts the pieces of a generation from 0. Its sound began at `starts_at` and has
    `packets` of 20 ms; the object has `size` bytes, in `pages` beside those of its head. `peaks`
    draws it: see `recordings.waveform`.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="pieces")
    generation = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    packets = models.PositiveSmallIntegerField()
    pages = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    peaks = models.BinaryField(default=b"")
    key = models.CharField(max_length=KEY_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "generation", "number"], name="piece_number_once"
            ),
        ]
        ordering = ["session", "generation", "number"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.generation}.{self.number}"


class Event(models.Model):
    """One durable thing that happened in a session; `seq` is contiguous from 1 in each session."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=16)
    role = models.CharField(max_length=5, blank=True)
    segment = models.CharField(max_length=SEGMENT_LENGTH, blank=True)
    payload = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="event_seq_once"),
            models.UniqueConstraint(
                fields=["session", "segment", "type"],
                condition=~Q(segment=""),
                name="event_segment_once",
            ),
        ]
        ordering = ["session", "seq"]

    def __str__(self) -> str:
        return f"{self.session_id} #{self.seq} {self.type}"

    @property
    def message(self) -> dict[str, Any]:
        """Returns the JSON object that sockets get: the payload with `seq` and `at` (RFC 3339)."""
        return {**self.payload, "seq": self.seq, "at": timestamp(self.at)}


class SearchPlace(models.Model):
    """Where the words of a session stand in the search: the id grows, so new ones come first.

    The row comes with a session's first words and goes when it is deleted.
    """

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, related_name="searchplace", db_constraint=False
    )

    def __str__(self) -> str:
        return f"{self.session_id} at {self.id}"

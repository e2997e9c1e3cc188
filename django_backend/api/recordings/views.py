"""What a session sounded like, as one file of Ogg, or any part of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import structlog
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from operators.audit import note, was_noted
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from visitors.authentication import StaffAuthentication, Visitor, VisitorAuthentication
from voice_sessions import queries
from voice_sessions.models import Session
from voice_sessions.recordings import storage
from voice_sessions.recordings.joined import PieceMissing, read_range, recording

from api.answers import KNOWN, described
from api.problems import Problem, Refused

from .ranges import KIND, asked_span, headers_of

log = structlog.get_logger(__name__)
HEARD_AGAIN = timedelta(minutes=10)
"""A player asks for a recording in many parts, of which the first is noted."""
NO_RECORDING = Problem(404, "no_recording", "This session was not recorded.")
STORAGE_AWAY = Problem(
    503, "recording_unavailable", "The recording cannot be read right now; try again later.", 5
)


class VisitorOrStaff(BasePermission):
    """Refuses everybody but visitors, and staff who have signed in, with a 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Visitor) or bool(getattr(request.user, "is_staff", False))


class Sound(DefaultContentNegotiation):
    """Answers with sound whatever is asked for; only what fails is JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class RecordingView(APIView):
    """What one session sounded like."""

    content_negotiation_class = Sound
    authentication_classes = [VisitorAuthentication, StaffAuthentication]
    permission_classes = [VisitorOrStaff]

    @described(
        {200: OpenApiTypes.BINARY, 206: OpenApiTypes.BINARY},
        fails=(*KNOWN, 404, 416),
        kind=KIND,
        parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER)],
        operation_id="recording",
    )
    def get(self, request: Request, session_id: str) -> HttpResponseBase:
        """The session's sound: the person on the left, the agent on the right.

        `Range` asks for one part of it. Of a session that goes on it is what there is by now.
        """
        if isinstance(request.user, Visitor):
            return self.sound(request, queries.visible_session(request.user.id, session_id))
        return self.sound_for(str(request.user.get_username()), request, session_id)

    def sound_for(self, by: str, request: Request, session_id: str) -> HttpResponseBase:
        """Returns the same of any visitor's session; that somebody heard it is in the audit."""
        session = queries.session_for_staff(session_id)
        if not was_noted(by, "session.heard", session.id, within=HEARD_AGAIN):
            note(by, "session.heard", session.id)
        return self.sound(request, session)

    def sound(self, request: Request, session: Session) -> HttpResponseBase:
        """Returns what of the session's sound was asked for; raises Refused where there is none."""
        found = recording(session)
        if found is None:
            raise Refused(NO_RECORDING)
        span = asked_span(request.headers, found)
        headers = headers_of(found, span)
        status = 206 if span else 200
        if request.method == "HEAD":
            return HttpResponse(status=status, headers=headers)
        first, end = span or (0, found.size)
        pieces = read_range(found, first, end)
        piece = storage.THREADS.submit(copy_context().run, _next, pieces).result()
        return StreamingHttpResponse(_streamed(piece, pieces), status=status, headers=headers)


def _next(pieces: Iterator[bytes]) -> bytes:
    """The next bytes, b"" after the last; raises Refused where the storage has them not.

    It belongs into the storage's own threads, which keep its connection: to make one of S3 takes
    80 ms of the processor, and each request has a thread of its own.
    """
    try:
        return next(pieces, b"")
    except PieceMissing as error:
        log.error("recording_not_read", error=str(error))
        raise Refused(STORAGE_AWAY) from error


async def _streamed(first: bytes, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """All bytes; each piece is read when the one before has been taken."""
    loop = asyncio.get_running_loop()
    piece = first
    while piece:
        yield piece
        piece = await loop.run_in_executor(storage.THREADS, _next, pieces)

"""Who counts as a person in a room: decided here for all who look, from outside or from inside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

from livekit import api

from media_server.names import installation_id

if TYPE_CHECKING:
    from livekit import rtc

PERSON_KINDS = ("STANDARD", "SIP", "CONNECTOR")
"""LiveKit's kinds of participants behind which somebody speaks: in a browser or an app, on the
telephone, in a messenger. The others are programs: agents, recorders, and sources of streams."""
_KINDS_OF_API = frozenset(map(api.ParticipantInfo.Kind.Value, PERSON_KINDS))


class Participant(Protocol):
    """Somebody in a room, as `api.ParticipantInfo` or `rtc.RemoteParticipant` tells of them."""

    @property
    def kind(self) -> int:
        """The number of the kind, which the two libraries number differently."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """What the participant's token tells."""


def is_person(participant: Participant) -> bool:
    """Returns whether somebody speaks and listens there, rather than a program."""
    is_of_api = isinstance(participant, api.ParticipantInfo)
    kinds = _KINDS_OF_API if is_of_api else person_kinds_inside()
    return participant.kind in kinds and not is_our_agent(participant)


def evens_out_loudness(participant: rtc.RemoteParticipant) -> bool:
    """Returns whether the microphone's own program does, as browsers and LiveKit's apps do."""
    from livekit import rtc

    return participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD


def is_our_agent(participant: Participant) -> bool:
    """Returns whether it is an agent of this installation, whatever its kind."""
    return participant.attributes.get("installation") == installation_id()


@cache
def person_kinds_inside() -> frozenset[rtc.ParticipantKind.ValueType]:
    """Returns the same kinds as livekit.rtc numbers them, which only agents load."""
    from livekit import rtc

    names = (f"PARTICIPANT_KIND_{name}" for name in PERSON_KINDS)
    return frozenset(map(rtc.ParticipantKind.Value, names))

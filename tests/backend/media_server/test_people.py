"""Who counts as a person in a room, by the kind of the participant and what their token tells."""

from __future__ import annotations

import pytest
from agent_manager.providers import assemble
from livekit import api, rtc
from livekit.agents import room_io
from livekit.rtc._proto import participant_pb2
from media_server.names import installation_id
from media_server.people import PERSON_KINDS, evens_out_loudness, is_person
from media_server.rooms import _pass

OURS = {"installation": installation_id()}
KINDS = [
    ("STANDARD", True),
    ("SIP", True),
    ("CONNECTOR", True),
    ("INGRESS", False),
    ("EGRESS", False),
    ("AGENT", False),
    ("BRIDGE", False),
]


def outside(kind: str, **attributes: str) -> api.ParticipantInfo:
    """A participant as LiveKit's API tells of them."""
    number = api.ParticipantInfo.Kind.Value(kind)
    return api.ParticipantInfo(identity="ada", kind=number, attributes=attributes)


def inside(kind: str, **attributes: str) -> rtc.RemoteParticipant:
    """A participant as somebody who is in the room sees them."""
    number = rtc.ParticipantKind.Value(f"PARTICIPANT_KIND_{kind}")
    info = participant_pb2.ParticipantInfo(
        sid="PA_1", name="", identity="ada", metadata="", attributes=attributes, kind=number
    )
    return rtc.RemoteParticipant(participant_pb2.OwnedParticipant(info=info))


@pytest.mark.parametrize(("kind", "counts"), KINDS)
def test_people_are_told_by_their_kind(kind: str, counts: bool) -> None:
    assert is_person(outside(kind)) is counts
    assert is_person(inside(kind)) is counts


@pytest.mark.parametrize("kind", PERSON_KINDS)
def test_an_agent_of_ours_is_no_person_whatever_its_kind(kind: str) -> None:
    assert not is_person(outside(kind, **OURS))
    assert not is_person(inside(kind, **OURS))


def test_every_kind_that_livekit_has_is_judged() -> None:
    judged = {kind for kind, _ in KINDS}
    assert set(api.ParticipantInfo.Kind.keys()) == judged
    seen_inside = [name for name, _ in rtc.ParticipantKind.items()]
    assert {name.removeprefix("PARTICIPANT_KIND_") for name in seen_inside} == judged


@pytest.mark.parametrize(("kind", "counts"), KINDS)
def test_livekit_agents_listens_to_the_same_kinds(kind: str, counts: bool) -> None:
    accepted = assemble.room_options("ada").participant_kinds
    assert (inside(kind).kind in accepted) is counts


@pytest.mark.parametrize("kind", [kind for kind, counts in KINDS if counts])
def test_loudness_is_evened_out_once_by_the_browser_or_by_the_agent(kind: str) -> None:
    is_even = evens_out_loudness(inside(kind))
    heard = assemble.room_options("ada", is_even=is_even).audio_input
    assert isinstance(heard, room_io.AudioInputOptions)
    assert (is_even, heard.auto_gain_control) == (kind == "STANDARD", kind != "STANDARD")
    assert is_even or heard.frame_size_ms % 10 == 0  # LiveKit's gain takes nothing else


def test_a_callers_token_is_not_ours_and_their_time_is_counted_for_each_call() -> None:
    track = api.TrackInfo(sid="TR_1", type=api.TrackType.AUDIO)
    calls = [
        api.ParticipantInfo(
            sid=sid, identity="sip_1", kind=api.ParticipantInfo.Kind.SIP, tracks=[track]
        )
        for sid in ("PA_1", "PA_2")
    ]
    passes = [_pass(call) for call in calls]
    assert [found.after for found in passes] == [None, None]
    assert [found.is_microphone for found in passes] == [True, True]
    assert [found.id for found in passes] == ["PA_1", "PA_2"]

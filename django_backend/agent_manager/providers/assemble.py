"""The parts of the voice pipeline of an agent: VAD, STT, LLM and TTS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.agent import Agent, TurnTaking
from config.providers.kinds import OPENAI
from config.providers.registry import PROVIDERS
from config.services import KINDS, Kind, Service
from livekit.agents import APIConnectOptions, inference, room_io, vad
from livekit.agents.voice import AgentSession
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.agents.voice.turn import TurnDetectionMode
from media_server.people import person_kinds_inside
from voice_sessions.recordings.ogg import RATE

from agent_manager.providers.at_once import AtOnce
from agent_manager.providers.fallback.adapters import TwoModels, TwoRecognisers, TwoVoices
from agent_manager.providers.fallback.switching import Switch, log_switch
from agent_manager.providers.making import (
    NotInstalled,
    is_there,
    make_model,
    make_recogniser,
    make_voice,
    speaks_openai,
)
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.patience import USUAL_SECONDS
from agent_manager.providers.openai.probe import gives_interim_words, is_mute, keep_probing
from agent_manager.providers.openai.transport import tls
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.providers.recognition.recogniser import AnyRecogniser
from agent_manager.providers.speculation import Speculation
from agent_manager.providers.voice import Voice

VAD_SILENCE = 0.10
"""Seconds of silence after which transcription and preemptive generation begin; they hide behind
what is left of the silence that ends a turn."""
MODEL_VAD_SILENCE = 0.25
"""The same where the local turn detector judges the pause: it refuses less."""
ECHO_SETTLES = 3.0
"""Seconds of the first voice in which a browser's echo canceller learns what to take away."""
HEARD_RATE = 16_000
"""Samples a second of what the person says, unless it is recorded: the VAD and recognisers need no
more, and another rate is resampled for each of them."""
WINDOW_MS = 32
"""Of sound, which the VAD judges at once: frames of that length are never taken apart again."""
GAIN_FRAME_MS = 20
"""Frames whose loudness is evened out have whole tens of milliseconds."""
ENDLESS = 1_000_000
TOOL_ROUNDS = 5
"""How often one reply may use tools; what comes then has to be words."""

VAD_EXECUTOR = AtOnce()
"""The model judges 32 ms of sound in 0.03 ms. Handed to a thread, its answer waited up to 5 ms for
the interpreter whenever the event loop was busy, and cost ten times as much."""


@dataclass
class Pipeline:
    """The parts of one session. `switches` are of stages that had to begin with the fallback."""

    vad: vad.VAD
    stt: AnyRecogniser
    llm: Any
    tts: Voice
    speculation: Speculation
    switches: list[Switch] = field(default_factory=list)

    def on_switched(self, tell: Callable[[Switch], None]) -> None:
        """Has each switch to another service told, also those that there were already."""
        for switch in self.switches:
            tell(switch)
        for part in (self.stt, self.llm, self.tts):
            if isinstance(part, TwoRecognisers | TwoModels | TwoVoices):
                part.switching.tell = tell

    async def aclose(self) -> None:
        """Returns when the connections of this session only are closed."""
        for part in (self.stt, self.llm, self.tts):
            await part.aclose()


def warm(services: Mapping[Kind, Service]) -> None:
    """Makes the HTTP clients and imports what they import late: both would be heard in a voice."""
    tls()
    for service in services.values():
        if not speaks_openai(service):
            continue
        client = client_of(service)
        _imported_late = client.chat.completions, client.audio.speech, client.audio.transcriptions


def build(agent: Agent, place_key: str = "") -> Pipeline:
    """A new pipeline; it asks nobody anything. Raises NotInstalled.

    `place_key` is the session's with the offline server, which keeps a place by it.
    """
    silence = MODEL_VAD_SILENCE if agent.turns.by_model else VAD_SILENCE
    ears = inference.VAD(model="silero", min_silence_duration=silence, executor=VAD_EXECUTOR)
    outcome = Outcome()
    switches: list[Switch] = []
    stt, llm, tts = (_installed(kind, agent, switches) for kind in KINDS)
    speculation = Speculation(llm[0], allowed=agent.turns.speculates)
    recognisers = [
        make_recogniser(
            service,
            agent.language,
            ears,
            outcome,
            streaming=streams(agent, service),
            joins=lambda: not speculation.is_on,
        )
        for service in stt
    ]
    models = [make_model(service, agent.replies, place_key) for service in llm]
    voices = [
        make_voice(service, _voice_of(agent, service), agent.speech_rate, agent.language)
        for service in tts
    ]
    return Pipeline(
        vad=ears,
        stt=recognisers[0] if len(stt) == 1 else TwoRecognisers(recognisers, stt, outcome),
        llm=models[0] if len(llm) == 1 else TwoModels(models, llm),
        tts=voices[0] if len(tts) == 1 else TwoVoices(voices),
        speculation=speculation,
        switches=switches,
    )


def _installed(kind: Kind, agent: Agent, switches: list[Switch]) -> list[Service]:
    """The service and its fallback, as far as what they need is installed; raises NotInstalled."""
    own = agent.services[kind]
    if own.fallback is None:
        return [own]
    there = [service for service in (own, own.fallback) if is_there(service)]
    if not there:
        raise NotInstalled(kind, own)
    if there == [own.fallback]:
        switches.append(Switch(kind, own, own.fallback, "not_installed"))
        log_switch(switches[-1])
    return there


def _voice_of(agent: Agent, service: Service) -> str:
    """The agent's voice; of a fallback of another provider its own one."""
    own = agent.services["tts"]
    is_own = service.provider == own.provider and service.base_url == own.base_url
    default = agent.voice if is_own else PROVIDERS[service.provider].voice
    is_fallback = service == own.fallback
    return str(service.option("voice") or default) if is_fallback else agent.voice


def streams(agent: Agent, service: Service) -> bool:
    """Whether recognition gives words as they are spoken: as the agent says, or as is known.

    What is not known yet is found out beside the session, which has files meanwhile.
    """
    if service.provider != OPENAI:
        return False
    if agent.interim_words is None or service == agent.services["stt"].fallback:
        return gives_interim_words(service)
    return agent.interim_words and not is_mute(service)


def asks_for_streaming(agent: Agent) -> bool:
    """Whether the agent's STT server is to be asked if it gives words as they are spoken."""
    return agent.interim_words is None and agent.services["stt"].provider == OPENAI


async def keep_finding_out(agent: Agent, recall: Callable[[], Awaitable[None]]) -> None:
    """Knows for as long as this runs whether the STT server streams; others may know: `recall`."""
    if asks_for_streaming(agent):
        await keep_probing(agent.services["stt"], recall)


def agent_session(pipeline: Pipeline, turns: TurnTaking, *, is_first: bool) -> AgentSession:
    """A session of livekit-agents around these parts; failures are counted by us, not by it.

    A session's first agent hears nothing while its first 3 s are played: the browser's echo
    canceller has not settled. For its successors it has, so they listen from their first word.
    What is said into the words of an agent that may not be interrupted is heard, and answered
    after them: see `shift.muting`.
    The language model is not among the parts, but the agent's: a session that has one asks its
    server something as soon as it is made, and nothing is to be asked before a person is there.
    What is said of a text is made in `speaking/`: the library's filters wait for marks to close.
    """
    connect = APIConnectOptions(max_retry=1, retry_interval=0.3, timeout=USUAL_SECONDS)
    return AgentSession(
        vad=pipeline.vad,
        stt=pipeline.stt,
        tts=pipeline.tts,
        turn_handling={
            "turn_detection": _turn_detection(turns),
            "endpointing": {} if turns.by_model else {"min_delay": turns.ends_after},
            "interruption": {
                "enabled": turns.may_be_interrupted,
                "discard_audio_if_uninterruptible": False,
                "mode": "vad",
                "min_duration": turns.interrupts_after,
            },
            "preemptive_generation": {"enabled": turns.speculates, "preemptive_tts": True},
        },
        max_tool_steps=TOOL_ROUNDS - 1,
        user_away_timeout=None,
        tts_text_transforms=None,
        aec_warmup_duration=ECHO_SETTLES if is_first else None,
        session_close_transcript_timeout=0.5,
        conn_options=SessionConnectOptions(
            stt_conn_options=connect,
            llm_conn_options=connect,
            tts_conn_options=connect,
            max_unrecoverable_errors=ENDLESS,
        ),
    )


def room_options(
    identity: str, *, is_even: bool = False, is_recorded: bool = False
) -> room_io.RoomOptions:
    """Audio with this participant only; our own sockets carry the text.

    `is_even` says that their program evens the loudness out, which is then not done again here.
    """
    return room_io.RoomOptions(
        text_input=False,
        text_output=False,
        audio_input=room_io.AudioInputOptions(
            sample_rate=RATE if is_recorded else HEARD_RATE,
            frame_size_ms=WINDOW_MS if is_even else GAIN_FRAME_MS,
            auto_gain_control=not is_even,
            pre_connect_audio=False,
        ),
        participant_identity=identity,
        participant_kinds=list(person_kinds_inside()),
        close_on_disconnect=False,
    )


def _turn_detection(turns: TurnTaking) -> TurnDetectionMode:
    return inference.TurnDetector(version="v1-mini") if turns.by_model else "vad"

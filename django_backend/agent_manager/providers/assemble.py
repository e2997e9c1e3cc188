"""The parts of the voice pipeline, built from settings: VAD, STT, LLM and TTS."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import aiohttp
import structlog
from config.stages import Stage
from django.conf import settings
from livekit.agents import (
    APIConnectionError,
    APIConnectOptions,
    APIStatusError,
    inference,
    llm,
    room_io,
    stt,
    tokenize,
    tts,
    vad,
)
from livekit.agents.voice import AgentSession
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.agents.voice.turn import TurnDetectionMode
from livekit.plugins import openai
from media_server.people import person_kinds_inside

from agent_manager.providers.openai.client import ANSWER_TIMEOUT, client_of

log = structlog.get_logger(__name__)

VAD_SILENCE = 0.10
"""Seconds of silence after which transcription and preemptive generation begin."""
MODEL_VAD_SILENCE = 0.25
"""The same where the local turn detector judges the pause: it refuses less."""
SERVER_SILENCE_MS = 200
"""Milliseconds of silence after which a streaming STT server settles what it heard."""
ENDPOINTING_DELAY = 0.6
"""Seconds of silence after which a turn is over; speculation hides behind the difference."""
INTERRUPTION_DURATION = 0.35
"""Seconds of speech that interrupt the agent."""
ECHO_SETTLES = 3.0
"""Seconds of the first voice in which a browser's echo canceller learns what to take away."""
INPUT_FRAME_MS = 20
FIRST_SENTENCE_LENGTH = 5
"""Characters from which a sentence is spoken at once, so that "Certainly." does not wait."""
PROBE_TIMEOUT = 3.0
ENDLESS = 1_000_000

VAD_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="vad")

_realtime_offered: dict[Stage, bool] = {}


@dataclass
class Pipeline:
    """The parts of one session. `streaming` says whether the STT gives interim text."""

    vad: vad.VAD
    stt: stt.STT
    llm: llm.LLM
    tts: tts.TTS
    streaming: bool

    async def aclose(self) -> None:
        """Returns when the connections that belong to this session alone are closed."""
        for part in (self.stt, self.tts):
            await part.aclose()


def warm() -> None:
    """Makes the HTTP clients and imports what they import late: both would be heard in a voice."""
    for stage in settings.STAGES.values():
        client = client_of(stage)
        _imported_late = client.chat.completions, client.audio.speech, client.audio.transcriptions


async def build() -> Pipeline:
    """A new pipeline; the first one of a process asks the STT server whether it streams."""
    streaming = await stt_streams()
    silence = MODEL_VAD_SILENCE if _by_model() else VAD_SILENCE
    return Pipeline(
        vad=inference.VAD(model="silero", min_silence_duration=silence, executor=VAD_THREADS),
        stt=_stt(settings.STAGES["stt"], streaming),
        llm=_llm(settings.STAGES["llm"]),
        tts=_tts(settings.STAGES["tts"]),
        streaming=streaming,
    )


def agent_session(pipeline: Pipeline, *, is_first: bool) -> AgentSession:
    """A session of livekit-agents around these parts; failures are counted by us, not by it.

    A session's first agent hears nothing while its first 3 s are played: the browser's echo
    canceller has not settled. For its successors it has, so they listen from their first word.
    The language model is not among the parts, but the agent's: a session that has one asks its
    server something as soon as it is made, and nothing is to be asked before a person is there.
    """
    connect = APIConnectOptions(max_retry=1, retry_interval=0.3, timeout=ANSWER_TIMEOUT)
    return AgentSession(
        vad=pipeline.vad,
        stt=pipeline.stt,
        tts=pipeline.tts,
        turn_handling={
            "turn_detection": _turn_detection(),
            "endpointing": {} if _by_model() else {"min_delay": ENDPOINTING_DELAY},
            "interruption": {"mode": "vad", "min_duration": INTERRUPTION_DURATION},
            "preemptive_generation": {"enabled": True, "preemptive_tts": True},
        },
        user_away_timeout=None,
        aec_warmup_duration=ECHO_SETTLES if is_first else None,
        session_close_transcript_timeout=0.5,
        conn_options=SessionConnectOptions(
            stt_conn_options=connect,
            llm_conn_options=connect,
            tts_conn_options=connect,
            max_unrecoverable_errors=ENDLESS,
        ),
    )


def room_options(identity: str) -> room_io.RoomOptions:
    """Audio with this participant only; our own sockets carry the text."""
    return room_io.RoomOptions(
        text_input=False,
        text_output=False,
        audio_input=room_io.AudioInputOptions(
            frame_size_ms=INPUT_FRAME_MS, pre_connect_audio=False
        ),
        participant_identity=identity,
        participant_kinds=list(person_kinds_inside()),
        close_on_disconnect=False,
    )


async def stt_streams() -> bool:
    """Whether speech is transcribed as it arrives: STT_STREAMING, or one remembered probe."""
    if settings.STT_STREAMING != "auto":
        return settings.STT_STREAMING == "on"
    stage = settings.STAGES["stt"]
    if stage not in _realtime_offered:
        offered = await _offers_realtime(stage)
        if offered is None:
            return False
        _realtime_offered[stage] = offered
        log.info("stt_mode", streaming=offered)
    return _realtime_offered[stage]


async def _offers_realtime(stage: Stage) -> bool | None:
    """Whether the server opens a realtime transcription socket; None when it did not answer."""
    headers = {"Authorization": f"Bearer {stage.api_key}"}
    url = f"{stage.base_url}/realtime?intent=transcription"
    try:
        async with (
            aiohttp.ClientSession() as http,
            asyncio.timeout(PROBE_TIMEOUT),
            http.ws_connect(url.replace("http", "ws", 1), headers=headers) as socket,
        ):
            first = await socket.receive_json()
            return str(first.get("type", "")).endswith("session.created")
    except aiohttp.WSServerHandshakeError as refusal:
        return None if refusal.status in (401, 429) or refusal.status >= 500 else False
    except (aiohttp.ClientError, TimeoutError, TypeError, ValueError, OSError):
        return None


class PersistentSTT(openai.STT):
    """openai.STT whose realtime socket is opened again after any failure.

    livekit-agents recreates a stream only after an APIError; the plugin lets others through.
    """

    async def _connect_ws(self, timeout: float) -> aiohttp.ClientWebSocketResponse:  # noqa: ASYNC109
        try:
            return await super()._connect_ws(timeout)
        except aiohttp.WSServerHandshakeError as refusal:
            raise APIStatusError(refusal.message, status_code=refusal.status) from refusal
        except (aiohttp.ClientError, OSError) as error:
            raise APIConnectionError from error


def _by_model() -> bool:
    return bool(settings.TURN_DETECTION == "model")


def _turn_detection() -> TurnDetectionMode:
    return inference.TurnDetector(version="v1-mini") if _by_model() else "vad"


def _stt(stage: Stage, streaming: bool) -> stt.STT:
    return PersistentSTT(
        model=stage.model,
        client=client_of(stage),
        language=settings.STT_LANGUAGE,
        use_realtime=streaming,
        turn_detection={"type": "server_vad", "silence_duration_ms": SERVER_SILENCE_MS},
    )


def _llm(stage: Stage) -> llm.LLM:
    return openai.LLM(model=stage.model, client=client_of(stage))


def _tts(stage: Stage) -> tts.TTS:
    voice = openai.TTS(
        model=stage.model,
        voice=settings.TTS_VOICE,
        client=client_of(stage),
        response_format="pcm",
    )
    tokenizer = tokenize.blingfire.SentenceTokenizer(min_sentence_len=FIRST_SENTENCE_LENGTH)
    return tts.StreamAdapter(tts=voice, sentence_tokenizer=tokenizer)

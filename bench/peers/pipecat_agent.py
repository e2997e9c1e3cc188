"""`python -m bench.peers.pipecat_agent`: Pipecat with its quickest settings, behind our routes.

It runs in the environment that installation.py makes. README.md says why each setting is as it is.
"""

from __future__ import annotations

import asyncio
import os
import sys

from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.stt import OpenAIRealtimeSTTService, OpenAISTTService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.transports.livekit.transport import LiveKitParams, LiveKitTransport
from pipecat.turns.user_start import ExternalUserTurnStartStrategy
from pipecat.turns.user_stop import (
    ExternalUserTurnStopStrategy,
    SpeechTimeoutUserTurnStopStrategy,
)
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from .routes import GREETING, End, Place, serve

VAD_SILENCE = VAD_SPEECH = 0.1
PATIENT_TURN_SILENCE = 0.6
SETTLE_SECONDS = 0.02
"""How long a turn stays open after its last words, when the service finds the end of speech."""


async def start(place: Place) -> End:
    """Starts an agent in the room; returns what ends it."""
    worker = PipelineWorker(_pipeline(place), enable_rtvi=False)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await worker.queue_frame(TTSSpeakFrame(GREETING))

    async def end() -> None:
        await runner.cancel()
        await running

    return end


def _pipeline(place: Place) -> Pipeline:
    is_streaming = bool(os.environ.get("BENCH_STREAMING"))
    params = LiveKitParams(audio_in_enabled=True, audio_out_enabled=True)
    transport = LiveKitTransport(place.url, place.token, place.room, params)
    pair = LLMContextAggregatorPair(LLMContext(), user_params=_turns(is_streaming))
    key, url = os.environ["OPENAI_API_KEY"], os.environ["OPENAI_BASE_URL"]
    mind = OpenAILLMService.Settings(model="gpt-4o-mini", system_instruction=place.prompt)
    return Pipeline(
        [
            transport.input(),
            _ears(key, url, is_streaming),
            pair.user(),
            OpenAILLMService(api_key=key, base_url=url, settings=mind),
            OpenAITTSService(api_key=key, base_url=url),
            transport.output(),
            pair.assistant(),
        ]
    )


def _ears(key: str, url: str, is_streaming: bool) -> FrameProcessor:
    if not is_streaming:
        return OpenAISTTService(api_key=key, base_url=url)
    socket, milliseconds = f"{url.replace('http', 'ws', 1)}/realtime", round(VAD_SILENCE * 1000)
    detection = {"type": "server_vad", "silence_duration_ms": milliseconds}
    settings = OpenAIRealtimeSTTService.Settings(model="gpt-4o-mini-transcribe")
    return OpenAIRealtimeSTTService(
        api_key=key, base_url=socket, turn_detection=detection, settings=settings
    )


def _turns(is_streaming: bool) -> LLMUserAggregatorParams:
    """Silence and the words end a turn, without a model that judges whether the person is done."""
    if is_streaming:
        external = UserTurnStrategies(
            start=[ExternalUserTurnStartStrategy(enable_interruptions=True)],
            stop=[ExternalUserTurnStopStrategy(timeout=SETTLE_SECONDS)],
        )
        return LLMUserAggregatorParams(user_turn_strategies=external)
    patient = bool(os.environ.get("BENCH_PATIENT"))
    more = PATIENT_TURN_SILENCE - VAD_SILENCE if patient else 0.0
    stop = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=more)
    params = VADParams(start_secs=VAD_SPEECH, stop_secs=VAD_SILENCE)
    return LLMUserAggregatorParams(
        vad_analyzer=SileroVADAnalyzer(params=params),
        user_turn_strategies=UserTurnStrategies(stop=[stop]),
    )


if __name__ == "__main__":
    logger.remove()
    logger.add(sys.stderr, level="ERROR")
    serve(start)

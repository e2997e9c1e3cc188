"""A voice by a plugin of LiveKit's, asked for piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import aiohttp
from config.services import Service
from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, tts, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.patience import USUAL_SECONDS
from agent_manager.providers.openai.transcriptions import host_of
from agent_manager.providers.probing import probe
from agent_manager.providers.sound.kinds import RATE
from agent_manager.providers.voice import Voice

SECONDS_BESIDE = 30.0
SECONDS_A_CHARACTER = 1.0
"""A voice that takes longer than this for its text is cut: a server may send for ever."""


class PluginVoice(Voice):
    """A plugin's voice, at the rate at which replies are spoken."""

    def __init__(
        self,
        plugin: tts.TTS,
        service: Service,
        http: aiohttp.ClientSession,
        voice: str,
        rate: float | None = None,
    ) -> None:
        capabilities = tts.TTSCapabilities(streaming=False)
        super().__init__(capabilities=capabilities, sample_rate=RATE, num_channels=1)
        self.plugin = plugin
        self.service = service
        self.voice = voice
        self.rate = rate
        self.host = host_of(service)
        self._http = http

    @property
    def model(self) -> str:
        """The model's name."""
        return self.service.model

    @property
    def provider(self) -> str:
        """The server's host."""
        return self.host

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> PluginSpeech:
        """The voice of one piece of text, as it arrives."""
        return PluginSpeech(tts=self, input_text=text, conn_options=conn_options)

    async def aclose(self) -> None:
        """Closes its connections."""
        await self.plugin.aclose()
        await self._http.close()


class PluginSpeech(tts.ChunkedStream):
    """One piece of text that a plugin speaks, by its socket where it has one.

    It tells its listeners of no failure as final: whoever speaks the reply decides whether the
    reply goes on without this piece.
    """

    _tts: PluginVoice

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        emitter, voice, begun = output_emitter, self._tts, False
        once = APIConnectOptions(max_retry=0, timeout=self._conn_options.timeout)
        try:
            async with asyncio.timeout(SECONDS_BESIDE + SECONDS_A_CHARACTER * len(self.input_text)):
                async for frame in _in_time(_frames(voice.plugin, self.input_text, once)):
                    if not begun:
                        emitter.initialize(
                            request_id=utils.shortuuid(),
                            sample_rate=RATE,
                            num_channels=1,
                            mime_type="audio/pcm",
                        )
                        begun = True
                    emitter.push(bytes(frame.data))
        except TimeoutError as error:
            # A plugin may wait for ever on a socket that was closed for the key: that is asked for.
            fault = None if begun else await probe(voice.service)
            raise fault or _located(error, voice.host, is_final=begun) from None
        except (APIError, aiohttp.ClientError, OSError, ValueError) as error:
            raise _located(error, voice.host, is_final=begun) from None
        if not begun:
            raise ServiceError("empty", host=voice.host, retryable=True)
        emitter.flush()

    def _emit_error(self, api_error: Exception, recoverable: bool) -> None:
        super()._emit_error(api_error, recoverable=True)


async def _in_time(frames: AsyncGenerator[rtc.AudioFrame, None]) -> AsyncIterator[rtc.AudioFrame]:
    """The frames; raises TimeoutError where the next one takes longer than is usual."""
    async with aclosing(frames):
        while True:
            async with asyncio.timeout(USUAL_SECONDS):
                frame = await anext(frames, None)
            if frame is None:
                return
            yield frame


async def _frames(
    plugin: tts.TTS, text: str, options: APIConnectOptions
) -> AsyncGenerator[rtc.AudioFrame, None]:
    """The sound of a text at RATE."""
    resampler = None
    if plugin.sample_rate != RATE:
        resampler = rtc.AudioResampler(input_rate=plugin.sample_rate, output_rate=RATE)
    if plugin.capabilities.streaming:
        spoken: tts.ChunkedStream | tts.SynthesizeStream = plugin.stream(conn_options=options)
        assert isinstance(spoken, tts.SynthesizeStream)
        spoken.push_text(text)
        spoken.end_input()
    else:
        spoken = plugin.synthesize(text, conn_options=options)
    async with spoken:
        async for audio in spoken:
            for frame in resampler.push(audio.frame) if resampler else [audio.frame]:
                yield frame
    for frame in resampler.flush() if resampler else ():
        yield frame


def _located(error: BaseException, host: str, *, is_final: bool) -> ServiceError:
    found = service_error(error, host)
    found.host = found.host or host
    if is_final:  # nobody wants to hear the beginning of a piece again
        found.retryable = False
    return found

"""Recognition by a plugin of LiveKit's, as a conversation needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from common.tasks import cancel
from config.services import Service
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectOptions,
    APIError,
    NotGivenOr,
    stt,
    utils,
)

from agent_manager.providers.causes import as_told, service_error
from agent_manager.providers.openai.transcriptions import host_of
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.providers.recognition.recogniser import (
    AnyRecogniser,
    nobody_guesses,
    nothing_missed,
)
from agent_manager.providers.recognition.unsettled import Unsettled

AGAIN_SECONDS = (0.3, 1.0, 2.0, 4.0)
"""After which a connection that failed is opened again; the last repeats."""
ONCE = 0


class PluginRecognition(AnyRecogniser):
    """A plugin's recogniser, whose connection is opened again when it fails."""

    def __init__(
        self, plugin: stt.STT, service: Service, http: aiohttp.ClientSession, outcome: Outcome
    ) -> None:
        super().__init__(capabilities=plugin.capabilities)
        self.plugin = plugin
        self.outcome = outcome
        self.withdraw: Callable[[], None] = nobody_guesses
        self.missed = nothing_missed
        self.host = host_of(service)
        self._service = service
        self._http = http

    @property
    def model(self) -> str:
        """The name of the model."""
        return self._service.model

    @property
    def provider(self) -> str:
        """The server's host."""
        return self.host

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> PluginHearing:
        """Hears what is pushed into it."""
        hearing = PluginHearing(self, conn_options)
        for frame in self.missed():
            hearing.push_frame(frame)
        return hearing

    async def aclose(self) -> None:
        """Closes its connections."""
        await self.plugin.aclose()
        await self._http.close()

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.SpeechEvent:
        return await as_told(self.plugin.recognize, buffer=buffer, conn_options=conn_options)


class PluginHearing(stt.RecognizeStream):
    """One person's sound on its way to a plugin, and the words on their way back.

    What was not settled when a connection failed goes to the next one.
    """

    def __init__(self, recognition: PluginRecognition, options: APIConnectOptions) -> None:
        self._recognition = recognition
        self._once = APIConnectOptions(max_retry=ONCE, timeout=options.timeout)
        self._unsettled = Unsettled()
        self._is_owed = False
        super().__init__(stt=recognition, conn_options=self._once)

    async def _run(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                return await self._hear()
            except APIError as error:
                found = service_error(error, self._recognition.host)
                found.host = found.host or self._recognition.host
            self._owes(False)
            if self._recognition.is_replaced:
                raise found
            lasted = asyncio.get_running_loop().time() - began
            failures = 0 if lasted > self._once.timeout else failures
            self._emit_error(found, recoverable=False)
            await asyncio.sleep(AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)])
            failures += 1

    async def _hear(self) -> None:
        """Returns when all sound is recognised; raises APIError."""
        plugin = self._recognition.plugin.stream(conn_options=self._once)
        for frame in self._unsettled:
            plugin.push_frame(frame)
        forwarding = asyncio.create_task(self._forward(plugin))
        try:
            async with plugin:
                async for event in plugin:
                    self._follow(event)
                    self._event_ch.send_nowait(event)
        finally:
            await cancel(forwarding)

    async def _forward(self, plugin: stt.RecognizeStream) -> None:
        async for sound in self._input_ch:
            if isinstance(sound, rtc.AudioFrame):
                self._unsettled.push(sound)
                plugin.push_frame(sound)
            else:
                plugin.flush()
        plugin.end_input()

    def _follow(self, event: stt.SpeechEvent) -> None:
        """Knows by the events whether words are owed."""
        has_words = any(each.text for each in event.alternatives)
        if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
            self._unsettled.settled()
            self._recognition.outcome.words()
            self._owes(False)
        elif event.type is stt.SpeechEventType.INTERIM_TRANSCRIPT and has_words:
            self._owes(True)
        elif event.type is stt.SpeechEventType.END_OF_SPEECH:
            self._owes(False)

    def _owes(self, is_owed: bool) -> None:
        if is_owed and not self._is_owed:
            self._recognition.outcome.asked()
        elif self._is_owed and not is_owed:
            self._recognition.outcome.answered()
        self._is_owed = is_owed

"""A session's agent as livekit-agents has it: what it is told, hears and says."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence

from agents.agent import Agent
from common.text import cut, mend
from livekit import agents as livekit_agents
from livekit import rtc
from livekit.agents import ModelSettings, stt
from livekit.agents.llm import LLM, ChatContext, Tool
from voice_sessions.events import TEXT_LENGTH

from agent_manager.speaking.speaker import Speaker

SPOKEN_STYLE = (
    "Your words are spoken aloud and heard, not read: answer in one to three short sentences of "
    "plain speech, without lists, markup, emoji or links."
)


def instructions_of(agent: Agent) -> str:
    """What the agent's language model is told before all else."""
    return f"{agent.instructions}\n\n{SPOKEN_STYLE}"


class VoiceAgent(livekit_agents.Agent):
    """An agent as livekit-agents wants it, with what was said before it came.

    `hear` gets the person's sound frame by frame, as it arrives.
    """

    def __init__(
        self,
        agent: Agent,
        llm: LLM,
        tools: Sequence[Tool],
        speaker: Speaker,
        known: ChatContext,
        on_recognised: Callable[[stt.SpeechEvent], None],
        hear: Callable[[rtc.AudioFrame], None],
    ) -> None:
        super().__init__(
            instructions=instructions_of(agent),
            llm=llm,
            tools=list(tools),
            chat_ctx=known,
        )
        self._speaker = speaker
        self._on_recognised = on_recognised
        self._hear = hear

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncIterable[rtc.AudioFrame]:
        """Returns the voice of a reply, whose frames know which of its words they stand for."""
        return self._speaker.speak(text, self.session.conn_options.tts_conn_options)

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncIterator[stt.SpeechEvent]:
        """Yields what was recognised, mended before anything else sees it."""
        events = livekit_agents.Agent.default.stt_node(self, self._heard(audio), model_settings)
        async with contextlib.aclosing(events):
            async for event in events:
                for heard in event.alternatives:
                    heard.text = cut(mend(heard.text), TEXT_LENGTH)
                self._on_recognised(event)
                yield event

    async def _heard(self, audio: AsyncIterable[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
        async for frame in audio:
            self._hear(frame)
            yield frame

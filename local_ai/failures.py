"""What can go wrong in the worker processes; `errors` has the answer to each."""

NONE = "none"
"""The engine of ears or voice where nothing on this machine is one."""


class Busy(Exception):
    """All decoders are taken and as many utterances wait as may wait."""


class RecognitionFailed(Exception):
    """The utterance could not be decoded: its workers died or did not answer."""


class EngineMissing(Exception):
    """Nothing here can do the work of `part` (`ears`, `voice`); `reason` is a code."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(part, reason)
        self.part, self.reason = part, reason


class SpeakerBusy(Exception):
    """As many sentences wait for the voice as may wait."""


class ModelStopped(Exception):
    """The language model's process ended, in the middle of an answer or before it."""


class SpeechFailed(Exception):
    """The voice's process died or did not answer."""

"""What can go wrong in the worker processes; `errors` has the answer to each."""


class Busy(Exception):
    """All decoders are taken and as many utterances wait as may wait."""


class RecognitionFailed(Exception):
    """The utterance could not be decoded: its workers died or did not answer."""


class SpeakerBusy(Exception):
    """As many sentences wait for the voice as may wait."""


class ModelStopped(Exception):
    """The language model's process ended, in the middle of an answer or before it."""


class SpeechFailed(Exception):
    """The voice's process died or did not answer."""

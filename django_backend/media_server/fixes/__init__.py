"""Mends LiveKit's library for Python, for the whole process that installs them."""

from media_server.fixes import audio_source, publishing, sound_events


def install() -> None:
    """Has everything in this process use the mended library; doing it again changes nothing."""
    audio_source.install()
    publishing.install()
    sound_events.install()

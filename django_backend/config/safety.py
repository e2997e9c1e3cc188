"""What must be set before anybody but the developer is let in."""

from __future__ import annotations

from django.conf import settings

from .environment import refuse

SECRET_LENGTH = 32
_TELLTALES = ("development-only", "change-me", "changeme", "change_me", "insecure", "example")


def refuse_unsafe_settings() -> None:
    """Ends the process with a sentence for each unsafe setting, unless DEBUG is on."""
    if not settings.DEVELOPMENT and (found := unsafe_settings()):
        refuse("\n".join(found))


def unsafe_settings() -> list[str]:
    """A sentence for each setting that would leave a public installation open."""
    secrets = {
        "DJANGO_SECRET_KEY": settings.SECRET_KEY,
        "VISITOR_SECRET": settings.VISITOR_SECRET,
        "LIVEKIT_API_SECRET": settings.LIVEKIT_API_SECRET,
    }
    named = [*secrets.items(), *(("CREDENTIALS_KEY", key) for key in settings.CREDENTIALS_KEYS)]
    found = [sentence for name, value in named if (sentence := _weak(name, value))]
    if not settings.LIVEKIT_API_KEY:
        found.append("LIVEKIT_API_KEY is missing; set it to the name of the media server's key.")
    if "*" in settings.CORS_ORIGINS:
        found.append("CORS_ORIGINS is open to every site; set it to the frontend's own origin.")
    if not settings.ALLOWED_HOSTS:
        found.append("DJANGO_ALLOWED_HOSTS is missing; set it to the host names of this site.")
    if "*" in settings.ALLOWED_HOSTS:
        found.append("DJANGO_ALLOWED_HOSTS is open to every name; set it to this site's own.")
    if settings.AGENT_RUNTIME == "dispatch":
        found += _unshared()
    return found


def _unshared() -> list[str]:
    """A sentence for each part that processes on several hosts could not share."""
    found = []
    if str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
        found.append("DATABASE_URL is SQLite; set it to postgres://… for AGENT_RUNTIME=dispatch.")
    if "InMemory" in str(settings.CHANNEL_LAYERS["default"]["BACKEND"]):
        found.append("CHANNEL_LAYERS is in memory; set it to a Redis URL for dispatch.")
    return found


def _weak(name: str, value: str) -> str:
    how = "set it to a random value of at least 32 characters (or turn DEBUG on to try things out)"
    if value == settings.DEVELOPMENT_SECRET:
        return f"{name} is missing; {how}."
    if any(telltale in value.lower() for telltale in _TELLTALES):
        return f"{name} still has an example's value; {how}."
    if len(value) < SECRET_LENGTH:
        return f"{name} is shorter than {SECRET_LENGTH} characters; {how}."
    return ""

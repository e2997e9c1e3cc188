"""The backend's settings: the only place that reads the environment. It reads no .env file."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from pathlib import Path

from . import proxies, recordings
from .database import database
from .environment import choice, flag, networks, number, refuse, text, words
from .languages import language
from .logs import logging_config
from .providers.registry import PROVIDERS
from .secret import Secret
from .services import Kind, Service, Unusable, missing, services

BASE_DIR = Path(__file__).resolve().parent.parent
DEVELOPMENT = flag("DEBUG", False)
DEBUG = False  # Django's debug pages show settings to everybody who provokes one
DEVELOPMENT_SECRET = "development-only-secret-that-nobody-should-use"

# Where it listens and to whom it answers
BIND_HOST = text("BIND_HOST", "127.0.0.1").strip("[]")
BACKEND_PORT = number("BACKEND_PORT", 8000, most=65535)
LOOPBACK = BIND_HOST in ("127.0.0.1", "localhost", "::1")
LOCAL_VISITOR = DEVELOPMENT and LOOPBACK
_FRONTEND_PORT = number("FRONTEND_PORT", 5173, most=65535)
_LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = words("DJANGO_ALLOWED_HOSTS", _LOOPBACK_HOSTS if DEVELOPMENT else ())
CORS_ORIGINS = words(
    "CORS_ORIGINS",
    [f"http://{host}:{_FRONTEND_PORT}" for host in _LOOPBACK_HOSTS] if DEVELOPMENT else (),
)
SITE_URL = text("SITE_URL", f"http://127.0.0.1:{_FRONTEND_PORT}" if DEVELOPMENT else "")
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")

# Secrets
SECRET_KEY = Secret(text("DJANGO_SECRET_KEY", DEVELOPMENT_SECRET))
VISITOR_SECRET = Secret(text("VISITOR_SECRET", DEVELOPMENT_SECRET))
CREDENTIALS_KEYS = [Secret(key) for key in words("CREDENTIALS_KEY")]

# LiveKit
_LIVEKIT_PORT = number("LIVEKIT_PORT", 7880, most=65535)
LIVEKIT_URL = text("LIVEKIT_URL", f"ws://127.0.0.1:{_LIVEKIT_PORT}")
LIVEKIT_PUBLIC_URL = text("LIVEKIT_PUBLIC_URL", LIVEKIT_URL)
LIVEKIT_API_KEY = text("LIVEKIT_API_KEY", "devkey" if DEVELOPMENT else "")
LIVEKIT_API_SECRET = Secret(text("LIVEKIT_API_SECRET", DEVELOPMENT_SECRET))

if not Path(os.environ.get("SSL_CERT_FILE") or os.devnull).exists():
    refuse("SSL_CERT_FILE names no file; set it to the certificates to trust, or leave it out.")

# Which proxies requests go through. What is imported later must not send LiveKit's to one.
PROXIES = proxies.take(os.environ, LIVEKIT_URL)


def _services() -> dict[Kind, Service]:
    try:
        found = services(os.environ)
    except Unusable as unusable:
        refuse(str(unusable))
    if sentence := missing(found):
        refuse(sentence)
    return found


# The agent
SERVICES: dict[Kind, Service] = _services()
AGENT_RUNTIME = choice("AGENT_RUNTIME", "embedded", ["embedded", "dispatch"])
SYSTEM_PROMPT = text(
    "SYSTEM_PROMPT",
    "You are a friendly voice assistant. Answer in one to three short spoken sentences, "
    "without lists, markup or emoji. Ask when something is unclear.",
)
ALLOW_VISITOR_PROMPT = flag("ALLOW_VISITOR_PROMPT", LOCAL_VISITOR)
GREETING = text("GREETING", "Hello. I am your voice agent. What would you like to talk about?")
TTS_VOICE = text("TTS_VOICE", PROVIDERS[SERVICES["tts"].provider].voice)
STT_LANGUAGE = language("STT_LANGUAGE", "en")
STT_STREAMING = choice("STT_STREAMING", "auto", ["auto", "on", "off"])
LLM_HISTORY_TOKENS = number("LLM_HISTORY_TOKENS", 16_000, least=500)
LLM_REPLY_TOKENS = number("LLM_REPLY_TOKENS", 2_000, least=0)
TURN_DETECTION = choice("TURN_DETECTION", "vad", ["vad", "model"])
SPECULATION = choice("SPECULATION", "auto", ["auto", "off"])
RECORDING = choice("RECORDING", "off", ["off", "ask"])

# Workers of the dispatch runtime
AGENT_EXECUTOR = choice("AGENT_EXECUTOR", "process", ["process", "thread"])
AGENT_SESSIONS = number("AGENT_SESSIONS", 4 * (os.cpu_count() or 1))
AGENT_LOAD_LIMIT = number("AGENT_LOAD_LIMIT", 90, most=100)
AGENT_IDLE_PROCESSES = number("AGENT_IDLE_PROCESSES", 2, least=0)
AGENT_DRAIN_SECONDS = number("AGENT_DRAIN_SECONDS", 600, most=86_400)
AGENT_PORT = number("AGENT_PORT", 0, least=0, most=65535)

# Limits
SESSION_GRACE_SECONDS = number("SESSION_GRACE_SECONDS", 20, most=3600)
MAX_SESSION_SECONDS = number("MAX_SESSION_SECONDS", 3600)
IDLE_SECONDS = number("IDLE_SECONDS", 300)
MAX_SESSIONS = number("MAX_SESSIONS", 4 if os.cpu_count() == 1 else 8)
MAX_SESSIONS_PER_VISITOR = number("MAX_SESSIONS_PER_VISITOR", 2)
MAX_SESSIONS_PER_ADDRESS = number("MAX_SESSIONS_PER_ADDRESS", max(1, MAX_SESSIONS // 2))
MAX_SOCKETS_PER_VISITOR = number("MAX_SOCKETS_PER_VISITOR", 256)
REQUESTS_PER_MINUTE = number("REQUESTS_PER_MINUTE", 60)
STARTS_PER_MINUTE = number("STARTS_PER_MINUTE", 20)
REQUESTS_AT_ONCE = number("REQUESTS_AT_ONCE", 16)
SLOW_CLIENTS_PER_ADDRESS = number("SLOW_CLIENTS_PER_ADDRESS", 32)
MAX_BODY_BYTES = 64 * 1024
MAX_AGENT_BYTES = 512 * 1024
"""Of a body that holds an agent or one of its tools: a letter of one may be 12 bytes of JSON."""

# The record
DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR.parent / "data")))
DATABASES = {"default": database(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

RECORDINGS_BUCKET = text("RECORDINGS_BUCKET")
RECORDINGS_SECRET = Secret(text("AWS_SECRET_ACCESS_KEY"))
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "recordings": recordings.bucket(
        RECORDINGS_BUCKET,
        endpoint=text("AWS_ENDPOINT_URL"),
        region=text("AWS_REGION"),
        key_id=text("AWS_ACCESS_KEY_ID"),
        secret=RECORDINGS_SECRET,
    )
    if RECORDINGS_BUCKET
    else recordings.folder(DATA_DIR / "recordings"),
}

_REDIS = Secret(text("CHANNEL_LAYERS"))
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "wakeups.layers.PatientLayer",
        "CONFIG": {"hosts": [_REDIS], "capacity": 1000},
    }
    if _REDIS
    else {"BACKEND": "wakeups.layers.InMemoryLayer", "CONFIG": {"capacity": 1000}}
}

CACHES = {
    # Of each visitor and address it holds the times of a minute's requests; the oldest make room.
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Django
INSTALLED_APPS = [
    "api",  # its templates come before those of the admin
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "corsheaders",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "operators",
    "vault",
    "outgoing",
    "credentials",
    "agents",
    "voice_sessions",
    "webhooks",
    "agent_manager",
    "channels_app",
    "serving",
]
MIDDLEWARE = [
    "api.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "api.middleware.ForNobodyElse",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "api.middleware.Failures",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_LEAST = 10
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", **options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"OPTIONS": {"min_length": PASSWORD_LEAST}}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "serving.application.application"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
STATIC_URL = "/backend-static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
_COPY = (
    BACKEND_PORT if DEVELOPMENT else "admin"
)  # cookies ignore ports, and backends share an address
SESSION_COOKIE_NAME = f"backend_session_{_COPY}"
CSRF_COOKIE_NAME = f"backend_csrf_{_COPY}"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31_536_000
CSRF_FAILURE_VIEW = "api.errors.csrf_failed"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["ip_address", "username"]
AXES_CLIENT_IP_CALLABLE = "api.logins.address"
AXES_LOCKOUT_CALLABLE = "api.logins.locked_out"
AXES_RESET_ON_SUCCESS = False  # api.logins forgets the account's own tries, and no others
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False

CORS_ALLOW_ALL_ORIGINS = "*" in CORS_ORIGINS
CORS_ALLOWED_ORIGINS = [origin for origin in CORS_ORIGINS if origin != "*"]
CORS_ALLOW_HEADERS = ["authorization", "content-type", "x-request-id"]
CORS_EXPOSE_HEADERS = ["x-request-id", "retry-after"]
CORS_PREFLIGHT_MAX_AGE = 600

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["visitors.authentication.VisitorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["visitors.authentication.HasVisitor"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.problem_details",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Voice agent",
    "VERSION": "1",
    "DESCRIPTION": (
        "Tokens, sessions and their record. The WebSocket is described in docs/. Every failure is "
        "a ProblemAnswer: also the 404 of an unknown address, and the 405 of a method that an "
        "address does not take, which names in Allow those that it takes."
    ),
    "ENUM_NAME_OVERRIDES": {
        "SessionState": "voice_sessions.models.State",
        "ServiceKind": "config.services.KINDS",
        "EntryRole": ["user", "agent"],
        "OperatorRole": "operators.models.Role",
        "EndReason": "voice_sessions.endings.EndReason",
        "ToolKind": ["http", "mcp", "built_in"],
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": "{ deepLinking: true, plugins: [readable] }",
}

# Logs
LOG_LEVEL = choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOG_FORMAT = choice("LOG_FORMAT", "console" if DEVELOPMENT else "json", ["console", "json"])
LOGGING = logging_config(
    level=LOG_LEVEL,
    json=LOG_FORMAT == "json",
    secrets=[
        SECRET_KEY,
        VISITOR_SECRET,
        *CREDENTIALS_KEYS,
        LIVEKIT_API_SECRET,
        RECORDINGS_SECRET,
        *(service.api_key for service in SERVICES.values() if not service.offline),
    ],
)
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # serving.edge has checked or made it
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None

"""The Flask app of the site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request

from flask_frontend import settings as site_settings
from flask_frontend.assets import version_assets
from flask_frontend.console.app import add_console
from flask_frontend.embedding import embedding
from flask_frontend.languages.choice import tell_caches
from flask_frontend.languages.saying import add_languages
from flask_frontend.logs import log_requests
from flask_frontend.pages import SessionIdConverter, SlugConverter, pages
from flask_frontend.proxies import TrustedProxies
from flask_frontend.security import protect
from flask_frontend.services import EXTENSION, build_services
from flask_frontend.settings import Settings
from flask_frontend.trouble import catch_trouble
from flask_frontend.visitors import COOKIE_LIFETIME
from flask_frontend.wording import add_words
from http_limits.bodies import is_under

MAX_BODY_BYTES = 64 * 1024
MAX_AGENT_BYTES = 512 * 1024
"""Of a form that holds an agent, one of its tools, or one of them that is kept meanwhile."""
OF_AGENTS = ("/console/agents", "/console/sign-in")


def create_app(settings: Settings | None = None) -> Flask:
    """The site, from the given settings or the environment's (SettingsError if those are wrong)."""
    settings = settings or site_settings.load()
    app = Flask(__name__)
    app.config.update(_flask_config(settings))
    app.extensions[EXTENSION] = build_services(settings)
    app.before_request(_limit_body)
    app.url_map.converters["session_id"] = SessionIdConverter
    app.url_map.converters["slug"] = SlugConverter
    log_requests(app)
    version_assets(app)
    protect(app, settings)
    catch_trouble(app)
    tell_caches(app)
    add_languages(app)
    add_words(app)
    app.register_blueprint(pages)
    app.register_blueprint(embedding)
    add_console(app, settings)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def most_bytes(path: str) -> int:
    """Returns how many bytes a request's body may have."""
    return MAX_AGENT_BYTES if is_under(path, OF_AGENTS) else MAX_BODY_BYTES


def _limit_body() -> None:
    request.max_content_length = most_bytes(request.path)


def _flask_config(settings: Settings) -> dict[str, object]:
    cookie = f"voice_agent_{_seen_port(settings)}"
    return {
        "FORMER_COOKIE_NAME": "" if settings.debug else cookie,
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_AGENT_BYTES,
        "PERMANENT_SESSION_LIFETIME": COOKIE_LIFETIME,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_NAME": cookie if settings.debug else f"__Host-{cookie}",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not settings.debug,
        "SESSION_REFRESH_EACH_REQUEST": False,
    }


def _seen_port(settings: Settings) -> int:
    """The port in people's address bar: cookies ignore ports, and frontends behind it share one."""
    if settings.debug:
        return settings.port
    return urlsplit(settings.backend_public_url).port or 443

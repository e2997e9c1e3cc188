"""What the API tells about itself, to staff: OpenAPI, and a page to try it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, wraps
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from visitors.authentication import View, for_staff

from .errors import NOT_ALLOWED
from .problems import Refused

_READING = ("GET", "HEAD")
_making = Lock()


def _read_by_staff(view: View) -> View:
    """Hides a view from everybody else, and lets staff do nothing but read."""

    @wraps(view)
    def reading(request: HttpRequest) -> HttpResponseBase:
        if request.method not in _READING:
            raise Refused(replace(NOT_ALLOWED, headers={"Allow": ", ".join(_READING)}))
        return view(request)

    return for_staff(reading)


@_read_by_staff
def schema(_request: HttpRequest) -> HttpResponse:
    """Answers with the OpenAPI document of the REST calls."""
    with _making:
        document = _document()
    return HttpResponse(document, content_type=OpenApiJsonRenderer.media_type)


docs = _read_by_staff(
    SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api/docs.html")
)
"""The page that shows the document and sends its calls; it loads nothing from elsewhere."""


@cache
def _document() -> bytes:
    """Returns the document as JSON, made once: that takes long enough to be heard in a voice."""
    content = SchemaGenerator().get_schema(request=None, public=True)
    rendered: bytes = OpenApiJsonRenderer().render(content, renderer_context={})
    return rendered

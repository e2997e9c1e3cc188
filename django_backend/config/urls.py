"""Every address of the backend, with the answers to those that do not exist."""

from __future__ import annotations

from api import errors, logins
from axes.decorators import axes_dispatch
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

admin.site.login_form = logins.OneAtATime
urlpatterns = [
    path("", include("api.urls")),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/login/", axes_dispatch(admin.site.login)),
    path("admin/", admin.site.urls),
    re_path(r"", errors.not_found),
]
handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error

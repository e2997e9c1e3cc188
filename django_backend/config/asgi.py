"""The backend as one ASGI application, where Django's tools look for it."""

from serving.application import application as application

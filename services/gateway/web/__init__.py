"""Inbound HTTP: the JSON API, the live stream and the pages. One file per part of the API; `app` puts them together."""

from __future__ import annotations

from services.gateway.web.app import build_app
from services.gateway.web.live import LiveHub
from services.gateway.web.parts import Limits, Parts, Services

__all__ = ["Limits", "LiveHub", "Parts", "Services", "build_app"]

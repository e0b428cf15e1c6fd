"""Puts the endpoints, the pages and the door together."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from services.gateway.web import (
    accounts,
    attachments,
    base_data,
    files,
    library,
    links,
    queries,
    quotas,
    reports,
    stream,
    trace,
    views,
)
from services.gateway.web.door import Door
from services.gateway.web.parts import Parts
from services.gateway.web.refusals import RESPONSES, add_handlers
from services.gateway.web.visit import PartsOf

STATIC = Path(__file__).resolve().parents[1] / "static"


def build_app(parts: Parts) -> ASGIApp:
    """The ASGI application."""
    app = FastAPI(
        title="明账 Mingzhang",
        version="1",
        # The usual pages of documentation load scripts from elsewhere, which closed networks do not reach.
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=RESPONSES,
    )
    app.state.parts = parts
    add_handlers(app)
    for router in (
        accounts.router,
        base_data.router,
        files.router,
        queries.router,
        quotas.router,
        attachments.router,
        library.router,
        links.router,
        trace.router,
        views.router,
        reports.router,
        stream.router,
    ):
        app.include_router(router)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    app.add_api_route("/metrics", metrics, include_in_schema=False)
    app.add_api_route("/", page, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC))
    return Door(app, parts)


def healthz() -> Response:
    """Served last of all that a process starts, so an answer means that everything runs."""
    return Response(b"ok\n", media_type="text/plain; charset=utf-8")


def metrics(parts: PartsOf) -> Response:
    """For Prometheus."""
    return Response(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST)


def page() -> Response:
    """The one page; its scripts show the rest."""
    return FileResponse(STATIC / "index.html")

"""Before and after every request: its id, its size, where it comes from, what the browser may do, what it took."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.web.attachments import ATTACHMENTS_PATH
from services.gateway.web.base_data import TEMPLATE_BYTES_MAX, TEMPLATES_PATH
from services.gateway.web.files import UPLOAD_PATH
from services.gateway.web.links import LINK_PATHS
from services.gateway.web.parts import Parts
from services.gateway.web.quotas import DOCUMENT_BYTES_MAX, DOCUMENTS_PATH
from services.gateway.web.refusals import answer, as_refusal
from services.gateway.web.visit import COOKIE
from services.kit.errors import NotAllowed
from services.kit.log import logger
from services.kit.rpc.context import in_request

BODY_BYTES_MAX = 64 * 1024
"""Of every request but those in `_LARGE`, and an upload, which is counted as it passes."""
_LARGE = {
    DOCUMENTS_PATH: DOCUMENT_BYTES_MAX,
    TEMPLATES_PATH: TEMPLATE_BYTES_MAX,
    **dict.fromkeys(LINK_PATHS, DOCUMENT_BYTES_MAX),
}
SAFE = ("GET", "HEAD", "OPTIONS")
METHODS = (*SAFE, "POST", "PUT", "PATCH", "DELETE")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

_log = logger("gateway.web")


class Door:
    """Wraps the whole application, so that nothing gets past it, errors neither."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else self._parts.accounts.ids.new()
        scope.setdefault("state", {}).update(request_id=request_id, language=self._parts.limits.language)
        exit_ = _Exit(send, request_id, scope["path"].startswith("/api/"))
        started = time.perf_counter()
        with in_request(request_id):
            try:
                refuse_foreign(scope["method"], headers, self._parts.limits.public_url)
                await self._app(scope, _bounded(scope, headers, receive), exit_)
            except Exception as failure:  # noqa: BLE001 - the last door: nothing may leave it untyped
                await self._word(failure, Request(scope), receive, exit_)
        self._measure(scope, exit_, started)

    async def _word(self, failure: Exception, request: Request, receive: Receive, exit_: _Exit) -> None:
        refusal = as_refusal(failure, request.state.request_id)
        if refusal is not failure:
            _log.error("a request failed", exc_info=failure, extra={"path": request.url.path})
        if not exit_.status:
            await answer(refusal, request)(request.scope, receive, exit_)

    def _measure(self, scope: Scope, exit_: _Exit, started: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "other"
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._parts.metrics.requests.labels(method, route, str(exit_.status)).inc()
        self._parts.metrics.seconds.labels(method, route).observe(
            (exit_.began or time.perf_counter()) - started
        )


class _Exit:
    """Adds the headers that every response has; knows whether one began, with which status, and when."""

    def __init__(self, send: Send, request_id: str, is_api: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._is_api = is_api
        self.status = 0
        self.began = 0.0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.began = message["status"], time.perf_counter()
            headers = MutableHeaders(scope=message)
            headers.update({**HEADERS, "X-Request-Id": self._request_id})
            headers.setdefault("Cache-Control", "no-store" if self._is_api else "no-cache")
        await self._send(message)


def refuse_foreign(method: str, headers: Mapping[str, str], public_url: str) -> None:
    """Refuses a change that another site makes a browser ask for.

    A bearer token is no cookie: no browser sends it by itself, as it does other credentials. Browsers name the
    origin of every unsafe request; a request with the cookie that names none did not come from one of our pages.
    """
    scheme, token = get_authorization_scheme_param(headers.get("authorization"))
    if method in SAFE or (scheme.lower() == "bearer" and token):
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        own = site == "same-origin"
    elif origin is not None:
        own = _site_of(origin) in (headers.get("host"), _site_of(public_url))
    else:
        own = f"{COOKIE}=" not in headers.get("cookie", "")
    if not own:
        raise NotAllowed(
            "gateway.foreign_origin", "请求来自其他网站，已拒绝", "the request comes from another site"
        )


def _site_of(url: str) -> str:
    """Host and port of an URL; of what is none, a word that is no host."""
    try:
        return urlsplit(url).netloc or "(none)"
    except ValueError:
        return "(none)"


def _bounded(scope: Scope, headers: Mapping[str, str], receive: Receive) -> Receive:
    """Counts the body as it is read; uploads count by themselves."""
    if scope["path"] in (UPLOAD_PATH, ATTACHMENTS_PATH):
        return receive
    bytes_max = _LARGE.get(scope["path"], BODY_BYTES_MAX)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > bytes_max:
        raise HTTPException(413)
    seen = 0

    async def counted() -> Any:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > bytes_max:
            raise HTTPException(413)
        return message

    return counted

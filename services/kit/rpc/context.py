"""Who is being served now, and in which request. Set by the doors (RPC, HTTP, consumers), read by all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from services.kit.caller import Caller
from services.kit.errors import NotSignedIn

_caller: ContextVar[Caller | None] = ContextVar("mingzhang_caller", default=None)
_request_id: ContextVar[str] = ContextVar("mingzhang_request_id", default="")


def current_caller() -> Caller:
    """The verified caller of the request being served; refuses (NotSignedIn) outside of one."""
    caller = _caller.get()
    if caller is None:
        raise NotSignedIn("caller.missing", "请先登录", "sign in first")
    return caller


def caller_if_any() -> Caller | None:
    """The verified caller of the request being served, or None outside of one."""
    return _caller.get()


def current_request_id() -> str:
    """The id of the request being served; empty outside of one."""
    return _request_id.get()


@contextmanager
def acting_as(caller: Caller) -> Iterator[Caller]:
    """Serves on behalf of a caller: calls to other services carry this caller and the caller's request id."""
    caller_before = _caller.set(caller)
    request_before = _request_id.set(caller.request_id)
    try:
        yield caller
    finally:
        _request_id.reset(request_before)
        _caller.reset(caller_before)


@contextmanager
def in_request(request_id: str) -> Iterator[str]:
    """Works on behalf of a request without a caller (a consumer, a job): logs and calls carry its id."""
    before = _request_id.set(request_id)
    try:
        yield request_id
    finally:
        _request_id.reset(before)

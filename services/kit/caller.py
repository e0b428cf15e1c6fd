"""Who asks: the caller as a value, its signature, and the scope that every query takes."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from google.protobuf.message import DecodeError
from mingzhang.caller.v1 import caller_pb2

from services.kit.errors import NotAllowed, NotSignedIn

METADATA_KEY = "mingzhang-caller-bin"
ADMINISTRATOR = "administrator"
FINANCE_OFFICER = "finance_officer"
RULE_AUTHOR = "rule_author"
SERVICE = "service"
PROVINCE_DIGITS = 2
"""Leading digits of a division's code that name its province."""
ROLES = (ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR, SERVICE)


@dataclass(frozen=True)
class Scope:
    """What may be seen: a division subtree (by the root's code) and funds (empty: all).

    `division` "630000" style codes nest by prefix: a province ends in 0000, a prefecture in 00.
    """

    division: str
    funds: tuple[str, ...] = ()

    @property
    def division_prefix(self) -> str:
        """What the codes of the subtree begin with: "63", "6301" or "630121"; "" for the country."""
        code = self.division
        if code in ("", "000000"):
            return ""
        if code.endswith("0000"):
            return code[:2]
        return code[:4] if code.endswith("00") else code

    def sees_division(self, code: str) -> bool:
        """Whether a division lies in the subtree."""
        return code.startswith(self.division_prefix)

    def narrowed(self, division: str) -> Scope:
        """The same scope, narrowed to a subtree inside it ("" leaves it); outside it is not allowed."""
        if not division:
            return self
        inner = replace(self, division=division)
        if not inner.division_prefix.startswith(self.division_prefix):
            raise NotAllowed(
                "caller.outside_scope",
                f"区划 {division} 不在您的管辖范围内",
                f"division {division} is outside your scope",
                {"division": division},
            )
        return inner


@dataclass(frozen=True)
class Caller:
    """Who asks, in which language, as part of which request."""

    user: str
    roles: tuple[str, ...]
    scope: Scope
    language: str = "zh"
    request_id: str = ""

    def require(self, *roles: str) -> None:
        """Refuses a caller who has none of the roles. A service always passes."""
        if SERVICE not in self.roles and not set(roles) & set(self.roles):
            wanted = ", ".join(roles)
            raise NotAllowed(
                "caller.role_missing",
                f"需要角色：{wanted}",
                f"this needs one of the roles {wanted}",
                {"roles": wanted},
            )

    def require_whole_province(self) -> None:
        """Refuses whoever sees only a part of the province, or only some funds: some things are done for all of it."""
        if len(self.scope.division_prefix) > PROVINCE_DIGITS or self.scope.funds:
            raise NotAllowed(
                "caller.not_the_province",
                "此项操作影响全省，须由管辖全省的人员办理",
                "this concerns the whole province: it is for people who see all of it",
            )


def service_caller(service: str, request_id: str) -> Caller:
    """A service that acts for itself sees everything."""
    return Caller(f"service:{service}", (SERVICE,), Scope(""), "zh", request_id)


def sign(caller: Caller, key: bytes, expires_at: datetime) -> bytes:
    """The caller as signed metadata bytes, valid until `expires_at`."""
    body = caller_pb2.Caller(
        user=caller.user,
        roles=caller.roles,
        division=caller.scope.division,
        funds=caller.scope.funds,
        language=caller.language,
        request_id=caller.request_id,
        expires_at_s=int(expires_at.timestamp()),
    ).SerializeToString(deterministic=True)
    return caller_pb2.SignedCaller(caller=body, signature=_mac(body, key)).SerializeToString()


def verify(signed: bytes, key: bytes, now: datetime) -> Caller:
    """The caller behind signed metadata bytes; refuses a wrong signature and one that has ended."""
    try:
        envelope = caller_pb2.SignedCaller.FromString(signed)
        genuine = hmac.compare_digest(envelope.signature, _mac(envelope.caller, key))
        body = caller_pb2.Caller.FromString(envelope.caller) if genuine else None
    except DecodeError:
        body = None
    if body is None:
        raise NotSignedIn("caller.bad_signature", "调用者签名无效", "the caller's signature is not valid")
    if body.expires_at_s <= now.timestamp():
        raise NotSignedIn("caller.expired", "登录已过期，请重新登录", "the sign-in has ended, sign in again")
    return Caller(
        body.user,
        tuple(body.roles),
        Scope(body.division, tuple(body.funds)),
        body.language or "zh",
        body.request_id,
    )


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()

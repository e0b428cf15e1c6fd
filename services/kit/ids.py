"""The only place that makes up identities."""

from __future__ import annotations

import secrets
from typing import Protocol


class Ids(Protocol):
    """Makes identities. Tests bring their own."""

    def new(self) -> str:
        """A new identity: 32 hex digits."""
        ...

    def token(self) -> int:
        """A new random token, 1 to 2**63 - 1."""
        ...


class RandomIds:
    """Identities from the machine's random source."""

    def new(self) -> str:
        """A new identity: 32 hex digits."""
        return secrets.token_hex(16)

    def token(self) -> int:
        """A new random token, 1 to 2**63 - 1."""
        return secrets.randbelow(2**63 - 1) + 1

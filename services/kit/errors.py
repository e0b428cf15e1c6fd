"""The few classes of refusal. A code names the case, two sentences tell it; transports map the class, once each."""

from __future__ import annotations

from collections.abc import Mapping


class MingzhangError(Exception):
    """A refusal that a person can read.

    `code` is stable ("ledger.key_conflict"); `zh` and `en` are the sentences; `parameters` the values in them.
    """

    def __init__(self, code: str, zh: str, en: str, parameters: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.parameters = {name: str(value) for name, value in (parameters or {}).items()}

    def sentence(self, language: str) -> str:
        """The sentence in "zh" or "en"."""
        return self.en if language == "en" else self.zh


class InvalidInput(MingzhangError):  # noqa: N818 - named for what happened, as all of these are
    """The caller sent something that cannot be taken as it is (gRPC INVALID_ARGUMENT, HTTP 422)."""


class NotFound(MingzhangError):  # noqa: N818
    """It does not exist, or the caller may not see it (NOT_FOUND, 404)."""


class Conflict(MingzhangError):  # noqa: N818
    """It contradicts what is recorded (ALREADY_EXISTS, 409)."""


class Refused(MingzhangError):  # noqa: N818
    """A limit or the state of things forbids it (FAILED_PRECONDITION, 409)."""


class TooLarge(MingzhangError):  # noqa: N818
    """Past a limit of size or count (RESOURCE_EXHAUSTED, 413)."""


class NotAllowed(MingzhangError):  # noqa: N818
    """The caller's roles or scope do not allow it (PERMISSION_DENIED, 403)."""


class NotSignedIn(MingzhangError):  # noqa: N818
    """No valid caller (UNAUTHENTICATED, 401)."""


class Unavailable(MingzhangError):  # noqa: N818
    """Something that is needed does not answer now; trying again may help (UNAVAILABLE, 503)."""

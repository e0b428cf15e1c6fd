"""What callers ask of ingest: take a file in, show imports and quarantine, tell clear values to who may know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.ingest.domain import text
from services.ingest.domain.imports import FILE_NAME_MAX, Import, NewImport
from services.ingest.usecases.ports import ImportStore, Ports, Quarantined, Reading, Revealed, Upload, Vault
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.clock import Clock
from services.kit.errors import InvalidInput, NotFound
from services.kit.ids import Ids

PROFILE_NAME_MAX = 64
REVEALED_MAX = 100
REASON_CHARACTERS_MIN = 5
IMPORTS_PAGE_MAX = 200
QUARANTINE_PAGE_MAX = 500


def start_import(
    ports: Ports, ids: Ids, caller: Caller, upload: Upload, blocks: Iterable[bytes], bytes_max: int
) -> tuple[Import, bool]:
    """Keeps an uploaded file and lets its import wait; the same file again is known (True), whoever sends it, unless
    its import failed: then it is read anew.

    Errors: InvalidInput for an empty file and TooLarge past `bytes_max` (nothing stays behind), NotAllowed, InvalidInput.
    """
    caller.require(ADMINISTRATOR, FINANCE_OFFICER)
    scope = caller.scope.narrowed(upload.division_code)
    name = text.file_name(upload.file_name)
    if not name or len(name) > FILE_NAME_MAX:
        raise InvalidInput("ingest.file_name", "文件名为空或过长", "the file name is empty or too long")
    stored = ports.raw_files.store(blocks, bytes_max)
    new = NewImport(
        ids.new(),
        name,
        text.seen(upload.profile)[:PROFILE_NAME_MAX],
        scope.division,
        stored.sha256,
        stored.size_bytes,
        caller.user,
        ports.clock.now(),
        caller.request_id,
    )
    return ports.store.add(new)


def list_imports(store: ImportStore, scope: Scope, limit: int, page_token: str) -> tuple[list[Import], str]:
    """Imports inside the scope, newest first, 1 to 200."""
    return store.page(scope, _limit(limit, IMPORTS_PAGE_MAX), page_token)


def get_import(store: ImportStore, scope: Scope, import_id: str) -> Import:
    """One import inside the scope; NotFound outside of it."""
    found = store.get(import_id, scope)
    if found is None:
        raise NotFound("ingest.no_such_import", "没有这个导入批次", "there is no such import")
    return found


def list_quarantine(
    store: ImportStore, scope: Scope, import_id: str, limit: int, page_token: str
) -> tuple[list[Quarantined], str]:
    """Quarantined rows inside the scope, newest first, 1 to 500."""
    return store.quarantine(scope, import_id, _limit(limit, QUARANTINE_PAGE_MAX), page_token)


def reveal(vault: Vault, clock: Clock, caller: Caller, tokens: Sequence[int], reason: str) -> list[Revealed]:
    """Values behind at most 100 tokens, for a stated reason. Whole for administrators and county officers.

    Errors: NotAllowed, InvalidInput (reason too short, too many tokens).
    """
    caller.require(ADMINISTRATOR, FINANCE_OFFICER)
    reason = text.seen(reason)
    if len(reason) < REASON_CHARACTERS_MIN:
        raise InvalidInput(
            "ingest.reason_missing",
            f"请说明查看原因（至少 {REASON_CHARACTERS_MIN} 个字）",
            f"say why, in at least {REASON_CHARACTERS_MIN} characters",
        )
    if not 1 <= len(tokens) <= REVEALED_MAX:
        raise InvalidInput(
            "ingest.too_many_tokens",
            f"一次可查看 1 至 {REVEALED_MAX} 项",
            f"1 to {REVEALED_MAX} values may be read at once",
        )
    county = FINANCE_OFFICER in caller.roles and len(caller.scope.division_prefix) == 6
    whole = ADMINISTRATOR in caller.roles or county
    reading = Reading(caller.user, clock.now(), reason, whole, caller.request_id)
    return vault.reveal(tokens, reading)


def _limit(limit: int, limit_max: int) -> int:
    if not 1 <= limit <= limit_max:
        raise InvalidInput(
            "ingest.limit",
            f"limit 应为 1 至 {limit_max}",
            f"limit must be 1 to {limit_max}",
            {"max": limit_max},
        )
    return limit

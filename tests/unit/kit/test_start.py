"""What a start finds: keys of a start that was killed, and a database that is away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.kit.config import Config
from services.kit.errors import Unavailable
from services.kit.keys import secret_key, signing_key, vault_key
from services.kit.runtime import Runtime


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path / "data")
    first = (secret_key(config), signing_key(config), vault_key(config))
    again = (secret_key(config), signing_key(config), vault_key(config))
    modes = {path.name: path.stat().st_mode & 0o777 for path in config.data_dir.iterdir()}

    assert first == again
    assert modes == {"secret.key": 0o600, "signing.key": 0o600, "vault.key": 0o600}


def test_what_a_killed_start_left_does_not_stop_the_next(tmp_path: Path) -> None:
    """In a container the next process has the number of the one before."""
    (tmp_path / f"secret.{os.getpid()}").touch()

    assert len(secret_key(Config(data_dir=tmp_path))) >= 32


def test_a_database_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, database_url="postgresql://nobody:pass@127.0.0.1:1/{service}")
    runtime = Runtime(config, ("notify",))

    with pytest.raises(Unavailable) as refusal:
        runtime.open_database()

    assert "pass" not in str(refusal.value)
    runtime.stop()

"""The gateway mounted in a process: the first administrator, the words at the start, and the pages."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from services.gateway import module
from services.gateway.module import first_password_path, welcome
from services.gateway.web.app import STATIC
from services.kit.config import Config
from services.kit.embedded_postgres import EmbeddedPostgres
from services.kit.errors import Refused
from services.kit.runtime import Runtime
from services.rules.domain import FACT_KINDS
from tests.system import free_port
from tests.unit.gateway.conftest import Gateway

SCRIPTS = sorted(STATIC.rglob("*.js"))
PAGES = [
    *SCRIPTS,
    *sorted(STATIC.glob("*.html")),
    *sorted(STATIC.glob("*.css")),
    *sorted(STATIC.glob("*.svg")),
]


def name_of(path: Path) -> str:
    """For a readable test id."""
    return str(path.relative_to(STATIC))


def configured(postgres: EmbeddedPostgres, folder: Path, database: str, port: int) -> Config:
    """A gateway process of its own on the server of the tests."""
    url = postgres.url(f"{database}_gateway").render_as_string(hide_password=False)
    return Config(
        data_dir=folder,
        runtime_dir=folder / "run",
        database_url=url.replace(f"{database}_gateway", database + "_{service}"),
        http_port=port,
    )


def test_the_start_tells_an_address_and_a_password_that_are_true(
    postgres: EmbeddedPostgres, short_path: Path
) -> None:
    """Whoever reads them can sign in; a second start on the same port says what is wrong."""
    said: list[str] = []
    port = free_port()
    runtime = Runtime(configured(postgres, short_path / "a", "module", port), ("gateway",), said.append)
    second = Runtime(configured(postgres, short_path / "b", "module", port), ("gateway",), said.append)
    try:
        runtime.start({"gateway": module.mount})
        words = said[-1]
        address = re.search(r"http://\S+", words)
        password = re.search(r"first password: (\S+)", words)
        assert address
        assert password
        credentials = {"user": "admin", "password": password[1]}
        answer = httpx.post(f"{address[0]}/api/v1/login", json=credentials)
        with pytest.raises(Refused) as refusal:
            second.start({"gateway": module.mount})
    finally:
        second.stop()
        runtime.stop()

    assert answer.json()["must_change_password"] is True
    assert refusal.value.code == "kit.http_address"


def test_the_password_is_told_until_it_is_changed(tmp_path: Path) -> None:
    """Then the address alone."""
    config = Config(data_dir=tmp_path, http_host="0.0.0.0", http_port=8081)
    first_password_path(config).write_text("abcde-fghij\n")
    before = welcome(config)
    first_password_path(config).unlink()
    after = welcome(config)

    assert "abcde-fghij" in before
    assert after == "网页 · web pages: http://127.0.0.1:8081"


def test_the_page_and_all_that_it_loads_are_served(gateway: Gateway) -> None:
    """Every script that a script imports is there, with the type that browsers insist on."""
    client = gateway.client()
    page = client.get("/")
    wanted = {f"/static/{name_of(path)}" for path in PAGES if path.suffix != ".html"}
    answers = {path: client.get(path) for path in wanted}
    linked = {f"/static/{name}" for name in re.findall(r'"/static/([^"]+)"', page.text)}

    assert page.headers["content-type"].startswith("text/html")
    assert linked <= wanted
    assert {answer.status_code for answer in answers.values()} == {200}
    assert all(
        "javascript" in answers[path].headers["content-type"] for path in wanted if path.endswith(".js")
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_reads_data_as_html(path: Path) -> None:
    """Text nodes only; nothing is evaluated, nothing is styled or handled inline (the policy would stop it)."""
    text = path.read_text(encoding="utf-8")
    forbidden = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\bstyle:", text
    )
    imports = re.findall(r'from "(\.[^"]+)"', text)

    assert forbidden == []
    assert all((path.parent / target).is_file() for target in imports)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pages_load_nothing_from_elsewhere_and_accuse_nobody(path: Path) -> None:
    """Closed networks reach no other host; and a suspicion is 预警 or 疑点 until the finding."""
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")

    assert not re.search(r"https?://|\bviolat", text)
    assert "违规" not in text


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_every_word_of_a_page_is_written_down(path: Path) -> None:
    """In Chinese and in English."""
    used = set(re.findall(r'\bt\("(\w+)"', path.read_text(encoding="utf-8")))

    assert used - words().keys() == set()


def test_both_languages_fill_in_the_same_values() -> None:
    """Like {n} and {day}."""
    differing = [
        name
        for name, pair in words().items()
        if len({frozenset(re.findall(r"\{\w+\}", text)) for text in pair}) > 1
    ]

    assert differing == []
    assert len(words()) > 200


def test_no_word_is_written_down_twice() -> None:
    """The later one would stand for both."""
    texts = [path.read_text(encoding="utf-8") for path in (STATIC / "js").glob("words*.js")]
    names = Counter(name for text in texts for name in re.findall(r'^  (\w+): \["', text, re.MULTILINE))

    assert [name for name, count in names.items() if count > 1] == []


def words() -> dict[str, tuple[str, str]]:
    """Every word of the pages: its name, in Chinese and in English."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((STATIC / "js").glob("words*.js"))]
    found = [
        pair for text in texts for pair in re.findall(r'^  (\w+): \["(.+)", "(.+)"\],$', text, re.MULTILINE)
    ]
    return {name: (zh, en) for name, zh, en in found}


def test_fields_are_called_what_the_rules_call_them() -> None:
    """Every field that an explanation can show has a name for people."""
    text = (STATIC / "js" / "fields.js").read_text(encoding="utf-8")
    told = dict(re.findall(r'^  (\w+): "([^"]+)",$', text, re.MULTILINE))
    fields = [field for kind in FACT_KINDS.values() for field in kind.fields]

    assert {field.name for field in fields} - told.keys() == set()
    assert not [name for name in told if name not in {field.name for field in fields}]

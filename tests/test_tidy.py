"""What the import walls cannot see: style that matters, checked by reading the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from services.kit.config import Config, load

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for path in (ROOT / "services").rglob("*.py"))
ALL_PYTHON = sorted([*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "deploy").rglob("*.py")])
PROTOS = sorted((ROOT / "protos").glob("mingzhang/**/*.proto"))
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
NOT_CONSUMED = {
    "BundlesDeployed": "the status of an evaluator is asked by RPC; the stream is for audits",
    "ReportsFrozen": "frozen reports are read by people; nothing follows from them yet",
    "ImportFindings": "an oddity is shown with its import; no rule judges it yet",
}
OWNERS_OF_THE_WORLD = {"config.py", "clock.py", "ids.py", "keys.py"}


def name_of(path: Path) -> str:
    """The path inside the project, for a readable test id."""
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    """The syntax tree of a source file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.AST) -> str:
    """ "datetime.now" for an attribute of a name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_a_room() -> None:
    """Past 400 lines a file becomes a package of the same name."""
    long = [
        name_of(p) for p in ALL_PYTHON if len(p.read_text(encoding="utf-8").splitlines()) > FILE_LINES_MAX
    ]

    assert long == []


def test_every_function_fits_a_screen() -> None:
    """A function has at most 60 lines; a migration is a list of tables that never changes again."""
    long = [
        f"{name_of(p)}:{f.name}"
        for p in ALL_PYTHON
        if p.parent.name not in ("migrations", "versions")
        for f in functions(p)
        if (f.end_lineno or f.lineno) - f.lineno + 1 > FUNCTION_LINES_MAX
    ]

    assert long == []


def test_every_module_opens_with_what_it_owns() -> None:
    """Each module has a docstring (migrations and generated code apart)."""
    mute = [name_of(p) for p in SOURCES if not ast.get_docstring(tree(p))]

    assert mute == []


def test_only_config_clock_and_ids_touch_the_world() -> None:
    """The environment, the clock and randomness come from kit; everything else is handed them."""
    forbidden = {
        "os.environ",
        "os.getenv",
        "datetime.now",
        "datetime.utcnow",
        "datetime.datetime.now",
        "date.today",
        "time.time",
        "uuid.uuid4",
        "uuid4",
        "random.random",
        "secrets.token_hex",
        "secrets.token_urlsafe",
    }
    guilty = [
        f"{name_of(path)}:{node.lineno} {dotted(node)}"
        for path in SOURCES
        if path.parent.name != "kit" or path.name not in OWNERS_OF_THE_WORLD
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node) in forbidden
    ]

    assert guilty == []


def test_no_domain_knows_a_float() -> None:
    """Money is int64 fen, and no share of it is a float."""
    domains = [p for p in SOURCES if p.name == "domain.py" or "domain" in p.parts]
    guilty = [
        f"{name_of(path)}:{node.lineno}"
        for path in domains
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and not isinstance(node.left, ast.Call)
        )
    ]

    assert guilty == []


def test_every_call_of_a_stub_has_a_deadline() -> None:
    """A call whose receiver is named a stub carries timeout=."""
    guilty = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and re.search(r"(^|\.|_)stub$", dotted(node.func.value))
        and not any(keyword.arg == "timeout" for keyword in node.keywords)
    ]

    assert guilty == []


def test_every_migration_names_its_place() -> None:
    """Migrations are numbered, and only ever added."""
    files = sorted((ROOT / "services").glob("*/migrations/*.py"))
    wrong = [
        name_of(p)
        for p in files
        if p.name != "__init__.py" and not re.match(r"\d{4}_[a-z0-9_]+\.py$", p.name)
    ]

    assert wrong == []


@pytest.mark.parametrize("path", PROTOS, ids=name_of)
def test_every_contract_is_commented(path: Path) -> None:
    """Every message, field, call and enum value has a comment, and enums begin with _UNSPECIFIED = 0."""
    lines = path.read_text(encoding="utf-8").splitlines()
    declared = re.compile(
        r"^\s*((message|enum|service|rpc|oneof)\s+\w+|(repeated |optional |map<.*> )?[\w.]+ \w+ = \d+)"
    )
    mute = [
        f"{n + 1}: {line.strip()}"
        for n, line in enumerate(lines)
        if declared.match(line) and not re.match(r"^\s*//", lines[n - 1])
    ]
    enums = re.findall(r"enum \w+ \{\s*(?://[^\n]*\s*)*(\w+) = 0;", "\n".join(lines))

    assert mute == []
    assert all(name.endswith("_UNSPECIFIED") for name in enums)


def rulebook_files() -> list[Path]:
    """Every rule file that is shipped."""
    return sorted((ROOT / "services" / "rules" / "rulebooks").rglob("*.yaml"))


@pytest.mark.parametrize("path", rulebook_files(), ids=name_of)
def test_every_rule_has_a_basis_and_cases_that_fire_and_do_not(path: Path) -> None:
    """A rule cites its basis, and shows one case that fires and one that just does not."""
    rule = yaml.safe_load(path.read_text(encoding="utf-8"))
    outcomes = {case["then"] for case in rule["cases"]}

    assert rule["basis"]
    assert {"warn", "none"} <= outcomes


def test_no_rule_calls_a_suspicion_a_violation() -> None:
    """预警 and 疑点 until the finding, never 违规."""
    guilty = [name_of(p) for p in rulebook_files() if "违规" in p.read_text(encoding="utf-8")]

    assert guilty == []


def test_every_event_has_a_consumer_or_a_reason() -> None:
    """Each event message is handled somewhere, or passed over with a reason."""
    events = {
        match
        for path in PROTOS
        if path.name == "events.proto"
        for match in re.findall(r"Stream|message (\w+) \{", path.read_text(encoding="utf-8"))
        if match and re.search(r"(ed|Findings)$", match) and match not in {"Covered", "Restated"}
    }
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    unheard = sorted(name for name in events - NOT_CONSUMED.keys() if f'"{name}"' not in sources)

    assert unheard == []


def test_documents_exist_in_both_languages() -> None:
    """README and README.zh-CN say the same; at least the same commands."""
    english = (ROOT / "README.md").read_text(encoding="utf-8")
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    (?:make|mingzhang) .*$", english, re.MULTILINE)

    assert commands
    assert [c for c in commands if c.split("#")[0].strip() not in chinese] == []


def test_generated_code_is_fresh() -> None:
    """`make protos` was run after the last change of a contract."""
    import subprocess
    import sys

    answer = subprocess.run(
        [sys.executable, "deploy/protos.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert answer.stderr == ""
    assert answer.returncode == 0


def test_every_setting_is_in_the_example() -> None:
    """.env.example names every setting with its default, and no other; those for tests stay out of it."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?MINGZHANG_([A-Z_]+)=", example, re.MULTILINE))
    given = dict(line.split("=", 1) for line in example.splitlines() if line.startswith("MINGZHANG_"))

    assert load(given) == Config()
    assert named == {item.name.upper() for item in fields(Config)} - {"CRASH_POINT"}

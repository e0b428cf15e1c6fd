"""Generates the Python code of the contracts beside the .proto files. `--check` fails if it is not fresh."""

from __future__ import annotations

import filecmp
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parents[1] / "protos"
GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py")


def generate(target: Path) -> None:
    """Writes the generated code of every contract under `target`."""
    sources = sorted(PROTOS.glob("mingzhang/**/*.proto"))
    services = [source for source in sources if "\nservice " in source.read_text(encoding="utf-8")]
    include = [f"-I{PROTOS}", f"-I{resources.files('grpc_tools') / '_proto'}"]
    messages = [*include, f"--python_out={target}", f"--pyi_out={target}", *map(str, sources)]
    stubs = [*include, f"--grpc_python_out={target}", *map(str, services)]
    for arguments in (messages, stubs):
        if protoc.main(["protoc", *arguments]) != 0:
            raise SystemExit("protoc failed")


def main() -> int:
    """Generates in place, or with --check compares with what is there."""
    if "--check" not in sys.argv:
        generate(PROTOS)
        return 0
    fresh = Path(tempfile.mkdtemp(prefix="mingzhang-protos-"))
    try:
        generate(fresh)
        made = {path.relative_to(fresh) for pattern in GENERATED for path in fresh.rglob(pattern)}
        there = {
            path.relative_to(PROTOS)
            for pattern in GENERATED
            for path in PROTOS.glob(f"mingzhang/**/{pattern}")
        }
        stale = sorted(p for p in made & there if not filecmp.cmp(fresh / p, PROTOS / p, shallow=False))
        wrong = [*stale, *sorted(made ^ there)]
        for path in wrong:
            sys.stderr.write(f"not fresh: protos/{path} (run make protos)\n")
        return 1 if wrong else 0
    finally:
        shutil.rmtree(fresh)


if __name__ == "__main__":
    sys.exit(main())

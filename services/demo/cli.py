"""`mingzhang demo write` and `mingzhang demo load`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.kit.module import ServiceKit

_SIZES = """sizes (over the same quotas and projects; measured on two shared cores, l extrapolated from m):
  s  about 20 thousand lines    15 MB    3 s
  m  about  1 million lines    0.4 GB    1 min
  l  about 20 million lines    8.5 GB   20 min, below 0.3 GB of memory
"""


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser], open_kit: Callable[[], ServiceKit]
) -> None:
    """Adds the two commands below `mingzhang demo`."""
    write = subparsers.add_parser(
        "write",
        help="write a made-up year as files, with planted irregularities and their truth",
        epilog=_SIZES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    write.add_argument("--size", choices=("s", "m", "l"), default="s")
    write.add_argument("--seed", type=int, default=20180730, help="same seed, same bytes (20180730)")
    write.add_argument("directory", type=Path, metavar="DIR", help="new or empty folder")
    write.set_defaults(run=_write)
    load = subparsers.add_parser(
        "load", help="load a written demo into the running system, and close its days"
    )
    load.add_argument("directory", type=Path, metavar="DIR")
    load.add_argument("--close-to", default="", metavar="DAY", help="last day to close, such as 2018-09-30")
    load.set_defaults(run=lambda arguments: _load(arguments, open_kit))


def _write(arguments: argparse.Namespace) -> int:
    from services.demo.write import write_demo

    write_demo(arguments.directory, arguments.size, arguments.seed, _report)
    return 0


def _load(arguments: argparse.Namespace, open_kit: Callable[[], ServiceKit]) -> int:
    from services.demo.load import load

    load(open_kit(), arguments.directory, _report, arguments.close_to)
    return 0


def _report(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

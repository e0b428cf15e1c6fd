"""The demo at the first start of a system: written beside the data, loaded, deleted, remembered.

The files hold names and numbers in clear text (made up, but handled like real ones), so they do not stay.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

from services.demo.load import load
from services.demo.write import write_demo
from services.kit.errors import Refused
from services.kit.module import ServiceKit

Report = Callable[[str], None]
MARKER = "demo.json"
FOLDER = "demo-files"


def run(kit: ServiceKit, report: Report) -> bool:
    """Loads the demo that the configuration asks for, unless it was loaded before. True if it was loaded now.

    A run that was broken off is repeated: the files are the same bytes again, and what is in stays. Refused if
    another demo is in this data folder already.
    """
    config = kit.config
    if not config.demo_size:
        return False
    wanted = {"size": config.demo_size, "seed": config.demo_seed}
    marker = config.data_dir / MARKER
    folder = config.data_dir / FOLDER
    if marker.exists():
        state = json.loads(marker.read_text(encoding="utf-8"))
        if {"size": state["size"], "seed": state["seed"]} != wanted:
            raise Refused(
                "demo.other",
                f"数据目录中已有演示数据 {state['size']}（种子 {state['seed']}）",
                f"this data folder holds demo {state['size']} with seed {state['seed']} already",
            )
        if state["loaded"]:
            return False
    else:
        marker.write_text(json.dumps({**wanted, "loaded": False}), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        write_demo(folder, config.demo_size, config.demo_seed, report)
        load(kit, folder, report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    marker.write_text(json.dumps({**wanted, "loaded": True}), encoding="utf-8")
    return True

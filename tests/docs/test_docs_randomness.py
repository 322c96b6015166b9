"""The figures on the page about random words are those of the contracts and of the gas snapshot."""

import json
import re

from markdown import ROOT

PAGE = (ROOT / "docs" / "randomness.md").read_text(encoding="utf-8")
STEPS = json.loads((ROOT / "benchmarks" / "gas.json").read_text(encoding="utf-8"))["steps"]
CALLS = {
    "request": ["request"],
    "prove": ["prove"],
    "fallBack": ["fall back"],
    "commit": ["seal", "first seal"],
    "reveal": ["reveal", "first reveal"],
    "withdraw": ["withdraw"],
}


def constant(contract: str, name: str) -> str:
    """The right side of a constant's declaration."""
    source = (ROOT / "contracts" / f"{contract}.sol").read_text(encoding="utf-8")
    found = re.search(rf"\b{name} = ([^;]+);", source)
    assert found is not None, name
    return found[1]


def test_constants_that_the_page_quotes() -> None:
    """132 blocks, 256 blocks, 1,024 bytes, 10 minutes to 7 days; and what follows from them at 12 seconds a block."""
    assert constant("BeaconRandomness", "DELAY") == "132"
    assert constant("BeaconRandomness", "PROOF_WINDOW") == "256"
    assert constant("libraries/BlockHeader", "MAX_LENGTH") == "1_024"
    assert constant("libraries/BlockHeader", "LEAST_MIX") == "1 << 64"
    assert constant("CommitRevealRandomness", "MIN_WINDOW") == "10 minutes"
    assert constant("CommitRevealRandomness", "MAX_WINDOW") == "7 days"
    assert "132 to 388 blocks later: 27 to 78 minutes" in PAGE
    assert (132 + 256, round(133 * 12 / 60), round(388 * 12 / 60)) == (388, 27, 78)


def test_gas_that_the_page_tells() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    told = {row[0].strip("`"): row[1] for row in rows if len(row) == 3}
    for call, steps in CALLS.items():
        used = [STEPS["randomness"][step] for step in steps]
        rounded = [f"{round(one['gas'] / one['members'], -3):,.0f}" for one in used]
        assert told[call] == " to ".join(rounded)

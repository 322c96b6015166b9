"""The figures on the page about random words are those of the contracts and of the gas snapshot."""

import json
import re
from typing import Any

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import BOND, SECRET_TERMS, SecretTerms, create
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm
from tests.docs.markdown import ROOT, blocks

PAGE = (ROOT / "docs" / "randomness.md").read_text(encoding="utf-8")
STEPS = json.loads((ROOT / "benchmarks" / "gas" / "gas.json").read_text(encoding="utf-8"))["steps"]
CALLS = {
    "request": ["request"],
    "prove": ["prove"],
    "fallBack": ["fall back"],
    "commit": ["seal", "first seal"],
    "reveal": ["reveal", "first reveal"],
    "withdrawBonds": ["withdraw"],
}


def constant(contract: str, name: str) -> str:
    """The right side of a constant's declaration."""
    source = (ROOT / "contracts" / "randomness" / f"{contract}.sol").read_text(encoding="utf-8")
    found = re.search(rf"\b{name} = ([^;]+);", source)
    assert found is not None, name
    return found[1]


def test_constants_that_the_page_quotes() -> None:
    """132 blocks, 256 blocks, 1,024 bytes, 10 minutes to 7 days; and what follows from them at 12 seconds a block."""
    assert constant("BeaconRandomness", "DELAY") == "132"
    assert constant("BeaconRandomness", "PROOF_WINDOW") == "256"
    assert constant("BlockHeader", "MAX_LENGTH") == "1_024"
    assert constant("BlockHeader", "LEAST_MIX") == "1 << 64"
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


def test_terms_of_the_source_that_is_deployed_along() -> None:
    assert SecretTerms(bond=10**17, window_seconds=3_600) == SECRET_TERMS
    assert "a bond of 0.1 ETH and windows of one hour each" in PAGE


def test_the_snippet_seals_a_secret_that_opens() -> None:
    """Played on revm: the seal is taken, the secret opens it and makes the word, and the bond comes back."""
    (snippet,) = (b for b in blocks("python") if b.page == ROOT / "docs" / "randomness.md")
    chain = Revm()
    ann, consumer = chain.actor(0), chain.actor(1)
    chain.fund(ann, BOND)
    name, window = "CommitRevealRandomness", SECRET_TERMS.window_seconds
    source, abi = create(chain, ann, name, BOND, window, window), contract(name)
    chain.send(Transaction(consumer, source, abi.encode("request", 7)))

    names: dict[str, Any] = {
        "chain": chain,
        "source": source,
        "consumer": consumer,
        "id_": 7,
        "ann": ann,
    }
    exec(snippet.text, names)
    chain.send(names["commit"])
    assert chain.balance(ann) == 0
    chain.advance_to(chain.now() + SECRET_TERMS.window_seconds)
    chain.send(names["reveal"])
    chain.send(names["withdraw"])
    assert chain.balance(ann) == BOND
    answer = chain.call(source, abi.encode("wordOf", consumer, 7))
    assert abi.decode("wordOf", answer)[0] is True

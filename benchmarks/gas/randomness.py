"""What random words cost, measured on Anvil: a draw by the beacon, and one that falls back to three secrets.

A header's bytes differ from run to run. So that figures can be repeated, a proof is booked as if none
of them were zero, which is also the most that a header of this length can cost.
"""

from collections import defaultdict
from contextlib import closing
from typing import Final

from benchmarks.gas.costs import Cost, figures
from benchmarks.gas.meter import NONZERO_BYTE, ZERO_BYTE
from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import BOND, SecretTerms, create, deploy_secrets
from offchain.bindings.seals import secret_seal
from offchain.chain import abi, nodes
from offchain.chain.backend import Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.play.words import WINDOW_SECONDS

ROWS: Final = {
    "request": ("beacon: ask for a word", 48_500),
    "prove": ("beacon: prove the header", 75_500),
    "fall back": ("beacon: hand an unproved draw over", 58_500),
    "first seal": ("secrets: seal the first of a round", 58_500),
    "seal": ("secrets: seal another", 55_500),
    "first reveal": ("secrets: open the first", 84_500),
    "reveal": ("secrets: open another", 67_000),
    "last reveal": ("secrets: open the last, which draws the word", 69_500),
    "withdraw": ("secrets: withdraw the bond", 31_500),
}
"""Every step with what it is called in tables, and its budget in gas."""

_FUNDS: Final = 10**21
_START: Final = 4_000_000_000
"""When it begins, in seconds since the epoch."""
_PEOPLE: Final = 3
_CONSUMER, _ID, _LATE = 0, 7, 8


def measure() -> dict[str, dict[str, int]]:
    """Draws on an Anvil of its own: gas, how many it served and transactions, for every step of `ROWS`.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
    """
    with (
        nodes.anvil(accounts=1, auto_impersonate=True) as node,
        closing(JsonRpc(node.url)) as chain,
    ):
        chain.advance_to(_START)
        bench = _Bench(chain)
        bench.draw_by_beacon()
        bench.draw_by_secrets(bench.fall_back())
    return figures(bench.costs, ROWS)


class _Bench:
    """Both sources on a node, and the costs so far."""

    def __init__(self, chain: JsonRpc) -> None:
        self.costs: defaultdict[str, Cost] = defaultdict(Cost)
        self._chain = chain
        self._people = [chain.actor(n) for n in range(_PEOPLE)]
        chain.fund_all(dict.fromkeys(self._people, _FUNDS))
        self._consumer = self._people[_CONSUMER]
        self._beacon_abi = contract("BeaconRandomness")
        self._secrets_abi = contract("CommitRevealRandomness")
        self._secrets = deploy_secrets(chain, self._consumer, SecretTerms(BOND, WINDOW_SECONDS))
        self._beacon = create(chain, self._consumer, "BeaconRandomness", self._secrets)

    def draw_by_beacon(self) -> None:
        """A word by the header of its block."""
        block = self._request("request", _ID)
        self._chain.advance_to_block(block)
        header = self._chain.header(block)
        data = self._beacon_abi.encode("prove", self._consumer, _ID, header)
        receipt = self._chain.send(Transaction(self._consumer, self._beacon, data))
        spared = (NONZERO_BYTE - ZERO_BYTE) * header.count(0)
        self._book("prove", receipt.gas_used + spared)

    def fall_back(self) -> int:
        """Lets the proof window of a draw pass; returns the draw's id at the second source."""
        block = self._request("", _LATE)
        window = self._view("PROOF_WINDOW")
        self._chain.advance_to_block(block + window)
        self._send("fall back", self._beacon_abi, self._consumer, "fallBack", self._consumer, _LATE)
        return self._view("fallbackId", self._consumer, _LATE)

    def draw_by_secrets(self, id_: int) -> None:
        """A word by the secrets of all, each opened by its owner, its bond withdrawn."""
        draw = (self._beacon, id_)
        secrets = {one: bytes([n + 1]) * abi.WORD for n, one in enumerate(self._people)}
        for step, (one, secret) in zip(
            ("first seal", "seal", "seal"), secrets.items(), strict=True
        ):
            sealed = secret_seal(self._chain.chain_id, self._secrets, *draw, one, secret)
            self._send(step, self._secrets_abi, one, "commit", *draw, sealed, value=BOND)
        self._chain.advance_to(self._chain.now() + WINDOW_SECONDS)
        steps = ("first reveal", "reveal", "last reveal")
        for step, (one, secret) in zip(steps, secrets.items(), strict=True):
            self._send(step, self._secrets_abi, one, "reveal", *draw, one, secret)
        for one in secrets:
            self._send("withdraw", self._secrets_abi, one, "withdraw", one)

    def _request(self, step: str, id_: int) -> int:
        """Asks for a word; returns the number of its block."""
        self._send(step, self._beacon_abi, self._consumer, "request", id_)
        data = self._beacon_abi.encode("drawOf", self._consumer, id_)
        block: int = self._beacon_abi.decode("drawOf", self._chain.call(self._beacon, data))[1]
        return block

    def _view(self, function: str, *arguments: object) -> int:
        data = self._beacon_abi.encode(function, *arguments)
        number: int = self._beacon_abi.decode(function, self._chain.call(self._beacon, data))[0]
        return number

    def _send(
        self,
        step: str,
        source: Contract,
        sender: str,
        function: str,
        *arguments: object,
        value: int = 0,
    ) -> None:
        """Sends a call and books it under `step`, if that has a name."""
        to = self._beacon if source is self._beacon_abi else self._secrets
        data = source.encode(function, *arguments)
        self._book(step, self._chain.send(Transaction(sender, to, data, value)).gas_used)

    def _book(self, step: str, gas: int) -> None:
        if step:
            self.costs[step].book(gas)

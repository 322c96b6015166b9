"""What random words cost, measured on Anvil: a draw by the beacon, and one that falls back to three secrets.

A header's bytes differ from run to run. So that figures can be repeated, a proof is booked as if none
of them were zero, which is also the most that a header of this length can cost.
"""

from typing import Any, Final

from benchmarks.gas.bench import StepBench, measured
from benchmarks.gas.meter import NONZERO_BYTE, ZERO_BYTE
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import BOND
from offchain.bindings.seals import secret_seal
from offchain.chain import abi
from offchain.chain.jsonrpc import JsonRpc

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

_WINDOW_SECONDS: Final = 600
_ID, _LATE = 7, 8


def measure() -> dict[str, dict[str, int]]:
    """Draws, and returns what `measured` does, for every step of `ROWS`."""
    return measured(_Bench, ROWS)


class _Bench(StepBench):
    """Both sources. The keeper consumes their words, and has a secret like the other two."""

    def __init__(self, chain: JsonRpc) -> None:
        chain.advance_to(self.start)
        super().__init__(chain, 2)
        terms = BOND, _WINDOW_SECONDS, _WINDOW_SECONDS
        self._secrets = self._create("CommitRevealRandomness", *terms)
        self._beacon = self._create("BeaconRandomness", self._secrets)
        self._at = contract("BeaconRandomness"), self._beacon
        self._at_secrets = contract("CommitRevealRandomness"), self._secrets

    def play(self) -> None:
        """Two draws."""
        self.draw_by_beacon()
        self.draw_by_secrets(self.fall_back())

    def draw_by_beacon(self) -> None:
        """A word by the header of its block."""
        block = self._request("request", _ID)
        self._chain.advance_to_block(block)
        header = self._chain.header(block)
        spared = (NONZERO_BYTE - ZERO_BYTE) * header.count(0)
        self._call("prove", self._keeper, "prove", self._keeper, _ID, header, spared=spared)

    def fall_back(self) -> int:
        """Lets the proof window of a draw pass; returns the draw's id at the second source."""
        block = self._request("", _LATE)
        (window,) = self._view("PROOF_WINDOW")
        self._chain.advance_to_block(block + window)
        self._call("fall back", self._keeper, "fallBack", self._keeper, _LATE)
        (id_,) = self._view("fallbackId", self._keeper, _LATE)
        return int(id_)

    def draw_by_secrets(self, id_: int) -> None:
        """A word by the secrets of all, each opened by its owner, its bond withdrawn."""
        draw, at = (self._beacon, id_), self._at_secrets
        people = (self._keeper, *self._people)
        secrets = {one: bytes([n + 1]) * abi.WORD for n, one in enumerate(people)}
        steps = ("first seal", "seal", "seal")
        for step, (one, secret) in zip(steps, secrets.items(), strict=True):
            sealed = secret_seal(self._chain.chain_id, self._secrets, *draw, one, secret)
            self._call(step, one, "commit", *draw, sealed, value=BOND, at=at)
        self._chain.advance_to(self._chain.now() + _WINDOW_SECONDS)
        steps = ("first reveal", "reveal", "last reveal")
        for step, (one, secret) in zip(steps, secrets.items(), strict=True):
            self._call(step, one, "reveal", *draw, one, secret, at=at)
        for one in secrets:
            self._call("withdraw", one, "withdrawBonds", one, at=at)

    def _request(self, step: str, id_: int) -> int:
        """Asks for a word; returns the number of its block."""
        self._call(step, self._keeper, "request", id_)
        return int(self._view("drawOf", self._keeper, id_)[1])

    def _view(self, function: str, *arguments: object) -> tuple[Any, ...]:
        beacon, address = self._at
        return beacon.decode(
            function, self._chain.call(address, beacon.encode(function, *arguments))
        )

"""What may be spent on gas, and whose money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from offchain.io.units import GWEI

DEFAULT_MAX_FEE: Final = 200 * GWEI
"""The bound where nothing else is said, in wei per gas: more than most hours of Ethereum's busiest days took."""

KEY_VARIABLE: Final = "CONSORT_KEY"
"""The environment variable with one's own private key, or the phrase of a wallet."""
SEED_VARIABLE: Final = "CONSORT_SEED"
"""The environment variable with the secret that many keys are made of, where transactions need signing."""
PASSPHRASE_VARIABLE: Final = "CONSORT_PASSPHRASE"
"""The environment variable that opens a key file."""
SECRETS: Final = (KEY_VARIABLE, SEED_VARIABLE, PASSPHRASE_VARIABLE)
"""What no program that is started here is told."""

NODE: Final = "node"
"""The node's own first account, as one that gives."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What may be spent on gas.

    max_fee: wei per gas at most, tip included. fund_from: who gives accounts money that they lack: the account of
    that number, or the node's own first one. None: nobody, except on development chains.
    """

    max_fee: int = DEFAULT_MAX_FEE
    fund_from: int | Literal["node"] | None = None


DEFAULT_SPENDING: Final = Spending()

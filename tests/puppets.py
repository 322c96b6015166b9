"""Contracts that do as tests tell them, Actor.sol and HostileItem.sol: their manners, and the calls that tell them."""

from enum import IntEnum

from offchain.bindings.contracts import contract
from offchain.chain.backend import Chain, Transaction
from offchain.io.addresses import to_bytes

ACTOR = contract("Actor")


Manner = IntEnum("Manner", "ACCEPT WORK REFUSE BURN_GAS RETURN_MUCH REVERT_MUCH REENTER", start=0)
"""What an `Actor` does when it is paid."""
ItemManner = IntEnum(
    "ItemManner",
    "HONEST REFUSE BURN_GAS IDLE REENTER SAY_FALSE ONE_PER_WALLET APPROVED_ONLY LOCKED TRAP"
    " REFUSE_APPROVAL REENTER_APPROVAL NO_CONTRACTS",
    start=0,
)
"""What a `HostileItem` does when it is transferred or approved."""


def act(to: str, data: bytes) -> bytes:
    """Tells a puppet to make a call."""
    return ACTOR.encode("act", to, data)


def behave(manner: Manner | ItemManner) -> bytes:
    """Tells a puppet, or an item, how it behaves from now on."""
    return ACTOR.encode("behave", manner)


def prepare(to: str, data: bytes) -> bytes:
    """Gives a puppet, or an item, the call that it makes from within another."""
    return ACTOR.encode("prepare", to, data)


def force(chain: Chain, sender: str, to: str, wei: int) -> None:
    """Sends ether that cannot be refused, from a contract that destroys itself in its constructor."""
    code = b"\x73" + to_bytes(to) + b"\xff"  # PUSH20, SELFDESTRUCT
    chain.send(Transaction(sender, None, code, wei))

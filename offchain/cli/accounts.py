"""The options `--key-file` and `--account`: whose account sends and pays."""

import getpass
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.chain.spending import KEY_VARIABLE, PASSPHRASE_VARIABLE, SEED_VARIABLE
from offchain.cli.exits import BadInput, say

if TYPE_CHECKING:
    from offchain.chain.backend import Chain
    from offchain.chain.keys import Keys

LAST_ACCOUNT = 2**31 - 1
_OTHERS_BITS = 0o077
"""Permissions that let others than the owner at a file."""
_USUAL_GAS = 500_000
"""What a transaction of a keeper seldom exceeds."""

KeyFile = Annotated[
    str | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help=f"The key file (web3 keystore) of the account that sends and pays; its passphrase is asked for, or in"
        f" {PASSPHRASE_VARIABLE}. By default the key in {KEY_VARIABLE}, or {SEED_VARIABLE}.",
        show_default=False,
    ),
]
AccountNumber = Annotated[
    int | None,
    typer.Option(
        "--account",
        min=0,
        max=LAST_ACCOUNT,
        metavar="NUMBER",
        help="Which account of the phrase, of the secret or of the node sends and pays.",
        show_default=False,
    ),
]


def own_keys_of(key_file: str | None) -> "Keys":
    """As `keys_of`, for what only this account can do: development nodes send for no other one either."""
    from dataclasses import replace

    return replace(keys_of(key_file), own=True)  # type: ignore[type-var]


def keys_of(key_file: str | None, tell: Callable[[str], None] = say) -> "Keys":
    """The accounts to send from: of the file, else of the environment, else the node's.

    Raises:
        KeyRefused: there is no use for the file, or for what the environment holds.
        BadInput: nobody is there to be asked for the passphrase.
    """
    from offchain.chain.keys import NodeAccounts, of_environment, of_file, read_key_file

    if key_file is None:
        return of_environment() or NodeAccounts(own=False)
    path = Path(key_file)
    read_key_file(path)  # before anybody types
    if os.name == "posix" and path.stat().st_mode & _OTHERS_BITS:
        tell(f"{key_file} can be read by others: chmod 600 {key_file}")
    return of_file(path, _passphrase(key_file))


def number_of(account: int | None, keys: "Keys", chain: "Chain", otherwise: int = 0) -> int:
    """The number of the account: the one asked for, the first of one's own, or `otherwise` where there are many."""
    from offchain.chain.keys import NodeAccounts

    if account is not None:
        return account
    of_node = isinstance(keys, NodeAccounts) and not chain.time_is_free
    return 0 if keys.own or of_node else otherwise


def warn_of_poverty(chain: "Chain", payer: str, tell: Callable[[str], None] = say) -> None:
    """Tells so if the account cannot pay for a usual transaction; amounts in ETH."""
    from offchain.chain.errors import ChainError
    from offchain.io.units import ether_at_least, ether_at_most

    try:
        needed = chain.gas_price() * _USUAL_GAS
        owned = chain.balance(payer)
    except ChainError as error:
        tell(f"warning: what gas takes now cannot be told: {error}")
        return
    if owned < needed:
        tell(
            f"warning: account {payer} has {ether_at_most(owned)} ETH, and one transaction can take {ether_at_least(needed)}"
            f" ETH: send it {ether_at_least(needed - owned)} ETH or more"
        )


def refuse_poverty(chain: "Chain", payer: str, needed: int) -> None:
    """Raises Unfunded if the account does not have `needed` wei, unless it is given some: on development chains."""
    from offchain.chain.backend import TOY_CHAINS
    from offchain.chain.errors import Unfunded
    from offchain.io.units import ether_at_least, ether_at_most

    owned = chain.balance(payer)
    if owned < needed and chain.chain_id not in TOY_CHAINS:
        raise Unfunded(
            f"account {payer} has {ether_at_most(owned)} ETH, and needs {ether_at_least(needed)} ETH: send it"
            f" {ether_at_least(needed - owned)} ETH, or say who gives it (--fund-from)"
        )


def _passphrase(key_file: str) -> str:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given is not None:
        return given
    with warnings.catch_warnings():
        # It would be shown while it is typed.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"Passphrase of {key_file}: ", sys.stderr)
        except (getpass.GetPassWarning, EOFError, OSError) as error:
            raise BadInput(
                f"--key-file: there is no terminal to ask for the passphrase on: set {PASSPHRASE_VARIABLE}"
            ) from error

"""Whose accounts sign: private keys, phrases of wallets, key files, long secrets, or the node's own accounts.

What is secret stays in here and in the accounts made of it: no message, representation or error holds any of it.
"""

from __future__ import annotations

import json
import math
import os
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from eth_account import Account
from eth_account.hdaccount.mnemonic import VALID_WORD_COUNTS, Mnemonic
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak

from offchain.chain.nodes import MNEMONIC
from offchain.chain.spending import KEY_VARIABLE, SEED_VARIABLE
from offchain.io.errors import InvalidInput

_HEX_KEY: Final = re.compile("(?:0[xX])?([0-9a-fA-F]{64})")
_PATH: Final = "m/44'/60'/0'/0/{}"
"""Where wallets keep their accounts, by BIP-44."""
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of the curve's group: private keys lie below it."""
_LEAST_BITS: Final = 100
"""What a secret must be worth where money counts: guesses at it cost nothing, and everybody sees which accounts hold some."""
_BITS_A_WORD: Final = 11
"""What a word is worth: one of the two thousand that come to mind."""
_BITS_PACKED: Final = 6
"""What a byte is worth that is left when what repeats is packed away: one character of those that secrets are written in."""
_DISTINCT_WORDS: Final = 6
"""How many words of a phrase must differ: "abandon … about" and the like are known to all."""
_WORDS_BY_CHANCE: Final = 5
"""How many words of a secret that is no wallet's may all be of BIP-39's list."""
_KNOWN_ACCOUNTS: Final = 20
_LARGEST_FILE: Final = 1 << 16
_MOST_MEMORY: Final = 1 << 29
"""Bytes that opening a key file may take; wallets write files that take 256 MiB."""
_MOST_STEPS: Final = 1 << 24
"""Of scrypt: wallets take 2 million."""
_MOST_ROUNDS: Final = 10_000_000
"""Of PBKDF2: wallets take 262,144."""


class KeyRefused(InvalidInput):
    """A key cannot be used; the message says which and why, and repeats nothing of it."""


class Keys(Protocol):
    """Accounts by number.

    name: where they are from, for messages. own: whether they are used on development nodes, too, where otherwise any address
    sends.
    """

    @property
    def name(self) -> str: ...

    @property
    def own(self) -> bool: ...

    def account(self, index: int) -> LocalAccount:
        """The account of that number. Raises KeyRefused if there is none."""

    def refuse_weak(self) -> None:
        """Raises KeyRefused if others know or guess the keys, for chains where money counts."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Keys made of a long secret: account i has keccak256(secret/i)."""

    text: str = field(repr=False)
    name: str = SEED_VARIABLE
    own: bool = False

    def account(self, index: int) -> LocalAccount:
        """See `Keys`."""
        return _local(keccak(f"{self.text}/{index}".encode()))

    def refuse_weak(self) -> None:
        """See `Keys`."""
        if strength(self.text) < _LEAST_BITS:
            raise KeyRefused(
                f"{self.name} is weak: whoever guesses it owns what its accounts hold. Take the phrase of a wallet, or 32 random "
                "bytes: openssl rand -base64 32"
            )


@dataclass(frozen=True, slots=True)
class Phrase:
    """The accounts of a wallet, by its BIP-39 phrase: m/44'/60'/0'/0/i."""

    words: str = field(repr=False)
    name: str
    own: bool = True

    def account(self, index: int) -> LocalAccount:
        """See `Keys`."""
        return _derived(self.words, index)

    def refuse_weak(self) -> None:
        """See `Keys`."""
        if len(set(self.words.split())) < _DISTINCT_WORDS:
            raise KeyRefused(f"{self.name} is a phrase that everybody knows")


@dataclass(frozen=True, slots=True)
class OneKey:
    """One account, which has number 0."""

    key: LocalAccount = field(repr=False)
    name: str
    own: bool = True

    def account(self, index: int) -> LocalAccount:
        """See `Keys`."""
        if index:
            raise KeyRefused(f"{self.name} holds one account, number 0: there is no number {index}")
        return self.key

    def refuse_weak(self) -> None:
        """See `Keys`."""
        known = [_derived(MNEMONIC, index).address for index in range(_KNOWN_ACCOUNTS)]
        if self.key.address in known or int.from_bytes(self.key.key) >> _LEAST_BITS == 0:
            raise KeyRefused(f"{self.name} holds a key that everybody knows: of a development node")


@dataclass(frozen=True, slots=True)
class NodeAccounts:
    """The accounts that the node itself signs for."""

    own: bool = True
    name: str = "the node"

    def account(self, index: int) -> LocalAccount:
        """None has its key here: `Signing` asks the node to sign."""
        raise KeyRefused(f"the keys of {self.name} stay there")

    def refuse_weak(self) -> None:
        """Whoever runs the node minds them."""


def of_environment(environment: Mapping[str, str] = os.environ) -> Keys | None:
    """One's own keys by `KEY_VARIABLE`, or those by `SEED_VARIABLE`. Raises KeyRefused."""
    key = environment.get(KEY_VARIABLE, "").strip()
    return _of_key(key) if key else of_seed(environment)


def of_seed(environment: Mapping[str, str] = os.environ) -> Keys | None:
    """The keys by `SEED_VARIABLE`: a wallet's if it is a phrase of one. Raises KeyRefused."""
    text = environment.get(SEED_VARIABLE, "")
    if not text:
        return None
    if _HEX_KEY.fullmatch(text.strip()):
        raise KeyRefused(
            f"{SEED_VARIABLE} holds a private key: put it into {KEY_VARIABLE}, of which {SEED_VARIABLE} makes other accounts"
        )
    phrase = _phrase(text, SEED_VARIABLE)
    return Secret(text) if phrase is None else Phrase(phrase, SEED_VARIABLE, own=False)


def of_file(path: Path, passphrase: str) -> OneKey:
    """The key of a key file as wallets write it (web3 secret storage, version 3). Raises KeyRefused."""
    content = read_key_file(path)
    key = b""
    with suppress(Exception):  # whatever the library meets: its words may hold what is secret
        key = bytes(Account.decrypt(content, passphrase))
    if len(key) != 32:
        raise KeyRefused(f"{path}: the passphrase does not open it")
    return OneKey(_local(key), str(path))


def read_key_file(path: Path) -> dict[str, Any]:
    """A key file, still locked. Raises KeyRefused if it is none, or opening it takes more than a wallet's."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        content = json.loads(data[:_LARGEST_FILE]) if len(data) <= _LARGEST_FILE else None
    except OSError as error:
        raise KeyRefused(f"{path}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("version") != 3:
        raise KeyRefused(f"{path} is not a key file (web3 secret storage, version 3)")
    crypto = content.get("crypto", content.get("Crypto"))
    costs = crypto.get("kdfparams") if isinstance(crypto, dict) else None
    if (
        not isinstance(costs, dict)
        or not all(map(_fits, costs.values()))
        or 128 * _product(costs, "n", "r") > _MOST_MEMORY
        or _product(costs, "n", "r", "p") > _MOST_STEPS
    ):
        raise KeyRefused(f"{path}: it would take more to open than the key file of a wallet")
    return content


def strength(secret: str) -> int:
    """What a secret is worth at most, in bits: words count as words, what repeats counts once."""
    bits = 0.0
    for piece in set(re.findall(r"[A-Za-z]+|[^A-Za-z\s]+|\s", secret)):
        if piece.isspace():
            continue
        spelled = len(piece) * math.log2(_alphabet(piece))
        bits += min(spelled, _BITS_A_WORD) if piece.islower() or piece.istitle() else spelled
    return int(
        min(bits, _BITS_PACKED * max(0, len(zlib.compress(secret.encode(errors="replace"), 9)) - 8))
    )


def _alphabet(piece: str) -> int:
    classes = (("[a-z]", 26), ("[A-Z]", 26), ("[0-9]", 10), ("[^A-Za-z0-9]", 32))
    return sum(size for pattern, size in classes if re.search(pattern, piece))


def _of_key(text: str) -> Keys:
    found = _HEX_KEY.fullmatch(text)
    if found:
        if not 0 < int(found[1], 16) < _ORDER:
            raise KeyRefused(f"{KEY_VARIABLE} holds 64 digits that are no private key")
        return OneKey(_local(bytes.fromhex(found[1])), KEY_VARIABLE)
    phrase = _phrase(text, KEY_VARIABLE)
    if phrase is None:
        raise KeyRefused(
            f"{KEY_VARIABLE} holds neither a private key of 64 hexadecimal digits nor the phrase of a wallet"
        )
    return Phrase(phrase, KEY_VARIABLE)


def _phrase(text: str, name: str) -> str | None:
    """The text as the phrase of a wallet, None if it is none. Raises KeyRefused if it is one with a slip."""
    words = text.lower().split()
    if len(words) not in VALID_WORD_COUNTS:
        # words of the list by chance alone are a few; other accounts than the wallet's would be made of the rest
        if len(words) > _WORDS_BY_CHANCE and all(map(_is_word, words)):
            counts = ", ".join(map(str, VALID_WORD_COUNTS))
            raise KeyRefused(f"{name}: {len(words)} words of BIP-39, and a phrase has {counts}")
        return None
    phrase = " ".join(words)
    known = [place for place, is_known in enumerate(map(_is_word, words), 1) if is_known]
    if len(known) < len(words) // 2:
        return (
            phrase
            if any(
                Mnemonic(one).is_mnemonic_valid(phrase) for one in Mnemonic.list_languages_enum()
            )
            else None
        )
    odd = [str(place) for place in range(1, len(words) + 1) if place not in known]
    if odd:
        raise KeyRefused(f"{name}: word {' and '.join(odd[:3])} of the phrase is none of BIP-39")
    if not Mnemonic().is_mnemonic_valid(phrase):
        raise KeyRefused(
            f"{name}: the words of the phrase do not fit together: one is wrong, or their order"
        )
    return phrase


@cache
def _words() -> frozenset[str]:
    return frozenset(Mnemonic().wordlist)


def _is_word(word: str) -> bool:
    return word in _words()


@cache
def _derived(words: str, index: int) -> LocalAccount:
    Account.enable_unaudited_hdwallet_features()
    account: LocalAccount | None = None
    with suppress(Exception):  # whatever the library meets: its words hold the phrase
        account = Account.from_mnemonic(words, account_path=_PATH.format(index))
    if account is None:
        raise KeyRefused("the phrase of a wallet cannot be told to be of one language")
    return account


def _local(key: bytes) -> LocalAccount:
    account: LocalAccount = Account.from_key(key)
    return account


def _fits(cost: object) -> bool:
    return not isinstance(cost, int) or 0 <= cost <= _MOST_ROUNDS


def _product(costs: Mapping[str, Any], *names: str) -> int:
    """Of the parameters of scrypt that are there."""
    return math.prod(one for name in names if isinstance(one := costs.get(name, 1), int))

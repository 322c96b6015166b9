"""Whose keys sign: what wallets derive is derived, what is weak or mistyped is refused, and nothing secret is ever told."""

import json
import os
import subprocess
import traceback
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.hdaccount.mnemonic import Mnemonic
from eth_account.types import Language
from eth_hash.auto import keccak

from offchain.chain import nodes
from offchain.chain.backend import Transaction
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import (
    KeyRefused,
    NodeAccounts,
    OneKey,
    Phrase,
    Secret,
    of_environment,
    of_file,
    of_seed,
    read_key_file,
    strength,
)
from offchain.chain.spending import KEY_VARIABLE, PASSPHRASE_VARIABLE, SEED_VARIABLE

HARDHAT = "test test test test test test test test test test test junk"
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
STRONG = "hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3"
REAL = 5


def told(act: Callable[[], object]) -> str:
    """All that a refusal can show: its words, and the traceback with every exception that it came from."""
    with pytest.raises(KeyRefused) as refused:
        act()
    error = refused.value
    chained = [repr(one) for one in (error, error.__cause__, error.__context__)]
    return "".join(traceback.format_exception(error)) + " ".join(chained)


def test_a_phrase_opens_the_accounts_that_wallets_show() -> None:
    keys = of_environment({KEY_VARIABLE: HARDHAT})
    assert isinstance(keys, Phrase)
    assert keys.own
    assert [keys.account(n).address for n in (0, 1, 9)] == [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
    ]
    # Written by hand: in capitals, with more spaces.
    again = of_environment({KEY_VARIABLE: "  " + HARDHAT.upper().replace(" ", "  ")})
    assert again == keys


def test_a_phrase_of_another_language_opens_its_accounts_too() -> None:
    spanish = Mnemonic(Language.SPANISH).to_mnemonic(bytes(range(16)))
    Account.enable_unaudited_hdwallet_features()
    wallets = Account.from_mnemonic(spanish, account_path="m/44'/60'/0'/0/0").address
    keys = of_environment({KEY_VARIABLE: spanish})
    assert keys is not None
    assert keys.account(0).address == wallets


def test_a_phrase_in_the_seed_is_a_wallet_too() -> None:
    keys = of_seed({SEED_VARIABLE: PHRASE})
    assert isinstance(keys, Phrase)
    assert not keys.own
    Account.enable_unaudited_hdwallet_features()
    wallets = Account.from_mnemonic(PHRASE, account_path="m/44'/60'/0'/0/3").address
    assert keys.account(3).address == wallets


@pytest.mark.parametrize("text", [KEY, f"0x{KEY}", f" 0X{KEY.upper()}\n"])
def test_a_private_key_is_one_account(text: str) -> None:
    keys = of_environment({KEY_VARIABLE: text})
    assert isinstance(keys, OneKey)
    assert keys.account(0).address == Account.from_key(KEY).address
    with pytest.raises(KeyRefused, match="CONSORT_KEY holds one account, number 0"):
        keys.account(1)


def test_another_secret_makes_keys_as_ever() -> None:
    keys = of_seed({SEED_VARIABLE: STRONG})
    assert keys == Secret(STRONG)
    assert keys.account(7).key == keccak(f"{STRONG}/7".encode())
    assert of_seed({}) is None
    assert of_seed({SEED_VARIABLE: ""}) is None


def test_ones_own_key_comes_first() -> None:
    both = of_environment({KEY_VARIABLE: KEY, SEED_VARIABLE: STRONG})
    assert isinstance(both, OneKey)
    assert of_environment({KEY_VARIABLE: " ", SEED_VARIABLE: STRONG}) == Secret(STRONG)


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        (SEED_VARIABLE, KEY, "holds a private key: put it into CONSORT_KEY"),
        (SEED_VARIABLE, f"0x{KEY}\n", "holds a private key: put it into CONSORT_KEY"),
        (SEED_VARIABLE, PHRASE.replace("wave", "waev"), "word 5 of the phrase is none of BIP-39"),
        (SEED_VARIABLE, PHRASE.replace("yellow", "winner"), "do not fit together"),
        (KEY_VARIABLE, PHRASE.replace("year", "yeer"), "word 4 of the phrase is none of BIP-39"),
        (KEY_VARIABLE, " ".join(reversed(PHRASE.split())), "do not fit together"),
        (SEED_VARIABLE, PHRASE.partition(" ")[2], "11 words of BIP-39, and a phrase has 12, 15,"),
        (KEY_VARIABLE, f"{PHRASE} wave", "13 words of BIP-39, and a phrase has 12, 15, 18, 21, 24"),
        (KEY_VARIABLE, KEY[:-1], "neither a private key of 64 hexadecimal digits nor the phrase"),
        (KEY_VARIABLE, STRONG, "neither a private key of 64 hexadecimal digits nor the phrase"),
        (KEY_VARIABLE, "f" * 64, "64 digits that are no private key"),
        (KEY_VARIABLE, "0" * 64, "64 digits that are no private key"),
        (KEY_VARIABLE, "\ud800" * 64, "neither a private key"),
        (KEY_VARIABLE, "x" * 100_000, "neither a private key"),
    ],
)
def test_slips_are_refused_and_not_repeated(variable: str, text: str, why: str) -> None:
    message = told(lambda: of_environment({variable: text}))
    assert why in message
    assert variable in message
    assert text.strip()[:10] not in message
    assert not any(word in message.split() for word in text.split() if len(word) > 4)


def test_nothing_that_holds_a_secret_shows_it() -> None:
    for keys in (Secret(STRONG), Phrase(PHRASE, "a"), of_environment({KEY_VARIABLE: KEY})):
        shown = f"{keys!r} {keys} {vars(type(keys))}"
        assert not any(word in shown for word in (*STRONG.split(), "sausage", KEY[:8]))
        assert keys is not None
        assert KEY[:8] not in repr(keys.account(0))


@pytest.mark.parametrize(
    "weak",
    [
        *("consort", "1", "a" * 500, "password", "correct horse battery staple", "0123456789" * 20),
        *("the quick brown fox jumps over it", "ConsortConsortConsortConsort", "\n \t", "é"),
    ],
)
def test_a_secret_that_can_be_guessed_is_refused_where_money_counts(weak: str) -> None:
    message = told(Secret(weak).refuse_weak)
    assert "CONSORT_SEED is weak" in message
    # what is told has the traceback, and so this file's path, which may hold a word
    assert weak not in message or weak in __file__ or len(weak) < 3


def test_a_secret_that_cannot_be_guessed_is_not() -> None:
    Secret(STRONG).refuse_weak()
    for _ in range(200):
        text = os.urandom(32).hex()
        Secret(f"z{text}").refuse_weak()
    for _ in range(200):
        Account.enable_unaudited_hdwallet_features()
        assert strength(Account.create_with_mnemonic()[1]) >= 100


def test_keys_that_all_know_are_refused_where_money_counts() -> None:
    """The accounts of development nodes, and what guessing finds first."""
    for known in (Phrase(HARDHAT, "CONSORT_KEY"), Phrase("abandon " * 11 + "about", "CONSORT_KEY")):
        assert "everybody knows" in told(known.refuse_weak)
    for key in (Phrase(HARDHAT, "x").account(4), Account.from_key(b"\0" * 31 + b"\1")):
        assert "everybody knows" in told(OneKey(key, "CONSORT_KEY").refuse_weak)
    Phrase(PHRASE, "x").refuse_weak()
    OneKey(Account.from_key(KEY), "x").refuse_weak()


# Key files


@pytest.fixture(scope="module")
def locked() -> dict[str, object]:
    return dict(Account.encrypt(bytes.fromhex(KEY), "open sesame", kdf="pbkdf2", iterations=10))


def test_a_key_file_opens_with_its_passphrase(tmp_path: Path, locked: dict[str, object]) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(locked))
    assert of_file(file, "open sesame").account(0).address == Account.from_key(KEY).address
    for wrong in ("open sesam", "", "\ud800", "x" * 100_000):
        message = told(partial(of_file, file, wrong))
        assert f"{file}: the passphrase does not open it" in message
        assert KEY[:8] not in message


def test_what_is_no_key_file(tmp_path: Path, locked: dict[str, object]) -> None:
    crypto = dict(locked["crypto"])  # type: ignore[call-overload]
    contents = [
        *(
            "",
            "{}",
            "[]",
            "5",
            "[" * 50_000,
            KEY,
            "\0",
            '{"version": 3}',
            '{"version": 3, "crypto": 1}',
        ),
        *(json.dumps(locked | {"version": one}) for one in (1, "3", None)),
        *(
            json.dumps(locked | {"crypto": {**crypto, key: 7}})
            for key in ("kdf", "mac", "ciphertext")
        ),
        " " * 100_000,
    ]
    file = tmp_path / "key.json"
    for content in contents:
        file.write_text(content)
        message = told(lambda: of_file(file, "open sesame"))
        assert str(file) in message
        assert KEY[:8] not in message
    for place in (tmp_path, tmp_path / "none", Path("/dev/zero")):
        assert str(place) in told(partial(of_file, place, ""))


@pytest.mark.parametrize(
    "costs",
    [
        {"n": 2**40, "r": 8, "p": 1},
        {"n": 2**23, "r": 8, "p": 1},
        {"n": 2**18, "r": 2**20},
        {"n": 2**18, "r": 8, "p": 1_000},
        {"c": 10**12},
        {"n": -1, "r": 8, "p": 1},
        5,
    ],
    ids=str,
)
def test_key_files_that_would_fill_the_memory_or_take_for_ever(
    tmp_path: Path, locked: dict[str, Any], costs: Any
) -> None:
    file = tmp_path / "key.json"
    costly = locked | {"crypto": locked["crypto"] | {"kdfparams": costs}}
    file.write_text(json.dumps(costly))
    assert "it would take more to open than" in told(partial(read_key_file, file))


def test_what_wallets_write_is_not_too_much(tmp_path: Path, locked: dict[str, Any]) -> None:
    """Geth's and MetaMask's scrypt, with the work in n or in p, and PBKDF2."""
    file = tmp_path / "key.json"
    for costs in ({"n": 262_144, "r": 8, "p": 1}, {"n": 262_144, "r": 1, "p": 8}, {"c": 600_000}):
        file.write_text(json.dumps(locked | {"crypto": locked["crypto"] | {"kdfparams": costs}}))
        read_key_file(file)


# At a node


def test_ones_own_key_signs_at_a_development_node_too() -> None:
    keys = of_environment({KEY_VARIABLE: KEY})
    with nodes.anvil(accounts=2) as node, closing(JsonRpc(node.url, keys)) as chain:
        mine = chain.actor(0)
        assert mine == Account.from_key(KEY).address
        before = chain.balance(chain_first := nodes_first(node.url))
        chain.send(Transaction(mine, chain_first, b""))
        assert chain.transaction_count(mine) == 1
        assert chain.balance(chain_first) < before  # the node's first account gave what gas takes
    with (
        nodes.anvil() as node,
        closing(JsonRpc(node.url, of_seed({SEED_VARIABLE: STRONG}))) as any_,
    ):
        assert any_.actor(0) not in (Secret(STRONG).account(0).address, mine)


def nodes_first(url: str) -> str:
    with closing(JsonRpc(url, NodeAccounts())) as chain:
        return chain.actor(0)


def test_the_nodes_own_accounts_by_number() -> None:
    with (
        nodes.anvil(accounts=2, chain_id=REAL) as node,
        closing(JsonRpc(node.url, NodeAccounts())) as chain,
    ):
        first, second = chain.actor(0), chain.actor(1)
        assert first == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
        before = chain.balance(second)
        chain.send(Transaction(first, second, b"", 7))
        assert chain.balance(second) == before + 7
        with pytest.raises(ChainError, match=r"has 2 accounts of its own.*no number 2"):
            chain.actor(2)


def test_weak_keys_are_refused_where_money_counts_only() -> None:
    for keys in (Secret("consort", own=True), Phrase(HARDHAT, "CONSORT_KEY")):
        with nodes.anvil(chain_id=REAL) as node, pytest.raises(KeyRefused):
            JsonRpc(node.url, keys)
    with nodes.anvil() as node, closing(JsonRpc(node.url, Phrase(HARDHAT, "x"))) as chain:
        assert chain.actor(0) == nodes_first(node.url)


def test_nodes_that_are_started_are_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (KEY_VARIABLE, SEED_VARIABLE, PASSPHRASE_VARIABLE):
        monkeypatch.setenv(name, f"the secret in {name}")
    started: list[dict[str, str]] = []
    real = subprocess.Popen

    def popen(*arguments: Any, **more: Any) -> Any:
        started.append(more["env"])
        return real(*arguments, **more)

    monkeypatch.setattr(subprocess, "Popen", popen)
    with nodes.anvil(accounts=1):
        pass
    assert started
    assert not any("the secret in" in value for env in started for value in env.values())

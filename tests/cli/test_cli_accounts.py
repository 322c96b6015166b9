"""Whose account `deploy` and `keep` use: a key file's, a wallet's, the node's own; and what they say of its money."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from eth_account import Account
from typer.testing import CliRunner, Result

from offchain.chain import nodes
from offchain.chain.rpc import Rpc
from offchain.chain.spending import KEY_VARIABLE, PASSPHRASE_VARIABLE, SEED_VARIABLE
from offchain.cli import app
from tests.proxy import Answer, Liar, proxy

KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
MINE = Account.from_key(KEY).address
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
ETHER = 10**18


@pytest.fixture
def real() -> Iterator[Liar]:
    """A node that is taken for one of a real chain, which has one account of its own."""

    def another(method: str, params: object, answer: Answer) -> Answer:
        return answer | {"result": "Geth/v1"} if method == "web3_clientVersion" else answer

    with nodes.anvil(accounts=1, chain_id=5) as node, proxy(node.url) as liar:
        liar.after = another
        yield liar


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    locked = Account.encrypt(bytes.fromhex(KEY), "open sesame", kdf="pbkdf2", iterations=10)
    file = tmp_path / "key.json"
    file.write_text(json.dumps(locked))
    file.chmod(0o600)
    return file


def consort(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def give(url: str, address: str, wei: int) -> None:
    with closing(Rpc(url)) as rpc:
        rpc.request("anvil_setBalance", address, hex(wei))


def deploy(url: str, folder: Path, *more: str) -> Result:
    return consort("deploy", "--on", url, "--out", str(folder / "deployment.json"), *more)


def keep(url: str, folder: Path, *more: str) -> Result:
    files = ["--deployment", str(folder / "deployment.json"), "--openings", str(folder / "none")]
    return consort("keep", "--on", url, *files, "--once", "--no-cache", *more)


def test_a_key_file_deploys_and_keeps(
    real: Liar, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who lacks money is named with the sum, before anything is sent; with as much as was asked for, it stands."""
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "open sesame")
    with_key = ("--key-file", str(key_file))
    poor = deploy(real.url, tmp_path, *with_key)
    assert poor.exit_code == 3
    assert f"gas from {MINE}: at most " in poor.stderr
    assert not list(tmp_path.glob("*.partial"))
    told = re.search(rf"{MINE} has 0 ETH, and needs ([\d.]+) ETH: send it \1 ETH", poor.stderr)
    assert told, poor.stderr
    asked = re.search(r"at most ([\d.]+) ETH", poor.stderr)
    assert asked
    give(real.url, MINE, int(float(asked[1]) * ETHER * 1.01))
    done = deploy(real.url, tmp_path, *with_key)
    assert done.exit_code == 0, done.stderr
    kept = keep(real.url, tmp_path, *with_key)
    assert kept.exit_code == 0, kept.stderr
    assert f"from {MINE}, which has " in kept.stderr
    give(real.url, MINE, 10**12)
    poor = keep(real.url, tmp_path, *with_key)
    assert re.search(
        rf"warning: account {MINE} has 0.000001 ETH, .* send it [\d.]+ ETH", poor.stderr
    )
    for out in (done, kept, poor):
        assert "open sesame" not in out.output
        assert KEY[:8] not in out.output


def test_what_was_said_is_what_it_takes(
    real: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    give(real.url, MINE, ETHER)
    done = deploy(real.url, tmp_path)
    assert done.exit_code == 0, done.stderr
    said = int(re.findall(r"about ([\d,]+) gas", done.stderr)[0].replace(",", ""))
    with closing(Rpc(real.url)) as rpc:
        blocks = int(str(rpc.request("eth_blockNumber")), 16)
        used = sum(
            int(rpc.ask("eth_getBlockByNumber", hex(one), False).field("gasUsed").text(), 16)
            for one in range(1, blocks + 1)
        )
    assert abs(used - said) < 1_000


def test_the_phrase_of_a_wallet_by_number(
    real: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, PHRASE)
    Account.enable_unaudited_hdwallet_features()
    for number, more in ((0, ()), (2, ("--account", "2"))):
        mine = Account.from_mnemonic(PHRASE, account_path=f"m/44'/60'/0'/0/{number}").address
        assert f"account {mine} has 0 ETH" in deploy(real.url, tmp_path, *more).stderr
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    refused = deploy(real.url, tmp_path, "--account", "1")
    assert refused.exit_code == 2
    assert "CONSORT_KEY holds one account, number 0" in refused.stderr


def test_the_nodes_own_account(real: Liar, tmp_path: Path) -> None:
    """Where nothing else is named; and where there is none, all that could be named is."""
    first = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    done = deploy(real.url, tmp_path)
    assert done.exit_code == 0, done.stderr
    assert f"gas from {first}" in done.stderr
    assert f"from {first}, which has " in keep(real.url, tmp_path).stderr
    assert "no number 3" in keep(real.url, tmp_path, "--account", "3").stderr
    before = real.after

    def none(method: str, params: object, answer: Answer) -> Answer:
        assert before is not None
        return (
            answer | {"result": []} if method == "eth_accounts" else before(method, params, answer)
        )

    real.after = none
    refused = keep(real.url, tmp_path)
    assert refused.exit_code == 3
    assert all(way in refused.stderr for way in ("--key-file", KEY_VARIABLE, SEED_VARIABLE))


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        (SEED_VARIABLE, KEY, "put it into CONSORT_KEY"),
        (SEED_VARIABLE, "a seed", "CONSORT_SEED is weak"),
        (KEY_VARIABLE, KEY[1:], "neither a private key"),
        (KEY_VARIABLE, PHRASE[:-2], "word 12 of the phrase is none"),
    ],
)
@pytest.mark.parametrize("command", [deploy, keep])
def test_keys_that_are_refused(
    real: Liar,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    text: str,
    why: str,
    command: object,
) -> None:
    zero = "0x" + "0" * 40
    (tmp_path / "deployment.json").write_text(
        json.dumps({"chain_id": 5, "block": 0, "factory": zero, "auctioneer": zero})
    )
    monkeypatch.setenv(variable, text)
    assert callable(command)
    out = command(real.url, tmp_path)
    assert out.exit_code == 2
    assert why in out.stderr
    assert text not in out.output
    assert "sausage" not in out.output


def test_a_passphrase_is_asked_for_on_a_terminal_only(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nodes.anvil(accounts=1) as node:
        with monkeypatch.context() as without:
            without.setattr("os.open", _no_terminal)
            unasked = deploy(node.url, tmp_path, "--key-file", str(key_file))
        assert unasked.exit_code == 2
        assert (
            "there is no terminal to ask for the passphrase on: set CONSORT_PASSPHRASE"
            in unasked.stderr
        )
        monkeypatch.setattr("getpass.getpass", lambda prompt, stream: "open sesame")
        assert deploy(node.url, tmp_path, "--key-file", str(key_file)).exit_code == 0
        monkeypatch.setenv(PASSPHRASE_VARIABLE, "open barley")
        wrong = deploy(node.url, tmp_path, "--key-file", str(key_file))
        assert wrong.exit_code == 2
        assert wrong.stderr == f"error: {key_file}: the passphrase does not open it\n"
        key_file.chmod(0o644)
        assert (
            f"chmod 600 {key_file}"
            in deploy(node.url, tmp_path, "--key-file", str(key_file)).stderr
        )
    in_process = deploy("revm", tmp_path, "--key-file", str(key_file))
    assert in_process.exit_code == 2


def _no_terminal(path: str, *arguments: object) -> int:
    raise OSError(6, "No such device or address", path)

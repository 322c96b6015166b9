"""Malformed documents, odd files and odd numbers, thrown at the commands: exit code 2 and one short line, always."""

import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from offchain.cli import app

PROGRAM = [sys.executable, "-m", "offchain.cli"]
SHORT = 500
"""Characters of the longest message."""
VALID: list[dict[str, Any]] = [
    {
        "mechanism": "two-level",
        "items": 2,
        "reserve": [1, 2],
        "groups": [
            {"name": "A", "members": [{"name": "ann", "bid": [10, 1], "value": [10, 2]}]},
            {"name": "B", "members": [{"name": "bob", "bid": [5, 5]}]},
        ],
    },
    {
        "mechanism": "resilient",
        "epsilon": "1/2",
        "goods": ["g1", "g2"],
        "coin": "both",
        "players": [
            {
                "name": "1",
                "values": {"g1": 3, "g1,g2": 10},
                "offer": [{"to": "2", "goods": ["g1"], "price": 2}],
                "wish": ["g2"],
            },
            {"name": "2", "values": {"g1": 4}, "answer": "yes"},
        ],
    },
    {"mechanism": "approximate", "delta": "1/2", "bids": {"a": 10, "b": 7}, "draw": "3/10"},
    {
        "mechanism": "approximate",
        "delta": "1/2",
        "groups": [{"name": "A", "members": [{"name": "ann", "bid": 10}]}],
    },
    {
        "mechanism": "signal-clock",
        "signals": 2,
        "rule": "welfare",
        "types": ["x"],
        "bidders": [{"name": "a", "type": "x", "signal": 1, "value": [0, 1]}],
    },
    {
        "mechanism": "monotone-signals",
        "signals": 2,
        "rule": "revenue",
        "bidders": [
            {"name": "a", "signal": 1, "value": [[0, 1], [1, 5]]},
            {"name": "b", "signal": 0, "value": [[0, 2], [2, 3]]},
        ],
    },
    {
        "mechanism": "vcg",
        "goods": ["g1", "g2"],
        "players": [{"name": "p", "values": {"g1": 3, "g1,g2": 5}}],
    },
]
WORDS = [
    "null",
    "true",
    "false",
    "1.0",
    "1e3",
    "-0",
    "-1",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    str(2**64),
    "9" * 5_000,
    "-" + "9" * 1_000_000,
    '""',
    '"\\ud800"',
    '"\\u0000\\n\\u001b[2J"',
    '"' + "n" * 1_000_000 + '"',
    "[]",
    "{}",
    "[[[]]]",
    '{"a": 1, "a": 2}',
    '{"' + "k" * 1_000_000 + '": 1}',
    '{"\\udfff": 1}',
    "[" * 100_000,
    '{"a":' * 100_000,
    "[" * 900 + "]" * 900,
    "nothing",
    '"1/0"',
    '"' + "9" * 5_000 + '/7"',
]
"""What may stand where something else is expected, as JSON or nearly so."""


def run(*arguments: str, text: str | bytes = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=text)


def refused(result: Result) -> str:
    """The message of a command that refused its input in one short line, and printed nothing else."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (2, ""), result.stderr[:SHORT]
    message = result.stderr
    assert message.startswith("error: ")
    assert message.endswith("\n")
    assert message[:-1].isprintable(), message[:SHORT]
    assert len(message) < SHORT, message
    return message


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where anything stands in a document."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(found for key, one in inner for found in places(one, (*path, key)))]


def with_word(document: Any, path: tuple[Any, ...], word: str) -> str:
    """The document as text, with the word at that place."""
    if not path:
        return word
    mark = "@here@"
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = mark
    return json.dumps(copy).replace(json.dumps(mark), word)


def spliced(draw: random.Random) -> str:
    """A document with some of its characters replaced."""
    text = json.dumps(draw.choice(VALID))
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(text) + 1)
        piece = draw.choice([*'"{}[],:\n\\0a-.', "", draw.choice(WORDS)[:200]])
        text = text[:at] + piece + text[at + draw.randint(0, 12) :]
    return text


def wild(seed: int) -> list[str]:
    """Some hundred documents, most of them malformed; half of them as the last of a list."""
    draw = random.Random(seed)
    found = []
    for _ in range(150):
        document = draw.choice(VALID)
        found.append(with_word(document, draw.choice(places(document)), draw.choice(WORDS)))
    found += [spliced(draw) for _ in range(100)]
    good = json.dumps(VALID[0])
    return [text if draw.random() < 0.5 else f"[{good}, {text}]" for text in found]


@pytest.mark.parametrize("seed", range(2))
def test_malformed_documents_end_in_one_short_line(seed: int) -> None:
    refusals = 0
    for number, text in enumerate(wild(seed)):
        print(f"seed {seed}, document {number}: {text[:300]}")
        result = run("solve", "-", "--on", "reference", text=text)
        if result.exit_code == 0:
            json.loads(result.stdout)
            continue
        refusals += 1
        assert refused(result) == refused(run("check", "-", text=text))
    assert refusals > 150


@pytest.mark.parametrize("document", VALID, ids=lambda document: document["mechanism"])
def test_every_place_of_every_mechanism_refuses_odd_values(document: dict[str, Any]) -> None:
    """Whatever is no such thing there is refused, and the message says where."""
    for path in places(document)[1:]:
        for word in WORDS:
            print(path, word[:60])
            result = run("solve", "-", "--on", "reference", text=with_word(document, path, word))
            if result.exit_code != 0:
                message = refused(result)
                if "nested too deep" not in message and "not JSON" not in message:
                    assert str(path[0]) in message or "mechanism" in message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\t ",
        b"\xef\xbb\xbf",
        b"\x00",
        b"\x00" * 5_000_000,
        json.dumps(VALID[0]).encode("utf-16"),
        json.dumps(VALID[0]).encode("utf-32"),
        b"\xff" * 1000,
        b"[" + b"\xc3",
        b"5",
        b'"text"',
        b"null",
        b"[1, 2, 3]",
        b"[null]",
        b"9" * 2_000_000,
        b'"' + b"x" * 2_000_000,
        json.dumps(VALID[0]).encode()[:-1],
        json.dumps(VALID[0]).encode() + b"}",
        json.dumps(VALID).encode()[:-1],
        json.dumps(VALID).encode()[:-1] + b",",
        b"address,wei\n",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=lambda data: repr(data[:12]),
)
@pytest.mark.parametrize("command", ["solve", "check"])
def test_files_of_other_kinds(tmp_path: Path, command: str, data: bytes) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(data)
    assert refused(run(command, str(file))).startswith(f"error: {file}: ")
    assert refused(run(command, "-", text=data)).startswith("error: standard input: ")


@pytest.mark.parametrize("command", ["solve", "check"])
def test_what_is_no_file(tmp_path: Path, command: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("[5]",))
    writer.start()
    assert "[0]: 5 is not an object" in refused(run(command, str(pipe)))
    writer.join()
    for name in (
        *(str(tmp_path), f"{tmp_path}/missing", os.devnull, "/dev/zero", "a\0b", ""),
        *("line\nbreak", "n" * 100_000, f"{tmp_path}/pipe/below"),
    ):
        if not name.startswith("/dev") or Path(name).exists():
            refused(run(command, name))


def test_a_closed_folder_and_a_closed_file(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("permissions bind everybody but root")
    file = tmp_path / "closed"
    file.touch(mode=0)
    assert "Permission denied" in refused(run("solve", str(file)))


@pytest.mark.parametrize(
    "command", ["simulate --values", "simulate --contributions", "demo --contributions"]
)
def test_lists_that_are_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """One without end, too, is read only so far."""
    monkeypatch.setattr("offchain.cli.files._LARGEST_LIST", 1 << 20)
    for name in (str(tmp_path), "missing", os.devnull, "/dev/zero", "a\0b", "", "n" * 100_000):
        if not name.startswith("/dev") or Path(name).exists():
            message = refused(run(*command.split(), name))
            assert ("holds more than 1 MiB" in message) == (name == "/dev/zero")


def numbers() -> list[tuple[str, str]]:
    """Every option of every command that takes a number, an amount or a list of them."""
    kinds = {"N", "UNITS", "ETH", "GWEI", "SECONDS", "NUMBER", "ACCOUNT", "LIST", "LOT", "SPAN"}
    kinds |= {"PERCENT", "FRACTION", "ADDRESS"}
    group: Any = typer.main.get_command(app)
    return [
        (name, option)
        for name, command in group.commands.items()
        for parameter in command.params
        for option in parameter.opts
        if parameter.metavar in kinds and option.startswith("--")
    ]


NODE = ["--on", "http://127.0.0.1:1", "--deployment", "none"]
A_DAO = f"0x{'1' * 40}"
BEFORE = {
    "list": [*NODE, A_DAO, "1", "--reserve", "1"],
    "create-dao": [*NODE, "--expected-members", "5"],
    "bid": [*NODE, A_DAO, "1", "--bid", "1"],
    "raise": [*NODE, A_DAO, "1", "--by", "1"],
    "withdraw": [*NODE, A_DAO, "1"],
    "claim": [*NODE, A_DAO, "1"],
    "reveal": [*NODE, A_DAO, "1"],
    "enter": [*NODE, A_DAO, "1"],
    "reclaim": [*NODE, "1"],
    "proceeds": [*NODE],
    "resell": [*NODE, A_DAO, "1"],
    "solve": ["-", "--on", "revm"],
    "check": ["-"],
    "curve": ["gifts.csv"],
    "regroup": ["gifts.csv"],
    "demo": ["--on", "revm"],
    "deploy": ["--on", "revm", "--mechanism", "resilient"],
    "keep": ["--on", "http://127.0.0.1:1", "--deployment", "none", "--openings", "none"],
}
"""What the commands need besides."""


@pytest.mark.parametrize(("command", "option"), numbers(), ids=" ".join)
@pytest.mark.parametrize(
    "value",
    ["inf", "-inf", "nan", "1e400", "9" * 30, "9" * 5_000, "x" * 100_000, "", "\x1b[2J\n"],
    ids=lambda value: ascii(value[:8]) + str(len(value)),
)
def test_odd_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, option: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gifts.csv").write_text(f"0x{'1' * 40},1000000000\n")
    before = list(BEFORE.get(command, []))
    if (command, option) == ("simulate", "--price"):
        before = ["--contributions", "gifts.csv"]
    result = run(command, *before, option, value, text=json.dumps(VALID[0]))
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (2, "")
    assert option in result.stderr
    assert len(result.stderr) < 800
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["x" * 100_000], ["solve", "--" + "x" * 100_000], ["solve", "a", "b" * 100_000]],
    ids=["command", "option", "argument"],
)
def test_wrong_usage_is_told_in_short(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert len(result.stderr) < 800


def test_input_without_end_is_refused_at_its_first_flaw() -> None:
    """Nothing waits for the end of what is wrong at its start."""
    for start in ("{]", "[5, ", '[{"mechanism": "none"}, ', "\0", "nul"):
        with subprocess.Popen(
            [*PROGRAM, "solve", "-"],
            bufsize=0,  # else what is left to be written would fail once more when it is closed
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdin is not None
            assert process.stderr is not None

            def feed(process: Any = process, start: str = start) -> None:
                try:
                    process.stdin.write(start.encode())
                    while True:
                        process.stdin.write(b'{"a": 0}, ' * 1000)
                except OSError:
                    pass

            feeder = threading.Thread(target=feed)
            feeder.start()
            message = process.stderr.read()
            feeder.join()
            assert process.wait() == 2, start
            assert message.startswith(b"error: standard input: ")
            assert len(message) < SHORT

"""Whatever a source does, there is the beacon's own signature of the round that was asked for, or a reason, soon."""

import gzip
import json
import os
import re
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from offchain.io.fields import Field
from offchain.locks import http_source, round_file
from offchain.locks.beacon import Beacon, WrongSignature, round_json
from offchain.locks.beacon_server import serving
from offchain.locks.http_source import HttpSource, NoBeacon, fetch_beacon
from offchain.locks.local_beacon import LocalBeacon, new_beacon
from offchain.locks.round_file import RoundFile
from offchain.locks.source import Cause, NoSignature
from offchain.locks.sources import Sources, sources
from tests.locks.raw_server import Send, reply, server
from tests.patience import PATIENCE

ROUND = 40
LOCAL = LocalBeacon(secret=11, genesis=1_000, clock=lambda: 2_000)
BEACON = LOCAL.beacon
OTHER = LocalBeacon(secret=12, genesis=1_000, clock=lambda: 2_000)
GOOD = LOCAL.signature(ROUND)
SOON = 3.0
"""How long servers are waited for that let one wait."""


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def changed(**change: Any) -> bytes:
    return as_json(round_json(GOOD) | change)


def endless(send: Send) -> None:
    send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        send(b" " * (1 << 16))


def trickling(head: bytes) -> Callable[[Send], None]:
    def answer(send: Send) -> None:
        send(head)
        while True:
            send(b"a")
            time.sleep(0.05)

    return answer


def silent(_: Send) -> None:
    time.sleep(4 * SOON)


def by(local: LocalBeacon, round_: int) -> str:
    return local.signature(round_).data.hex()


ANSWERS: dict[str, tuple[Callable[[Send], None], Cause, str]] = {
    "too early": (reply(b"", "425 Too Early"), Cause.LATE, "HTTP 425"),
    "not there": (reply(b"{}", "404 Not Found"), Cause.LATE, "HTTP 404"),
    "broken": (reply(b"", "500 Internal Server Error"), Cause.UNREACHABLE, "HTTP 500"),
    "forbidden": (reply(b"", "403 Forbidden"), Cause.UNREACHABLE, "HTTP 403"),
    "silent": (silent, Cause.UNREACHABLE, f"nothing within {SOON:g} s"),
    "hangs up": (lambda _: None, Cause.UNREACHABLE, ""),
    "no HTTP": (lambda send: send(b"220 smtp.example\r\n"), Cause.UNREACHABLE, ""),
    "a head without end": (trickling(b"HTTP/1.1 200 OK\r\n"), Cause.UNREACHABLE, "nothing within"),
    "a body without end": (
        trickling(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
        Cause.MALFORMED,
        "does not end in time",
    ),
    "endless": (endless, Cause.MALFORMED, "longer than 16 KiB"),
    "huge": (reply(b" " * (1 << 15) + changed()), Cause.MALFORMED, "longer than 16 KiB"),
    "elsewhere": (
        reply(b"", "302 Found", "Location: http://127.0.0.1:1/k3y"),
        Cause.MALFORMED,
        "not followed",
    ),
    "no JSON": (reply(b"<html>"), Cause.MALFORMED, "not JSON"),
    "empty": (reply(b""), Cause.MALFORMED, "not JSON"),
    "not UTF-8": (reply(b'{"round": "\xff"}'), Cause.MALFORMED, "not UTF-8"),
    "deep": (reply(b"[" * 10_000), Cause.MALFORMED, "nested too deep"),
    "a list": (reply(b"[]"), Cause.MALFORMED, "a list is not an object"),
    "no signature": (reply(b'{"round": 40}'), Cause.MALFORMED, "signature: missing"),
    "twice": (reply(b'{"round": 40, "round": 41}'), Cause.MALFORMED, "stands twice"),
    "a word": (reply(changed(signature="yes")), Cause.MALFORMED, "signature: .* not 48 bytes"),
    "a huge number": (reply(b'{"round": ' + b"9" * 9_000 + b"}"), Cause.MALFORMED, "missing"),
    "another round": (
        reply(as_json(round_json(LOCAL.signature(ROUND - 1)))),
        Cause.WRONG_ROUND,
        "round 39",
    ),
    "another round's signature": (
        reply(changed(signature=by(LOCAL, ROUND - 1))),
        Cause.WRONG_SIGNATURE,
        "not this beacon's signature of round 40",
    ),
    "another key": (
        reply(changed(signature=by(OTHER, ROUND))),
        Cause.WRONG_SIGNATURE,
        "not this beacon's",
    ),
    "zeros": (reply(changed(signature="00" * 48)), Cause.WRONG_SIGNATURE, "no signature"),
}


LET_WAIT = ("silent", "a head without end", "a body without end")


def patience(answer: str) -> float:
    return SOON if answer in LET_WAIT else PATIENCE


def trouble(source: HttpSource | RoundFile | Sources, round_: int = ROUND) -> NoSignature:
    with pytest.raises(NoSignature) as caught:
        source.signature(round_)
    return caught.value


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_a_server_may_do(answer: str) -> None:
    behave, cause, told = ANSWERS[answer]
    with server(behave) as bad:
        found = trouble(HttpSource(BEACON, bad.url, patience(answer)))
        assert bad.asked == [f"/{BEACON.chain_hash.hex()}/public/40"], "asked once, as drand is"
    assert [one.cause for one in found.troubles] == [cause]
    assert found.is_late is (cause is Cause.LATE)
    assert str(found).startswith(f"round 40: {bad.url}: {cause}")
    assert re.search(told, str(found))
    assert "k3y" not in str(found)


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_next_source_is_asked(answer: str) -> None:
    """No server can keep the signature from being found at another."""
    with server(ANSWERS[answer][0]) as bad, serving(LOCAL) as good:
        several = Sources(
            (HttpSource(BEACON, bad.url, patience(answer)), HttpSource(BEACON, good, PATIENCE))
        )
        assert several.signature(ROUND) == GOOD


def test_a_good_server_is_asked_as_drand_is_and_believed() -> None:
    with server(reply(changed())) as good:
        chain_hash = BEACON.chain_hash.hex()
        for url in (
            good.url,
            f"{good.url}/",
            f"{good.url}/{chain_hash}",
            f"{good.url}/{chain_hash}/",
        ):
            assert HttpSource(BEACON, url).signature(ROUND) == GOOD
        assert good.asked == [f"/{chain_hash}/public/40"] * 4


def test_its_randomness_is_not_what_counts() -> None:
    with server(reply(changed(randomness="lies", previous_signature=1))) as odd:
        assert HttpSource(BEACON, odd.url).signature(ROUND) == GOOD


def test_nobody_there() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    found = trouble(HttpSource(BEACON, f"http://127.0.0.1:{port}"))
    assert [one.cause for one in found.troubles] == [Cause.UNREACHABLE]


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:1", "http://", "http://[", "no url", "http://a b/"]
)
def test_what_is_no_address_is_a_trouble_too(url: str) -> None:
    found = trouble(HttpSource(BEACON, url))
    assert [one.cause for one in found.troubles] == [Cause.UNREACHABLE]


def test_an_answer_is_bounded_when_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_source, "MOST_BYTES", 1 << 12)
    bomb = gzip.compress(b" " * (1 << 22))
    with server(reply(bomb, "200 OK", "Content-Encoding: gzip")) as bad:
        assert "longer than 4 KiB" in str(trouble(HttpSource(BEACON, bad.url)))


def test_keys_in_an_address_are_not_told() -> None:
    with server(reply(b"", "500 k3yInTheReason")) as bad:
        port = bad.url.rpartition(":")[2]
        source = HttpSource(BEACON, f"http://us3r:passw0rd@127.0.0.1:{port}/k3yInThePath")
        told = str(trouble(source))
    assert "HTTP 500" in told
    assert not [one for one in ("us3r", "passw0rd", "k3yInThePath") if one in told]


def test_all_troubles_are_told_in_order_and_late_is_if_any_is_late() -> None:
    with server(ANSWERS["broken"][0]) as one, server(ANSWERS["too early"][0]) as two:
        several = Sources((HttpSource(BEACON, one.url), HttpSource(BEACON, two.url)))
        found = trouble(several)
    assert [trouble.cause for trouble in found.troubles] == [Cause.UNREACHABLE, Cause.LATE]
    assert found.is_late
    assert one.url in str(found)
    assert two.url in str(found)


def test_without_any_source_that_is_said() -> None:
    assert "no source is known" in str(trouble(Sources(())))


def test_sources_are_told_by_their_form(tmp_path: Path) -> None:
    rounds = tmp_path / "rounds"
    rounds.write_bytes(changed())
    found = sources(BEACON, ["https://api.drand.sh", str(rounds)])
    assert found.each == (HttpSource(BEACON, "https://api.drand.sh"), RoundFile(BEACON, rounds))
    assert sources(BEACON, [str(rounds)]).signature(ROUND) == GOOD


# Files


def lines(*given: bytes) -> bytes:
    return b"".join(one + b"\n" for one in given)


FILES: dict[str, bytes] = {
    "one": changed(),
    "among others": lines(as_json(round_json(LOCAL.signature(1))), changed(), b"{}"),
    "behind nonsense": lines(b"# rounds", b"\xff", b"[]", b'{"round": 1', b"", changed()),
    "behind a liar": lines(changed(signature=by(OTHER, ROUND)), changed()),
    "behind a long line": lines(b"x" * 50_000, changed()),
    "behind a deep line": lines(b"[" * 3_000, changed()),
}


@pytest.mark.parametrize("content", FILES.values(), ids=list(FILES))
def test_a_round_is_found_in_a_file(content: bytes, tmp_path: Path) -> None:
    rounds = tmp_path / "rounds"
    rounds.write_bytes(content)
    assert RoundFile(BEACON, rounds).signature(ROUND) == GOOD


def test_a_file_may_grow(tmp_path: Path) -> None:
    rounds = tmp_path / "rounds"
    rounds.write_bytes(lines(as_json(round_json(LOCAL.signature(1)))))
    source = RoundFile(BEACON, rounds)
    assert trouble(source).is_late
    with rounds.open("ab") as file:
        file.write(lines(changed()))
    assert source.signature(ROUND) == GOOD


def test_a_file_that_lies_is_told_so(tmp_path: Path) -> None:
    rounds = tmp_path / "rounds"
    rounds.write_bytes(lines(changed(signature=by(OTHER, ROUND))))
    assert [one.cause for one in trouble(RoundFile(BEACON, rounds)).troubles] == [
        Cause.WRONG_SIGNATURE
    ]


def test_a_file_of_nothing_but_lies_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or each line would take 2 ms, and a file has many."""
    checked: list[object] = []

    def lie(_: Beacon, answer: Field) -> None:
        checked.append(answer)
        raise WrongSignature("a lie")

    monkeypatch.setattr(round_file, "read_round", lie)
    rounds = tmp_path / "rounds"
    rounds.write_bytes(lines(*[changed()] * 1_000))
    assert "a lie" in str(trouble(RoundFile(BEACON, rounds)))
    assert len(checked) == 100


def test_what_is_no_file_is_no_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, tmp_path / "missing", Path("/dev/zero")):
        found = trouble(RoundFile(BEACON, path))
        assert [one.cause for one in found.troubles] == [Cause.UNREACHABLE]
        assert str(path) in str(found)


def test_a_file_is_not_read_beyond_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(round_file, "MOST_BYTES", 10_000)
    rounds = tmp_path / "rounds"
    rounds.write_bytes(lines(b"x" * 20_000, changed()))
    assert trouble(RoundFile(BEACON, rounds)).is_late


def test_a_line_without_end_is_not_in_memory_at_once(tmp_path: Path) -> None:
    rounds = tmp_path / "rounds"
    rounds.write_bytes(b" " * 1_000_000)
    source = RoundFile(BEACON, rounds)
    assert max(map(len, source._lines())) <= round_file.MOST_LINE
    assert trouble(source).is_late


# The local beacon, over HTTP


def test_a_local_beacon_serves_itself_and_the_rounds_that_have_come() -> None:
    with serving(LOCAL) as url:
        found = fetch_beacon(url)
        assert found == BEACON == fetch_beacon(f"{url}/{BEACON.chain_hash.hex()}/")
        source = HttpSource(found, url)
        assert source.signature(ROUND) == GOOD
        latest = LOCAL.latest()
        assert source.signature(latest).round == latest
        early = trouble(source, latest + 1)
        assert early.is_late
        assert "HTTP 425" in str(early)
    assert not trouble(source).is_late, "it is gone with the body"


def test_rounds_come_with_its_clock() -> None:
    now = [1_000]
    local = new_beacon(1_000, period=10, clock=lambda: now[0])
    with serving(local) as url:
        source = HttpSource(local.beacon, url)
        assert trouble(source, 2).is_late
        now[0] = 1_009
        assert trouble(source, 2).is_late
        now[0] = 1_010
        assert source.signature(2) == local.signature(2)


def get(url: str) -> tuple[int, Any]:
    answer = requests.get(url, timeout=PATIENCE)
    return answer.status_code, answer.json()


def test_every_path_of_drands_api_and_no_other() -> None:
    chain_hash = BEACON.chain_hash.hex()
    with serving(LOCAL) as url:
        assert get(f"{url}/chains") == (200, [chain_hash])
        for root in (url, f"{url}/{chain_hash}"):
            assert get(f"{root}/info") == (200, BEACON.to_json())
            assert get(f"{root}/public/40") == get(f"{root}/public/40?1") == (200, round_json(GOOD))
            assert get(f"{root}/public/latest") == (
                200,
                round_json(LOCAL.signature(LOCAL.latest())),
            )
            assert get(f"{root}/public/{2**64 - 1}")[0] == 425
            for path in ("", "public", "public/0", "public/-1", "public/x", "public/" + "9" * 21):
                assert get(f"{root}/{path}")[0] == 404, path
        assert get(f"{url}/{'00' * 32}/info")[0] == 404


def test_two_beacons_are_two() -> None:
    one, other = new_beacon(0), new_beacon(0)
    assert one.beacon.chain_hash != other.beacon.chain_hash
    with serving(one) as url:
        assert trouble(HttpSource(other.beacon, url), 1).is_late, "it does not know that hash"


def test_the_port_can_be_chosen_and_is_free_again() -> None:
    with serving(LOCAL) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), serving(LOCAL, port):
            pass
    with serving(LOCAL, port) as again:
        assert again == url


@pytest.mark.parametrize("info", [b"{}", b"[]", b"no", as_json(BEACON.to_json() | {"period": 4})])
def test_an_info_that_is_none(info: bytes) -> None:
    with server(reply(info)) as bad, pytest.raises(NoBeacon, match=bad.url):
        fetch_beacon(bad.url)


def test_a_network_is_what_its_info_says_so_its_hash_has_to_be_compared() -> None:
    with server(reply(as_json(OTHER.beacon.to_json()))) as liar:
        assert fetch_beacon(liar.url).chain_hash != BEACON.chain_hash
    assert Beacon.read(Field("", OTHER.beacon.to_json())) == OTHER.beacon

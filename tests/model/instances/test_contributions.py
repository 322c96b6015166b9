"""Lists of contributions: what is read, and what each mistake is told."""

from itertools import count

import pytest

from offchain.io.errors import InvalidInput
from offchain.io.units import GWEI
from offchain.model.instances.contributions import Contribution, parse

ANN = "0x62e279885D52c5cCbbB4E089D53146aD84b8c870"
SYSTEMS = ("Unix", "Windows", "old Mac")
BOB = "0xf0347164Cd1b3a74787fcF2a08C4e589770E3B47"


def lines(*rows: str) -> bytes:
    return "\n".join(rows).encode()


@pytest.mark.parametrize(
    "data",
    [
        lines("address,wei", f"{ANN.lower()},1500000000", f"{BOB},2000000001", ""),
        lines(f"{ANN.lower()},1500000000", f"{BOB},2000000001"),
        lines(
            "\ufeffAddress, Wei\r",
            "\r",
            f" {ANN.lower()} , 1500000000\r",
            f'"{BOB}","2000000001"\r',
        ),
        lines("address,wei", f"{ANN},1500000000", f"{BOB},2000000001", "").replace(b"\n", b"\r"),
        lines(f"0x{ANN[2:].upper()},0001500000000", "", "   ", f"{BOB.lower()},2000000001"),
    ],
    ids=["header", "no header", "as spreadsheets write it", "as old Macs write it", "blank lines"],
)
def test_reads_address_and_wei(data: bytes) -> None:
    found = parse(data, "list.csv")
    assert [one.wei for one in found] == [1_500_000_000, 2_000_000_001]
    assert [one.units for one in found] == [1, 2]
    assert not any(one.is_whole for one in found)
    assert [one.address.lower() for one in found] == [ANN.lower(), BOB.lower()]


def test_addresses_get_their_checksum() -> None:
    assert parse(lines(f"{BOB.lower()},{GWEI}"), "list.csv") == (Contribution(BOB, GWEI),)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["address,wei", "0x12,5"], "line 2: address '0x12' is not 0x and 40 hexadecimal digits"),
        ([f"{ANN.lower()}"], f"line 1: '{ANN.lower()}' is not address,wei"),
        ([f"{ANN.lower()},1,2"], "line 1: '"),
        ([f"{ANN.lower()},1.5"], "line 1: wei '1.5' is not a whole number of wei"),
        ([f"{ANN.lower()},1e18"], "line 1: wei '1e18' is not a whole number of wei"),
        ([f"{ANN.lower()},-5"], "line 1: wei '-5' is not a whole number of wei"),
        ([f"{ANN.lower()},"], "line 1: wei '' is not a whole number of wei"),
        ([f"{ANN.lower()},0"], "line 1: wei 0 is less than 1 gwei"),
        ([f"{ANN.lower()},999999999"], "line 1: wei 999999999 is less than 1 gwei"),
        ([f"{ANN.lower()},{2**64 * GWEI}"], r"is above 2\^64-1 gwei"),
        (
            [f"{ANN.lower()},{GWEI}", "", f"{ANN.lower()},{GWEI}"],
            "line 3: address 0x[0-9a-fA-F]{40} stands already on line 1",
        ),
        ([f"{ANN.lower()},{GWEI}", "address,wei"], "line 2: address 'address' is not 0x"),
        ([f"{ANN[:-1]}1,{GWEI}"], r"has a wrong checksum \(EIP-55\)"),
        ([f"{ANN.lower()},\x1b[31m"], r"wei '\\x1b\[31m' is not"),
        ([f"{ANN.lower()},{'9' * 100}"], r"9\.\.\. \(100 characters\)"),
        (["address,wei"], "no contributions in it"),
        ([""], "no contributions in it"),
    ],
    ids=count(),
)
def test_mistakes_are_named_with_line_and_value(rows: list[str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        parse(lines(*rows), "list.csv")
    assert str(caught.value).startswith("list.csv")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=SYSTEMS)
def test_other_encodings_are_refused(end: bytes) -> None:
    with pytest.raises(InvalidInput, match="line 2: byte 0xff is not UTF-8"):
        parse(b"address,wei" + end + b"\xff", "list.csv")
    with pytest.raises(InvalidInput, match="line 1: byte 0xff is not UTF-8"):
        parse(("address,wei" + end.decode()).encode("utf-16"), "list.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=SYSTEMS)
@pytest.mark.parametrize(
    "row",
    [
        f"{ANN}," + "9" * 200_000,
        "x" * 200_000,
        '"' + "x" * 200_000,
        "," * 200_000,
        f"{ANN},\x00",
        f'{ANN},"5',
        f'{ANN},"5" 6',
        f"{ANN};5",
        f"{ANN}\t5",
        f"{ANN},5\u2028",
    ],
    ids=count(),
)
def test_odd_lines_are_named_in_short(end: str, row: str) -> None:
    """Giant fields, NUL, open quotes, other separators: the reader of CSV raises errors of its own on some."""
    with pytest.raises(InvalidInput) as caught:
        parse(f"address,wei{end}{BOB},{GWEI}{end}{row}{end}".encode(), "list.csv")
    message = str(caught.value)
    assert message.startswith("list.csv, line 3: ")
    assert message.isprintable()
    assert len(message) < 300

"""Adapters: contracts through which DAOs bid at auction houses of others, one for each house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from offchain.bindings.artifacts import Artifact
from offchain.bindings.contracts import Contract, asked
from offchain.chain.backend import Chain, Reverted
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field

ADAPTER: Final = "HouseAdapter"
"""What adapters of every make have in common."""


@dataclass(frozen=True, slots=True)
class Make:
    """How houses of one make are told and bid at.

    adapter, interface: contracts by name. views: what such a house answers, with their arguments. awaits_bid: whether the clock
    of an auction starts with its first bid.
    """

    adapter: str
    interface: str
    views: tuple[tuple[object, ...], ...]
    awaits_bid: bool


MAKES: Final[Mapping[str, Make]] = {
    "nouns": Make(
        "NounsAdapter",
        "INounsHouse",
        (("nouns",), ("weth",), ("auction",), ("reservePrice",), ("minBidIncrementPercentage",)),
        awaits_bid=False,
    ),
    "zora": Make(
        "ZoraAdapter",
        "IZoraHouse",
        (("zora",), ("wethAddress",), ("auctions", 0), ("minBidIncrementPercentage",)),
        awaits_bid=True,
    ),
}
"""By name. Of each make an auction is open for `timeBuffer()` seconds after every bid."""

_BUFFER: Final = Contract(
    Artifact(
        "House",
        (
            {
                "type": "function",
                "name": "timeBuffer",
                "stateMutability": "view",
                "inputs": [],
                "outputs": [{"name": "", "type": "uint256"}],
            },
        ),
        b"",
        b"",
        {},
    )
)


@dataclass(frozen=True, slots=True)
class House:
    """A house of others, and whose make it is."""

    make: str
    address: str

    def __str__(self) -> str:
        return f"{self.make}:{self.address}"


@dataclass(frozen=True, slots=True)
class AdapterAt:
    """Where an adapter is, and of which house."""

    make: str
    house: str
    address: str

    def to_json(self) -> dict[str, str]:
        """As a deployment file has it."""
        return {"make": self.make, "house": self.house, "address": self.address}

    @staticmethod
    def read(field: Field) -> AdapterAt:
        """What `to_json` wrote; addresses may be in lower case. `InvalidInput` names field and value."""
        fields = field.record(("make", "house", "address"))
        return AdapterAt(
            fields["make"].choice(tuple(MAKES)),
            fields["house"].address(),
            fields["address"].address(),
        )


def read_adapters(field: Field) -> tuple[AdapterAt, ...]:
    """A list of adapters, each at an address of its own. `InvalidInput` names field and value."""
    found = [(entry, AdapterAt.read(entry)) for entry in field.entries()]
    seen: set[str] = set()
    for entry, one in found:
        if one.address in seen:
            entry.at("address", one.address).fail(f'"{one.address}" stands twice in the list')
        seen.add(one.address)
    return tuple(one for _, one in found)


def answers(chain: Chain, house: House) -> bool:
    """Whether something at the address answers as houses of that make do. `ChainError` if the chain errs."""
    return _silence(chain, house) is None


def refuse_other_make(chain: Chain, house: House) -> None:
    """Raises InvalidInput, in words, unless the house answers as one of its make; ChainError if the chain errs."""
    silence = _silence(chain, house)
    if silence is None:
        return
    others = [make for make in MAKES if answers(chain, House(make, house.address))]
    told = f"; it is one of the make {others[0]}" if others else ""
    raise InvalidInput(
        f"{house.address} is no auction house of the make {house.make}: it does not answer {silence}(){told}"
    )


def buffer_of(chain: Chain, house: str) -> int:
    """For how many seconds at least a bid keeps an auction of the house open; 0 if the house does not tell. `ChainError` if the
    chain errs.
    """
    try:
        answer = _BUFFER.decode("timeBuffer", chain.call(house, _BUFFER.encode("timeBuffer")))
    except (Reverted, ValueError):
        return 0
    return int(answer[0])


def difference(
    chain: Chain, adapter: AdapterAt, terms: Mapping[str, object]
) -> tuple[str, str] | None:
    """A view whose answer at the adapter's address is not what it should be, and what that is, in words: by `terms`, values by
    views, or its house. None: there is none. `ChainError` if the chain errs.
    """
    for view, value in {**terms, "house": adapter.house}.items():
        if asked(chain, adapter.address, ADAPTER, view) != (value,):
            return view, value.hex() if isinstance(value, bytes) else str(value)
    return None


def _silence(chain: Chain, house: House) -> str | None:
    """The first view of its make that the house does not answer."""
    make = MAKES[house.make]
    for view, *arguments in make.views:
        if asked(chain, house.address, make.interface, str(view), *arguments) is None:
            return str(view)
    return None

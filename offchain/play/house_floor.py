"""The floor of a house on a chain: who is who there, bids of individuals, and what the house logged of all bids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from offchain.chain.backend import Transaction
from offchain.houses.nouns import NounsHouse
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.rivals import PlacedBid, Rival


class HouseFloor:
    """The auction that runs at a house (see `contest.Floor`).

    names: of who bids there, by address: individuals by their accounts, DAOs by their paddles.
    """

    def __init__(
        self,
        house: NounsHouse,
        buffer: int,
        names: Mapping[Address, str],
        send: Callable[[str, Sequence[Transaction]], object],
        raise_groups: Callable[[], None],
    ) -> None:
        """`buffer`: the house's, in seconds. `send`: as a stage does, of a step. `raise_groups`: has every DAO raise as far as it
        goes.
        """
        self.names = names
        self.raise_groups = raise_groups
        self._house, self._buffer, self._send = house, buffer, send
        self._accounts = {name: account for account, name in names.items()}

    def address_of(self, name: str) -> Address:
        """From where somebody bids at the house."""
        return self._accounts[name]

    @property
    def leader(self) -> str | None:
        """See `Floor`."""
        bidder = self._house.auction().bidder
        return None if bidder is None else self.names[bidder]

    @property
    def least(self) -> int:
        """See `Floor`."""
        return -(-self._house.least_bid() // WEI_PER_UNIT)

    @property
    def end(self) -> int:
        """See `Floor`."""
        end = self._house.auction().end
        assert end is not None
        return end

    @property
    def buffer(self) -> int:
        """See `Floor`."""
        return self._buffer

    def wait(self, until: int) -> None:
        """See `Floor`."""
        self._house.chain.advance_to(until)

    def bid(self, rival: Rival, amount: int) -> None:
        """See `Floor`."""
        account = self._accounts[rival.name]
        self._send("rival", [self._house.bidding(account, amount * WEI_PER_UNIT)])

    def bids(self, number: int, first_block: int) -> list[PlacedBid]:
        """All bids on one auction of the house, as it logged them from a block on."""
        chain, at = self._house.chain, self._house.at
        found: list[PlacedBid] = []
        end = 0
        for log in chain.logs([at.address], first_block):
            event = at.contract.event(log)
            if event is None or event.args.get("nounId") != number:
                continue
            if event.name == "AuctionBid":
                bidder, amount = self.names[event.args["sender"]], event.args["value"]
                found.append(
                    PlacedBid(bidder, amount // WEI_PER_UNIT, chain.time_of(log.block), end)
                )
            elif "endTime" in event.args:
                end = event.args["endTime"]
                if event.name == "AuctionExtended":
                    found[-1] = replace(found[-1], end=end)
        return found

"""Zora's auction house (its first, for any ERC-721): many auctions at once, each begun by its first bid.

    house = ZoraHouse.deploy(chain, account)
    auction = house.list_item(seller, token, 7, reserve=10**18)
    auction.bid(bidder, auction.least_bid())

Whoever lists an item can name a curator, who has to approve before anybody bids and takes a part of the price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from offchain.bindings.contracts import Deployed, contract
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.houses.house import Account, HouseAuction, ask, send_bid
from offchain.houses.packages import zora
from offchain.io.addresses import NOBODY

DAY: Final = 86_400
INCREMENT: Final = 5
"""By how many percent a bid has to exceed the one before."""
BUFFER: Final = 900
"""For how many seconds at least a bid keeps its auction open."""

FIELDS: Final = (
    *("tokenId", "tokenContract", "approved", "amount", "duration", "firstBidTime"),
    *("reservePrice", "curatorFeePercentage", "tokenOwner", "bidder", "curator", "auctionCurrency"),
)
"""Of the house's `auctions`, in order."""


@dataclass(frozen=True, slots=True)
class ZoraHouse:
    """A house on a chain.

    media: the token that stands for Zora's own, whose auctions its market settles; here it has no market, so nobody can bid for
    its items. weth: in which the house keeps all bids of ether, and pays who takes no ether.
    """

    chain: Chain
    at: Deployed
    media: Deployed
    weth: Deployed

    @staticmethod
    def deploy(chain: Chain, account: str) -> ZoraHouse:
        """A house that nobody owns.

        Raises:
            PackageMissing: the package is not installed.
        """
        maker = Account(chain, account)
        weth = maker.create(zora("test/WETH"))
        media = maker.create(contract("Item"))
        house = maker.create(zora("AuctionHouse"), media.address, weth.address)
        return ZoraHouse(chain, house, media, weth)

    @property
    def address(self) -> str:
        """Where the house is."""
        return self.at.address

    def list_item(
        self,
        seller: str,
        token: Deployed,
        token_id: int,
        reserve: int,
        duration: int = DAY,
        curator: str = NOBODY,
        fee: int = 0,
        currency: str = NOBODY,
    ) -> ZoraAuction:
        """Lets the house have the item of `seller`, and lists it.

        reserve: in wei. duration: seconds from the first bid. fee: the curator's part of the price, in percent. currency: the
        token that is bid in; nobody's address stands for ether. Raises Reverted.
        """
        account = Account(self.chain, seller)
        account.send(token, "approve", self.address, token_id)
        terms = (token_id, token.address, duration, reserve, curator, fee, currency)
        listed = account.send(self.at, "createAuction", *terms)
        (number,) = (
            one.args["auctionId"]
            for one in self.at.events([listed])
            if one.name == "AuctionCreated"
        )
        return ZoraAuction(self, number)


@dataclass(frozen=True, slots=True)
class ZoraAuction:
    """One auction of a house, by its number."""

    house: ZoraHouse
    number: int

    @property
    def chain(self) -> Chain:
        """See `AtHouse`."""
        return self.house.chain

    def auction(self) -> HouseAuction:
        """See `AtHouse`. The house forgets an auction that is settled or cancelled, with its token."""
        found = self._found()
        begun = found["firstBidTime"]
        return HouseAuction(
            self.number,
            found["tokenContract"],
            found["tokenId"],
            found["amount"],
            None if found["bidder"] == NOBODY else found["bidder"],
            begun + found["duration"] if begun else None,
            found["tokenOwner"] == NOBODY,
        )

    def least_bid(self) -> int:
        """See `AtHouse`. Of an amount below 20 wei by the increment it is that amount again: an equal bid leads."""
        found = self._found()
        amount = int(found["amount"])
        return max(int(found["reservePrice"]), amount + amount * INCREMENT // 100)

    def is_approved(self) -> bool:
        """Whether bids are taken: its curator, if it has one, approves."""
        return bool(self._found()["approved"])

    def bidding(self, account: str, amount: int) -> Transaction:
        """See `AtHouse`."""
        return self.house.at.call(account, "createBid", self.number, amount, value=amount)

    def bid(self, account: str, amount: int, by: str | None = None) -> Receipt:
        """See `AtHouse`."""
        return send_bid(self.chain, self.bidding(account, amount), by)

    def settle(self, account: str) -> Receipt:
        """See `AtHouse`. Where the leader does not take the item, the bid goes back to the leader and the item to its seller."""
        return self._send(account, "endAuction")

    def cancel(self, account: str) -> Receipt:
        """Its seller or curator takes it back. Raises Reverted once somebody has bid."""
        return self._send(account, "cancelAuction")

    def approve(self, curator: str, approved: bool = True) -> Receipt:
        """Its curator lets bids in, or not. Raises Reverted once somebody has bid."""
        return self._send(curator, "setAuctionApproval", approved)

    def set_reserve(self, account: str, wei: int) -> Receipt:
        """Its seller or curator changes the least first bid. Raises Reverted once somebody has bid."""
        return self._send(account, "setAuctionReservePrice", wei)

    def _send(self, account: str, function: str, *arguments: object) -> Receipt:
        return Account(self.chain, account).send(self.house.at, function, self.number, *arguments)

    def _found(self) -> dict[str, Any]:
        found = ask(self.chain, self.house.at, "auctions", self.number)
        return dict(zip(FIELDS, found, strict=True))

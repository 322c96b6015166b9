"""The auction house of Nouns: its first version behind its proxy, and its second, to which it can be upgraded in mid-auction.

    house = NounsHouse.deploy(chain, account)
    house.bid(bidder, house.least_bid())

One auction at a time, of the Noun that its number says. What else it is made of is real too, but for the looks of a Noun
(contracts/test/NounsParts.sol).
"""

from __future__ import annotations

from dataclasses import dataclass

from offchain.bindings.contracts import Deployed, contract
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.houses.house import Account, HouseAuction, ask, send_bid
from offchain.houses.packages import nouns
from offchain.io.addresses import NOBODY


@dataclass(frozen=True, slots=True)
class NounsTerms:
    """What a house is initialized with.

    buffer: for how many seconds at least a bid keeps its auction open. reserve: the least first bid, in wei. increment: by how
    many percent of the amount each bid has to exceed the one before. duration: of an auction, in seconds.
    """

    buffer: int = 300
    reserve: int = 1
    increment: int = 2
    duration: int = 86_400


NOUNS_TERMS = NounsTerms()
"""Those of the real house when it began."""


@dataclass(frozen=True, slots=True)
class NounsHouse:
    """A house on a chain.

    owner: whom the house and its proxy's `admin` obey, and who gets what is bid. at: the house, by its
    first version's interface, which the second one answers too. token: of the Nouns. weth: in which it pays who takes no ether.
    """

    owner: Account
    at: Deployed
    admin: Deployed
    token: Deployed
    weth: Deployed

    @staticmethod
    def deploy(chain: Chain, account: str, terms: NounsTerms = NOUNS_TERMS) -> NounsHouse:
        """A house of its first version, with its first auction running; `account` owns it.

        Raises:
            PackageMissing: the package is not installed.
        """
        owner = Account(chain, account)
        weth = owner.create(nouns("test/WETH"))
        parts = owner.create(contract("NounsParts")).address
        token = owner.create(nouns("NounsToken"), account, account, parts, parts, parts)
        admin = owner.create(nouns("proxies/NounsAuctionHouseProxyAdmin"))
        first = nouns("NounsAuctionHouse")
        start = first.encode(
            "initialize",
            *(token.address, weth.address),
            *(terms.buffer, terms.reserve, terms.increment, terms.duration),
        )
        proxy = owner.create(
            nouns("proxies/NounsAuctionHouseProxy"),
            *(owner.create(first).address, admin.address, start),
        )
        owner.send(token, "setMinter", proxy.address)
        house = NounsHouse(owner, Deployed(first, proxy.address), admin, token, weth)
        house.unpause()
        return house

    @property
    def chain(self) -> Chain:
        """See `AtHouse`."""
        return self.owner.chain

    @property
    def address(self) -> str:
        """Where the house is: its proxy."""
        return self.at.address

    def auction(self) -> HouseAuction:
        """The auction that runs, or ran last; see `AtHouse`."""
        number, amount, _, end, bidder, settled = ask(self.chain, self.at, "auction")
        leader = None if bidder == NOBODY else bidder
        return HouseAuction(number, self.token.address, number, amount, leader, end, settled)

    def least_bid(self) -> int:
        """See `AtHouse`. Of an amount below 100 wei by the increment it is that amount again: an equal bid leads."""
        (reserve,) = ask(self.chain, self.at, "reservePrice")
        (percent,) = ask(self.chain, self.at, "minBidIncrementPercentage")
        amount = self.auction().amount
        return max(int(reserve), amount + amount * int(percent) // 100)

    def is_paused(self) -> bool:
        """Whether no new auction begins."""
        (paused,) = ask(self.chain, self.at, "paused")
        return bool(paused)

    def owner_of(self, noun: int) -> str:
        """Who has a Noun. Raises Reverted if there is none."""
        return str(ask(self.chain, self.token, "ownerOf", noun)[0])

    def bidding(self, account: str, amount: int) -> Transaction:
        """See `AtHouse`."""
        return self.at.call(account, "createBid", self.auction().number, value=amount)

    def bid(self, account: str, amount: int, by: str | None = None) -> Receipt:
        """See `AtHouse`."""
        return send_bid(self.chain, self.bidding(account, amount), by)

    def settle(self, account: str) -> Receipt:
        """See `AtHouse`. The next auction begins, unless the house is paused."""
        step = "settleAuction" if self.is_paused() else "settleCurrentAndCreateNewAuction"
        return Account(self.chain, account).send(self.at, step)

    # What its owner does.

    def pause(self) -> None:
        """No new auction begins; the one that runs goes on."""
        self.owner.send(self.at, "pause")

    def unpause(self) -> None:
        """A new auction begins, unless one is not settled."""
        self.owner.send(self.at, "unpause")

    def set_reserve(self, wei: int) -> None:
        """The least first bid from now on, of the auction that runs, too."""
        self.owner.send(self.at, "setReservePrice", wei)

    def set_increment(self, percent: int) -> None:
        """By how much a bid has to exceed the one before, from now on."""
        self.owner.send(self.at, "setMinBidIncrementPercentage", percent)

    def set_buffer(self, seconds: int) -> None:
        """For how long at least a bid keeps an auction open, from now on."""
        self.owner.send(self.at, "setTimeBuffer", seconds)

    def upgrade(self) -> None:
        """To the second version, in three steps as the real house: to the code that moves what is stored, the move, the new code.

        In between the house takes no bids.
        """
        self.begin_upgrade()
        self.owner.send(self.at_migration(), "migrate")
        self.upgrade_to(self.owner.create(nouns("NounsAuctionHouseV2")))

    def begin_upgrade(self) -> None:
        """The first step alone, after which the house understands neither bids nor settling."""
        self.upgrade_to(self.owner.create(nouns("NounsAuctionHousePreV2Migration")))

    def at_migration(self) -> Deployed:
        """The house by the interface that it has between `begin_upgrade` and its new code."""
        return Deployed(nouns("NounsAuctionHousePreV2Migration"), self.address)

    def upgrade_to(self, code: Deployed) -> None:
        """Puts other code behind the proxy, be it that of a house which lies."""
        self.owner.send(self.admin, "upgrade", self.address, code.address)

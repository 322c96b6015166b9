"""A house that lies, its token and its WETH: contracts/test/HostileHouse.sol, alone or put behind the proxy of a real house."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from offchain.bindings.contracts import Deployed, contract
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.houses.house import Account, HouseAuction, ask, send_bid
from offchain.houses.nouns import NounsHouse
from offchain.io.addresses import NOBODY
from tests.houses.adapter_world import FUNDS, Floor
from tests.houses.watch import PEOPLE, TERMS, Hall, Make, WatchedRevm
from tests.puppets import ItemManner, behave

Answers = IntEnum(
    "Answers", "HONEST NOTHING REFUSE BURN_GAS TOO_FEW TOO_MUCH GARBAGE STRANGE", start=0
)
"""How it answers questions."""
Refunds = IntEnum("Refunds", "ETHER WRAPPED NONE SHORT", start=0)
"""What it does with what the bidder before had bid."""
Wrapping = IntEnum("Wrapping", "HONEST REFUSE BURN_GAS KEEP REENTER REENTER_AFTER SILENT", start=0)
"""What its WETH does when it is to pay ether out."""
NUMBER = 1
UNREADABLE = [one for one in Answers if one is not Answers.HONEST]


@dataclass(frozen=True, slots=True)
class LyingHouse:
    """The house at `at`, which obeys `account`; the item `NUMBER` of `token` is for sale."""

    account: Account
    at: Deployed
    token: Deployed
    weth: Deployed

    @staticmethod
    def deploy(chain: Chain, account: str) -> LyingHouse:
        """One that is honest until it is told otherwise, on the terms `TERMS`."""
        owner = Account(chain, account)
        token, weth = (
            owner.create(contract("HostileItem")),
            owner.create(contract("HostileWrapped")),
        )
        house = LyingHouse(owner, owner.create(contract("HostileHouse")), token, weth)
        owner.send(token, "mint", house.at.address, NUMBER)
        house.offer(token.address, NUMBER, chain.now() + TERMS.duration)
        return house

    @staticmethod
    def behind(house: NounsHouse) -> LyingHouse:
        """What a real house becomes when it is upgraded to this; the auction is still the same, and its money there."""
        before = house.auction()
        house.upgrade_to(house.owner.create(contract("HostileHouse")))
        at = Deployed(contract("HostileHouse"), house.address)
        weth = Deployed(contract("HostileWrapped"), house.weth.address)
        liar = LyingHouse(
            house.owner, at, Deployed(contract("HostileItem"), house.token.address), weth
        )
        assert before.end is not None
        liar.offer(before.token, before.number, before.end)
        liar.say(before.bidder or NOBODY, before.amount, before.end)
        return liar

    @property
    def chain(self) -> Chain:
        return self.account.chain

    @property
    def address(self) -> str:
        return self.at.address

    # AS A HOUSE

    def auction(self) -> HouseAuction:
        number, amount, _, end, bidder, settled = ask(self.chain, self.at, "auction")
        leader = None if bidder == NOBODY else bidder
        return HouseAuction(number, self.token.address, number, amount, leader, end, settled)

    def least_bid(self) -> int:
        amount = self.auction().amount
        return max(TERMS.reserve, amount + amount * TERMS.increment // 100)

    def bidding(self, account: str, amount: int) -> Transaction:
        return self.at.call(account, "createBid", NUMBER, value=amount)

    def bid(self, account: str, amount: int, by: str | None = None) -> Receipt:
        return send_bid(self.chain, self.bidding(account, amount), by)

    def settle(self, account: str) -> Receipt:
        return Account(self.chain, account).send(self.at, "settleAuction")

    # AS IT IS TOLD

    def tell(self, function: str, *arguments: object) -> Receipt:
        return self.account.send(self.at, function, *arguments)

    def offer(self, token: str, number: int, end: int, percent: int = TERMS.increment) -> None:
        self.tell("offer", token, self.weth.address, number, end, TERMS.reserve, percent)

    def behave(self, answers: Answers = Answers.HONEST, refunds: Refunds = Refunds.ETHER) -> None:
        self.tell("behave", answers, refunds)

    def say(self, bidder: str, amount: int, end: int, settled: bool = False) -> None:
        self.tell("say", bidder, amount, end, settled)

    def mute(self, question: str, is_short: bool) -> None:
        self.tell("mute", self.at.contract.encode(question)[:4], is_short)

    def trick(self, deaf: bool = False, sells_at_once: bool = False, understates: int = 0) -> None:
        self.tell("trick", deaf, sells_at_once, understates)

    def prepare(self, *calls: Transaction) -> None:
        """The calls that it makes from within bids, refunds and settling."""
        self.tell("prepare", tuple((call.to, call.data) for call in calls))

    def give(self, to: str, number: int = NUMBER) -> None:
        """The item, whoever it was sold to."""
        data = self.token.contract.encode("transferFrom", self.at.address, to, number)
        self.tell("act", self.token.address, 0, data)

    def send_ether(self, to: str, wei: int) -> None:
        self.tell("act", to, wei, b"")

    def send_wrapped(self, to: str, wei: int) -> None:
        """Of its ether, as its WETH."""
        weth = self.weth
        self.tell("act", weth.address, wei, weth.contract.encode("deposit"))
        self.tell("act", weth.address, 0, weth.contract.encode("transfer", to, wei))

    def wrap(self, manner: Wrapping) -> None:
        self.account.send(self.weth, "behave", manner)

    def item(self, manner: ItemManner) -> None:
        self.chain.send(Transaction(self.account.address, self.token.address, behave(manner)))

    def owner_of(self, number: int = NUMBER) -> Any:
        return ask(self.chain, self.token, "ownerOf", number)[0]


def lying_hall(make: Make) -> Hall:
    """A house that lies on a chain of its own, with people who have money. Person 0 tells it, 1 takes every open step."""
    chain = WatchedRevm()
    chain.fund_all({chain.actor(i): FUNDS for i in range(PEOPLE)})
    house = LyingHouse.deploy(chain, chain.actor(0))
    return Hall(chain, Floor.on_nouns(house, chain.actor(1)), make)

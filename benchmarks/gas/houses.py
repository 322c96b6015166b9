"""What it costs to bid at the auction house of others, by its real code: raises, money that comes back, the item that comes.

Cheap DAOs with open bids at Nouns' house, of its first version, behind its proxy. A rival of theirs, who is no group, answers.
What the rival sends is not counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.gas.bench import PHASE, StepBench, measured
from offchain.bindings.constants import HouseLots
from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import NO_BEACON, deploy
from offchain.chain.backend import Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.io.units import WEI_PER_UNIT

MEMBERS: Final = 50
ROWS: Final = {
    "register": ("register an auction of the house", 154_000),
    "enter": ("enter, for a cheap DAO", 68_000),
    "raise": ("raise: the first bid of all", 224_000),
    "raise over rival": ("raise: a DAO's first, over a rival", 199_000),
    "raise over DAO": ("raise: a DAO's first, over another DAO", 215_000),
    "answer DAO": ("raise: a later one, over another DAO", 173_000),
    "answer": ("raise: a later one, over a rival", 150_000),
    "recall": ("recall what was outbid", 103_000),
    "recall wrapped": ("recall what was outbid, back in wrapped ether", 118_000),
    "conclude": ("conclude: the house gives the item, and begins its next auction", 347_000),
    "settle": ("settle, group of 50: the item goes on to the estate", 241_000),
    "settle before": ("settle, group of 50: the item has not come", 126_000),
    "deliver": ("deliver the item that came afterwards", 210_000),
    "first claim": ("lost: claim, the first, which recalls", 127_000),
    "claim": ("lost: claim, by oneself", 36_500),
}
"""Every step with what it is called in tables, and its budget in gas."""

TERMS: Final = NounsTerms(buffer=300, reserve=10**17, increment=2, duration=24 * PHASE)
"""The real house's, but for the reserve: in wei."""
_EVERY: Final = 10
"""Of the real token each tenth item goes to its founders as it comes up, beside the one that is sold."""
_BID: Final = 10**7
_FEE: Final = TERMS.reserve // 2
"""What somebody can need for one transaction, in wei: too little to stand for a bid."""

At = tuple[Contract, str]


def measure() -> dict[str, dict[str, int]]:
    """Plays the auctions, and returns what `measured` does, for every step of `ROWS`."""
    return measured(_Bench, ROWS)


@dataclass(frozen=True, slots=True)
class Floor:
    """A house, an adapter on it, and who keeps both going."""

    house: NounsHouse
    adapter: At
    factory: At

    @classmethod
    def on(cls, chain: JsonRpc, keeper: str) -> "Floor":
        """A new house, with an adapter."""
        house = NounsHouse.deploy(chain, keeper, TERMS)
        deployment = deploy(chain, keeper)
        terms = deployment.factory, NO_BEACON, deployment.auctioneer, house.address
        made = contract("NounsAdapter").creation(*terms)
        adapter = chain.send(Transaction(keeper, None, made)).contract
        assert adapter is not None
        return cls(
            house,
            (contract("NounsAdapter"), adapter),
            (contract("DAOFactory"), deployment.factory),
        )

    def next_auction(self) -> None:
        """Lets the auction end that runs, so that the next begins, at whose end the house's token has nothing special to do."""
        while True:
            auction = self.house.auction()
            assert auction.end is not None
            self.house.chain.advance_to(max(auction.end, self.house.chain.now()))
            if not auction.settled:
                self.house.settle(self.house.owner.address)
            if (self.house.auction().number + 1) % _EVERY:
                return


class HouseBench(StepBench):
    """A floor, on whose lots groups bid and a rival who is none; and what both do, a step at a time."""

    def __init__(self, chain: JsonRpc, members: int) -> None:
        super().__init__(chain, members + 1)
        *self._members, self._rival = self._people
        chain.advance_to(self.start)
        self._floor = Floor.on(chain, self._keeper)
        self._at = self._floor.adapter
        self._made = 0
        self._ends: list[int] = []

    def _ask(self, at: At, view: str, *arguments: object) -> Any:
        of, address = at
        (found,) = of.decode(view, self._chain.call(address, of.encode(view, *arguments)))
        return found

    def _register(self, step: str) -> int:
        """The auction that runs as a lot, whose three phases begin now."""
        start = self._chain.now()
        self._ends = [start + phase * PHASE for phase in (1, 2, 3)]
        number = self._floor.house.auction().number
        self._call(step, self._keeper, "register", number, (*self._ends, 1_000))
        return int(self._ask(self._at, "lotCount"))

    def _make(self, step: str, is_open: bool, *lots: int) -> At:
        """A new cheap DAO that enters the lots."""
        self._made += 1
        salt = self._made.to_bytes(32, "big")
        terms = self._floor.adapter[1], is_open, 0, salt
        factory = self._floor.factory
        self._call(step, self._keeper, "create", *terms, lots, at=factory)
        dao = contract("DAO"), str(self._ask(factory, "predict", self._keeper, *terms))
        return dao

    def _tally(self, step: str, dao: At, lot: int, bids: Mapping[str, int]) -> None:
        """All members in one step."""
        order = sorted(bids, key=lambda who: (bids[who], int(who, 16)))
        self._call(step, self._keeper, "tally", lot, order, serves=len(bids), at=dao)

    def _raise(self, step: str, lot: int, dao: At) -> None:
        self._call(step, self._keeper, "raiseFor", lot, dao[1])

    def _answer(self) -> None:
        """The rival bids the least that leads."""
        self._floor.house.bid(self._rival, self._floor.house.least_bid())

    def _over(self) -> None:
        """The house's auction is."""
        end = self._floor.house.auction().end
        assert end is not None
        self._chain.advance_to(end)

    def _settlement(self, lot: int, bids: Mapping[str, int]) -> tuple[str, int, int, int, bytes]:
        """The call that settles a lot which was tallied in one step."""
        row = b"".join(bid.to_bytes(8, "big") for bid in sorted(bids.values()))
        return "settle", lot, 0, 0, row


class _Bench(HouseBench):
    start = 10_000_000_000
    seed = 2026

    def __init__(self, chain: JsonRpc) -> None:
        super().__init__(chain, MEMBERS)
        self._bids = dict.fromkeys(self._members, _BID)

    def play(self) -> None:
        """Four auctions of the house."""
        self._register("")  # on a house that has lots already, the next is cheaper
        self.win()
        self.lose()
        self.win_before_it_comes()

    def win(self) -> None:
        """Two DAOs and the rival outbid one another."""
        lot = self._register("register")
        one, other = self._tallied(lot, enters="enter")
        self._raise("raise", lot, one)
        self._answer()
        self._raise("answer", lot, one)
        self._raise("raise over DAO", lot, other)
        self._raise("answer DAO", lot, one)
        self._over()
        self._call("conclude", self._keeper, "conclude", lot)
        self._call("settle", self._keeper, *self._settlement(lot, self._bids), at=one)

    def lose(self) -> None:
        """The rival outbids two DAOs, of which one is paid back in wrapped ether."""
        self._floor.next_auction()
        lot = self._register("")
        one, other = self._tallied(lot)
        self._answer()
        self._raise("raise over rival", lot, one)
        self._answer()
        self._call("recall", self._keeper, "recall", lot, one[1])
        self._raise("", lot, one)
        self._answer()
        self._wrap(self._ask(self._at, "paddleOf", lot, one[1]))
        self._call("recall wrapped", self._keeper, "recall", lot, one[1])
        self._raise("", lot, other)
        self._answer()
        self._over()
        first, *others = self._members
        self._call("first claim", first, "claim", lot, at=other)
        claim = other[0].encode("claim", lot)
        self._call_each("claim", [Transaction(who, other[1], claim) for who in others])

    def win_before_it_comes(self) -> None:
        """Nobody concludes the auction of the house until the lot's deadline."""
        self._floor.next_auction()
        lot = self._register("")
        one, _ = self._tallied(lot)
        self._raise("", lot, one)
        self._over()
        self._chain.advance_to(self._chain.now() + HouseLots.PATIENCE)
        self._call("settle before", self._keeper, *self._settlement(lot, self._bids), at=one)
        self._call("", self._keeper, "conclude", lot)
        self._call("deliver", self._keeper, "deliver", lot)

    # The parts of it

    def _tallied(self, lot: int, enters: str = "") -> tuple[At, At]:
        """Two DAOs of the same bids, once they have bid."""
        daos = self._make("", True), self._make("", True)
        for step, dao in zip((enters, ""), daos, strict=True):
            self._call(step, self._keeper, "enter", lot, at=dao)
            raised = dao[0].encode("raiseBid", lot)
            sent = [Transaction(who, dao[1], raised, _BID * WEI_PER_UNIT) for who in self._members]
            self._call_each("", sent)
        self._chain.advance_to(self._ends[1])
        for dao in daos:
            self._tally("", dao, lot, self._bids)
        return daos

    def _wrap(self, paddle: str) -> None:
        """Wraps the ether of a paddle, as a house does that cannot send it. (The node sends for anybody, and funds it.)"""
        amount = self._chain.balance(paddle)
        self._chain.send(self._floor.house.weth.call(paddle, "deposit", value=amount))
        rest = self._chain.balance(paddle) - _FEE
        self._chain.send(Transaction(paddle, self._keeper, b"", rest))

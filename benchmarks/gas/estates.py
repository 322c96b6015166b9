"""What it costs to have what a group won, and to sell it again: an estate, votes, the resale, equal parts.

A DAO wins a lot at a price that all its members share. They vote, the item is sold again to an individual, who has it delivered
to somebody else, and every member gets its part.
"""

from typing import Any, Final

from benchmarks.gas.bench import PHASE, StepBench, measured
from benchmarks.gas.sealing import Sealer
from offchain.bindings.constants import Estate
from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import deploy
from offchain.chain.backend import Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.io.units import WEI_PER_UNIT

MEMBERS: Final = 50
ROWS: Final = {
    "deployEstate": ("put the estate's code there", 86_500),
    "first vote": ("vote, the first for a reserve", 86_000),
    "vote": ("vote for the same", 68_500),
    "vote again": ("vote for another", 74_000),
    "resell": ("list the item", 248_000),
    "nameRecipient": ("the buyer, an individual: name who gets the item", 52_500),
    "settle": ("settle: the item to whom the buyer named", 105_000),
    "fetch": ("fetch the proceeds, once", 88_000),
    "claim": ("part, by oneself", 53_000),
    "batch claim": ("part, in a batch of 49", 22_000),
}
"""Every step with what it is called in tables, and its budget in gas."""

_BID: Final = 10**6
_FIRST_SELLER: Final = 1_000


def measure() -> dict[str, dict[str, int]]:
    """Plays the lots, and returns what `measured` does, for every step of `ROWS`."""
    return measured(_Bench, ROWS)


class _Bench(StepBench):
    """A cheap DAO with open bids, all of them the same, and an individual who buys what it won."""

    start = 8_000_000_000
    seed = 2025

    def __init__(self, chain: JsonRpc) -> None:
        super().__init__(chain, MEMBERS + 2)
        *self._members, self._buyer, self._recipient = self._people
        self._deployment = deploy(chain, self._keeper)
        self._house = self._at = contract("Auctioneer"), self._deployment.auctioneer
        self._sealer = Sealer(chain.chain_id, self._random)

    def play(self) -> None:
        """Won, voted on, sold again, shared."""
        dao, lot = self._win()
        self._call("deployEstate", self._keeper, "deployEstate", lot, at=dao)
        estate = contract("Estate"), str(self._ask(dao, "estateAt", lot))
        reserve = MEMBERS * _BID
        first, *others = self._members
        self._call("first vote", first, "vote", reserve, at=estate)
        vote = estate[0].encode("vote", reserve)
        self._call_each("vote", [Transaction(who, estate[1], vote) for who in others])
        self._call("vote again", first, "vote", reserve + 1, at=estate)
        self._call("resell", self._keeper, "resell", reserve, at=estate)
        self._buy(self._ask(estate, "resaleLot"), 2 * reserve)
        self._call("fetch", self._keeper, "claimBatch", [], at=estate)
        self._call("claim", first, "claim", at=estate)
        pushed = ("claimBatch", others)
        self._call("batch claim", self._keeper, *pushed, serves=len(others), at=estate)

    # The parts of it

    def _win(self) -> tuple[tuple[Contract, str], int]:
        """The DAO, and the lot that it won."""
        item = self._create("Item")
        lot, seller = self._new_lot(_FIRST_SELLER, phases=10)
        self._mint(seller, item, lot, self._house[1])
        self._chain.advance_to(self._now)
        ends = [self._now + phase * PHASE for phase in (1, 2, 3)]
        self._call("", seller, "list", item, lot, MEMBERS * _BID // 2, (*ends, 1_000))
        factory = contract("DAOFactory"), self._deployment.factory
        terms = self._house[1], True, 0, bytes(32)
        self._call("", self._keeper, "create", *terms, [lot], at=factory)
        dao = contract("DAO"), str(self._ask(factory, "predict", self._keeper, *terms))
        raised = dao[0].encode("raiseBid", lot)
        bids = [Transaction(who, dao[1], raised, _BID * WEI_PER_UNIT) for who in self._members]
        self._call_each("", bids)
        self._next_phase(2)
        order = sorted(self._members, key=lambda who: int(who, 16))
        self._call("", self._keeper, "tally", lot, order, at=dao)
        packed = _BID.to_bytes(8, "big") * MEMBERS
        self._call("", self._keeper, "settle", lot, 0, 0, packed, at=dao)
        return dao, lot

    def _buy(self, lot: int, bid: int) -> None:
        """An individual buys what is sold again, for somebody else."""
        best = self._sealer.opening(self._house[1], lot, self._buyer, bid)
        seal = self._sealer.seal(best)
        self._call("", self._buyer, "commit", lot, seal, value=bid * WEI_PER_UNIT)
        self._call("nameRecipient", self._buyer, "nameRecipient", lot, self._recipient)
        self._chain.advance_to(self._chain.now() + Estate.BIDDING)
        self._call("", self._buyer, "reveal", lot, best.bid, best.salt)
        self._chain.advance_to(self._chain.now() + Estate.REVEAL + Estate.TALLY)
        self._call("settle", self._keeper, "settle", lot)

    def _ask(self, at: tuple[Contract, str], view: str, *arguments: object) -> Any:
        of, address = at
        (found,) = of.decode(view, self._chain.call(address, of.encode(view, *arguments)))
        return found

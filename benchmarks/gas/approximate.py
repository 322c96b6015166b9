"""What the steps of an auction under approximate valuations cost, measured on Anvil: the same bids, salts, draws and accounts
every time.

Three lots: one of 400 individuals, all with a chance, of whom the last wins, so that every chance is reckoned; one of 400 of whom
only the first has a chance; and one of two individuals who do everything for themselves, and a DAO.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from benchmarks.gas.bench import PHASE, StepBench, measured
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.draw_proofs import DRAWS, prove, steps
from offchain.bindings.entries import pack
from offchain.bindings.seals import SALT_BYTES, Opening, commitment
from offchain.chain.jsonrpc import JsonRpc
from offchain.io.units import WEI_PER_UNIT

PLAYERS: Final = 400
ROWS: Final = {
    "list": ("list an item", 233_000),
    "bid": ("bid", 49_000),
    "batch reveal": ("reveal, in a batch of 400", 8_000),
    "own reveal": ("reveal, by oneself", 46_000),
    "request": ("ask for the draw", 64_000),
    "decide, all": ("decide, per player: 400, all with a chance, the last wins", 1_950),
    "decide, one": ("decide, per player: 400, one with a chance, nobody wins", 1_250),
    "decide, few": ("decide, in all: three players", 103_000),
    "walk": ("a step of a longer walk, per player: 200 of 400", 2_060),
    "settle": ("settle: an individual pays and gets the item", 106_000),
    "batch claim": ("refund, in a batch of 399", 13_500),
    "own claim": ("refund, by oneself", 40_500),
}
"""Every step with what it is called in tables, and its budget in gas."""

_DELTA: Final = Fraction(1, 2)
_FIRST_SELLER: Final = 1_000


def measure() -> dict[str, dict[str, int]]:
    """Plays the lots, and returns what `measured` does, for every step of `ROWS`."""
    return measured(_Bench, ROWS)


class _Bench(StepBench):
    start = 6_000_000_000
    seed = 2012

    def __init__(self, chain: JsonRpc) -> None:
        super().__init__(chain, PLAYERS)
        self._dao = contract("DAO")
        self._source = self._create("SetRandomness")
        self._factory = self._create("DAOFactory")
        self._auction = self._create("ApproximateAuction", self._factory, NO_BEACON, self._source)
        self._at = contract("ApproximateAuction"), self._auction
        self._item = self._create("Item")

    def play(self) -> None:
        """Three lots."""
        self.play_all()
        self.play_one()
        self.play_few()

    def play_all(self) -> None:
        """Bids within a percent of each other; the last player wins, in one transaction, after another's step of a walk."""
        bids = [10**9 + self._random.randrange(10**7) for _ in range(PLAYERS)]
        lot = self._list("list")
        openings = self._bid(lot, bids, "bid")
        self._next_phase()
        self._reveal(lot, openings, "batch reveal")
        self._next_phase()
        odds = prove(bids, _DELTA, 0).all
        last = sum(map(odds.piece, bids)) - 1
        entries = self._draw(lot, openings, last, "request")
        proof = prove(bids, _DELTA, last)
        (walk, some), _ = steps(entries, proof, PLAYERS // 2)
        walked = ("decide", lot, proof.words, walk.words, some)
        self._call("walk", self._people[0], *walked, serves=PLAYERS // 2)
        self._call(
            "decide, all",
            self._keeper,
            *("decide", lot, proof.words, walk.words, entries),
            serves=PLAYERS,
        )
        self._call("settle", self._keeper, "settle", lot)
        losers = self._people[: PLAYERS - 1]
        self._call("batch claim", self._keeper, "claimBatch", lot, losers, serves=len(losers))

    def play_one(self) -> None:
        """One bid far above all others; the draw sells to nobody."""
        bids = [10**15, *(self._random.randrange(1, 10**6) for _ in range(PLAYERS - 1))]
        lot = self._list("")
        openings = self._bid(lot, bids, "")
        self._next_phase()
        self._reveal(lot, openings, "")
        self._next_phase()
        entries = self._draw(lot, openings, DRAWS - 1, "")
        proof = prove(bids, _DELTA, DRAWS - 1)
        ((walk, some),) = steps(entries, proof)
        self._call(
            "decide, one",
            self._keeper,
            *("decide", lot, proof.words, walk.words, some),
            serves=PLAYERS,
        )

    def play_few(self) -> None:
        """Two individuals and a DAO, of whom the first wins; everybody acts for itself."""
        bids = [10**9, 10**9 - 1]
        lot = self._list("")
        factory = contract("DAOFactory")
        made = self._send(
            self._keeper,
            self._factory,
            factory.encode("create", self._auction, True, 0, bytes(32), []),
        )
        event = factory.event(made.logs[0])
        assert event is not None
        dao = event.args["dao"]
        self._send(self._keeper, dao, self._dao.encode("enter", lot))
        self._send(self._people[9], dao, self._dao.encode("raiseBid", lot), 10**9 * WEI_PER_UNIT)
        openings = self._bid(lot, bids, "")
        self._next_phase()
        for opening in openings:
            call = ("reveal", lot, opening.bid, opening.salt)
            self._call("own reveal", opening.bidder, *call)
        self._next_phase()
        self._send(self._keeper, dao, self._dao.encode("tally", lot, [self._people[9]]))
        entries = [*self._draw(lot, openings, 0, ""), pack(lot, 10**9, dao)]
        proof = prove([*bids, 10**9], _DELTA, 0)
        ((walk, some),) = steps(entries, proof)
        self._call("decide, few", self._keeper, "decide", lot, proof.words, walk.words, some)
        self._call("own claim", self._people[1], "claim", lot)

    # The parts of a lot

    def _list(self, step: str) -> int:
        """A new lot of a new seller."""
        lot, seller = self._new_lot(_FIRST_SELLER, phases=1_000)
        self._mint(seller, self._item, lot, self._auction)
        self._chain.advance_to(self._now)
        ends = [self._now + phase * PHASE for phase in (1, 2, 3)]
        terms = _DELTA.numerator, _DELTA.denominator
        self._call(step, seller, "list", self._item, lot, *terms, (*ends, 1_000))
        return lot

    def _bid(self, lot: int, bids: Sequence[int], step: str) -> list[Opening]:
        openings = [
            Opening(self._auction, lot, player, bid, self._random.randbytes(SALT_BYTES))
            for player, bid in zip(self._people, bids, strict=False)
        ]
        chain_id = self._chain.chain_id
        for one in openings:
            seal = commitment(chain_id, one)
            self._call(step, one.bidder, "commit", lot, seal, value=2 * one.bid * WEI_PER_UNIT)
        return openings

    def _reveal(self, lot: int, openings: Sequence[Opening], step: str) -> None:
        words = [(one.bidder, one.bid, one.salt) for one in openings]
        self._call(step, self._keeper, "revealBatch", lot, words, serves=len(words))

    def _draw(self, lot: int, openings: Sequence[Opening], draw: int, step: str) -> list[int]:
        """The draw falls; the individuals' entries."""
        self._call(step, self._keeper, "requestDraw", lot)
        fall = contract("SetRandomness").encode("set", self._auction, lot, draw << 1)
        self._send(self._keeper, self._source, fall)
        return [pack(lot, one.bid, one.bidder) for one in openings]

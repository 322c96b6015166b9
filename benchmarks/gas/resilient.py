"""What the steps of a resilient sale cost, measured on Anvil: the same goods, offers, salts and accounts every time.

Four sales: one of 50 players with an offer each, whose reveals and refunds come in batches; one whose star offers 32
bundles, where everybody acts for itself; one of 256 goods that go in one bundle; and one where the seller's own offer rules.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from benchmarks.gas.bench import PHASE, StepBench, measured
from offchain.bindings.announcements import Announcement
from offchain.bindings.constants import Announcements, Goods, ResilientAuction
from offchain.bindings.contracts import contract
from offchain.chain.backend import Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.io.units import WEI_PER_UNIT

ROWS: Final = {
    "seal": ("seal an announcement", 49_000),
    "replace": ("replace it", 29_000),
    "withdraw": ("take it back", 34_000),
    "batch reveal": ("reveal one offer, in a batch of 50", 19_000),
    "own reveal": ("reveal one offer, by oneself", 52_000),
    "own reveal of 32": ("reveal 32 offers, by oneself", 200_000),
    "request": ("ask for the coin", 62_000),
    "decide": ("decide by the coin, one offer", 73_000),
    "decide own": ("decide, the seller's own offer", 79_000),
    "answer": ("say YES to the only offer", 72_000),
    "yes of 32": ("say YES to one of 32", 83_000),
    "no of 32": ("say NO to one of 32", 82_000),
    "deliver": ("deliver the only good", 128_000),
    "deliver 1 of 32": ("deliver one good of 32 bundles", 132_000),
    "own claim": ("claim, by oneself", 50_000),
    "batch claim": ("refund, in a batch of 50", 17_500),
    "refund": ("refund what was not delivered", 82_000),
    "list": ("list 80 goods, for each", 85_000),
    "reclaim": ("return unsold goods, for each", 21_000),
    "deliver 256": ("deliver 256 goods in one bundle, for each", 18_000),
}
"""Every step with what it is called in tables, and its budget in gas."""

_PLAYERS: Final = 50
_GOODS_PER_CALL: Final = 80
_CHANGES: Final = 5
_EVERYTHING: Final = 2**256 - 1
_FIRST_SELLER: Final = 100


def measure() -> dict[str, dict[str, int]]:
    """Plays the sales, and returns what `measured` does, for every step of `ROWS`."""
    return measured(_Bench, ROWS)


class _Bench(StepBench):
    start = 5_000_000_000
    seed = 2009

    def __init__(self, chain: JsonRpc) -> None:
        super().__init__(chain, _PLAYERS)
        self._source = self._create("SetRandomness")
        self._auction = self._create("ResilientAuction", self._source)
        self._at = contract("ResilientAuction"), self._auction
        self._item = self._create("Item")
        self._minted = 0

    def play(self) -> None:
        """Four sales."""
        self.play_batches()
        self.play_alone()
        self.play_large()
        self.play_own()

    def play_batches(self) -> None:
        """Everybody offers one good to the next; a keeper reveals and pays out."""
        lot = self._list(1)
        announced = {
            player: self._announcement([(self._people[n - 1], 1)])
            for n, player in enumerate(self._people)
        }
        some = dict(list(announced.items())[:_CHANGES])
        self._seal(lot, some, "seal")
        self._seal(lot, some, "replace")
        self._each("withdraw", some, lambda player: ("withdraw", lot, player))
        self._seal(lot, announced, "seal")
        self._next_phase()
        openings = [(player, one.words) for player, one in announced.items()]
        self._call("batch reveal", self._keeper, "revealBatch", lot, openings, serves=_PLAYERS)
        self._next_phase()
        star, ruling = self._decide(lot, announced, "request", "decide")
        buyer, price, _ = ruling.offers[0]
        self._call(
            "answer", buyer, "answer", lot, ruling.words, 0, True, value=price * WEI_PER_UNIT
        )
        self._call("deliver", self._keeper, "deliver", lot, ruling.words, 0, _EVERYTHING)
        self._call("", star, "claim", lot)  # the first to claim settles, which is no player's cost
        rest = [player for player in self._people if player != star]
        self._call("batch claim", self._keeper, "claimBatch", lot, rest, serves=len(rest))

    def play_alone(self) -> None:
        """The star offers a good to each of 32; half of them take it, and one bundle is never delivered."""
        lot = self._list(Announcements.MOST_OFFERS)
        star, *others = self._people
        wide = self._announcement(
            [(to, 1 << n) for n, to in enumerate(others[: Announcements.MOST_OFFERS])]
        )
        single = {player: self._announcement([(star, 1)], most=10**6) for player in others[:10]}
        announced = {star: wide} | single
        self._seal(lot, announced, "")
        self._next_phase()
        self._call("own reveal of 32", star, "reveal", lot, wide.words)
        self._each("own reveal", single, lambda player: ("reveal", lot, single[player].words))
        self._next_phase()
        self._decide(lot, announced, "", "")
        for index, (to, price, _) in enumerate(wide.offers):
            yes = index % 2 == 0
            step = "yes of 32" if yes else "no of 32"
            value = price * WEI_PER_UNIT if yes else 0
            self._call(step, to, "answer", lot, wide.words, index, yes, value=value)
        for index in range(2, Announcements.MOST_OFFERS, 2):
            call = ("deliver", lot, wide.words, index, _EVERYTHING)
            self._call("deliver 1 of 32", self._keeper, *call)
        unsold = Announcements.MOST_OFFERS // 2
        self._call("reclaim", self._keeper, "reclaim", lot, _EVERYTHING, serves=unsold)
        self._call("", star, "claim", lot)
        self._each("own claim", single, lambda player: ("claim", lot))
        # since the reveal two phases have passed: answers, and what is over once they are
        self._chain.advance_to(self._now + 2 * PHASE + ResilientAuction.DELIVERY_WINDOW)
        self._call("refund", self._keeper, "refund", lot, wide.words, 0)

    def play_large(self) -> None:
        """As many goods as a sale holds, in one bundle."""
        lot = self._list(Goods.MOST)
        star, buyer = self._people[:2]
        announced = {star: self._announcement([(buyer, _EVERYTHING)])}
        self._seal(lot, announced, "")
        self._next_phase()
        self._call("", star, "reveal", lot, announced[star].words)
        self._next_phase()
        _, ruling = self._decide(lot, announced, "", "")
        value = ruling.revenue * WEI_PER_UNIT
        self._call("", buyer, "answer", lot, ruling.words, 0, True, value=value)
        call = ("deliver", lot, ruling.words, 0, _EVERYTHING)
        self._call("deliver 256", self._keeper, *call, serves=Goods.MOST)

    def play_own(self) -> None:
        """The seller's own offer takes the place of the star's."""
        lot = self._list(1)
        seller = self._seller()
        star, buyer = self._people[:2]
        announced = {
            star: self._announcement([(buyer, 1)], most=10**6),
            seller: self._announcement([(buyer, 1)]),
        }
        self._seal(lot, announced, "")
        self._next_phase()
        for player, one in announced.items():
            self._call("", player, "reveal", lot, one.words)
        self._next_phase()
        self._decide(lot, announced, "", "decide own")

    # The parts of a sale

    def _list(self, goods: int) -> int:
        """A new sale of a new seller. Where there are many goods, the first call lists 80 and further ones add as many."""
        lot, seller = self._new_lot(_FIRST_SELLER, phases=1_000)
        token = contract("Item")
        numbers = range(self._minted + 1, self._minted + goods + 1)
        self._minted += goods
        data = [token.encode("mint", seller, number) for number in numbers]
        data.append(token.encode("setApprovalForAll", self._auction, True))
        self._chain.send_all([Transaction(seller, self._item, one) for one in data])
        self._chain.advance_to(self._now)
        schedule = (self._now + PHASE, self._now + 2 * PHASE, PHASE, 1_000)
        listed = [(self._item, number) for number in numbers]
        for first in range(0, goods, _GOODS_PER_CALL):
            some = listed[first : first + _GOODS_PER_CALL]
            if first:
                self._call("", seller, "add", lot, some)
            else:
                step = "list" if len(some) == _GOODS_PER_CALL else ""
                args = (some, 1, 2, schedule)
                self._call(step, seller, "list", *args, value=WEI_PER_UNIT, serves=len(some))
        return lot

    def _seller(self) -> str:
        """Of the newest sale."""
        return self._chain.actor(_FIRST_SELLER + self._lots)

    def _announcement(self, offers: Sequence[tuple[str, int]], most: int = 10**9) -> Announcement:
        """Offers (to, bundle) at random prices, for which `most` is the largest."""
        priced = [(to, self._random.randrange(most // 2, most), bundle) for to, bundle in offers]
        return Announcement(
            tuple(sorted(priced, key=lambda offer: int(offer[0], 16))),
            1,
            self._random.randbytes(32),
        )

    def _seal(self, lot: int, announced: dict[str, Announcement], step: str) -> None:
        chain_id = self._chain.chain_id
        deposit = 0 if step == "replace" else 2
        for player, one in announced.items():
            seal = one.commitment(chain_id, self._auction, lot, player)
            value = deposit * one.revenue * WEI_PER_UNIT
            self._call(step, player, "commit", lot, seal, value=value)

    def _decide(
        self, lot: int, announced: dict[str, Announcement], request: str, decide: str
    ) -> tuple[str, Announcement]:
        """Tails; whose announcement is worth the most, and what it says."""
        star, ruling = max(announced.items(), key=lambda one: one[1].revenue)
        self._call(request, self._keeper, "requestDraw", lot)
        word = contract("SetRandomness").encode("set", self._auction, lot, 0)
        self._send(self._keeper, self._source, word)
        self._call(decide, self._keeper, "decide", lot, ruling.words)
        return star, ruling

    def _each(
        self, step: str, players: Iterable[str], call: Callable[[str], tuple[object, ...]]
    ) -> None:
        for player in players:
            function, *arguments = call(player)
            self._call(step, player, str(function), *arguments)

"""What the steps of a resilient sale cost, measured on Anvil: the same goods, offers, salts and accounts every time.

Four sales: one of 50 players with an offer each, whose reveals and refunds come in batches; one whose star offers 32
bundles, where everybody acts for itself; one of 256 goods that go in one bundle; and one where the seller's own offer rules.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final

from benchmarks.gas.costs import Cost, figures
from benchmarks.gas.meter import floor_since_prague
from offchain.bindings.announcements import MOST_GOODS, MOST_OFFERS, Announcement
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.chain import nodes
from offchain.chain.backend import MAX_TRANSACTION_GAS, Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.io.addresses import to_bytes
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

_START: Final = 5_000_000_000
"""When the first sale is listed, in seconds since the epoch: far off, so that no clock decides what a schedule costs."""
_STAGE: Final = 3_600
_DELIVERY_WINDOW: Final = 3 * 24 * 3_600
_FUNDS: Final = 10**29
_PLAYERS: Final = 50
_GOODS_PER_CALL: Final = 80
_CHANGES: Final = 5
_EVERYTHING: Final = 2**256 - 1
_KEEPER, _FIRST_PLAYER, _FIRST_SELLER = 0, 1, 100


def measure() -> dict[str, dict[str, int]]:
    """Plays the sales on an Anvil of its own: gas, how many it served and transactions, for every step of `ROWS`.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
        ValueError: a transaction takes more gas than one may.
    """
    with (
        nodes.anvil(accounts=1, auto_impersonate=True) as node,
        closing(JsonRpc(node.url)) as meter,
    ):
        bench = _Bench(meter)
        bench.play_batches()
        bench.play_alone()
        bench.play_large()
        bench.play_own()
    return figures(bench.costs, ROWS)


class _Bench:
    """The contract on a node, and the costs so far."""

    def __init__(self, meter: JsonRpc) -> None:
        self.costs: defaultdict[str, Cost] = defaultdict(Cost)
        self._meter = meter
        self._random = random.Random(2009)
        self._abi = contract("ResilientAuction")
        self._keeper = meter.actor(_KEEPER)
        self._players = [meter.actor(_FIRST_PLAYER + n) for n in range(_PLAYERS)]
        meter.fund_all(dict.fromkeys((self._keeper, *self._players), _FUNDS))
        self._source = create(meter, self._keeper, "SetRandomness")
        self._auction = create(meter, self._keeper, "ResilientAuction", self._source)
        self._item = create(meter, self._keeper, "Item")
        self._lots = self._minted = 0

    def play_batches(self) -> None:
        """Everybody offers one good to the next; a keeper reveals and pays out."""
        lot = self._list(1)
        announced = {
            player: self._announcement([(self._players[n - 1], 1)])
            for n, player in enumerate(self._players)
        }
        some = dict(list(announced.items())[:_CHANGES])
        self._seal(lot, some, "seal")
        self._seal(lot, some, "replace")
        self._each("withdraw", some, lambda player: ("withdraw", lot, player))
        self._seal(lot, announced, "seal")
        self._next_stage()
        openings = [(player, one.words) for player, one in announced.items()]
        self._call("batch reveal", self._keeper, "revealBatch", lot, openings, serves=_PLAYERS)
        self._next_stage()
        star, ruling = self._decide(lot, announced, "request", "decide")
        buyer, price, _ = ruling.offers[0]
        self._call(
            "answer", buyer, "answer", lot, ruling.words, 0, True, value=price * WEI_PER_UNIT
        )
        self._call("deliver", self._keeper, "deliver", lot, ruling.words, 0, _EVERYTHING)
        self._call("", star, "claim", lot)  # the first to claim settles, which is no player's cost
        rest = [player for player in self._players if player != star]
        self._call("batch claim", self._keeper, "claimBatch", lot, rest, serves=len(rest))

    def play_alone(self) -> None:
        """The star offers a good to each of 32; half of them take it, and one bundle is never delivered."""
        lot = self._list(MOST_OFFERS)
        star, *others = self._players
        wide = self._announcement([(to, 1 << n) for n, to in enumerate(others[:MOST_OFFERS])])
        single = {player: self._announcement([(star, 1)], most=10**6) for player in others[:10]}
        announced = {star: wide} | single
        self._seal(lot, announced, "")
        self._next_stage()
        self._call("own reveal of 32", star, "reveal", lot, wide.words)
        self._each("own reveal", single, lambda player: ("reveal", lot, single[player].words))
        self._next_stage()
        self._decide(lot, announced, "", "")
        for index, (to, price, _) in enumerate(wide.offers):
            yes = index % 2 == 0
            step = "yes of 32" if yes else "no of 32"
            value = price * WEI_PER_UNIT if yes else 0
            self._call(step, to, "answer", lot, wide.words, index, yes, value=value)
        for index in range(2, MOST_OFFERS, 2):
            call = ("deliver", lot, wide.words, index, _EVERYTHING)
            self._call("deliver 1 of 32", self._keeper, *call)
        unsold = MOST_OFFERS // 2
        self._call("reclaim", self._keeper, "reclaim", lot, _EVERYTHING, serves=unsold)
        self._call("", star, "claim", lot)
        self._each("own claim", single, lambda player: ("claim", lot))
        self._meter.advance_to(_START + self._lots * 1_000 * _STAGE + 4 * _STAGE + _DELIVERY_WINDOW)
        self._call("refund", self._keeper, "refund", lot, wide.words, 0)

    def play_large(self) -> None:
        """As many goods as a sale holds, in one bundle."""
        lot = self._list(MOST_GOODS)
        star, buyer = self._players[:2]
        announced = {star: self._announcement([(buyer, _EVERYTHING)])}
        self._seal(lot, announced, "")
        self._next_stage()
        self._call("", star, "reveal", lot, announced[star].words)
        self._next_stage()
        _, ruling = self._decide(lot, announced, "", "")
        value = ruling.revenue * WEI_PER_UNIT
        self._call("", buyer, "answer", lot, ruling.words, 0, True, value=value)
        call = ("deliver", lot, ruling.words, 0, _EVERYTHING)
        self._call("deliver 256", self._keeper, *call, serves=MOST_GOODS)

    def play_own(self) -> None:
        """The seller's own offer takes the place of the star's."""
        lot = self._list(1)
        seller = self._seller()
        star, buyer = self._players[:2]
        announced = {
            star: self._announcement([(buyer, 1)], most=10**6),
            seller: self._announcement([(buyer, 1)]),
        }
        self._seal(lot, announced, "")
        self._next_stage()
        for player, one in announced.items():
            self._call("", player, "reveal", lot, one.words)
        self._next_stage()
        self._decide(lot, announced, "", "decide own")

    # The parts of a sale

    def _list(self, goods: int) -> int:
        """A new sale of a new seller. Where there are many goods, the first call lists 80 and further ones add as many."""
        self._lots += 1
        seller = self._seller()
        self._meter.fund(seller, _FUNDS)
        token = contract("Item")
        numbers = range(self._minted + 1, self._minted + goods + 1)
        self._minted += goods
        data = [token.encode("mint", seller, number) for number in numbers]
        data.append(token.encode("setApprovalForAll", self._auction, True))
        self._meter.send_all([Transaction(seller, self._item, one) for one in data])
        self._start = _START + self._lots * 1_000 * _STAGE
        self._meter.advance_to(self._start)
        schedule = (self._start + _STAGE, self._start + 2 * _STAGE, _STAGE, 1_000)
        listed = [(self._item, number) for number in numbers]
        for first in range(0, goods, _GOODS_PER_CALL):
            some = listed[first : first + _GOODS_PER_CALL]
            if first:
                self._call("", seller, "add", self._lots, some)
            else:
                step = "list" if len(some) == _GOODS_PER_CALL else ""
                args = (some, 1, 2, schedule)
                self._call(step, seller, "list", *args, value=WEI_PER_UNIT, serves=len(some))
        return self._lots

    def _seller(self) -> str:
        """Of the newest sale."""
        return self._meter.actor(_FIRST_SELLER + self._lots)

    def _announcement(self, offers: Sequence[tuple[str, int]], most: int = 10**9) -> Announcement:
        """Offers (to, bundle) at random prices, for which `most` is the largest."""
        priced = [(to, self._random.randrange(most // 2, most), bundle) for to, bundle in offers]
        return Announcement(
            tuple(sorted(priced, key=lambda offer: to_bytes(offer[0]))),
            1,
            self._random.randbytes(32),
        )

    def _seal(self, lot: int, announced: dict[str, Announcement], step: str) -> None:
        chain_id = self._meter.chain_id
        deposit = 0 if step == "replace" else 2
        for player, one in announced.items():
            seal = one.commitment(chain_id, self._auction, lot, player)
            value = deposit * one.revenue * WEI_PER_UNIT
            self._call(step, player, "commit", lot, seal, value=value)

    def _next_stage(self) -> None:
        self._start += _STAGE
        self._meter.advance_to(self._start)

    def _decide(
        self, lot: int, announced: dict[str, Announcement], request: str, decide: str
    ) -> tuple[str, Announcement]:
        """Tails; whose announcement is worth the most, and what it says."""
        star, ruling = max(announced.items(), key=lambda one: one[1].revenue)
        self._call(request, self._keeper, "requestDraw", lot)
        word = contract("SetRandomness").encode("set", self._auction, lot, 0)
        self._meter.send(Transaction(self._keeper, self._source, word))
        self._call(decide, self._keeper, "decide", lot, ruling.words)
        return star, ruling

    def _each(
        self,
        step: str,
        players: Sequence[str] | dict[str, Announcement],
        call: Callable[[str], tuple[object, ...]],
    ) -> None:
        for player in players:
            function, *arguments = call(player)
            self._call(step, player, str(function), *arguments)

    def _call(
        self,
        step: str,
        sender: str,
        function: str,
        *arguments: object,
        value: int = 0,
        serves: int = 1,
    ) -> None:
        """Sends a call and books it under `step`, if that has a name."""
        data = self._abi.encode(function, *arguments)
        receipt = self._meter.send(Transaction(sender, self._auction, data, value))
        # offers sent along are much calldata and little work: since Prague that has a price of its own (EIP-7623)
        gas = max(receipt.gas_used, floor_since_prague(data))
        if gas > MAX_TRANSACTION_GAS:
            raise ValueError(f"{function} used {gas} gas")
        if step:
            self.costs[step].book(gas, serves)

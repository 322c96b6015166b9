"""What a group costs at the auction house of others, from nothing to the last payment, shared among its members.

A rival bids half of what the group can pay, the group raises, the rival answers, and so on, until the group wins at its last
raise. Counted is every transaction that is not the rival's:

- somebody registers the auction, at an adapter that has other lots;
- somebody makes the DAO, a cheap one, which enters the lot in the same transaction;
- every member seals its bid with a time lock, under a deposit of twice as much;
- somebody opens the bids, once the beacon has signed the round, and tallies them;
- somebody raises for the group, and has the house end its auction and begin the next, as it has to, whoever asks;
- somebody settles, by which the item goes to the estate, and pays everybody what is left of the deposits, in one transaction.

The house is Nouns', by its real code.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from benchmarks.gas.bench import Cost, own_node
from benchmarks.gas.houses import At, HouseBench
from benchmarks.gas.sealing import Sealer
from offchain.bindings.seals import Opening
from offchain.chain.backend import Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.io.units import WEI_PER_UNIT
from offchain.model.mechanisms.equal_split import willingness_to_pay

SIZES: Final = (2, 3, 5, 10, 20, 50, 100, 400)
"""Members."""
RAISES: Final = (1, 5)
"""How often the group bids."""
STEPS: Final = (
    "register",
    "create and enter",
    "bid",
    "reveal",
    "tally",
    "raise",
    "conclude",
    "settle, refund",
)


def measure() -> dict[str, dict[str, dict[str, int]]]:
    """Plays an auction for each of `RAISES` and `SIZES`, on an Anvil of its own: gas of each of `STEPS`, of all, and for each
    member.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
        ValueError: a transaction takes more gas than one may.
    """
    with own_node(JsonRpc) as chain:
        bench = _Bench(chain)
        bench.play()
        return bench.found


class _Bench(HouseBench):
    start = 11_000_000_000
    seed = 2027

    def __init__(self, chain: JsonRpc) -> None:
        super().__init__(chain, max(SIZES))
        self._sealer = Sealer(chain.chain_id, self._random)
        self.found: dict[str, dict[str, dict[str, int]]] = {}

    def play(self) -> None:
        """Every auction."""
        self._register("")  # on a house that has lots already, the next is cheaper
        for raises in RAISES:
            sizes = {str(size): self._play(size, raises) for size in SIZES}
            self.found[str(raises)] = sizes

    def _play(self, size: int, raises: int) -> dict[str, int]:
        """One auction, which a new group wins."""
        self._floor.next_auction()
        self.costs = defaultdict(Cost)
        members = self._members[:size]
        bids = {who: self._random.randrange(5 * 10**8, 10**9) for who in members}
        lot = self._register("register")
        dao = self._make("create and enter", False, lot)
        self._bid(dao, lot, bids)
        self._tally("tally", dao, lot, bids)
        self._floor.house.bid(
            self._rival, willingness_to_pay(list(bids.values())) // 2 * WEI_PER_UNIT
        )
        for raised in range(raises):
            if raised:
                self._answer()
            self._raise("raise", lot, dao)
        self._over()
        self._call("conclude", self._keeper, "conclude", lot)
        calls = self._settlement(lot, bids), ("claimBatch", lot, members)
        encoded = [dao[0].encode(*call) for call in calls]
        self._call("settle, refund", self._keeper, "multicall", encoded, at=dao)
        return self._figures(size)

    def _bid(self, dao: At, lot: int, bids: Mapping[str, int]) -> None:
        """Sealed and locked, then opened; time is then the tally's."""
        openings = [self._sealer.opening(dao[1], lot, who, bid) for who, bid in bids.items()]
        self._call_each("bid", [self._locked(dao, opening) for opening in openings])
        self._chain.advance_to(self._ends[0])
        words = [(one.bidder, one.bid, one.salt) for one in openings]
        self._call("reveal", self._keeper, "revealBatch", lot, words, serves=len(words), at=dao)
        self._chain.advance_to(self._ends[1])

    def _locked(self, dao: At, opening: Opening) -> Transaction:
        """The only transaction of a member."""
        lock = self._sealer.lock(opening, self._ends[0])
        data = dao[0].encode("commit", opening.lot, self._sealer.seal(opening), lock)
        return Transaction(opening.bidder, dao[1], data, 2 * opening.bid * WEI_PER_UNIT)

    def _figures(self, size: int) -> dict[str, int]:
        """The costs so far, as the snapshot has them."""
        gas = sum(cost.gas for cost in self.costs.values())
        return {
            "per_member": round(Fraction(gas, size)),
            "gas": gas,
            "members": size,
            "transactions": sum(cost.transactions for cost in self.costs.values()),
            **{step: self.costs[step].gas for step in STEPS},
        }

"""What a group costs from nothing to the last payment, shared among its members, by its size.

A group is made, wins the only bids of a lot, and is paid out. Counted is every transaction from the listing to the last refund:

- the seller lists the item, in an auction house that has other items; that the seller owns it and has approved the house is not
  counted;
- somebody makes the DAO, which enters the lot in the same transaction: a cheap one, a full copy for a crowd;
- every member seals its bid with a time lock, under a deposit of twice as much;
- the keeper opens the bids in batches, once the beacon has signed the round;
- the keeper tallies, settles, and pays everybody what is left of the deposits.

The reserve is half of what the group can pay. What a member may send to vote or to sell the item again is not in it.
"""

from fractions import Fraction
from typing import Any, Final

from benchmarks.gas.bench import PHASE, Bench, Cost, own_node
from benchmarks.gas.meter import Meter, Use
from benchmarks.gas.sealing import Sealer
from offchain.bindings.contracts import contract
from offchain.bindings.daos import is_crowd
from offchain.bindings.deployment import deploy
from offchain.bindings.seals import Opening
from offchain.chain.backend import Transaction
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.model.mechanisms.equal_split import willingness_to_pay

SIZES: Final = (2, 3, 5, 10, 50, 400, 17_448)
"""Members; the last as many as ConstitutionDAO had."""
TRACED: Final = 2
"""The size at which the gas is taken apart: what is shared weighs the most there."""
STEPS: Final = ("list", "create and enter", "bid", "reveal", "tally, settle, refund")
_FIRST_SELLER: Final = 100_000
_FAR: Final = 2**40 - 1


def measure(most: int = max(SIZES)) -> dict[str, Any]:
    """Plays a lot for each of `SIZES` up to `most` members, on an Anvil of its own. "all_in": gas of each of `STEPS`, of all, and
    for each member, by size; "all_in_parts": what the steps of the group of `TRACED` used it for.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
        ValueError: the keeper could not do something, or a measurement does not add up.
    """
    with own_node(Meter) as meter:
        sizes = [size for size in SIZES if size <= most]
        bench = _Bench(meter, max(sizes))
        found = {str(size): bench.play(size) for size in sizes}
        return {"all_in": found, "all_in_parts": bench.parts}


class _Bench(Bench[Meter]):
    """An auction house that has an item already."""

    start = 9_000_000_000
    seed = 2021

    def __init__(self, meter: Meter, people: int) -> None:
        super().__init__(meter, people)
        self._house, self._dao = contract("Auctioneer"), contract("DAO")
        self._deployment = deploy(meter, self._keeper)
        self._item = self._create("Item")
        self._sealer = Sealer(meter.chain_id, self._random)
        self._entrusted = Openings()
        ledger = Ledger(meter, self._deployment.auctioneer, self._deployment.block)
        self._hand = Keeper(
            meter,
            ledger,
            self._keeper,
            self._entrusted,
            on_skip=_stop,
            depth=0,
        )
        self.parts: dict[str, dict[str, int]] = {}
        self._list(1, _FAR - 2 * PHASE)

    def play(self, size: int) -> dict[str, int]:
        """A lot of a new group."""
        self._chain.tracing = size == TRACED
        self._costs = {step: Cost() for step in STEPS}
        bids = {who: self._random.randrange(10**6, 10**9) for who in self._people[:size]}
        lot = self._list(willingness_to_pay(list(bids.values())) // 2)
        self._add("list")
        dao = self._make(size, lot)
        self._add("create and enter")
        openings = [self._sealer.opening(dao, lot, who, bid) for who, bid in bids.items()]
        self._chain.send_all([self._locked(opening) for opening in openings])
        self._add("bid")
        self._entrusted.add(openings)
        self._next_phase()
        self._keep("reveal")
        self._next_phase()
        self._keep("tally, settle, refund")
        if size == TRACED:
            self.parts = {step: dict(cost.parts) for step, cost in self._costs.items()}
        gas = sum(cost.gas for cost in self._costs.values())
        return {
            "per_member": round(Fraction(gas, size)),
            "gas": gas,
            "members": size,
            "transactions": sum(cost.transactions for cost in self._costs.values()),
            **{step: cost.gas for step, cost in self._costs.items()},
        }

    # The parts of a lot

    def _list(self, reserve: int, end_of_bidding: int | None = None) -> int:
        """A new lot of a new seller, on which one bids for a phase, or until `end_of_bidding`."""
        lot, seller = self._new_lot(_FIRST_SELLER, phases=10)
        self._mint(seller, self._item, lot, self._deployment.auctioneer)
        self._chain.advance_to(self._now)
        end = end_of_bidding or self._now + PHASE
        schedule = (end, end + PHASE, end + 2 * PHASE, 1_000)
        data = self._house.encode("list", self._item, lot, reserve, schedule)
        self._send(seller, self._deployment.auctioneer, data)
        return lot

    def _make(self, size: int, lot: int) -> str:
        """A new sealed DAO, which enters the lot."""
        factory = contract("DAOFactory")
        function = "createStandalone" if is_crowd(size) else "create"
        terms = self._deployment.auctioneer, False, 0, lot.to_bytes(32, "big"), [lot]
        made = self._send(self._keeper, self._deployment.factory, factory.encode(function, *terms))
        events = (factory.event(log) for log in made.logs)
        return str(next(one.args["dao"] for one in events if one and one.name == "DAOCreated"))

    def _locked(self, opening: Opening) -> Transaction:
        """The only transaction of a member."""
        seal = self._sealer.seal(opening)
        lock = self._sealer.lock(opening, self._now + PHASE)
        data = self._dao.encode("commit", opening.lot, seal, lock)
        value = 2 * opening.bid * WEI_PER_UNIT
        return Transaction(opening.bidder, opening.contract, data, value)

    def _keep(self, step: str) -> None:
        """Lets the keeper do what is due."""
        before = len(self._chain.uses)
        while self._hand.step():
            pass
        for use in self._chain.uses[before:]:
            self._add(step, use)

    def _add(self, step: str, use: Use | None = None) -> None:
        use = use or self._chain.uses[-1]
        cost = self._costs[step]
        cost.gas += sum(use.gas)
        cost.transactions += len(use.gas)
        cost.parts.update(use.parts)


def _stop(what: str, error: Exception) -> None:
    raise ValueError(f"the keeper could not do the {what}") from error

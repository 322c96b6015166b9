"""What a DAO won, sold again by its estate, on a chain: votes, one more lot, equal parts.

Whatever the outcome says is read off the chain: whether a reserve is decided from the contract that lists the item or
refuses to, parts from balances, access from the DAO.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from offchain.bindings.contracts import Deployed, contract
from offchain.chain.backend import Reverted
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.estate import Attempt, EstateOutcome, Resale
from offchain.model.instances.two_level import LotOutcome, TwoLevelInstance
from offchain.play.audit import check_balance
from offchain.play.behaviour import STRAIGHT, Behaviour
from offchain.play.bidders import Cast
from offchain.play.observer import Observer
from offchain.play.stage import FIRST_PLAYER, portions
from offchain.play.two_level import TwoLevelStage

_PARTS_PER_STEP: Final = 200
"""How many members one transaction pays: some 10 million gas."""


@dataclass(frozen=True, slots=True)
class Held:
    """An estate, the DAO and the lot it is of, and the accounts of the served by their names."""

    estate: Deployed
    dao: Deployed
    lot: int
    served: Mapping[str, Address]


class EstateStage(TwoLevelStage):
    """The stage of auctions of which the item is sold again by whom it was won for."""

    def play_estate(
        self,
        instance: TwoLevelInstance,
        attempts: Iterable[Attempt],
        behaviour: Behaviour = STRAIGHT,
        buying: Behaviour = STRAIGHT,
        observer: Observer | None = None,
    ) -> tuple[LotOutcome, EstateOutcome]:
        """Plays `instance`, of one item, then all that the estate of the DAO that won tries; `buying`: how buyers behave then.

        Steps beside those of an auction: `estate`, which opens one, `vote`, `resell`, `parts`.

        Raises:
            ValueError: no DAO won.
            ChainError: a transaction failed, as what follows a resale does, or money went astray.
        """
        self._begin(observer)
        end_of_bidding = self._chain.now() + self._seconds
        (lot,) = self._list(instance, [0], behaviour, end_of_bidding)
        cast, won = self._auction_off(instance, behaviour, lot, self._withdraw_proceeds)
        held = self.open_estate(cast, won)
        parts = dict.fromkeys(won.served, 0)
        pay = partial(self._pay_parts, held, parts)
        start = FIRST_PLAYER + len(cast.bidders)
        wanted: set[int] = set()
        resales: list[Resale] = []
        for attempt in attempts:
            wanted |= {vote.reserve for vote in attempt.votes} - {0}
            self._vote(held, attempt)
            reserve = self._decided(held, sorted(wanted))
            if reserve is None:
                resales.append(Resale(None, None))
                continue
            buyers = TwoLevelInstance(1, (reserve,), attempt.buyers)
            _, sale = self._auction_off(buyers, buying, self._resell(held, reserve), pay, start)
            resales.append(Resale(reserve, sale))
        paid = sum(resale.lot.paid for resale in resales if resale.lot)
        dust = paid - sum(parts.values())
        check_balance(self._chain, held.estate.address, dust * WEI_PER_UNIT)
        return won, EstateOutcome(tuple(resales), parts, dust, self._with_access(held))

    def _auction_off(
        self,
        instance: TwoLevelInstance,
        behaviour: Behaviour,
        lot: int,
        withdraw: Callable[[], int],
        start: int = FIRST_PLAYER,
    ) -> tuple[Cast, LotOutcome]:
        """What becomes of a lot that is listed, of one item, among actors from `start` on; `withdraw` as in `audit`."""
        self.ledger.sync()
        cast = self._gather(instance.groups, behaviour, {}, start)
        self._enter(self._keeper_account, cast.daos, [lot])
        self._sell(cast, {lot: 0}, behaviour, self.ledger.lots[lot].end_of_bidding)
        cast = replace(cast, lots=(lot,))
        (outcome,) = self._conclude(instance, cast, withdraw).items
        return cast, outcome

    def open_estate(self, cast: Cast, won: LotOutcome) -> Held:
        """Puts code where the item is that a DAO of `cast` won. `ValueError` if none did."""
        winners = cast.members[won.winner] if won.winner is not None else ()
        if not winners or winners[0].contract == self._auction:
            raise ValueError("no DAO won")
        dao, lot = winners[0].contract, cast.lots[0]
        receipts = self._send("estate", [dao.call(self._keeper_account, "deployEstate", lot)])
        (opened,) = dao.events(receipts)
        estate = Deployed(contract("Estate"), opened.args["estate"])
        accounts = {bidder.key[1]: bidder.account for bidder in winners}
        return Held(estate, dao, lot, {name: accounts[name] for name in won.served})

    def _vote(self, held: Held, attempt: Attempt) -> None:
        votes = [
            held.estate.call(held.served[vote.member], "vote", vote.reserve)
            for vote in attempt.votes
        ]
        self._send("vote", votes)

    def _resell(self, held: Held, reserve: int) -> int:
        """Has the item listed; its lot."""
        listing = held.estate.call(self._keeper_account, "resell", reserve)
        (listed,) = held.estate.events(self._send("resell", [listing]))
        lot: int = listed.args["lot"]
        return lot

    def _decided(self, held: Held, wanted: Sequence[int]) -> int | None:
        """The reserve at which the estate lets anyone list the item now."""
        for reserve in wanted:
            call = held.estate.contract.encode("resell", reserve)
            try:
                self._chain.call(held.estate.address, call, self._keeper_account)
            except Reverted as refusal:
                error = held.estate.contract.error(refusal.data)
                if error is None or error.name != "NoMajority":
                    raise
            else:
                return reserve
        return None

    def _pay_parts(self, held: Held, parts: dict[str, int]) -> int:
        """Pushes every part of a resale that was settled; the wei that were owed to the estate for it."""
        owed: int
        (owed,) = self._view("proceeds", held.estate.address)
        if not owed:
            return owed
        before = {name: self._chain.balance(account) for name, account in held.served.items()}
        batches = portions(list(held.served.values()), _PARTS_PER_STEP)
        keeper = self._keeper_account
        pushes = [held.estate.call(keeper, "claimBatch", batch) for batch in batches]
        self._send("parts", pushes)
        for name, account in held.served.items():
            parts[name] += (self._chain.balance(account) - before[name]) // WEI_PER_UNIT
        return owed

    def _with_access(self, held: Held) -> tuple[str, ...]:
        granted = self._granted(held.dao, held.lot, list(held.served.values()))
        return tuple(name for name, grants in zip(held.served, granted, strict=True) if grants)

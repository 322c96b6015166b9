"""Signal discovery auctions through `SignalClockAuction` on any chain, their bidders consistent.

Each auction is a lot of its own, drawn by a word that the caller chooses (`SetRandomness`).
Everything that a play returns is read from the contract's events, nothing from the reference model.
"""

from offchain.bindings.constants import TabledAuction
from offchain.bindings.enumerations import Pricing
from offchain.bindings.value_tables import batches, packed
from offchain.chain.backend import Transaction
from offchain.chain.errors import ChainError
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import Rule, SignalBidder
from offchain.play.signal_clock_trail import Play, Trail
from offchain.play.tabled import DEPOSIT, TabledStage

_ANSWER_SECONDS = TabledAuction.MAX_ANSWER
"""Nobody is in a hurry here, and no play takes that long."""

_PRICING = {Rule.WELFARE: Pricing.WELFARE, Rule.REVENUE: Pricing.REVENUE}


class SignalClocks(TabledStage[SignalClockInstance]):
    """The contracts deployed on a chain, ready to play auctions one after another; of an open lot only the draws are missing."""

    _name = "SignalClockAuction"

    def play(self, instance: SignalClockInstance, lot: int, word: int) -> Play:
        """Plays an open lot with this word, from the draw to the last deposit.

        Every bidder stays while its clock is at most its signal, and buys at any price that its clock
        reaches. `ChainError` if a transaction fails or the contract names a phase out of turn.
        """
        trail = self.start(instance, lot, word)
        while trail.asked is not None:
            self._take("answer", [self._answer(lot, trail, trail.asked)], trail)
        if trail.last is not None:
            self._sell(lot, trail, trail.last)
        if trail.sale is None:
            raise ChainError(f"lot {lot} came to no end: {self.phase_of(lot).name}")
        self._wind_up(lot, trail.accounts, trail.sale)
        return trail.play()

    def start(self, instance: SignalClockInstance, lot: int, word: int) -> Trail:
        """Brings an open lot with this word to the first question, or to the offer. `ChainError` as `play`."""
        trail = Trail(instance, self._players(len(instance.bidders)))
        self._draw(lot, trail, word)
        self._learn(lot, trail)
        self._prepare(lot, trail)
        return trail

    # The parts of an auction

    def _terms(self, instance: SignalClockInstance, end: int) -> tuple[object, ...]:
        return (
            instance.signals,
            len(instance.types),
            _PRICING[instance.rule],
            end,
            end + self._seconds,
            _ANSWER_SECONDS,
            DEPOSIT,
        )

    def _kinds(self, instance: SignalClockInstance) -> list[int]:
        return [instance.types.index(bidder.type) for bidder in instance.bidders]

    def _tables(self, instance: SignalClockInstance) -> list[bytes]:
        return [packed(bidder.value.entries) for bidder in instance.bidders]

    def _draw(self, lot: int, trail: Trail, word: int) -> None:
        """The word is asked for, comes, and is taken."""
        self._take("draw", [self._auction.call(self._keeper_account, "requestDraw", lot)], trail)
        self._words.deliver(self.auction, lot, word)
        self._take("draw", [self._auction.call(self._keeper_account, "begin", lot)], trail)

    def _learn(self, lot: int, trail: Trail) -> None:
        """Everybody outside the drawn type answers."""
        members = trail.instance.members(trail.kind)
        others = [index for index in range(len(trail.accounts)) if index not in members]
        self._take("learn", [self._answer(lot, trail, index) for index in others], trail)

    def _prepare(self, lot: int, trail: Trail) -> None:
        """The tables of the drawn type are supplied."""
        everybodys = self._tables(trail.instance)
        tables = [everybodys[index] for index in trail.instance.members(trail.kind)]
        prepare = [
            self._auction.call(self._keeper_account, "prepare", lot, place, some)
            for place, some in batches(tables)
        ]
        self._take("prepare", prepare, trail)

    def _answer(self, lot: int, trail: Trail, index: int) -> Transaction:
        """Everything that a bidder who is discovered has to say: up to where it stays, and that it leaves."""
        signal = trail.instance.bidders[index].signal
        account = trail.accounts[index]
        calls = [self._auction.call(account, "accept", lot, signal)] if signal else []
        if signal < trail.instance.signals - 1:
            calls.append(self._auction.call(account, "exit", lot))
        if len(calls) == 1:
            return calls[0]
        return self._auction.call(account, "multicall", [call.data for call in calls])

    def _sell(self, lot: int, trail: Trail, last: int) -> None:
        """Lets the last bidder buy if its signal is at least the one that its offer takes."""
        bidder = trail.instance.bidders[last]
        self._state(lot, trail, bidder)
        assert trail.offer is not None  # said by an event of the call that has just succeeded
        if bidder.signal < trail.offer.signal:
            self._take("answer", [self._answer(lot, trail, last)], trail)
            return
        purchase = self._purchase(lot, trail.accounts[last], trail.offer.price)
        self._take("buy", [purchase], trail)

    def _state(self, lot: int, trail: Trail, bidder: SignalBidder) -> None:
        """States the offer to the last bidder."""
        state = self._auction.call(
            self._keeper_account, "stateOffer", lot, packed(bidder.value.entries)
        )
        self._take("offer", [state], trail)

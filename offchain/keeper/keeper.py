"""The keeper of an auction among groups: opens bids, those entrusted to it and those with time locks, tallies, draws or bids
elsewhere, settles and pays out, on every lot of one auctioneer, or of an adapter on a house of others.
"""

import time
from collections.abc import Callable, Collection

from offchain.bindings.draw_proofs import PLAYERS_PER_STEP
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import MAX_TRANSACTION_GAS, Chain
from offchain.keeper.frame import Bench, Frame
from offchain.keeper.groups import GroupTrade
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.pace import Pace
from offchain.keeper.purse import Allowance, Purse
from offchain.keeper.raising import RAISING, Raising
from offchain.keeper.release import DEPTH, Release
from offchain.keeper.sending import Action
from offchain.keeper.unlocking import Unlocker


class Keeper(Frame[Ledger]):
    """Keeps all lots of one auctioneer moving."""

    _trade: GroupTrade

    def __init__(
        self,
        chain: Chain,
        ledger: Ledger,
        account: str,
        openings: Openings,
        on_action: Callable[[Action], None] | None = None,
        on_skip: Callable[[str, Exception], None] | None = None,
        gas_limit: int = MAX_TRANSACTION_GAS,
        players_per_step: int = PLAYERS_PER_STEP,
        only: Collection[int] | None = None,
        purse: Purse | None = None,
        allowance: Allowance | None = None,
        depth: int = DEPTH,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
        forgets: bool = False,
        combines: bool = True,
        unlocker: Unlocker | None = None,
        raising: Raising = RAISING,
    ) -> None:
        """As `Frame`. `players_per_step`: the most players that one transaction meets to decide a lot by its draw. `allowance`:
        the gas that a lot may take. `depth`, `clock`: when openings may leave, see `Release`. `combines`: whether the last steps
        of a lot go in one transaction where they fit (an `Action` called finish). `unlocker`: opens time locks; None: they stay
        closed. `raising`: how it bids at the house of others that decides the lots, if the ledger is of an adapter.
        """
        allowed = allowance or Allowance()

        def allowance_of(lot: int) -> int:
            bids = sum(len(book.boxes) for book in ledger.books_on(lot))
            return allowed.of(len(ledger.lots[lot].daos), bids, ledger.draws, ledger.at_house)

        def trade(bench: Bench[Ledger]) -> GroupTrade:
            release = Release(chain, depth, clock)
            return GroupTrade(
                bench, openings, release, unlocker, players_per_step, combines, raising
            )

        super().__init__(
            chain,
            ledger,
            account,
            trade,
            allowance_of,
            on_action,
            on_skip,
            gas_limit,
            only,
            purse,
            pace,
            forgets,
        )

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        """Phase, leader and price (units) of a lot, as the chain has them now."""
        return self._trade.standing(lot)

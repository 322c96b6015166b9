"""What the auction owes, rebuilt from its logs alone. Amounts in wei unless a name ends in ``units``."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import CoinOutcome
from offchain.chain.backend import Chain
from offchain.io.units import WEI_PER_UNIT


@dataclass
class Sale:
    """One sale: its stake or pot, deposits, what buyers paid for what is not delivered, and all that was revealed, in order."""

    seller: str
    stake: int = WEI_PER_UNIT
    deposits: dict[str, int] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    announced: list[tuple[str, int, Any]] = field(default_factory=list)
    own: bool = False

    def ruling(self) -> tuple[str, Any]:
        """Whose announcement is carried out, and what it says."""
        if self.own:
            return next((who, what) for who, _, what in self.announced if who == self.seller)
        others = [one for one in self.announced if one[0] != self.seller]
        star, _, what = max(others, key=lambda one: one[1])  # the first of several
        return star, what

    def owed(self) -> int:
        """All but proceeds."""
        return self.stake + sum(self.deposits.values()) + sum(self.held.values())


class Ledger:
    """The auction's books; each event does what it says."""

    def __init__(self) -> None:
        self.sales: dict[int, Sale] = {}
        self.proceeds: defaultdict[str, int] = defaultdict(int)
        self.burnt = 0

    def owed(self) -> int:
        """All that the auction owes anybody."""
        return sum(self.proceeds.values()) + sum(sale.owed() for sale in self.sales.values())

    def record(self, name: str, args: dict[str, Any]) -> None:
        """Takes in one event; those that move no money are passed over."""
        sale = self.sales.get(args.get("lot", 0))
        if name == "LotListed":
            self.sales[args["lot"]] = Sale(args["seller"])
        elif name == "ProceedsWithdrawn":
            self.proceeds[args["seller"]] -= args["amountWei"]
        elif sale is not None and (step := getattr(self, f"_{name}", None)):
            step(sale, args)

    def _AnnouncementSealed(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        sale.deposits[args["player"]] = (
            int.from_bytes(args["sealedAnnouncement"][24:], "big") * WEI_PER_UNIT
        )

    def _AnnouncementWithdrawn(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        del sale.deposits[args["player"]]

    def _AnnouncementOpened(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        sale.announced.append((args["player"], args["revenue"], args["announcement"]))

    def _Decided(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        sale.own = args["outcome"] == CoinOutcome.OWN

    def _Answered(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        if args["yes"]:
            _, (offers, _, _) = sale.ruling()
            to, price, _ = offers[args["index"]]
            assert to == args["player"]
            sale.held[args["index"]] = price * WEI_PER_UNIT

    def _BundleSold(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        paid = sale.held.pop(args["index"])
        assert paid == args["price"] * WEI_PER_UNIT
        self.proceeds[sale.seller] += paid

    def _BundleRefunded(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        assert sale.held.pop(args["index"]) == args["price"] * WEI_PER_UNIT

    def _SellerCredited(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        if args["fines"]:
            sale.deposits[sale.ruling()[0]] -= args["fines"] * WEI_PER_UNIT
        assert args["pot"] + args["stakeBack"] == sale.stake
        sale.stake = args["pot"]
        self.proceeds[sale.seller] += args["fines"] * WEI_PER_UNIT + args["stakeBack"]

    def _BondBurnt(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        sale.deposits[args["player"]] -= args["bond"] * WEI_PER_UNIT
        self.burnt += args["bond"] * WEI_PER_UNIT

    def _PotEmptied(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        sale.stake -= args["amountWei"]
        self.proceeds[sale.seller] += args["amountWei"]

    def _Claimed(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        rebate = args["amountWei"] - sale.deposits.pop(args["player"])
        assert 0 <= rebate < WEI_PER_UNIT
        sale.stake -= rebate

    def _PushCredited(self, sale: Sale, args: dict[str, Any]) -> None:  # noqa: N802
        self.proceeds[args["player"]] += args["amountWei"]


class Follower:
    """Books that are kept up to date with the logs of `auction` from now on."""

    def __init__(self, chain: Chain, auction: str) -> None:
        self.ledger = Ledger()
        self._chain, self._auction, self._next = chain, auction, chain.block() + 1

    def read(self) -> Ledger:
        """The books with all that happened."""
        known = contract("ResilientAuction")
        newest = self._chain.block()
        for log in self._chain.logs([self._auction], self._next):
            event = known.event(log)
            assert event is not None, log
            self.ledger.record(event.name, event.args)
        self._next = newest + 1
        return self.ledger

"""Who watches a play, and a chain on which all is told to an observer: what is sent succeeds, or the play stops."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from offchain.bindings.contracts import Deployed, contract
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.io.addresses import Address


class Observer:
    """Hears of a play as it happens, one step after another. This one does nothing.

    Steps are named as in the outcome's gas: list, bid, reveal, decide … Beside these there are `deploy`, of the contracts;
    `approve`, of all items of a seller; `fund`, which gives bidders their money and sends nothing; and those that bring a
    random word (`play.words`): `seal`, `open` and `redeem` secrets, `prove` a header, `tell` a word that was chosen. A step
    can come up again.
    """

    def begins(self, step: str, total: int) -> None:
        """`step` begins; it will serve `total` bids, members, lots or transactions. Of a step that a keeper takes one
        hears with its first transaction, unless it was to come next.
        """

    def advances(self, step: str, count: int) -> None:
        """`step` has served `count` more."""

    def ends(self, step: str, receipts: Sequence[Receipt]) -> None:
        """`step` is over, and these are the receipts of what it sent since it began, in order."""


class ObservedChain:
    """What a play sends on `chain` and asks it; `observer`, whichever it is at the time, hears of what is sent."""

    def __init__(self, chain: Chain, observer: Observer | None = None) -> None:
        self.chain = chain
        self.observer = observer or Observer()

    def send(self, step: str, transactions: Sequence[Transaction]) -> list[Receipt]:
        """Sends them all; their receipts in the same order. Raises the first `Reverted`."""
        self.observer.begins(step, len(transactions))
        receipts = []
        for result in self.chain.send_all(transactions, self._advancer(step)):
            if isinstance(result, Reverted):
                raise result
            receipts.append(result)
        self.observer.ends(step, receipts)
        return receipts

    def create(self, account: Address, name: str, *arguments: object) -> Deployed:
        """Deploys the contract called `name` from `account`. `Reverted` if that fails."""
        made = contract(name)
        creation = Transaction(account, None, made.creation(*arguments))
        (receipt,) = self.send("deploy", [creation])
        assert receipt.contract is not None
        return Deployed(made, receipt.contract)

    def fund(self, amounts: Mapping[Address, int]) -> None:
        """Makes sure that accounts have these amounts, in wei, beside what gas takes."""
        self.observer.begins("fund", len(amounts))
        self.chain.fund_all(amounts, self._advancer("fund"))
        self.observer.ends("fund", ())

    def tell(self, step: str, receipts: Sequence[Receipt]) -> None:
        """Tells of what somebody else has sent."""
        self.observer.begins(step, len(receipts))
        self.observer.advances(step, len(receipts))
        self.observer.ends(step, receipts)

    def view(self, deployed: Deployed, function: str, *arguments: object) -> tuple[Any, ...]:
        """What `function` returns now."""
        data = deployed.contract.encode(function, *arguments)
        return deployed.contract.decode(function, self.chain.call(deployed.address, data))

    def _advancer(self, step: str) -> Callable[[int], None]:
        """Turns the numbers done so far, which a chain tells, into what came on top each time."""
        seen = 0

        def advance(done: int) -> None:
            nonlocal seen
            self.observer.advances(step, done - seen)
            seen = done

        return advance

"""Transactions of a play: all succeed, or the play stops; an observer hears of them, step by step."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from offchain.bindings.contracts import Contract, Event, contract
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.play.observer import SILENT, Observer

Address: TypeAlias = str
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract at its address."""

    contract: Contract
    address: Address

    def call(
        self, sender: Address, function: str, *arguments: object, value: int = 0
    ) -> Transaction:
        """The transaction that calls `function`, with `value` in wei."""
        return Transaction(sender, self.address, self.contract.encode(function, *arguments), value)

    def events(self, receipts: Iterable[Receipt]) -> Iterator[Event]:
        """What it said in these transactions, in order."""
        for receipt in receipts:
            for log in receipt.logs:
                event = self.contract.event(log) if log.address == self.address else None
                if event is not None:
                    yield event


class Sender:
    """Sends transactions on `chain`, and tells `observer`, whichever it is at the time."""

    def __init__(self, chain: Chain, observer: Observer | None = None) -> None:
        self.chain = chain
        self.observer: Observer = observer or SILENT

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


def portions(items: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    """The items in their order, at most so many at a time."""
    return (items[start : start + most] for start in range(0, len(items), most))

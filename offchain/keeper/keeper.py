"""The keeper: opens the bids entrusted to it, tallies, settles and pays out, for every lot of one auctioneer.

Everything but the openings is read from the chain, and every step is decided anew from what stands there: a keeper can be killed
at any point and started again, and any number of keepers can work side by side. No transaction is sent that simulation says
will fail.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.chain.codec import Contract, Phase
from offchain.chain.codec import contract as contract_named
from offchain.chain.seals import Opening, commitment
from offchain.keeper.batches import TRANSACTION_GAS_LIMIT, BatchSizer, Item
from offchain.keeper.ledger import Account, Book, Ledger, Lot, Step
from offchain.keeper.receipts import Receipts

MAX_STEP = 500
"""The most members one step of a tally takes; `DAO.MAX_STEP`."""
_GAS_MARGIN = 1.1
"""What is sent along beyond the estimate, for the state may move in between."""
_NOBODY = "0x" + "0" * 40


@dataclass(frozen=True, slots=True)
class Action:
    """One transaction the keeper sent: what it did, on which lot and book, for how many bidders, at what gas."""

    step: str
    lot: int
    contract: str
    members: int
    gas_used: int


class Keeper:
    """Keeps all lots of one auctioneer moving."""

    def __init__(
        self,
        chain: Chain,
        ledger: Ledger,
        account: str,
        receipts: Receipts,
        on_action: Callable[[Action], None] | None = None,
        on_skip: Callable[[str, Reverted], None] | None = None,
        gas_limit: int = TRANSACTION_GAS_LIMIT,
    ) -> None:
        """`account` sends the transactions and pays their gas; `gas_limit` bounds each. `on_action` hears of every transaction
        done, `on_skip` of every step that simulation or the chain refused, and why.
        """
        self._chain = chain
        self._ledger = ledger
        self._account = account
        self._receipts = receipts
        self._on_action = on_action or (lambda action: None)
        self._on_skip = on_skip or (lambda step, error: None)
        self._gas_limit = gas_limit
        self._auctioneer = contract_named("Auctioneer")
        self._dao = contract_named("DAO")
        self._sizers: dict[str, BatchSizer] = {}
        self._finished: set[int] = set()

    def step(self, refunds: bool = True) -> int:
        """Does all that can be done now on every lot, and returns how many transactions that took. Without `refunds` it pays
        nobody out, so that members can claim for themselves.
        """
        self._ledger.sync()
        lots = [lot for lot in self._ledger.lots.values() if lot.number not in self._finished]
        return sum(self._work_on(lot, refunds) for lot in lots)

    def _work_on(self, lot: Lot, refunds: bool) -> int:
        phase, leader, price = self.standing(lot.number)
        if phase == Phase.REVEAL:
            return sum(self._reveal(book) for book in self._ledger.books_on(lot.number))
        if phase == Phase.TALLY:
            return sum(self._tally(lot, dao) for dao in lot.daos)
        if phase < Phase.CLOSED:
            return 0
        sent = 0
        if phase == Phase.CLOSED:
            sent += self._settle(lot, leader, price)
        if phase == Phase.VOID and not lot.returned:
            sent += self._do(
                "reclaim", lot.number, self._ledger.auctioneer, 0, "reclaim", lot.number
            )
        if not refunds:
            return sent
        if sent:
            self._ledger.sync()
            phase, leader, _ = self.standing(lot.number)
        paid = sum(self._pay_out(book, phase, leader) for book in self._ledger.books_on(lot.number))
        if phase > Phase.CLOSED and paid + sent == 0:
            self._finished.add(lot.number)
        return sent + paid

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        """Phase, leader and price (units) of a lot, as the chain has them now."""
        data = self._chain.call(self._ledger.auctioneer, self._auctioneer.encode("standing", lot))
        phase, leader, price = self._auctioneer.decode("standing", data)
        return phase, leader, price

    # Reveal

    def _reveal(self, book: Book) -> int:
        openings = [
            opening
            for bidder, account in book.accounts.items()
            if account.is_sealed
            and not account.unopenable
            and (opening := self._opening(book, bidder, account)) is not None
        ]
        return self._batch(
            "reveal",
            book,
            openings,
            lambda part: ("revealBatch", [(o.bidder, o.bid, o.salt) for o in part]),
        )

    def _opening(self, book: Book, bidder: str, account: Account) -> Opening | None:
        """The receipt that opens the bid as it stands, if there is one."""
        for opening in self._receipts.of(book.contract, book.lot, bidder):
            if commitment(self._chain.chain_id, opening) == account.commitment:
                return opening
        return None

    # Tally

    def _tally(self, lot: Lot, dao: str) -> int:
        book = self._ledger.book(dao, lot.number)
        if book.tallier is not None:
            return 0
        members = [bidder for _, bidder in book.ascending()]
        if not members:
            return self._do("tally", lot.number, dao, 0, "tally", lot.number, [])
        remaining = members[book.counted(self._account) :]
        return self._batch(
            "tally", book, remaining, lambda part: ("tally", list(part)), most=MAX_STEP
        )

    # Settlement

    def _settle(self, lot: Lot, leader: str, price: int) -> int:
        if leader not in lot.daos:
            return self._do("settle", lot.number, self._ledger.auctioneer, 1, "settle", lot.number)
        book = self._ledger.book(leader, lot.number)
        step = _reaching(book, price)
        bids = b"".join(
            bid.to_bytes(8, "big") for bid, _ in book.ascending()[step.start : step.counted]
        )
        arguments = (lot.number, step.start, step.best_before, bids)
        return self._do(
            "settle", lot.number, leader, step.counted - step.start, "settle", *arguments
        )

    # Payments

    def _pay_out(self, book: Book, phase: Phase, leader: str) -> int:
        if phase == Phase.CLOSED and book.contract == leader:
            return 0
        waiting = leader if phase == Phase.CLOSED else _NOBODY
        bidders = [
            bidder for bidder in book.accounts if bidder != waiting and _is_due(book, bidder)
        ]
        sent = self._batch("refund", book, bidders, lambda part: ("claimBatch", list(part)))
        if sent:
            self._ledger.sync()
        if book.contract != self._ledger.auctioneer and book.bonds_held:
            sent += self._do("bonds", book.lot, book.contract, 0, "forwardBonds", book.lot)
        return sent

    # Transactions

    def _contract(self, address: str) -> Contract:
        return self._auctioneer if address == self._ledger.auctioneer else self._dao

    def _batch(
        self,
        step: str,
        book: Book,
        items: Sequence[Item],
        call: Callable[[Sequence[Item]], tuple[str, Sequence[object]]],
        most: int | None = None,
    ) -> int:
        contract = self._contract(book.contract)

        def build(part: Sequence[Item]) -> Transaction:
            function, argument = call(part)
            return Transaction(
                self._account, book.contract, contract.encode(function, book.lot, argument)
            )

        def cut() -> Iterator[tuple[Transaction, int, int]]:
            sizer = self._sizers.setdefault(step, BatchSizer(self._gas_limit))
            return sizer.cut(items, build, self._chain.estimate, most)

        sent = 0
        try:
            for transaction, gas, size in cut():
                self._send(step, book.lot, transaction, gas, size)
                sent += 1
        except Reverted as refusal:
            self._on_skip(f"{step} of lot {book.lot} at {book.contract}", refusal)
        return sent

    def _do(
        self, step: str, lot: int, contract: str, members: int, function: str, *arguments: object
    ) -> int:
        transaction = Transaction(
            self._account, contract, self._contract(contract).encode(function, *arguments)
        )
        try:
            self._send(step, lot, transaction, self._chain.estimate(transaction), members)
        except Reverted as refusal:
            self._on_skip(f"{step} of lot {lot} at {contract}", refusal)
            return 0
        return 1

    def _send(
        self, step: str, lot: int, transaction: Transaction, gas: int, members: int
    ) -> Receipt:
        assert transaction.to is not None
        allowed = min(self._gas_limit, int(gas * _GAS_MARGIN))
        receipt = self._chain.send(
            Transaction(transaction.sender, transaction.to, transaction.data, gas=allowed)
        )
        self._on_action(Action(step, lot, transaction.to, members, receipt.gas_used))
        return receipt


def _reaching(book: Book, price: int) -> Step:
    """The step of the finished tally in which rank·bid first reaches `price` (units)."""
    assert book.tallier is not None
    return next(
        step for step in book.progress[book.tallier] if step.best_before < price <= step.best
    )


def _is_due(book: Book, bidder: str) -> bool:
    """Whether a push would pay something, or forfeit a bond. A refused push is not tried again: its bidder can claim."""
    account = book.accounts[bidder]
    if account.closed or account.refused:
        return False
    return account.is_sealed or book.due(bidder) > 0

"""What people do in an auction, one line each: list, seal, reveal, tally, settle, let time pass.

Amounts are in units of 1 gwei, ``value`` in wei. A bidder is an account or a ``Puppet`` contract.
"""

from secrets import token_bytes
from typing import Any

from brownie import accounts, chain, web3

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.checks import emitted
from tests.contracts.mechanism import ascending, certificate, commitment, opening, salt_of
from tests.patience import PATIENCE

HOUR = 3600
WINDOW = 72 * HOUR
RESERVE = 3
BOND_BPS = 1_000
PUPPETEER = 27  # the account that makes puppets act


# TIME


def now() -> int:
    """The time of the latest block."""
    return int(web3.eth.get_block("latest")["timestamp"])


def next_block_at(timestamp: int) -> None:
    """The next transaction happens exactly then (Anvil only)."""
    web3.provider.make_request("evm_setNextBlockTimestamp", [timestamp])


def advance_to(timestamp: int) -> None:
    """Mine a block at this time, from which the clock runs on."""
    if web3.client_version.lower().startswith("ganache"):
        chain.mine(timestamp=timestamp)
    else:
        next_block_at(timestamp)
        web3.provider.make_request("evm_mine", [])


def start_of(book: Any, lot: int, phase: Phase) -> int:
    """When a phase begins at the latest; the settlement window ends when ``VOID`` begins."""
    head = book.bookOf(lot)
    times = {Phase.REVEAL: "endOfBidding", Phase.TALLY: "endOfReveal", Phase.CLOSED: "endOfTally"}
    if phase == Phase.VOID:
        return int(head["endOfTally"]) + WINDOW
    return int(head[times[phase]])


def advance(book: Any, lot: int, phase: Phase) -> None:
    """Let time pass until ``phase`` begins."""
    advance_to(start_of(book, lot, phase))


# SELLING AND ENTERING


def send(who: Any, method: Any, *args: Any, value: int = 0, **options: Any) -> Any:
    """Call ``method`` as ``who``, which a puppet does when anyone tells it to."""
    if not hasattr(who, "act"):
        return method(*args, {"from": who, "value": value, **options})
    call = method._address, method.encode_input(*args)
    return who.act(*call, {"from": accounts[PUPPETEER], "value": value, **options})


def schedule_from(start: int, bond_bps: int = BOND_BPS) -> tuple[int, int, int, int]:
    """An hour of bidding, one of reveals, one of tallies; and the bond."""
    return start + HOUR, start + 2 * HOUR, start + 3 * HOUR, bond_bps


def list_lot(
    auctioneer: Any,
    item: Any,
    seller: Any,
    reserve: int = RESERVE,
    bond_bps: int = BOND_BPS,
    schedule: tuple[int, int, int, int] | None = None,
) -> int:
    """Mint an item, numbered like its lot, and list it."""
    lot = int(auctioneer.lotCount()) + 1
    item.mint(seller, lot, {"from": accounts[0]})
    send(seller, item.approve, auctioneer, lot)
    send(seller, auctioneer.list, item, lot, reserve, schedule or schedule_from(now(), bond_bps))
    return lot


def create_dao(
    factory: Any,
    DAO: Any,
    auctioneer: Any,
    is_open: bool = False,
    minimum: int = 0,
    standalone: bool = False,
) -> Any:
    """Deploy a DAO: a minimal proxy, or a full copy."""
    create = factory.createStandalone if standalone else factory.create
    tx = create(auctioneer, is_open, minimum, token_bytes(32), [], {"from": accounts[0]})
    (created,) = (log for log in emitted(tx) if log.name == "DAOCreated")
    return DAO.at(created.fields["dao"])


# BIDDING


def seal(book: Any, lot: int, bidder: Any, bid: int, deposit: int | None = None) -> Any:
    """Seal a bid under a deposit, by default as large as the bid."""
    value = WEI_PER_UNIT * (bid if deposit is None else deposit)
    return send(bidder, book.commit, lot, commitment(book, lot, bidder, bid), value=value)


def place(dao: Any, lot: int, bidder: Any, bid: int) -> Any:
    """Bid openly, or raise an open bid."""
    return send(bidder, dao.raiseBid, lot, value=WEI_PER_UNIT * bid)


def bid_all(book: Any, lot: int, bids: dict[Any, int], is_open: bool = False) -> None:
    """Everybody bids, each under a deposit as large as the bid."""
    for bidder, bid in bids.items():
        (place if is_open else seal)(book, lot, bidder, bid)


def reveal(book: Any, lot: int, bidder: Any, bid: int) -> Any:
    """Open one's own bid."""
    return send(bidder, book.reveal, lot, bid, salt_of(lot, bidder))


def reveal_all(book: Any, lot: int, bids: dict[Any, int], sender: Any = None) -> Any:
    """Open many bids at once, in the order given."""
    openings = [opening(lot, bidder, bid) for bidder, bid in bids.items()]
    return send(sender or accounts[0], book.revealBatch, lot, openings)


# TALLY AND SETTLEMENT


def tally(dao: Any, lot: int, bids: dict[Any, int], sender: Any = None, step: int = 500) -> Any:
    """Count all of ``bids``, the smallest first, ``step`` at a time; the last transaction."""
    members = ascending(bids)
    for start in range(0, max(len(members), 1), step):
        tx = send(sender or accounts[0], dao.tally, lot, members[start : start + step])
    return tx


def settle(
    dao: Any, lot: int, bids: dict[Any, int], price: int, sender: Any = None, step: int = 500
) -> Any:
    """Settle a lot that the DAO won at ``price``, tallied ``step`` members at a time."""
    proof = certificate(list(bids.values()), price, step)
    return send(sender or accounts[0], dao.settle, lot, *proof)


def sealed_to_tally(dao: Any, lot: int, bids: dict[Any, int]) -> None:
    """Seal and open all of ``bids``, and let time pass until the tally."""
    bid_all(dao, lot, bids)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, bids)
    advance(dao, lot, Phase.TALLY)


def play(
    book: Any, lot: int, revealed: dict[Any, int], sealed: Any = (), until: Phase = Phase.CLOSED
) -> None:
    """Everybody bids under deposits 10 above; some reveal; the lot is tallied and closed, not yet settled."""
    for bidder, bid in {**revealed, **dict(sealed)}.items():
        seal(book, lot, bidder, bid, deposit=bid + 10)
    advance(book, lot, Phase.REVEAL)
    reveal_all(book, lot, revealed)
    advance(book, lot, Phase.TALLY)
    if hasattr(book, "tally"):
        tally(book, lot, revealed)
    advance(book, lot, until)


def decide(book: Any, lot: int, revealed: dict[Any, int]) -> None:
    """Settle it at a price of 3, whoever won."""
    if hasattr(book, "tally"):
        settle(book, lot, revealed, 3)
    else:
        book.settle(lot, {"from": accounts[0]})


def play_out(book: Any, lot: int, revealed: dict[Any, int], sealed: Any = ()) -> None:
    """All of it: the best bid wins at 3."""
    play(book, lot, revealed, sealed)
    decide(book, lot, revealed)


# CLAIMS


def claim(book: Any, lot: int, bidder: Any, recipient: Any = None) -> Any:
    """Claim for oneself, or for somebody else."""
    if recipient is None:
        return send(bidder, book.claim, lot)
    return send(bidder, book.claimTo, lot, recipient)


# HOSTILITY


def prepare(puppet: Any, method: Any, *args: Any) -> None:
    """Give a puppet the call that it will make from within another."""
    call = method._address, method.encode_input(*args)
    puppet.prepare(*call, {"from": accounts[PUPPETEER]})


def attempt(who: Any, method: Any, *args: Any, gas: int = 5_000_000) -> Any:
    """Send a call that may fail with ``gas`` to spend; its receipt.

    Past Brownie, which would fetch every step of a failed transaction.
    """
    call = {
        "from": who.address,
        "to": method._address,
        "data": method.encode_input(*args),
        "gas": gas,
        "gasPrice": 2 * WEI_PER_UNIT,
    }
    return web3.eth.wait_for_transaction_receipt(web3.eth.send_transaction(call), PATIENCE, 0.002)

"""What people do in a signal clock auction, and what its contract owes by its logs alone.

Values, prices and deposits are in units of 1 gwei. A bidder is an account or a ``Puppet`` contract.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from brownie import accounts, web3

from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import HOUR, advance_to, now, send
from tests.contracts.checks import Log, decode_log
from tests.contracts.mechanism import address_of

DEPOSIT = 50
ANSWER = HOUR // 2
WINDOW = 72 * HOUR
WELFARE, REVENUE = 0, 1


def packed(values: Sequence[int]) -> bytes:
    """A table as the contract takes it."""
    return b"".join(value.to_bytes(8, "big") for value in values)


def terms(start: int, **changed: int) -> list[int]:
    """Two signals, one type, the welfare rule, an hour to join, one to register, half of one to answer."""
    usual = {
        "signals": 2,
        "types": 1,
        "pricing": WELFARE,
        "endOfJoining": start + HOUR,
        "endOfRegistering": start + 2 * HOUR,
        "answerSeconds": ANSWER,
        "deposit": DEPOSIT,
    }
    assert changed.keys() <= usual.keys()
    return list({**usual, **changed}.values())


def crowd(count: int) -> list[Any]:
    """So many accounts, each with a hundred ether."""
    found = []
    for number in range(count):
        address = web3.to_checksum_address(f"0x{0xC0FFEE << 64 | number + 1:040x}")
        web3.provider.make_request("anvil_setBalance", [address, hex(100 * 10**18)])
        found.append(accounts.at(address, force=True))
    return found


class ClockLot:
    """One lot, and what the people in it do. ``tables`` by bidder, in the order of joining."""

    def __init__(self, house: Any, words: Any, token: Any, seller: Any, **changed: int) -> None:
        self.house, self.words = house, words
        self.number = int(house.lotCount()) + 1
        self.terms = terms(now(), **changed)
        self.tables: dict[Any, bytes] = {}
        token.mint(seller, self.number, {"from": accounts[0]})
        send(seller, token.approve, house, self.number)
        send(seller, house.list, token, self.number, self.terms)

    @classmethod
    def listed(cls, house: Any, words: Any, number: int, terms: list[int]) -> "ClockLot":
        """A lot that somebody listed already."""
        lot = cls.__new__(cls)
        lot.house, lot.words, lot.number, lot.terms, lot.tables = house, words, number, terms, {}
        return lot

    @property
    def phase(self) -> int:
        """Where it stands."""
        return int(self.house.phase(self.number))

    @property
    def deadline(self) -> int:
        """When the answer, or the phase, is due."""
        return int(self.house.lotOf(self.number)["clock"]["deadline"])

    # BEFORE THE DRAW

    def join(self, *bidders: Any, kind: int = 0) -> None:
        """They join, in this order."""
        for bidder in bidders:
            send(bidder, self.house.join, self.number, kind, value=DEPOSIT * WEI_PER_UNIT)

    def close_joining(self) -> None:
        """The time for joining ends."""
        advance_to(self.terms[3])

    def register(self, bidder: Any, *values: int) -> Any:
        """A bidder registers its table."""
        self.tables[bidder] = packed(values)
        return send(bidder, self.house.register, self.number, self.tables[bidder])

    def close_registering(self) -> None:
        """The time for tables ends."""
        advance_to(self.terms[4])

    # THE DRAW AND WHAT FOLLOWS

    def draw(self, word: int = 0) -> Any:
        """The word is asked for, comes, and is taken; the last transaction."""
        send(accounts[0], self.house.requestDraw, self.number)
        self.words.set(self.house, self.number, word, {"from": accounts[0]})
        return send(accounts[0], self.house.begin, self.number)

    def prepare(self, *bidders: Any, place: int = 0, sender: Any = None) -> Any:
        """The tables of these bidders are supplied."""
        tables = [self.tables.get(bidder, b"") for bidder in bidders]
        return send(sender or accounts[0], self.house.prepare, self.number, place, tables)

    def accept(self, bidder: Any, signal: int) -> Any:
        """A bidder stays up to the signal."""
        return send(bidder, self.house.accept, self.number, signal)

    def exit(self, bidder: Any) -> Any:
        """A bidder leaves."""
        return send(bidder, self.house.exit, self.number)

    def expire(self) -> Any:
        """The deadline passes, and somebody says so."""
        advance_to(self.deadline)
        return send(accounts[9], self.house.expire, self.number)

    def state(self, bidder: Any) -> Any:
        """The offer to the last bidder is stated."""
        return send(accounts[0], self.house.stateOffer, self.number, self.tables.get(bidder, b""))

    def buy(self, bidder: Any, price: int) -> Any:
        """The last bidder pays."""
        return send(bidder, self.house.buy, self.number, value=price * WEI_PER_UNIT)

    # AFTERWARDS

    def claim_batch(self, *bidders: Any, sender: Any = None) -> Any:
        """Deposits are pushed back."""
        return send(sender or accounts[9], self.house.claimBatch, self.number, list(bidders))

    def reclaim(self) -> Any:
        """The item goes back."""
        return send(accounts[9], self.house.reclaim, self.number)


class Debts:
    """What a house owes, from its logs."""

    def __init__(self) -> None:
        self.deposits: dict[int, int] = {}
        self.sellers: dict[int, str] = {}
        self.held: dict[tuple[int, str], int] = {}
        self.proceeds: dict[str, int] = defaultdict(int)

    @property
    def wei(self) -> int:
        """All of it."""
        return sum(self.held.values()) * WEI_PER_UNIT + sum(self.proceeds.values())

    def record(self, log: Log) -> None:
        """Take in one log; those that move no money are passed over."""
        said = log.fields
        if log.name == "LotListed":
            self.deposits[said["lot"]] = said["terms"][-1]
            self.sellers[said["lot"]] = said["seller"]
        elif log.name == "Joined":
            self.held[said["lot"], said["bidder"]] = self.deposits[said["lot"]]
        elif log.name == "Claimed":
            del self.held[said["lot"], said["bidder"]]
        elif log.name == "DepositForfeited":
            amount = self.held.pop((said["lot"], said["bidder"]))
            self.proceeds[self.sellers[said["lot"]]] += amount * WEI_PER_UNIT
        elif log.name == "LotSettled":
            self.proceeds[self.sellers[said["lot"]]] += said["price"] * WEI_PER_UNIT
        elif log.name == "ProceedsWithdrawn":
            self.proceeds[said["seller"]] -= said["amountWei"]


def check_debts(house: Any, forced: int = 0) -> Debts:
    """After every block the balance was what the logs so far say is owed; ``forced`` came on top at some time."""
    debts = Debts()
    address = address_of(house)
    logs = web3.eth.get_logs({"fromBlock": 0, "toBlock": "latest", "address": address})
    for place, log in enumerate(logs):
        debts.record(decode_log(log))
        block = log["blockNumber"]
        if place + 1 == len(logs) or logs[place + 1]["blockNumber"] != block:
            assert web3.eth.get_balance(address, block) - debts.wei in (0, forced)
    assert web3.eth.get_balance(address) == debts.wei + forced
    return debts

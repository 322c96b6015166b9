"""What is watched on walks through lots at houses of others: what everybody is owed, where every wei is, how far each lot is."""

import random
from collections import Counter
from collections.abc import Collection
from typing import Any

from offchain.bindings.adapters import ADAPTER
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Log, Receipt, Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.houses.house import Account, AtHouse, ask
from offchain.houses.rivals import ether_refuser
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Book
from offchain.keeper.ledger import Ledger
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from tests.differential.house_stage import KEEPER, OWNER, NounsVenue, ZoraVenue, furnished
from tests.puppets import act

MINUTE, DAY = 60, 86_400
PEOPLE, RIVALS, HEIR = range(10, 15), range(20, 22), 30
DAO, MARKET, ESTATE = map(contract, ("DAO", "Auctioneer", "Estate"))
OPEN = bytes(24)
NOTHING = (OPEN, 0, 0)
"""What `bidOf` says where there is no bid, or nothing left of it."""
Lot = tuple[str, int]
"""At which auctioneer, the adapter or the market, and its number there."""


class HouseWatch:
    """An adapter on Nouns' house if the seed is even, on Zora's else, its DAOs, and the auctioneer where their estates sell."""

    def __init__(self, seed: int, chain: Revm | None = None) -> None:
        self.rng = random.Random(seed)
        self.chain = chain = furnished(chain)
        self.at_zora = seed % 2 == 1
        self.venue = ZoraVenue(chain) if self.at_zora else NounsVenue(chain)
        floor = self.venue.floor
        self.factory, self.house_adapter = floor.factory, floor.adapter
        self.adapter, self.market = floor.adapter.address, floor.market.address
        self.keeper, self.owner = chain.actor(KEEPER), chain.actor(OWNER)
        maker = Account(chain, self.keeper)
        self.actor = maker.create(contract("Actor")).address
        self.people = [*map(chain.actor, PEOPLE), self.actor]
        self.rivals, self.heir = list(map(chain.actor, RIVALS)), chain.actor(HEIR)
        self.refuser = ether_refuser(Account(chain, self.rivals[0]))
        kinds = [("create", False, 1), ("createStandalone", False, 2), ("create", True, 1)]
        self.daos = {
            self.adapter: {self._dao(self.adapter, *kind): kind[1] for kind in kinds},
            self.market: {self._dao(self.market, *kind): kind[1] for kind in kinds[1:]},
        }
        self.at = {dao: at for at, daos in self.daos.items() for dao in daos}
        self.contracts = dict.fromkeys(self.at, DAO) | {self.market: MARKET}
        self.contracts[self.adapter] = floor.adapter.contract
        self.ledgers = {
            self.adapter: Ledger(chain, self.adapter, chain.block(), ADAPTER),
            self.market: Ledger(chain, self.market, chain.block()),
        }
        self.is_closing = False  # no lots come any more, but for sales of estates
        self.done: Counter[str] = Counter()
        self.seals: dict[bytes, tuple[int, bytes]] = {}  # bids and salts by commitment
        self.lots: list[Lot] = []
        self.numbers: dict[int, int] = {}  # the house's, by lots of the adapter
        self.running: dict[int, AtHouse] = {}  # auctions of the house that it has not settled
        self.ended: dict[int, tuple[str | None, int]] = {}  # who had the last bid, and its wei
        self.stubborn: set[int] = set()  # auctions that nobody settles before all is given up
        self.holder: dict[int, tuple[str, int]] = {}  # whose bid is not home, and its units
        self.strange: Counter[Lot] = Counter()  # units that strangers restored, by DAO and lot
        self.extra: Counter[str] = Counter()  # wei in paddles that nobody owes
        self.bought_off: set[int] = set()  # lots whose price strangers paid
        self.surplus = 0  # units in the adapter that nobody owes
        self.phases: dict[Lot, Phase] = {}
        self.raw: dict[tuple[str, int], bytes] = {}
        self.owed: dict[tuple[str, int], int] = {}
        self.purses = {who: chain.balance(who) for who in (*self.people, self.heir, self.owner)}

    def _dao(self, at: str, make: str, is_open: bool, minimum: int) -> str:
        terms = (at, is_open, minimum, bytes(32), ())
        made = Account(self.chain, self.keeper).send(self.factory, make, *terms)
        (dao,) = (e.args["dao"] for e in self.factory.events([made]) if e.name == "DAOCreated")
        return str(dao)

    # Making calls

    def view(self, where: str, function: str, *given: object) -> Any:
        called = self.contracts.get(where, ESTATE)
        return called.decode(function, self.chain.call(where, called.encode(function, *given)))

    def try_(
        self,
        who: str,
        to: str,
        function: str,
        *given: object,
        lots: Collection[Lot] = (),
        wei: int = 0,
        told: str = "",
    ) -> Receipt | None:
        """Sends a call on some lots, by way of the account itself if it has code; what came of it, if it was carried out."""
        data = self.contracts.get(to, ESTATE).encode(function, *given)
        sender = self.keeper if who == self.actor else who
        if who == self.actor:
            self.purses[who] += wei  # lent by the keeper
            to, data = who, act(to, data)
        (result,) = self.chain.send_all([Transaction(sender, to, data, wei)])
        if isinstance(result, Reverted):
            assert len(result.data) >= 4, f"{function}{given}: no reason given, {result}"
            if who == self.actor:
                self.purses[who] -= wei
            self.check(())
            return None
        self.done[told or function] += 1
        self._note(result.logs)
        self.check(lots)
        return result

    def never(self, who: str, to: str, function: str, *given: object, wei: int = 0) -> None:
        """A call that nobody may make."""
        assert self.try_(who, to, function, *given, wei=wei) is None, f"{who} made {function}"

    def _note(self, logs: Collection[Log]) -> None:
        """What happened beside what was called, and where that leaves what was lent."""
        held = dict(self.holder)
        for log in logs:
            called = self.contracts.get(log.address)
            event = called.event(log) if called is not None else None
            if event is None:
                continue
            lot = int(event.args.get("lot", 0))
            self.done["refused push"] += event.name == "PushRefused"
            self.done["burnt bond"] += event.name == "BondBurnt"
            if log.address != self.adapter:
                continue
            if event.name == "Raised":
                before = self.holder.get(lot)
                self.done["raise over another DAO"] += before is not None and (
                    before[0] != event.args["dao"]
                )
                self.holder[lot] = event.args["dao"], event.args["bid"]
            elif event.name == "Recalled":
                self._recalled(lot, event.args["dao"], held[lot])
            elif event.name == "LotSettled":
                winner = event.args["winner"]
                given = self.strange.pop((winner, lot), 0)
                served = self.view(winner, "servedOf", lot)[0]
                share = self.view(winner, "bookOf", lot)[0][5]
                assert event.args["paid"] == served * share + given, "a lot is paid once"
                self.surplus += event.args["paid"] - event.args["price"]
                del self.holder[lot]
            elif event.name == "LotRegistered":
                self.numbers[lot] = event.args["number"]
                self.lots.append((self.adapter, lot))

    def _recalled(self, lot: int, dao: str, held: tuple[str, int]) -> None:
        """What a DAO had lent is home; past the deadline it may be strangers' money that lay with the paddle, as much as that."""
        assert held[0] == dao
        if self.holder[lot][0] == dao:
            del self.holder[lot]
        paddle, given = self.paddle(lot, dao), self.strange.pop((dao, lot), 0)
        if self.lead(self.numbers[lot])[0] != paddle:
            self.extra[paddle] += given * WEI_PER_UNIT
            return
        assert self.chain.now() >= self.deadline((self.adapter, lot))
        self.extra[paddle] -= (held[1] - given) * WEI_PER_UNIT
        self.bought_off.add(lot)

    def phase(self, lot: Lot) -> Phase:
        phase: Phase = self.view(lot[0], "standing", lot[1])[0]
        return phase

    def deadline(self, lot: Lot) -> int:
        """When a lot is decided whatever else happens."""
        found = self.ledgers[lot[0]].lots[lot[1]]
        return found.deadline if lot[0] == self.adapter else found.end_of_tally + 3 * DAY

    def _ends(self, lot: Lot) -> tuple[int, int, int]:
        found = self.ledgers[lot[0]].lots[lot[1]]
        return found.end_of_bidding, found.end_of_reveal, found.end_of_tally

    def lead(self, number: int) -> tuple[str | None, int]:
        """Who leads at the house, or had the last bid there, and its wei."""
        if number not in self.running:
            return self.ended[number]
        found = self.running[number].auction()
        return found.bidder, found.amount

    def _lots_of(self, number: int) -> list[int]:
        return [lot for lot, of in self.numbers.items() if of == number]

    def _estate_at(self, dao: str, lot: int) -> str:
        return str(self.view(dao, "estateAt", lot)[0])

    # What must hold

    def paddle(self, lot: int, dao: str) -> str:
        return str(self.view(self.adapter, "paddleOf", lot, dao)[0])

    def check(self, touched: Collection[Lot]) -> None:
        """After every transaction, on the lots named and no other."""
        for ledger in self.ledgers.values():
            ledger.sync()
        for at, number in self.lots:
            self._check_phase((at, number))
            for where in (*self.daos[at], *([self.market] if at == self.market else [])):
                self._check_book((at, number), where, (at, number) in touched)
        for dao in self.at:
            self._check_dao(dao)
        held = sum(self._proceeds(at) for at in (self.adapter,))
        assert self.chain.balance(self.adapter) == self.surplus * WEI_PER_UNIT + held
        owed = sum(units for (where, _), units in self.owed.items() if where == self.market)
        owed = (owed + self._burnt(self.market)) * WEI_PER_UNIT + self._proceeds(self.market)
        assert self.chain.balance(self.market) == owed, "the auctioneer"

    def _check_phase(self, lot: Lot) -> None:
        """Phases go on; only what was void can be drawn for again, when the house asks for less, or be won after all, if all that
        made it void was as much as the price from strangers, with the paddle when the deadline passed.
        """
        phase, before = self.phase(lot), self.phases.get(lot, Phase.BIDDING)
        again = before is Phase.VOID and phase in (Phase.DRAW, Phase.TALLY)
        assert phase >= before or again or self._is_gift(lot, before, phase), (
            f"{lot}: {before.name}, then {phase.name}"
        )
        self.phases[lot] = phase

    def _is_gift(self, lot: Lot, before: Phase, phase: Phase) -> bool:
        if (before, phase) != (Phase.VOID, Phase.CLOSED) or self.chain.now() < self.deadline(lot):
            return False
        dao, price = self.holder[lot[1]]
        return self.extra[self.paddle(lot[1], dao)] >= price * WEI_PER_UNIT

    def _check_book(self, lot: Lot, where: str, may_change: bool) -> None:
        called = self.contracts[where]
        bids = (called.encode("bidOf", lot[1], who) for who in self.people)
        given = (called.encode("bookOf", lot[1]), *bids)
        raw = self.chain.call(where, called.encode("multicall", given))
        if raw == self.raw.get((where, lot[1])):
            return
        assert may_change or (where, lot[1]) not in self.raw, f"{lot} changed at {where}"
        self.raw[where, lot[1]] = raw
        (answers,) = called.decode("multicall", raw)
        book = self.ledgers[lot[0]].books.get((where, lot[1]))
        owed = 0
        for who, answer in zip(self.people, answers[1:], strict=True):
            seal, bid, deposit = called.decode("bidOf", answer)[0]
            assert (seal, bid, deposit) == stored(book, who), (lot, where, who)
            is_paying = book and deposit and seal == OPEN and book.is_served(who)
            owed += deposit - (book.share if book and is_paying else 0)
        self.owed[where, lot[1]] = owed

    def _check_dao(self, dao: str) -> None:
        """It holds what it owes and burnt, less what it lent; and that covers all that is no price."""
        balance = self._burnt(dao)
        for number in [number for at, number in self.lots if at == self.at[dao]]:
            owed, lent = self.owed[dao, number], int(self.view(dao, "lentOf", number)[0])
            balance += owed - lent
            if self.at[dao] == self.adapter:
                self._check_lent(dao, number, owed, lent)
            else:
                assert lent == 0
        assert self.chain.balance(dao) == balance * WEI_PER_UNIT, f"{dao} of {self.at[dao]}"

    def _check_lent(self, dao: str, number: int, owed: int, lent: int) -> None:
        """What is out is where the adapter has it, at most the limit, and leaves all that the others are owed."""
        holder, out = self.holder.get(number, (None, 0))
        price = out if holder == dao else 0
        assert lent == price - self.strange[dao, number], f"{dao} lent {lent} on {number}"
        book = self.ledgers[self.adapter].books.get((dao, number))
        paddle = self.paddle(number, dao)
        bidder, _ = self.lead(self.numbers[number])
        here = 0 if bidder == paddle else price
        left = self.chain.balance(paddle) - here * WEI_PER_UNIT - self.extra[paddle]
        assert left == 0, f"{left} wei more with the paddle of {dao} on {number} than {here} units"
        if book is None:
            return
        bids = {who: box.bid for who, box in book.boxes.items() if box.bid is not None}
        if book.tallier is not None and not (book.won or book.lost):
            limit = willingness_to_pay(bids.values())
            assert self.view(self.adapter, "limitOf", number, dao)[0] == limit
            assert price <= limit, f"{price} of at most {limit}"
        if price and not book.won:
            split = equal_split(bids.values(), price)
            others = sum(
                box.deposit - (split.share if box.bid is not None and split.serves(box.bid) else 0)
                for box in book.boxes.values()
                if not box.closed
            )
            assert owed - lent >= others, "what is not lent covers all but the shares"

    def _burnt(self, where: str) -> int:
        return sum(
            box.burnt
            for (at, _), book in self.ledgers[self.at.get(where, where)].books.items()
            if at == where
            for box in book.boxes.values()
        )

    def _proceeds(self, at: str) -> int:
        """What an auctioneer owes to estates, in wei."""
        estates = {
            self._estate_at(lot.winner, number)
            for number, lot in self.ledgers[self.adapter].lots.items()
            if lot.winner is not None
        }
        return sum(int(self.view(at, "proceeds", estate)[0]) for estate in estates)

    def _check_end(self, lot: Lot, paid: Counter[str]) -> None:
        """The lot went as the house's auction did, and each pays the share if served, the bond if silent, else nothing."""
        found, number = self.ledgers[lot[0]].lots[lot[1]], lot[1]
        if lot[0] == self.adapter:
            bidder, amount = self.ended.get(self.numbers[number], (None, 0))
            leading = [dao for dao in found.daos if self.paddle(number, dao) == bidder]
            leading = [] if number in self.bought_off else leading
            assert ([found.winner] if found.winner else []) == leading
            if found.winner:
                assert found.price * WEI_PER_UNIT == amount
                assert self._owner_of(number) == self._home_of(found.winner, number)
                self.done["item of a settled lot"] += 1
        for book in self.ledgers[lot[0]].books_on(number):
            bids = {who: box.bid for who, box in book.boxes.items() if box.bid is not None}
            split = (
                equal_split(bids.values(), found.price) if book.contract == found.winner else None
            )
            for who, box in book.boxes.items():
                due = book.share if box.bid is not None and split and split.serves(box.bid) else 0
                if book.individual == who:
                    due = found.price
                assert due <= (box.bid or 0), f"{who} pays {due}, bid {box.bid}"
                bond = box.deposit * book.bond_bps // 10_000 if box.is_sealed else 0
                assert box.burnt == bond
                paid[who] += due + bond

    def _home_of(self, dao: str, number: int) -> str:
        """Who has an item that a DAO won: its estate, or the auctioneer where that sells it, or who bought it."""
        estate = self._estate_at(dao, number)
        if not self.chain.transaction_count(estate):
            return estate
        resale = int(self.view(estate, "resaleLot")[0])
        if not resale or self.phase((self.market, resale)) == Phase.VOID:
            return self.market if resale and not self._is_returned(resale) else estate
        winner = str(self.ledgers[self.market].lots[resale].winner)
        return winner if winner not in self.at else self._estate_at(winner, resale)

    def _is_returned(self, resale: int) -> bool:
        return self.ledgers[self.market].lots[resale].returned

    def _owner_of(self, number: int) -> str:
        token, token_id = self.view(self.adapter, "itemOf", number)
        return str(ask(self.chain, Deployed(contract("Item"), token), "ownerOf", token_id)[0])


def stored(book: Book | None, who: str) -> tuple[bytes, int, int]:
    """What `bidOf` has to say: of who was served and paid out the bid, of others who were paid out nothing."""
    box = book.boxes.get(who) if book else None
    if book is None or box is None:
        return NOTHING
    if box.closed:
        return (OPEN, box.bid, 0) if box.bid is not None and book.is_served(who) else NOTHING
    if box.bid is None:
        return (box.commitment or OPEN, 0, box.deposit)
    return (OPEN, box.bid, box.deposit)

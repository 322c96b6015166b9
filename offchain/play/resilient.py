"""Resilient instances through the contract: every side of the coin is a sale of its own, from listing to the last rebate.

Whatever the outcome says is read off the chain: who owns the goods in the end, what everybody paid
net, and the exact rebate from the contract's own view, which what was paid must be, rounded down.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import count
from typing import Any

from offchain.bindings.announcements import (
    MOST_REVENUE,
    Announcement,
    announcement,
    check_playable,
)
from offchain.bindings.artifacts import load
from offchain.bindings.enumerations import CoinOutcome
from offchain.chain.backend import Chain
from offchain.chain.errors import ChainError
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.bundles import Bundle
from offchain.model.instances.resilient import (
    Answer,
    Coin,
    ResilientInstance,
    ResilientOutcome,
    ResilientPlayer,
    Side,
)
from offchain.play import resilient_books
from offchain.play.audit import MoneyAstray
from offchain.play.observer import Observer
from offchain.play.resilient_books import SaleBook
from offchain.play.sending import Address
from offchain.play.stage import Stage
from offchain.play.terms import BOND_BPS, FIRST_PLAYER
from offchain.play.words import Source, ToldWords

HEADS, TAILS = 1, 0
"""Random words of which the contract makes either side of the coin."""
_EVERYTHING = 2**256 - 1
"""All goods, as bits."""
_GOODS_PER_CALL, _OPENINGS_PER_CALL, _CLAIMS_PER_CALL = 80, 16, 100
"""What fits a transaction, with much to spare."""


def twice(revenue: int) -> int:
    """Twice the offers' worth, and a unit at least: a deposit that does not give it away to who does not know the habit."""
    return min(max(1, 2 * revenue), MOST_REVENUE)


@dataclass(frozen=True, slots=True)
class Conduct:
    """What people do beyond the instance. The default: all reveal, in file order, and answer.

    silent: players who never reveal. mute: who lets the time to answer pass instead of a NO. deposit:
    what is put down for offers of some worth, in units.
    """

    silent: frozenset[str] = frozenset()
    mute: frozenset[str] = frozenset()
    deposit: Callable[[int], int] = twice


STRAIGHT = Conduct()


def counted(instance: ResilientInstance, conduct: Conduct) -> ResilientInstance:
    """The instance that counts in the end: the silent announce nothing, and are star behind all others only."""
    revealed = [player for player in instance.players if player.name not in conduct.silent]
    silent = [
        replace(player, offer=(), wish=())
        for player in instance.players
        if player.name in conduct.silent
    ]
    return replace(instance, players=(*revealed, *silent))


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale of an instance: its number, its first token, what everybody announced, by name, and the coin it is to meet."""

    lot: int
    first_token: int
    announcements: Mapping[str, Announcement]
    own: Announcement | None
    word: int


@dataclass(frozen=True, slots=True)
class Result:
    """What the chain says of a finished sale. star: its name, None if the seller's own offer took its place."""

    star: str | None
    side: Side
    coin: Coin


class ResilientStage(Stage):
    """The contract deployed on a chain, with a coin that falls as the play wants it; ready to play instances."""

    def __init__(
        self,
        chain: Chain,
        phase_seconds: int = 3_600,
        source: Source = ToldWords,
        observer: Observer | None = None,
    ) -> None:
        """Deploys the contracts, of which `observer` hears. `phase_seconds`: how long bidding, the reveal and the answers
        last each. `source`: where coins come from.
        """
        super().__init__(chain, phase_seconds, observer)
        self._words = source(self._sender, self._keeper_account)
        self.randomness = self._words.address
        self._open(self._sender.create(self._keeper_account, "ResilientAuction", self.randomness))
        self._approve_all()
        self._tokens = count()  # from 0, as goods' places do

    def play(
        self,
        instance: ResilientInstance,
        conduct: Conduct = STRAIGHT,
        observer: Observer | None = None,
    ) -> ResilientOutcome:
        """Plays `instance` with either side of the coin, and reads its outcome off the chain, with the gas used by step.

        Raises:
            InvalidInput: it does not fit the contract.
            ChainError: a transaction fails, or money went astray.
        """
        heads, tails = self._play(instance, conduct, (HEADS, TAILS), observer)
        return ResilientOutcome(
            star=heads.star,
            heads=heads.side if instance.coin is not Coin.TAILS else None,
            tails=tails.side if instance.coin is not Coin.HEADS else None,
            expected_revenue=(heads.side.revenue + tails.side.revenue) / 2,
            gas=self.gas,
        )

    def play_once(
        self,
        instance: ResilientInstance,
        conduct: Conduct = STRAIGHT,
        observer: Observer | None = None,
    ) -> Result:
        """Plays one sale of `instance`, on whichever side its coin falls; tails, where coins are told. Raises as `play`."""
        (result,) = self._play(instance, conduct, (TAILS,), observer)
        return result

    def _play(
        self,
        instance: ResilientInstance,
        conduct: Conduct,
        words: Sequence[int],
        observer: Observer | None,
    ) -> list[Result]:
        """A sale for each word, all at once."""
        check_playable(instance)
        self._begin(observer)
        block = self._chain.block() + 1
        accounts = {
            player.name: self._chain.actor(FIRST_PLAYER + place)
            for place, player in enumerate(instance.players)
        }
        end_of_bidding = self._chain.now() + self._seconds
        sales = [self._list(instance, accounts, end_of_bidding, word) for word in words]
        self._fund(instance, conduct, accounts)
        for sale in sales:
            self._commit(sale, conduct, accounts)
        self._chain.advance_to(end_of_bidding)
        for sale in sales:
            self._reveal(sale, conduct, accounts)
        self._chain.advance_to(end_of_bidding + self._seconds)
        carried_out = [self._decide(sale, accounts) for sale in sales]
        for sale, offers in zip(sales, carried_out, strict=True):
            self._answer(sale, offers, instance, conduct, accounts)
        self._chain.advance_to(max(self._end_of_answers(sale) for sale in sales))
        results = [
            self._finish(sale, offers, instance, accounts, block)
            for sale, offers in zip(sales, carried_out, strict=True)
        ]
        self._audit(results)
        return results

    # Listing and announcing

    def _list(
        self,
        instance: ResilientInstance,
        accounts: Mapping[str, Address],
        end_of_bidding: int,
        word: int,
    ) -> Sale:
        minted = [self._mint() for _ in instance.goods]
        self._send("mint", [transaction for _, transaction in minted])
        goods = [(self._item.address, token) for token, _ in minted]
        epsilon = instance.epsilon.numerator, instance.epsilon.denominator
        schedule = (end_of_bidding, end_of_bidding + self._seconds, self._seconds, BOND_BPS)
        some = goods[:_GOODS_PER_CALL]
        listing = self._auction.call(
            self._seller, "list", some, *epsilon, schedule, value=WEI_PER_UNIT
        )
        self._send("list", [listing])
        (lot,) = self._view("lotCount")
        for start in range(_GOODS_PER_CALL, len(goods), _GOODS_PER_CALL):
            self._call("list", self._seller, "add", lot, goods[start : start + _GOODS_PER_CALL])
        announced = {
            player.name: announcement(player.offer, player.wish, instance.goods, accounts)
            for player in instance.players
        }
        own = (
            announcement(instance.seller, (), instance.goods, accounts) if instance.seller else None
        )
        return Sale(lot, minted[0][0], announced, own, word)

    def _fund(
        self, instance: ResilientInstance, conduct: Conduct, accounts: Mapping[str, Address]
    ) -> None:
        """Gives everybody what deposits and prices can take on both sides of the coin, and gas money."""
        prices = [offer for player in instance.players for offer in player.offer]
        needed = dict.fromkeys(accounts.values(), self._pocket_money)
        for offer in (*prices, *instance.seller):
            needed[accounts[offer.to]] += 2 * offer.price * WEI_PER_UNIT
        for player in instance.players:
            revenue = sum(offer.price for offer in player.offer)
            needed[accounts[player.name]] += 2 * conduct.deposit(revenue) * WEI_PER_UNIT
        self._sender.fund(needed)

    def _commit(self, sale: Sale, conduct: Conduct, accounts: Mapping[str, Address]) -> None:
        sealed = [
            (accounts[name], each, conduct.deposit(each.revenue))
            for name, each in sale.announcements.items()
        ]
        if sale.own is not None:
            sealed.append((self._seller, sale.own, 1))
        chain_id = self._chain.chain_id
        transactions = []
        for account, each, deposit in sealed:
            seal = each.commitment(chain_id, self.auction, sale.lot, account)
            value = deposit * WEI_PER_UNIT
            transactions.append(self._auction.call(account, "commit", sale.lot, seal, value=value))
        self._send("commit", transactions)

    def _reveal(self, sale: Sale, conduct: Conduct, accounts: Mapping[str, Address]) -> None:
        openings = [
            (accounts[name], each.words)
            for name, each in sale.announcements.items()
            if name not in conduct.silent
        ]
        if sale.own is not None:
            openings.append((self._seller, sale.own.words))
        for start in range(0, len(openings), _OPENINGS_PER_CALL):
            some = openings[start : start + _OPENINGS_PER_CALL]
            self._call("reveal", self._keeper_account, "revealBatch", sale.lot, some)

    # The coin and the answers

    def _decide(self, sale: Sale, accounts: Mapping[str, Address]) -> Announcement | None:
        """Has it decided what happens; what is carried out; None on heads, and if nobody revealed anything."""
        ruling = self._ruling(sale, accounts)
        if ruling is None:
            return None
        self._call("draw", self._keeper_account, "requestDraw", sale.lot)
        coin = self._words.deliver(self.auction, sale.lot, sale.word) & 1
        self._call("decide", self._keeper_account, "decide", sale.lot, ruling.words)
        return ruling if coin == TAILS else None

    def _ruling(self, sale: Sale, accounts: Mapping[str, Address]) -> Announcement | None:
        """What the coin decides about: the seller's own announcement, or else the star's."""
        own, star = self._own_rules(sale), self._star(sale)
        if own is not None:
            return own
        name = next((name for name, account in accounts.items() if account == star), None)
        return None if name is None else sale.announcements[name]

    def _own_rules(self, sale: Sale) -> Announcement | None:
        """The seller's own announcement, if it is worth more than the star's by what the contract says."""
        head = self._sale(sale)
        return sale.own if head["ownRevenue"] > head["starRevenue"] else None

    def _answer(
        self,
        sale: Sale,
        carried_out: Announcement | None,
        instance: ResilientInstance,
        conduct: Conduct,
        accounts: Mapping[str, Address],
    ) -> None:
        if carried_out is None:
            return
        players = {accounts[player.name]: player for player in instance.players}
        transactions = []
        for index, (to, price, bundle) in enumerate(carried_out.offers):
            player = players[to]
            yes = _says_yes(player, price, _bundle(bundle, instance.goods))
            if not yes and player.name in conduct.mute:
                continue
            value = price * WEI_PER_UNIT if yes else 0
            answer = sale.lot, carried_out.words, index, yes
            transactions.append(self._auction.call(to, "answer", *answer, value=value))
        self._send("answer", transactions)

    def _end_of_answers(self, sale: Sale) -> int:
        end: int = self._sale(sale)["endOfAnswers"]
        return end

    # Delivery, payments and what the chain says of them

    def _finish(
        self,
        sale: Sale,
        carried_out: Announcement | None,
        instance: ResilientInstance,
        accounts: Mapping[str, Address],
        block: int,
    ) -> Result:
        rebates = {name: self._rebate(sale, account) for name, account in accounts.items()}
        star = self._star(sale)
        self._deliver(sale, carried_out, len(instance.goods))
        everybody = [*accounts.values(), self._seller]
        for start in range(0, len(everybody), _CLAIMS_PER_CALL):
            some = everybody[start : start + _CLAIMS_PER_CALL]
            self._call("claim", self._keeper_account, "claimBatch", sale.lot, some)
        earned = self._withdraw_proceeds("withdraw")
        book = resilient_books.read(self._chain.logs([self.auction], block))[sale.lot]
        names = {account: name for name, account in accounts.items()}
        owned = self._owners(sale, instance.goods, names)
        payments = {
            name: _exact_payment(name, book.accounts[account].paid(WEI_PER_UNIT), rebates[name])
            for name, account in accounts.items()
        }
        self._check_earned(earned, book)
        own = self._own_rules(sale) is not None
        on_heads = self._sale(sale)["outcome"] in (CoinOutcome.HEADS, CoinOutcome.UNSOLD)
        fell = Coin.HEADS if on_heads else Coin.TAILS
        return Result(None if own else names.get(star), Side(owned, payments), fell)

    def _deliver(self, sale: Sale, carried_out: Announcement | None, goods: int) -> None:
        """Delivers all that was accepted or wished, and returns the rest to the seller."""
        head = self._sale(sale)
        accepted, held = head["accepted"], head["held"]
        if carried_out is not None:
            for index in range(len(carried_out.offers)):
                if accepted >> index & 1:
                    offer = (sale.lot, carried_out.words, index)
                    bundle = carried_out.offers[index][2]
                    self._in_parts("deliver", self._seller, "deliver", *offer, goods=bundle)
        elif held:
            self._in_parts("deliver", self._keeper_account, "deliverWish", sale.lot, goods=held)
        if unsold := ((1 << goods) - 1) & ~held:
            self._in_parts("deliver", self._keeper_account, "reclaim", sale.lot, goods=unsold)

    def _in_parts(
        self, step: str, sender: Address, function: str, *arguments: object, goods: int
    ) -> None:
        """Calls `function` as often as it takes to move `goods`, some at a time."""
        if goods.bit_count() <= _GOODS_PER_CALL:
            self._call(step, sender, function, *arguments, goods)
            return
        part = (1 << _GOODS_PER_CALL) - 1
        for start in range(0, goods.bit_length(), _GOODS_PER_CALL):
            if some := goods & (part << start):
                self._call(step, sender, function, *arguments, some)

    def _owners(self, sale: Sale, goods: Bundle, names: Mapping[Address, str]) -> dict[str, Bundle]:
        """What every player owns of the goods, by the token's own word, in file order; the seller's is nobody's."""
        owned: dict[str, list[str]] = {name: [] for name in names.values()}
        for place, good in enumerate(goods):
            owner = self._owner_of(sale.first_token + place)
            if owner in names:
                owned[names[owner]].append(good)
            elif owner != self._seller:
                raise ChainError(f"{good} is stuck with {owner}")
        return {name: tuple(bundle) for name, bundle in owned.items() if bundle}

    def _rebate(self, sale: Sale, account: Address) -> Fraction:
        numerator, denominator = self._view("rebateOf", sale.lot, account)
        return Fraction(numerator, denominator)

    def _star(self, sale: Sale) -> Address:
        star: Address = self._sale(sale)["star"]
        return star

    def _check_earned(self, earned: int, book: SaleBook) -> None:
        """The seller has what players paid, and its stake."""
        bonds = sum(account.bond for account in book.accounts.values())
        paid = sum(
            account.paid(WEI_PER_UNIT)
            for who, account in book.accounts.items()
            if who != self._seller
        )
        _equal("the seller's proceeds", earned, paid + (bonds + 1) * WEI_PER_UNIT)

    def _audit(self, results: Sequence[Result]) -> None:
        """Nothing is left behind."""
        _equal("the balance of the auction", self._chain.balance(self.auction), 0)
        if len({result.star for result in results}) > 1:
            raise ChainError("the coin changed the star")

    # Transactions

    def _sale(self, sale: Sale) -> Mapping[str, Any]:
        """The contract's own account of a sale."""
        return dict(zip(sale_fields(), self._view("saleOf", sale.lot)[0], strict=True))

    def _call(self, step: str, sender: Address, function: str, *arguments: object) -> None:
        self._send(step, [self._auction.call(sender, function, *arguments)])


@cache
def sale_fields() -> tuple[str, ...]:
    """What the contract calls the fields of a sale, in its order."""
    entries: Sequence[Any] = load("ResilientAuction").abi
    (view,) = (one for one in entries if one.get("name") == "saleOf")
    return tuple(field["name"] for field in view["outputs"][0]["components"])


def _bundle(bits: int, goods: Bundle) -> Bundle:
    return tuple(good for place, good in enumerate(goods) if bits >> place & 1)


def _says_yes(player: ResilientPlayer, price: int, bundle: Bundle) -> bool:
    """What the player answers: as the instance tells, else YES if the bundle is worth its price to it."""
    if player.answer is not None:
        return player.answer is Answer.YES
    return player.value(bundle) >= price


def _exact_payment(name: str, paid: int, rebate: Fraction) -> Fraction:
    """The payment that `paid` wei stand for, a rebate rounded down to the wei in them; in units, exact.

    Raises:
        MoneyAstray: what was paid is not a whole number of units less such a rebate.
    """
    units, astray = divmod(paid + int(rebate * WEI_PER_UNIT), WEI_PER_UNIT)
    if astray:
        raise MoneyAstray(
            f"{name} paid {paid} wei, which its rebate of {rebate} units does not explain"
        )
    return units - rebate


def _equal(what: str, found: int, expected: int) -> None:
    if found != expected:
        raise MoneyAstray(f"{what}: {found} wei, expected {expected}")

"""Resilient instances through the contract: every side of the coin is a sale of its own, from listing to the last rebate.

Whatever the outcome says is read off the chain: who owns the goods in the end, what everybody paid
net, and the exact rebate from the contract's own view, which what was paid must be, rounded down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from offchain.bindings.announcements import Announcement
from offchain.bindings.artifacts import load
from offchain.bindings.enumerations import CoinOutcome
from offchain.chain.errors import ChainError
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.bundles import Bundle
from offchain.model.instances.resilient import Coin, ResilientInstance, ResilientOutcome, Side
from offchain.play.audit import MoneyAstray, check_balance, check_proceeds
from offchain.play.limits import check_resilient
from offchain.play.observer import Observer
from offchain.play.resilient_behaviour import STRAIGHT, ResilientBehaviour
from offchain.play.resilient_books import SaleBook
from offchain.play.resilient_players import Cast
from offchain.play.stage import BOND_BPS, DrawnStage, portions

HEADS, TAILS = 1, 0
"""Random words of which the contract makes either side of the coin."""
_GOODS_PER_CALL, _OPENINGS_PER_CALL, _CLAIMS_PER_CALL = 80, 16, 100
"""What fits a transaction, with much to spare."""


@dataclass(slots=True)
class Sale:
    """One sale: its number, its first token, what everybody announced, by name, and the coin it is to meet.

    own: what the seller announced. carried_out: what is; None on heads, and if nobody revealed anything.
    """

    cast: Cast
    lot: int
    first_token: int
    announcements: Mapping[str, Announcement]
    own: Announcement | None
    word: int
    carried_out: Announcement | None = None
    book: SaleBook = field(default_factory=SaleBook)


@dataclass(frozen=True, slots=True)
class Result:
    """What the chain says of a finished sale. star: its name, None if the seller's own offer took its place."""

    star: str | None
    side: Side
    coin: Coin


class ResilientStage(DrawnStage):
    """The contract deployed on a chain, with a coin that falls as the play wants it; ready to play instances."""

    _name = "ResilientAuction"
    _first_token = 0  # as goods are numbered
    _burnt = 0
    """The bonds of all plays so far, in units: they stay in the contract."""

    def play(
        self,
        instance: ResilientInstance,
        behaviour: ResilientBehaviour = STRAIGHT,
        observer: Observer | None = None,
    ) -> ResilientOutcome:
        """Plays `instance` with either side of the coin, and reads its outcome off the chain, with the gas used by step.

        Raises:
            InvalidInput: it does not fit the contract.
            ChainError: a transaction fails, or money went astray.
        """
        heads, tails = self._play(instance, behaviour, (HEADS, TAILS), observer)
        return ResilientOutcome(
            star=heads.star,
            heads=heads.side if instance.coin is not Coin.TAILS else None,
            tails=tails.side if instance.coin is not Coin.HEADS else None,
            expected_revenue=(heads.side.revenue + tails.side.revenue) / 2,
            gas=self.gas,
        )

    def play_once(self, instance: ResilientInstance, observer: Observer | None = None) -> Result:
        """Plays one sale of `instance`, on whichever side its coin falls; tails, where coins are told. Raises as `play`."""
        (result,) = self._play(instance, STRAIGHT, (TAILS,), observer)
        return result

    def _play(
        self,
        instance: ResilientInstance,
        behaviour: ResilientBehaviour,
        words: Sequence[int],
        observer: Observer | None,
    ) -> list[Result]:
        """A sale for each word, all at once."""
        check_resilient(instance)
        self._begin(observer)
        names = [player.name for player in instance.players]
        accounts = dict(zip(names, self._players(len(names)), strict=True))
        cast = Cast(instance, behaviour, accounts)
        end_of_bidding = self._chain.now() + self._seconds
        sales = [self._list(cast, end_of_bidding, word) for word in words]
        self._fund(cast)
        for sale in sales:
            self._commit(sale)
        self._chain.advance_to(end_of_bidding)
        for sale in sales:
            self._reveal(sale)
        self._chain.advance_to(end_of_bidding + self._seconds)
        for sale in sales:
            self._decide(sale)
        for sale in sales:
            self._answer(sale)
        self._chain.advance_to(max(self._head(sale)["endOfAnswers"] for sale in sales))
        results = [self._finish(sale) for sale in sales]
        self._burnt += sum(sale.book.burnt for sale in sales)
        check_balance(self._chain, self.auction, self._burnt * WEI_PER_UNIT)
        if len({result.star for result in results}) > 1:
            raise ChainError("the coin changed the star")
        return results

    # Listing and announcing

    def _list(self, cast: Cast, end_of_bidding: int, word: int) -> Sale:
        instance = cast.instance
        minted = [self._mint() for _ in instance.goods]
        self._send("mint", [transaction for _, transaction in minted])
        goods = [(self._item.address, token) for token, _ in minted]
        epsilon = instance.epsilon.numerator, instance.epsilon.denominator
        schedule = (end_of_bidding, end_of_bidding + self._seconds, self._seconds, BOND_BPS)
        some, *others = portions(goods, _GOODS_PER_CALL)
        listing = self._auction.call(
            self._seller, "list", some, *epsilon, schedule, value=WEI_PER_UNIT
        )
        self._send("list", [listing])
        (lot,) = self._view("lotCount")
        for more in others:
            self._send("list", [self._auction.call(self._seller, "add", lot, more)])
        announced = {
            player.name: cast.announcement(player.offer, player.wish) for player in instance.players
        }
        own = cast.announcement(instance.seller, ()) if instance.seller else None
        return Sale(cast, lot, minted[0][0], announced, own, word)

    def _fund(self, cast: Cast) -> None:
        """Gives everybody what deposits and prices can take on both sides of the coin, and gas money."""
        instance, accounts, deposit = cast.instance, cast.accounts, cast.behaviour.deposit
        prices = [offer for player in instance.players for offer in player.offer]
        needed = dict.fromkeys(accounts.values(), self._pocket_money)
        for offer in (*prices, *instance.seller):
            needed[accounts[offer.to]] += 2 * offer.price * WEI_PER_UNIT
        for player in instance.players:
            revenue = sum(offer.price for offer in player.offer)
            needed[accounts[player.name]] += 2 * deposit(revenue) * WEI_PER_UNIT
        own = sum(offer.price for offer in instance.seller)
        needed[self._seller] = self._pocket_money + 2 * deposit(own) * WEI_PER_UNIT
        self._observed.fund(needed)

    def _commit(self, sale: Sale) -> None:
        sealed = [(sale.cast.accounts[name], each) for name, each in sale.announcements.items()]
        if sale.own is not None:
            sealed.append((self._seller, sale.own))
        chain_id = self._chain.chain_id
        transactions = []
        for account, each in sealed:
            seal = each.commitment(chain_id, self.auction, sale.lot, account)
            value = sale.cast.behaviour.deposit(each.revenue) * WEI_PER_UNIT
            transactions.append(self._auction.call(account, "commit", sale.lot, seal, value=value))
        self._take("commit", transactions, sale.book)

    def _reveal(self, sale: Sale) -> None:
        openings = [
            (sale.cast.accounts[name], each.words)
            for name, each in sale.announcements.items()
            if name not in sale.cast.behaviour.silent
        ]
        if sale.own is not None:
            openings.append((self._seller, sale.own.words))
        for some in portions(openings, _OPENINGS_PER_CALL):
            self._call(sale, "reveal", self._keeper_account, "revealBatch", some)

    # The coin and the answers

    def _decide(self, sale: Sale) -> None:
        """Has the coin fall, if anybody revealed anything, and has it decided what happens."""
        ruling = self._ruling(sale)
        if ruling is None:
            return
        self._call(sale, "draw", self._keeper_account, "requestDraw")
        coin = self._words.deliver(self.auction, sale.lot, sale.word) & 1
        self._call(sale, "decide", self._keeper_account, "decide", ruling.words)
        sale.carried_out = ruling if coin == TAILS else None

    def _ruling(self, sale: Sale) -> Announcement | None:
        """What the coin decides about: the seller's own announcement, or else the star's."""
        head = self._head(sale)
        if sale.own is not None and _own_rules(head):
            return sale.own
        star = sale.cast.names.get(head["star"])
        return None if star is None else sale.announcements[star]

    def _answer(self, sale: Sale) -> None:
        if sale.carried_out is None:
            return
        players = {sale.cast.accounts[one.name]: one for one in sale.cast.instance.players}
        transactions = []
        for index, (to, price, bundle) in enumerate(sale.carried_out.offers):
            yes = sale.cast.says_yes(players[to], price, bundle)
            if not yes and players[to].name in sale.cast.behaviour.mute:
                continue
            value = price * WEI_PER_UNIT if yes else 0
            answer = sale.lot, sale.carried_out.words, index, yes
            transactions.append(self._auction.call(to, "answer", *answer, value=value))
        self._take("answer", transactions, sale.book)

    # Delivery, payments and what the chain says of them

    def _finish(self, sale: Sale) -> Result:
        accounts, names = sale.cast.accounts, sale.cast.names
        rebates = {name: self._rebate(sale, account) for name, account in accounts.items()}
        self._deliver(sale)
        self._pay(sale)
        check_proceeds(self._withdraw_proceeds("withdraw"), sale.book.earned(self._seller))
        payments = {
            name: _exact_payment(name, sale.book.boxes[account].paid, rebates[name])
            for name, account in accounts.items()
        }
        head = self._head(sale)
        on_heads = head["outcome"] in (CoinOutcome.HEADS, CoinOutcome.UNSOLD)
        return Result(
            star=None if _own_rules(head) else names.get(head["star"]),
            side=Side(self._owned(sale), payments),
            coin=Coin.HEADS if on_heads else Coin.TAILS,
        )

    def _deliver(self, sale: Sale) -> None:
        """Delivers all that was accepted or wished, and returns the rest to the seller."""
        head = self._head(sale)
        accepted, held = head["accepted"], head["held"]
        if (announced := sale.carried_out) is not None:
            for index, (_, _, bundle) in enumerate(announced.offers):
                if accepted >> index & 1:
                    self._move(sale, bundle, self._seller, "deliver", announced.words, index)
        elif held:
            self._move(sale, held, self._keeper_account, "deliverWish")
        if unsold := ((1 << len(sale.cast.instance.goods)) - 1) & ~held:
            self._move(sale, unsold, self._keeper_account, "reclaim")

    def _pay(self, sale: Sale) -> None:
        """Pays everybody out."""
        everybody = [*sale.cast.accounts.values(), self._seller]
        for some in portions(everybody, _CLAIMS_PER_CALL):
            self._call(sale, "claim", self._keeper_account, "claimBatch", some)

    def _move(
        self, sale: Sale, goods: int, sender: Address, function: str, *arguments: object
    ) -> None:
        """Calls `function` as often as it takes to move `goods` (bits), some at a time."""
        part = (1 << _GOODS_PER_CALL) - 1
        starts = range(0, goods.bit_length(), _GOODS_PER_CALL)
        is_little = goods.bit_count() <= _GOODS_PER_CALL
        for some in [goods] if is_little else [goods & part << start for start in starts]:
            if some:
                self._call(sale, "deliver", sender, function, *arguments, some)

    def _owned(self, sale: Sale) -> dict[str, Bundle]:
        """What every player owns of the goods, by the token's own word, in file order; the seller's is nobody's."""
        names = sale.cast.names
        owned: dict[str, list[str]] = {name: [] for name in names.values()}
        for place, good in enumerate(sale.cast.instance.goods):
            owner = self._owner_of(sale.first_token + place)
            if owner in names:
                owned[names[owner]].append(good)
            elif owner != self._seller:
                raise ChainError(f"{good} is stuck with {owner}")
        return {name: tuple(bundle) for name, bundle in owned.items() if bundle}

    def _rebate(self, sale: Sale, account: Address) -> Fraction:
        numerator, denominator = self._view("rebateOf", sale.lot, account)
        return Fraction(numerator, denominator)

    # Transactions

    def _head(self, sale: Sale) -> Mapping[str, Any]:
        """The contract's own account of a sale."""
        return dict(zip(lot_fields(), self._view("lotOf", sale.lot)[0], strict=True))

    def _call(
        self, sale: Sale, step: str, sender: Address, function: str, *arguments: object
    ) -> None:
        self._take(step, [self._auction.call(sender, function, sale.lot, *arguments)], sale.book)


@cache
def lot_fields() -> tuple[str, ...]:
    """What the contract calls the fields of a sale, in its order."""
    entries: Sequence[Any] = load("ResilientAuction").abi
    (view,) = (one for one in entries if one.get("name") == "lotOf")
    return tuple(field["name"] for field in view["outputs"][0]["components"])


def _own_rules(head: Mapping[str, Any]) -> bool:
    """Whether the seller's own announcement is worth more than the star's."""
    return bool(head["ownRevenue"] > head["starRevenue"])


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

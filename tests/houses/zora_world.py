"""Groups at Zora's real auction house, and what they do in one line each. Amounts of groups are in units."""

from __future__ import annotations

from dataclasses import dataclass, field

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Chain, Receipt
from offchain.houses.house import Account, ask
from offchain.houses.zora import DAY, ZoraAuction, ZoraHouse
from offchain.io.addresses import NOBODY
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.adapter_world import Floor, Standing
from tests.houses.house_world import FUNDS, settle_in
from tests.puppets import ItemManner
from tests.reverts import reverts

BIDS = (12, 11, 10, 7)
"""Of a group that is willing to pay 30: three times 10."""
LIMIT = 30
RESERVE = 20


@dataclass(slots=True)
class Group:
    """A DAO, and what its members have in it: units by lot and member, less what they were paid."""

    at: Deployed
    held: dict[int, dict[str, int]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The DAO's."""
        return self.at.address


class ZoraWorld:
    """Zora's house with an adapter on it, a seller whose items are hostile if told to, and groups.

    Groups are open, so that a member's deposit is its bid. After every step each group has to have what it owes.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain, self.people = chain, settle_in(chain)
        self.house = ZoraHouse.deploy(chain, self.people.owner)
        self.keeper = Account(chain, self.people.owner)
        self.seller = chain.actor(50)
        self.item = self.keeper.create(contract("HostileItem"))
        self.items = 0
        self.members = [chain.actor(100 + place) for place in range(5)]
        chain.fund_all(dict.fromkeys(self.members, FUNDS))
        self.floor = Floor.on_zora(self.sell(), self.people.owner)
        self.adapter = self.floor.adapter
        self.groups: list[Group] = []

    # The house

    def sell(
        self,
        reserve: int = RESERVE,
        duration: int = DAY,
        curator: str = NOBODY,
        currency: str = NOBODY,
    ) -> ZoraAuction:
        """A new item, listed at the house; the reserve is in units."""
        self.items += 1
        self.keeper.send(self.item, "mint", self.seller, self.items)
        terms = (self.seller, self.item, self.items, reserve * UNIT, duration)
        return self.house.list_item(*terms, curator=curator, currency=currency)

    def behave(self, manner: ItemManner) -> None:
        """The token behaves so from now on."""
        self.keeper.send(self.item, "behave", manner)

    def owner_of(self, auction: ZoraAuction) -> str:
        """Who has the item of an auction: the first is of item 1, and so on."""
        return str(ask(self.chain, self.item, "ownerOf", auction.number + 1)[0])

    def end(self, auction: ZoraAuction) -> None:
        """Lets time pass until the auction is over."""
        end = auction.auction().end
        assert end is not None
        self.chain.advance_to(end)

    def rival(self, auction: ZoraAuction, units: int) -> None:
        """Bob bids, alone."""
        auction.bid(self.people.bob, units * UNIT)
        self.check_solvency()

    # Lots and groups

    def register(self, auction: ZoraAuction) -> int:
        """An auction as a lot, with short phases from now on."""
        return self.floor.register(auction.number)

    def new_group(self) -> Group:
        """A group of nobody yet."""
        self.groups.append(Group(self.floor.create_dao((), salt=len(self.groups))))
        return self.groups[-1]

    def join(self, group: Group, lot: int, *bids: int) -> None:
        """The group enters, and its members bid."""
        self.keeper.send(group.at, "enter", lot)
        group.held[lot] = dict(zip(self.members, bids, strict=False))
        self.floor.place(group.at, lot, group.held[lot])
        self.check_solvency()

    def tally(self, lot: int, *groups: Group) -> None:
        """All bids of these groups are counted, once they are fixed."""
        self.chain.advance_to(self.floor.ends(lot)[1])
        for group in groups:
            self.floor.tally(group.at, lot, group.held[lot])
        self.check_solvency()

    def group(self, lot: int, *bids: int) -> Group:
        """A group whose members bid so, entered and tallied."""
        group = self.new_group()
        self.join(group, lot, *bids)
        self.tally(lot, group)
        return group

    def keep(self, function: str, *args: object) -> Receipt:
        """A step at the adapter that anyone may take."""
        receipt = self.keeper.send(self.adapter, function, *args)
        self.check_solvency()
        return receipt

    def fails(self, error: str, function: str, *args: object) -> None:
        """Such a step, which is refused."""
        with reverts(error):
            self.keep(function, *args)

    def settle(self, group: Group, lot: int) -> int:
        """Settles what the group won; the share of each served member, in units."""
        held = group.held[lot]
        bids, price = sorted(held.values()), self.floor.standing(lot).price
        served = max(n for n in range(1, len(bids) + 1) if bids[-n] * n >= price)
        share = -(-price // served)
        self.floor.settle(group.at, lot, held)
        group.held[lot] = {one: bid - share if bid >= share else bid for one, bid in held.items()}
        self.check_solvency()
        return share

    def claim(self, group: Group, lot: int) -> list[int]:
        """Everybody is paid what is due; how much that is, in units."""
        held, group.held[lot] = group.held[lot], {}
        before = [self.chain.balance(member) for member in held]
        self.keeper.send(group.at, "claimBatch", lot, list(held))
        paid = [self.chain.balance(one) - old for one, old in zip(held, before, strict=True)]
        assert paid == [units * UNIT for units in held.values()]
        self.check_solvency()
        return list(held.values())

    # What there is

    def phase(self, lot: int) -> Phase:
        """Where a lot is."""
        return self.floor.standing(lot).phase

    def paddle(self, lot: int, group: Group) -> str:
        """Who bids at the house for a group."""
        return self.floor.paddle(lot, group.at)

    def lent(self, group: Group, lot: int) -> int:
        """What is out for a bid, in units."""
        return int(self.floor.ask(group.at, "lentOf", lot))

    def estate(self, group: Group, lot: int) -> str:
        """Where the group's item of a lot goes."""
        return str(self.floor.ask(group.at, "estateAt", lot))

    def deadline(self, lot: int) -> int:
        """From when on the house's word counts for nothing."""
        logs = self.chain.logs([self.adapter.address], 0)
        events = filter(None, map(self.adapter.contract.event, logs))
        (deadline,) = (
            one.args["deadline"]
            for one in events
            if one.name == "LotRegistered" and one.args["lot"] == lot
        )
        return int(deadline)

    def check_solvency(self) -> None:
        """Each group has all that its members have in it, lot by lot, but for what is out under a bid."""
        for group in self.groups:
            lent = {lot: self.lent(group, lot) for lot in group.held}
            owed = sum(sum(held.values()) - lent[lot] for lot, held in group.held.items())
            assert self.chain.balance(group.address) == owed * UNIT, lent


def leader(auction: ZoraAuction) -> tuple[str | None, int]:
    """Who leads at the house, with how many units."""
    found = auction.auction()
    assert found.amount % UNIT == 0
    return found.bidder, found.amount // UNIT


def won(world: ZoraWorld, lot: int, group: Group, price: int) -> bool:
    """Whether the lot waits for the group to pay that price."""
    return world.floor.standing(lot) == Standing(Phase.CLOSED, group.address, price)

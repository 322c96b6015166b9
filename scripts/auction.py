"""A ConstitutionDAO-style auction: twelve members bid as one, against another DAO and a collector.

brownie run auction --network ganache    (or anvil)

Members seal a bid and leave its opening with a keeper, which does the rest over the same node.
"""

from brownie import DAO, Item, accounts, chain, web3

from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.jsonrpc import JsonRpc
from offchain.io.units import UNITS_PER_ETH, WEI_PER_UNIT
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.sending import Action
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.two_level import solve
from scripts.deploy import Contract, deploy

HOUR = 3600
BOND_BPS = 1_000

# In ETH. Who reveals bids before the DAOs do, so the collector comes first.
RESERVE = 15
BIDS: dict[str, list[float]] = {
    "the collector": [38],
    "ConstitutionDAO": [12, 9, 8, 7.5, 6, 5.5, 5, 5, 4.5, 3, 0.4, 0.1],
    "the rival DAO": [20, 11, 10, 9],
}


def main() -> None:
    seller, *people = accounts
    bidders = {group: [people.pop(0) for _ in bids] for group, bids in BIDS.items()}
    openings = Openings()

    print("\n1. The seller deploys the contracts and lists an item.")
    factory, auctioneer = deploy(seller)
    item = Item.deploy({"from": seller})
    item.mint(seller, 1, {"from": seller})
    item.approve(auctioneer, 1, {"from": seller})
    ends = [chain.time() + phase * HOUR for phase in (1, 2, 3)]
    listing = auctioneer.list(item, 1, units(RESERVE), (*ends, BOND_BPS), {"from": seller})
    lot = listing.events["LotListed"]["lot"]

    print("\n2. Anyone opens a DAO and enters it.")
    books = {
        group: auctioneer if len(bids) == 1 else open_dao(factory, auctioneer, lot, group)
        for group, bids in BIDS.items()
    }

    print("\n3. Everybody seals a bid, under a deposit of twice as much, in one transaction.")
    for group, bids in BIDS.items():
        for bidder, bid in zip(bidders[group], map(units, bids), strict=True):
            opening = Opening(books[group].address, lot, bidder.address, bid, new_salt())
            deposit = {"from": bidder, "value": 2 * bid * WEI_PER_UNIT}
            books[group].commit(lot, commitment(chain.id, opening), deposit)
            openings.add([opening])

    print("\n4. A keeper opens the bids, tallies, settles and refunds.")
    before = {bidder: bidder.balance() for group in bidders.values() for bidder in group}
    keeper = hire_keeper(auctioneer, openings)
    for end in ends[:2]:
        chain.sleep(end - chain.time() + 1)
        chain.mine()
        while keeper.step():
            pass

    print("\n5. The outcome is the reference model's.")
    reference = solve(reference_instance()).items[0]
    assert reference.winner is not None
    winner = books[reference.winner]
    _, leader, price = auctioneer.standing(lot)
    agree(f"{reference.winner} wins", leader, winner.address)
    agree(f"at a price of {eth(reference.price)}", price, reference.price)
    agree(f"{eth(reference.share)} a share", winner.bookOf(lot)["share"], reference.share)
    agree("and its estate has the item", item.ownerOf(1), winner.estateAt(lot))
    for group, bids in BIDS.items():
        served = reference.served if group == reference.winner else ()
        for number, (bidder, bid) in enumerate(zip(bidders[group], map(units, bids), strict=True)):
            pays = reference.share if str(number) in served else 0
            refund = (bidder.balance() - before[bidder]) // WEI_PER_UNIT
            agree(f"{group}: {eth(bid)} bid, {eth(pays)} paid", 2 * bid - refund, pays)
            if books[group] is not auctioneer:
                assert books[group].hasAccess(lot, bidder) == (pays > 0)
    agree(
        f"{eth(reference.paid)} for the seller",
        auctioneer.proceeds(seller),
        reference.paid * WEI_PER_UNIT,
    )
    for group, book in books.items():
        owed = reference.paid * WEI_PER_UNIT if book is auctioneer else 0
        agree(f"nothing else left for {group}", book.balance(), owed)


def open_dao(factory: Contract, auctioneer: Contract, lot: int, name: str) -> Contract:
    """A DAO of sealed bids without a minimum that enters the lot; its name tells it from its creator's other DAOs."""
    terms = auctioneer, False, 0, web3.keccak(text=name)
    address = factory.predict(accounts[0], *terms)
    factory.create(*terms, [lot], {"from": accounts[0]})
    return DAO.at(address)


def hire_keeper(auctioneer: Contract, openings: Openings) -> Keeper:
    """A keeper that pays from an account of its own."""
    node = JsonRpc(web3.provider.endpoint_uri)
    ledger = Ledger(node, auctioneer.address)
    return Keeper(node, ledger, node.actor(1), openings, on_action=tell, depth=0)


def tell(action: Action) -> None:
    print(f"  {action.step:7} {action.members:3} members {action.gas_used:8,} gas")


def reference_instance() -> TwoLevelInstance:
    """The auction as the reference model takes it; members are named by number."""
    groups = (
        Group(name, tuple(Member(str(n), (units(b),), (units(b),)) for n, b in enumerate(bids)))
        for name, bids in BIDS.items()
    )
    return TwoLevelInstance(items=1, reserves=(units(RESERVE),), groups=tuple(groups))


def agree(what: str, on_chain: object, reference: object) -> None:
    """Demands that the chain says what the reference says, and prints what that is."""
    assert on_chain == reference, f"{what}: chain {on_chain}, reference {reference}"
    print(f"  chain = reference  {what}")


def units(amount_eth: float) -> int:
    """An amount in ETH, of at most nine decimals, in units."""
    return round(amount_eth * UNITS_PER_ETH)


def eth(amount: int) -> str:
    """Units as people read them, exactly."""
    return f"{amount // UNITS_PER_ETH}.{amount % UNITS_PER_ETH:09}".rstrip("0").rstrip(".") + " ETH"

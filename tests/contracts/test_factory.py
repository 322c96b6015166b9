"""DAOFactory: the only origin of DAOs, cheap or full copies, at addresses that bind creator and terms."""

from typing import Any

import pytest
from brownie import ZERO_ADDRESS, accounts, web3
from eth_abi import encode
from eth_abi.packed import encode_packed
from eth_utils import to_checksum_address

from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    bid_all,
    list_lot,
    now,
    reveal_all,
    schedule_from,
    seal,
    settle,
    tally,
)
from tests.contracts.checks import emitted, plain, reverts_with
from tests.contracts.mechanism import NOBODY
from tests.patience import PATIENCE

SALT = bytes(31) + b"\x07"
KINDS = {"cheap": ("create", "predict"), "standalone": ("createStandalone", "predictStandalone")}


@pytest.fixture(params=KINDS)
def kind(request):
    """A cheap DAO, and a full copy."""
    return request.param


@pytest.fixture
def create(factory, DAO, kind):
    """Creates a DAO of the kind."""

    def create(creator, *terms, salt=SALT, lots=()):
        tx = getattr(factory, KINDS[kind][0])(*terms, salt, list(lots), {"from": creator})
        return DAO.at(emitted(tx)[0].fields["dao"])

    return create


@pytest.fixture
def predict(factory, kind):
    """Where a DAO of the kind will be."""
    return lambda creator, *terms, salt=SALT: getattr(factory, KINDS[kind][1])(
        creator, *terms, salt
    )


def create2(deployer, salt, code):
    """An address by EIP-1014, from its definition."""
    word = b"\xff" + bytes.fromhex(deployer[2:]) + salt + bytes(web3.keccak(code))
    return to_checksum_address(bytes(web3.keccak(word))[12:])


def proxy_terms(address):
    """The arguments behind the 45 bytes of one of OpenZeppelin's minimal proxies, as its `fetchCloneArgs` reads them."""
    return bytes(web3.eth.get_code(str(address)))[45:]


# WHAT IS CREATED


def test_create_deploys_and_registers_a_dao(create, factory, auctioneer, stranger):
    """Anyone may create a DAO, with the settings asked for; the register knows it."""
    dao = create(stranger, auctioneer, True, 7)
    assert (dao.auctioneer(), dao.isOpen(), dao.minimumBid()) == (auctioneer, True, 7)
    assert factory.isDAO(dao)


def test_the_log_says_all(factory, auctioneer, stranger, kind):
    """Who made it, and of which terms."""
    tx = getattr(factory, KINDS[kind][0])(auctioneer, True, 7, SALT, [], {"from": stranger})
    fields = {
        "dao": tx.return_value,
        "creator": stranger.address,
        "auctioneer": auctioneer.address,
        "isOpen": True,
        "minimumBid": 7,
    }
    assert emitted(tx) == [(factory.address, "DAOCreated", fields)]


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("minimum", [1, 2**32, 2**64 - 1])
def test_terms_of_every_size(create, auctioneer, stranger, is_open, minimum):
    """What is asked for is what is read, from the code of either kind."""
    dao = create(stranger, auctioneer, is_open, minimum)
    assert (dao.auctioneer(), dao.isOpen(), dao.minimumBid()) == (auctioneer, is_open, minimum)


@pytest.mark.parametrize("house", [ZERO_ADDRESS, "0x" + "f" * 40, "0x" + "00" * 19 + "01"])
def test_auctioneers_of_every_address(create, stranger, house):
    """All twenty bytes of it."""
    dao = create(stranger, house, False, 3)
    assert dao.auctioneer().lower() == house


def test_minimum_of_zero_means_one(create, factory, auctioneer, stranger, kind):
    """A bid of nothing is never a bid, so the least minimum is one unit: the same DAO, which cannot be made twice."""
    dao = create(stranger, auctioneer, False, 0)
    assert dao.minimumBid() == 1
    with reverts_with(factory, "AlreadyCreated", dao):
        create(stranger, auctioneer, False, 1)


def test_the_terms_stand_behind_the_proxy(factory, auctioneer, stranger):
    """As OpenZeppelin puts arguments there; before them its standard code, which calls the template."""
    tx = factory.create(auctioneer, True, 7, SALT, [], {"from": stranger})
    code = bytes(web3.eth.get_code(tx.return_value))
    template = bytes.fromhex(factory.template()[2:])
    standard = "363d3d373d3d3d363d73", "5af43d82803e903d91602b57fd5bf3"
    assert code[:45] == bytes.fromhex(standard[0]) + template + bytes.fromhex(standard[1])
    packed = encode_packed(["address", "bool", "uint64"], [auctioneer.address, True, 7])
    assert proxy_terms(tx.return_value) == packed


def test_all_cheap_daos_are_of_one_template(
    factory, DAO, Estate, auctioneer, create, stranger, kind
):
    """And all estates of one, whichever kind their DAO is."""
    dao = create(stranger, auctioneer, False, 0)
    template = DAO.at(factory.template())
    assert dao.estateTemplate() == template.estateTemplate()
    assert web3.eth.get_code(template.estateTemplate()) != b""


# WHAT IS NOT


def test_nobody_else_is_a_dao(factory, DAO, auctioneer, stranger):
    """The register holds what the factory deployed, nothing else: not even what it deployed for itself."""
    template = DAO.at(factory.template())
    for account in (stranger, auctioneer, factory, template, template.estateTemplate(), NOBODY):
        assert not factory.isDAO(account)


def test_a_dao_deployed_by_hand_is_unknown(factory, DAO, auctioneer, stranger):
    """The right code is not enough: it has to come from the factory."""
    assert not factory.isDAO(stranger.deploy(DAO, auctioneer, False, 0, NOBODY))


def test_a_proxy_deployed_by_hand_is_unknown(factory, DAO, auctioneer, create, lot, stranger):
    """Nor is the very code of a cheap DAO at another address, with the same terms behind it."""
    tx = factory.create(auctioneer, False, 1, SALT, [], {"from": stranger})
    code = bytes(web3.eth.get_code(tx.return_value))
    init = (
        bytes.fromhex("61") + len(code).to_bytes(2, "big") + bytes.fromhex("80600a3d393df3") + code
    )
    sent = web3.eth.send_transaction(
        {"from": stranger.address, "data": init, "gas": 1_000_000, "gasPrice": 2 * WEI_PER_UNIT}
    )
    address = web3.eth.wait_for_transaction_receipt(sent, PATIENCE, 0.002)["contractAddress"]
    assert bytes(web3.eth.get_code(address)) == code
    forged = DAO.at(address)
    assert (forged.auctioneer(), factory.isDAO(forged)) == (auctioneer, False)
    with reverts_with(auctioneer, "UnknownDAO", forged):
        forged.enter(lot, {"from": stranger})


# THE TEMPLATE


@pytest.fixture
def template(factory, DAO):
    """What cheap DAOs are proxies of."""
    return DAO.at(factory.template())


def test_the_template_is_of_no_use(factory, template, auctioneer, lot, alice):
    """It serves no auctioneer, so it enters nothing and takes no money."""
    assert (template.auctioneer(), template.isOpen(), template.minimumBid()) == (NOBODY, False, 1)
    with pytest.raises(Exception, match="revert"):
        template.enter(lot, {"from": alice})
    for where in (0, lot, 2**256 - 1):
        assert template.phase(where) == Phase.NONE
        with reverts_with(template, "WrongPhase", where, Phase.NONE):
            seal(template, where, alice, 5)
        with reverts_with(template, "BidsAreSealed", where):
            template.raiseBid(where, {"from": alice, "value": WEI_PER_UNIT})
        with pytest.raises(Exception, match="revert"):
            template.claim(where, {"from": alice})
        with reverts_with(template, "WrongPhase", where, Phase.NONE):
            template.tally(where, [], {"from": alice})
        with reverts_with(template, "WrongPhase", where, Phase.NONE):
            template.deployEstate(where, {"from": alice})
        with pytest.raises(Exception, match="revert"):
            template.settle(where, 0, 0, b"", {"from": alice})
        assert template.servedOf(where) == 0
        assert not template.hasAccess(where, alice)


def test_nothing_done_to_the_template_reaches_a_dao(template, dao, auctioneer, lot, alice, bob):
    """It has no code that ends it, hands it over, or calls what the caller names."""
    names = {entry["name"] for entry in template.abi if entry["type"] == "function"}
    assert not names & {
        "initialize",
        "destroy",
        "upgradeTo",
        "upgradeToAndCall",
        "execute",
        "transferOwnership",
    }
    code = template.bytecode
    before = dao.auctioneer(), plain(dao.bookOf(lot))
    calls = [template.commit.encode_input(lot, b"\x11" * 24), template.claim.encode_input(lot)]
    for call in calls:
        with pytest.raises(Exception, match="revert"):
            template.multicall([call], {"from": bob})
    assert (dao.auctioneer(), plain(dao.bookOf(lot))) == before
    assert template.bytecode == code


def test_no_code_of_it_ends_it_or_calls_code_of_others(factory):
    """Of the opcodes that could, only the delegate call of `multicall` is there, to itself; none to end it."""
    deployed, place, found = bytes(web3.eth.get_code(factory.template())), 0, []
    code = deployed.rpartition(b"\xa2\x64ipfs")[0] or deployed  # without the compiler's metadata
    while place < len(code):
        opcode = code[place]
        if opcode in (0xF2, 0xF4, 0xFF):  # CALLCODE, DELEGATECALL, SELFDESTRUCT
            found.append(opcode)
        place += 1 + (opcode - 0x5F if 0x60 <= opcode <= 0x7F else 0)
    assert found == [0xF4]


# ADDRESSES


def test_predictions_come_true(create, predict, auctioneer, stranger):
    """Before and after."""
    terms = auctioneer, True, 9
    expected = predict(stranger, *terms)
    assert web3.eth.get_code(expected) == b""
    assert create(stranger, *terms) == expected == predict(stranger, *terms)


def test_cheap_addresses_by_their_definition(factory, DAO, auctioneer, alice):
    """CREATE2 with the creator and the salt in its salt, the terms in its code."""
    bound = bytes(web3.keccak(encode(["address", "bytes32"], [alice.address, SALT])))
    template = DAO.at(factory.template())
    terms = encode_packed(["address", "bool", "uint64"], [auctioneer.address, True, 9])
    runtime = (
        bytes.fromhex("363d3d373d3d3d363d73")
        + bytes.fromhex(template.address[2:])
        + bytes.fromhex("5af43d82803e903d91602b57fd5bf3")
        + terms
    )
    init = b"\x61" + len(runtime).to_bytes(2, "big") + bytes.fromhex("3d81600a3d39f3") + runtime
    expected = create2(factory.address, bound, init)
    assert factory.predict(alice, auctioneer, True, 9, SALT) == expected


def test_addresses_bind_everything(factory, Auctioneer, auctioneer, alice, bob):
    """Another creator, auctioneer, kind, smallest bid, salt or make: another address, each of them."""
    other = accounts[0].deploy(Auctioneer, factory, NO_BEACON)
    base = (alice, auctioneer, False, 1, SALT)
    variants = [
        base,
        (bob, auctioneer, False, 1, SALT),
        (alice, other, False, 1, SALT),
        (alice, auctioneer, True, 1, SALT),
        (alice, auctioneer, False, 2, SALT),
        (alice, auctioneer, False, 1, bytes(32)),
    ]
    addresses = [
        ask(*variant)
        for variant in variants
        for ask in (factory.predict, factory.predictStandalone)
    ]
    assert len(set(addresses)) == len(addresses) == 12


def test_terms_that_run_into_each_other(factory, alice):
    """Fields of fixed width: no two terms are packed alike."""
    shifted = {
        factory.predict(alice, house, is_open, minimum, SALT)
        for house in ("0x" + "00" * 19 + "01", "0x" + "01" + "00" * 19)
        for is_open in (False, True)
        for minimum in (1, 256, 2**56)
    }
    assert len(shifted) == 12


def test_created_twice(create, factory, auctioneer, stranger, kind):
    """The very same is there already; another salt gives another one."""
    terms = auctioneer, False, 5
    dao = create(stranger, *terms)
    with reverts_with(factory, "AlreadyCreated", dao):
        create(stranger, *terms)
    assert create(stranger, *terms, salt=bytes(32)) != dao


def test_both_makes_of_the_same_terms(factory, auctioneer, stranger):
    """They do not stand in each other's way."""
    terms: tuple[Any, ...] = (auctioneer, False, 5, SALT, [])
    cheap = factory.create(*terms, {"from": stranger}).return_value
    copy = factory.createStandalone(*terms, {"from": stranger}).return_value
    assert cheap != copy
    assert factory.isDAO(cheap)
    assert factory.isDAO(copy)


def test_a_front_runner_takes_nobodys_place(create, predict, factory, auctioneer, alice, stranger):
    """Who sends a creator's call first, terms and salt included, gets an address of its own; hers is as predicted."""
    terms = auctioneer, False, 5
    expected = predict(alice, *terms)
    stolen = create(stranger, *terms)
    assert stolen != expected
    assert create(alice, *terms) == expected


def test_a_contract_in_between_is_the_creator(predict, factory, auctioneer, actor, alice, kind):
    """Not who sent the transaction: whoever front-runs through a contract takes no place either."""
    puppet = actor()
    call = getattr(factory, KINDS[kind][0]).encode_input(auctioneer, False, 5, SALT, [])
    puppet.act(factory, call, {"from": alice})
    assert factory.isDAO(predict(puppet, auctioneer, False, 5))
    assert not factory.isDAO(predict(alice, auctioneer, False, 5))


# LOTS THAT IT ENTERS AT ONCE


def test_create_with_lots(create, auctioneer, item, seller, lot, stranger):
    """It waits for no second transaction."""
    second = list_lot(auctioneer, item, seller)
    waited = [auctioneer.lotOf(where)["entered"] for where in (lot, second)]
    dao = create(stranger, auctioneer, False, 0, lots=[second, lot])
    for where, before in zip((lot, second), waited, strict=True):
        assert auctioneer.lotOf(where)["entered"] == before + 1
        assert dao.phase(where) == Phase.BIDDING
        assert plain(dao.bookOf(where))[:4] == plain(auctioneer.bookOf(where))[:4]


@pytest.mark.parametrize("bad", ["unlisted", "over", "twice"])
def test_a_lot_that_cannot_be_entered_fails_all(
    create, predict, factory, auctioneer, dao, item, seller, lot, stranger, bad
):
    """No DAO comes of it, and the other lot does not wait for one."""
    start = now()
    over = list_lot(auctioneer, item, seller, schedule=(start + 60, *schedule_from(start)[1:]))
    advance(auctioneer, over, Phase.REVEAL)
    cases: dict[str, tuple[int, tuple[Any, ...]]] = {
        "over": (over, (auctioneer, "WrongPhase", over, Phase.REVEAL)),
        "unlisted": (over + 1, (auctioneer, "WrongPhase", over + 1, Phase.NONE)),
        "twice": (lot, (dao, "AlreadyEntered", lot)),
    }
    second, error = cases[bad]
    waited = auctioneer.lotOf(lot)["entered"]
    expected = predict(stranger, auctioneer, False, 1)
    contract, name, *arguments = error
    with reverts_with(contract, name, *arguments):
        create(stranger, auctioneer, False, 0, lots=[lot, second])
    assert not factory.isDAO(expected)
    assert web3.eth.get_code(expected) == b""
    assert auctioneer.lotOf(lot)["entered"] == waited
    assert create(stranger, auctioneer, False, 0, lots=[lot]) == expected


def test_lots_of_an_auctioneer_that_is_none(create, predict, factory, actor, stranger):
    """An account, or a contract that answers nothing: nothing comes of it."""
    for house in (stranger, actor()):
        with pytest.raises(Exception, match="revert"):
            create(stranger, house, False, 0, lots=[1])
        assert not factory.isDAO(predict(stranger, house, False, 0))


# THE TWO MAKES DO THE SAME


OWN = {"lot", "dao", "winner", "entry", "entries"}
"""Fields of logs that differ from DAO to DAO, or from lot to lot."""


def life(dao, lot, people, helper):
    """A whole auction of one DAO: what was logged, what everybody received, what is stored."""
    alice, bob, carol, dave = people
    bids = {alice: 7, bob: 5, carol: 1}
    dao.enter(lot, {"from": helper})
    bid_all(dao, lot, {**bids, dave: 30})
    advance(dao, lot, Phase.REVEAL)
    told = [reveal_all(dao, lot, bids, helper)]
    advance(dao, lot, Phase.TALLY)
    told += [tally(dao, lot, bids, helper, step=2), settle(dao, lot, bids, 3, helper, step=2)]
    before = [who.balance() for who in people]
    told += [dao.claimBatch(lot, list(people), {"from": helper})]
    received = [who.balance() - old for who, old in zip(people, before, strict=True)]
    logs = [
        (log.name, {name: value for name, value in log.fields.items() if name not in OWN})
        for tx in told
        for log in emitted(tx)
        if log.name != "Transfer"
    ]
    stored = plain(dao.bookOf(lot))[3:], plain(dao.resultOf(lot)), dao.servedOf(lot)
    return logs, received, [dao.hasAccess(lot, who) for who in people], stored, dao.balance()


def test_both_makes_live_alike(
    factory, DAO, auctioneer, item, seller, alice, bob, carol, dave, stranger
):
    """Bids, reveals, tally, settlement, bonds, refunds, access: the same logs, wei and storage."""
    people = alice, bob, carol, dave
    lives = []
    for create in (factory.create, factory.createStandalone):
        dao = DAO.at(create(auctioneer, False, 0, SALT, [], {"from": stranger}).return_value)
        lot = list_lot(auctioneer, item, seller)
        lives.append(life(dao, lot, people, stranger))
        assert item.ownerOf(lot) == dao.estateAt(lot)
    assert lives[0] == lives[1]


def test_a_seal_at_one_make_opens_nothing_at_the_other(
    factory, DAO, auctioneer, lot, alice, stranger
):
    """Each is a contract of its own, although cheap ones share their code: nobody's bids are another's."""
    terms = auctioneer, False, 0
    daos = [
        DAO.at(create(*terms, salt, [lot], {"from": stranger}).return_value)
        for create, salt in (
            (factory.create, SALT),
            (factory.create, bytes(32)),
            (factory.createStandalone, SALT),
        )
    ]
    seal(daos[0], lot, alice, 5)
    assert [dao.balance() for dao in daos] == [5 * WEI_PER_UNIT, 0, 0]
    assert [dao.bidOf(lot, alice)["deposit"] for dao in daos] == [5, 0, 0]
    for dao in daos[1:]:
        with reverts_with(dao, "NoBid", lot, alice):
            dao.withdraw(lot, alice, {"from": alice})
    advance(daos[0], lot, Phase.REVEAL)
    for dao in daos[1:]:
        with reverts_with(dao, "NoBid", lot, alice):
            dao.reveal(lot, 5, bytes(32), {"from": alice})

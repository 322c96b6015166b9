"""DAOFactory: the only origin of DAOs."""

from tests.contracts.auction import create_dao
from tests.contracts.checks import emitted
from tests.contracts.mechanism import NOBODY


def test_create_deploys_and_registers_a_dao(factory, DAO, auctioneer, stranger):
    """Anyone may create a DAO, with the settings asked for; the register and the log know it."""
    tx = factory.create(auctioneer, True, 7, bytes(32), [], {"from": stranger})
    dao = DAO.at(tx.return_value)
    assert (dao.auctioneer(), dao.isOpen(), dao.minimumBid()) == (auctioneer, True, 7)
    assert factory.isDAO(dao)
    assert emitted(tx) == [
        (
            factory.address,
            "DAOCreated",
            {
                "dao": dao.address,
                "creator": stranger.address,
                "auctioneer": auctioneer.address,
                "isOpen": True,
                "minimumBid": 7,
            },
        )
    ]


def test_minimum_of_zero_means_one(factory, DAO, auctioneer, stranger):
    """A bid of nothing is never a bid, so the least minimum is one unit; the log says so too."""
    tx = factory.create(auctioneer, False, 0, bytes(32), [], {"from": stranger})
    assert DAO.at(tx.return_value).minimumBid() == 1
    assert emitted(tx)[0].fields["minimumBid"] == 1


def test_nobody_else_is_a_dao(factory, auctioneer, stranger):
    """The register holds what the factory deployed, nothing else."""
    assert not factory.isDAO(stranger)
    assert not factory.isDAO(auctioneer)
    assert not factory.isDAO(factory)


def test_each_dao_is_its_own_contract(factory, DAO, auctioneer):
    """Two DAOs with the same settings share nothing."""
    first, second = (create_dao(factory, DAO, auctioneer) for _ in range(2))
    assert first != second
    assert factory.isDAO(first)
    assert factory.isDAO(second)


def test_a_dao_deployed_by_hand_is_unknown(factory, DAO, auctioneer, stranger):
    """The right code is not enough: it has to come from the factory."""
    assert not factory.isDAO(stranger.deploy(DAO, auctioneer, False, 0, NOBODY))

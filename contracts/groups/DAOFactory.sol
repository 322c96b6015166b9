// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {DAO} from "./DAO.sol";
import {DAOTerms} from "./DAOTerms.sol";
import {Estate} from "./Estate.sol";

/// @title The origin of genuine DAOs
/// @notice Auctioneers accept bids after the reveal phase only from DAOs deployed here, since only their code is known to bid what their
/// members' tally proves, once. A check of the caller's code hash would not do: hostile init code can return the same code over forged
/// storage. The address of a DAO binds its terms (auctioneer, kind, smallest bid) and its creator, so that a transaction signed for one can
/// never meet another, whatever becomes of the blocks in between.
/// A DAO is only as good as the auctioneer it was made for: before joining one, or gating on it, compare its `auctioneer` with the one
/// you trust.
/// @dev No owner. One factory can serve any number of auctioneers.
contract DAOFactory is IDAOFactory {
    // IMMUTABLES

    /// @notice What cheap DAOs are proxies of.
    DAO public immutable template;

    // STORAGE

    /// @inheritdoc IDAOFactory
    mapping(address account => bool) public isDAO;

    // EVENTS

    /// @notice `creator` deployed `dao`.
    /// @param dao The new DAO.
    /// @param creator Who deployed it, without any rights over it.
    /// @param auctioneer The auctioneer at whose lots it will bid.
    /// @param isOpen Whether its bids are public rather than sealed.
    /// @param minimumBid The smallest bid a member may make, in units, at least 1.
    event DAOCreated(
        address indexed dao, address indexed creator, IAuctioneer indexed auctioneer, bool isOpen, uint64 minimumBid
    );

    // ERRORS

    /// @notice The creator has deployed this very DAO before: another salt gives another one.
    error AlreadyCreated(address dao);

    constructor() {
        template = new DAO(IAuctioneer(address(0)), false, 1, address(new Estate()));
    }

    // DEPLOYING

    /// @notice Deploys a DAO as a minimal proxy, for up to some thousand members. Anyone may; the creator gets no rights over it.
    /// @dev Budget: 100,000 gas without lots.
    /// @param auctioneer The auctioneer at whose lots it will bid.
    /// @param isOpen Whether its bids are public rather than sealed.
    /// @param minimumBid The smallest bid a member may make, in units; 0 means 1.
    /// @param salt Tells apart DAOs of one creator on the same terms.
    /// @param lots Lots that it enters at once, in their bidding phase.
    /// @return dao The new DAO, at the address that `predict` gives.
    function create(IAuctioneer auctioneer, bool isOpen, uint64 minimumBid, bytes32 salt, uint256[] calldata lots)
        external
        returns (DAO dao)
    {
        if (minimumBid == 0) minimumBid = 1;
        bytes memory terms = DAOTerms.encode(auctioneer, isOpen, minimumBid);
        bytes32 bound = _bind(msg.sender, salt);
        dao = DAO(Clones.predictDeterministicAddressWithImmutableArgs(address(template), terms, bound));
        _register(dao, auctioneer, isOpen, minimumBid);
        Clones.cloneDeterministicWithImmutableArgs(address(template), terms, bound);
        _enter(dao, lots);
    }

    /// @notice As `create`, but a full copy: dearer to make, 2,700 gas cheaper a call, and so cheaper in all for a crowd.
    /// @dev Some 3,500,000 gas.
    /// @param auctioneer The auctioneer at whose lots it will bid.
    /// @param isOpen Whether its bids are public rather than sealed.
    /// @param minimumBid The smallest bid a member may make, in units; 0 means 1.
    /// @param salt Tells apart DAOs of one creator on the same terms.
    /// @param lots Lots that it enters at once, in their bidding phase.
    /// @return dao The new DAO, at the address that `predictStandalone` gives.
    function createStandalone(IAuctioneer auctioneer, bool isOpen, uint64 minimumBid, bytes32 salt, uint256[] calldata lots)
        external
        returns (DAO dao)
    {
        if (minimumBid == 0) minimumBid = 1;
        bytes memory code = _code(auctioneer, isOpen, minimumBid);
        bytes32 bound = _bind(msg.sender, salt);
        dao = DAO(Create2.computeAddress(bound, keccak256(code)));
        _register(dao, auctioneer, isOpen, minimumBid);
        Create2.deploy(0, bound, code);
        _enter(dao, lots);
    }

    // VIEWS

    /// @notice Where `create` puts a DAO.
    /// @param creator Who deploys it.
    /// @param auctioneer The auctioneer at whose lots it will bid.
    /// @param isOpen Whether its bids are public rather than sealed.
    /// @param minimumBid The smallest bid a member may make, in units; 0 means 1.
    /// @param salt Tells apart DAOs of one creator on the same terms.
    /// @return The address, whether it is deployed yet or not: ask `isDAO`.
    function predict(address creator, IAuctioneer auctioneer, bool isOpen, uint64 minimumBid, bytes32 salt)
        external
        view
        returns (address)
    {
        bytes memory terms = DAOTerms.encode(auctioneer, isOpen, minimumBid == 0 ? 1 : minimumBid);
        return Clones.predictDeterministicAddressWithImmutableArgs(address(template), terms, _bind(creator, salt));
    }

    /// @notice Where `createStandalone` puts a DAO.
    /// @param creator Who deploys it.
    /// @param auctioneer The auctioneer at whose lots it will bid.
    /// @param isOpen Whether its bids are public rather than sealed.
    /// @param minimumBid The smallest bid a member may make, in units; 0 means 1.
    /// @param salt Tells apart DAOs of one creator on the same terms.
    /// @return The address, whether it is deployed yet or not: ask `isDAO`.
    function predictStandalone(address creator, IAuctioneer auctioneer, bool isOpen, uint64 minimumBid, bytes32 salt)
        external
        view
        returns (address)
    {
        bytes memory code = _code(auctioneer, isOpen, minimumBid == 0 ? 1 : minimumBid);
        return Create2.computeAddress(_bind(creator, salt), keccak256(code));
    }

    // SHARED STEPS

    function _bind(address creator, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(creator, salt));
    }

    function _code(IAuctioneer auctioneer, bool isOpen, uint64 minimumBid) private view returns (bytes memory) {
        return abi.encodePacked(type(DAO).creationCode, abi.encode(auctioneer, isOpen, minimumBid, template.estateTemplate()));
    }

    function _register(DAO dao, IAuctioneer auctioneer, bool isOpen, uint64 minimumBid) private {
        if (isDAO[address(dao)]) revert AlreadyCreated(address(dao));
        isDAO[address(dao)] = true;
        emit DAOCreated(address(dao), msg.sender, auctioneer, isOpen, minimumBid);
    }

    function _enter(DAO dao, uint256[] calldata lots) private {
        for (uint256 i = 0; i < lots.length; ++i) {
            dao.enter(lots[i]);
        }
    }
}

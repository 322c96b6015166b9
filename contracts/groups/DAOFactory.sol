// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {DAO} from "./DAO.sol";

/// @title The origin of genuine DAOs
/// @notice Auctioneers accept bids after the reveal phase only from DAOs deployed here, since only their code is known to bid what their
/// members' tally proves. A check of the caller's code hash would not do: hostile init code can return the same code over forged storage.
/// A DAO is only as good as the auctioneer it was made for: before joining one, or gating on it, compare its `auctioneer` with the one
/// you trust.
/// @dev No owner. One factory can serve any number of auctioneers.
contract DAOFactory is IDAOFactory {
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

    // DEPLOYING

    /// @notice Deploys a DAO. Anyone may; the creator gets no rights over it.
    /// @param auctioneer The auctioneer at whose lots it will bid.
    /// @param isOpen Whether its bids are public rather than sealed.
    /// @param minimumBid The smallest bid a member may make, in units; 0 means 1.
    /// @return dao The new DAO.
    function create(IAuctioneer auctioneer, bool isOpen, uint64 minimumBid) external returns (DAO dao) {
        dao = new DAO(auctioneer, isOpen, minimumBid);
        isDAO[address(dao)] = true;
        emit DAOCreated(address(dao), msg.sender, auctioneer, isOpen, dao.minimumBid());
    }
}

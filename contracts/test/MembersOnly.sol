// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDAO} from "../interfaces/IDAO.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";

/// @title A door for those who have access to what a DAO won: an example of a gate, and for tests
contract MembersOnly {
    IDAO public immutable dao;
    uint256 public immutable lot;

    event Entered(address indexed member);

    /// @notice Not a DAO of the factory, or one that bids elsewhere.
    error NotGenuine(IDAO dao);
    /// @notice `caller` did not pay, or the item was sold again.
    error NoAccess(address caller);

    /// @param factory The origin of genuine DAOs.
    /// @param auctioneer Whose `itemOf(lot_)` is the right item: whoever deploys the gate looks.
    constructor(IDAOFactory factory, address auctioneer, IDAO dao_, uint256 lot_) {
        if (!factory.isDAO(address(dao_)) || dao_.auctioneer() != auctioneer) revert NotGenuine(dao_);
        (dao, lot) = (dao_, lot_);
    }

    /// @notice Opens before the DAO has won, for nobody; then for those who are served, until a resale is settled.
    function enter() external {
        if (!dao.hasAccess(lot, msg.sender)) revert NoAccess(msg.sender);
        emit Entered(msg.sender);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Auctioneer} from "../groups/Auctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {ILender} from "../interfaces/ILender.sol";

/// @title An auctioneer that bids nowhere, and yet borrows from its DAOs, for tests
contract BorrowingAuctioneer is Auctioneer {
    constructor(IDAOFactory factory_, bytes32 beaconHash_) Auctioneer(factory_, beaconHash_) {}

    /// @notice Has `dao` lend `amount` units to `paddle`. Anyone may call.
    function borrow(ILender dao, uint256 lot, uint96 amount, address paddle) external {
        dao.lend(lot, amount, paddle);
    }

    /// @notice What a DAO asks for that was lent something: here it changes nothing.
    function recall(uint256 lot, address dao) external {}
}

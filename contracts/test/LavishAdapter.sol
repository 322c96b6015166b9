// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {NounsAdapter} from "../houses/NounsAdapter.sol";
import {INounsHouse} from "../houses/INounsHouse.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {ILender} from "../interfaces/ILender.sol";
import {IMarket} from "../interfaces/IMarket.sol";

/// @title An adapter that takes from its DAOs what it is told to, for tests of what they let it take
contract LavishAdapter is NounsAdapter {
    constructor(IDAOFactory factory_, IMarket market_, INounsHouse house_) NounsAdapter(factory_, 0, market_, house_) {}

    /// @notice Has `dao` lend `amount` units for `lot` to `paddle`.
    function take(uint256 lot, ILender dao, uint96 amount, address paddle) external {
        dao.lend(lot, amount, paddle);
    }
}

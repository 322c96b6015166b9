// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IBidder} from "../interfaces/IBidder.sol";
import {ILender} from "../interfaces/ILender.sol";
import {Phase} from "../interfaces/Phase.sol";

/// @title What a DAO calls its auctioneer, which takes from it what it is told to and brings nothing back, for tests
contract LavishAuctioneer is IBidder {
    IAuctioneer.Schedule private _schedule;
    Phase private _phase = Phase.Bidding;

    /// @notice Makes every lot stand in that phase, with nobody leading.
    function stand(Phase phase) external {
        _phase = phase;
    }

    /// @notice Has `dao` lend `amount` units for `lot` to `paddle`.
    function take(uint256 lot, ILender dao, uint96 amount, address paddle) external {
        dao.lend(lot, amount, paddle);
    }

    /// @inheritdoc IBidder
    function recall(uint256, address) external pure {}

    function schedule(IAuctioneer.Schedule calldata schedule_) external {
        _schedule = schedule_;
    }

    function enter(uint256) external view returns (IAuctioneer.Schedule memory) {
        return _schedule;
    }

    function submit(uint256, uint96) external pure {}

    function standing(uint256) external view returns (Phase, address, uint96) {
        return (_phase, address(0), 0);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Money on the mechanism's integer grid
/// @notice The mechanism counts in whole units of 1 gwei, so that a bid and a deposit fit 64 bits each; wei appear only where ether moves.
library Units {
    /// @notice One unit, in wei.
    uint256 internal constant UNIT = 1 gwei;

    /// @notice An amount of wei that is not a whole number of units; nothing is ever rounded silently.
    error NotWholeUnits(uint256 amountWei);
    /// @notice An amount that does not fit its 64-bit field, in units.
    error TooManyUnits(uint256 units);

    /// @notice Converts `amountWei` to units; `add` fits them into a deposit.
    function fromWei(uint256 amountWei) internal pure returns (uint256) {
        if (amountWei % UNIT != 0) revert NotWholeUnits(amountWei);
        unchecked {
            return amountWei / UNIT;
        }
    }

    /// @notice Converts `units` to wei.
    /// @dev No overflow: amounts stem from 64-bit deposits and 96-bit prices, and 1 gwei is below 2^30 wei.
    function toWei(uint256 units) internal pure returns (uint256) {
        unchecked {
            return units * UNIT;
        }
    }

    /// @notice Adds to a deposit.
    /// @dev No overflow: `added` stems from wei, of which there are not 2^255.
    function add(uint64 deposit, uint256 added) internal pure returns (uint64) {
        unchecked {
            uint256 units = deposit + added;
            if (units > type(uint64).max) revert TooManyUnits(units);
            // casting is safe: just checked
            return uint64(units);
        }
    }
}

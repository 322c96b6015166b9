// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Where sellers get what they earned
/// @notice What who sells through a house needs of it.
interface IProceeds {
    /// @notice What `seller` can withdraw, in wei.
    /// @param seller Who earned it.
    /// @return amountWei Prices and fines.
    function proceeds(address seller) external view returns (uint256 amountWei);

    /// @notice Pays the caller all it earned by selling: prices and fines.
    /// @param recipient Who gets it.
    function withdrawProceeds(address recipient) external;
}

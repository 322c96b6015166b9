// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Where sellers get what they earned
interface IProceeds {
    /// @notice Pays the caller all it earned by selling: prices and fines.
    /// @param recipient Who gets it.
    function withdrawProceeds(address recipient) external;
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What a DAO needs of an estate
/// @notice Access ends where the item was sold again.
interface IEstate {
    /// @notice Whether the item was sold again, which ends all access. Once it is, it never changes.
    function resold() external view returns (bool);
}

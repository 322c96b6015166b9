// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title The register of genuine DAOs
/// @notice What an auctioneer needs of the factory: to tell its DAOs from everything else.
interface IDAOFactory {
    /// @notice Whether `account` is a DAO that this factory deployed.
    /// @param account Any address.
    /// @return Whether it is. Once it is, it never changes.
    function isDAO(address account) external view returns (bool);
}

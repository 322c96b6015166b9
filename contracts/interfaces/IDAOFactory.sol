// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The register of genuine DAOs
interface IDAOFactory {
    /// @notice Whether `account` is a DAO that this factory deployed.
    function isDAO(address account) external view returns (bool);
}

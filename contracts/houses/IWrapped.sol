// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What an adapter needs of wrapped ether
interface IWrapped {
    /// @notice Pays `amountWei` of the caller's wrapped ether out to it.
    function withdraw(uint256 amountWei) external;
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What an adapter needs of wrapped ether
/// @notice Houses refund in it whoever refuses ether.
interface IWrapped {
    /// @notice Pays `amountWei` of the caller's wrapped ether out to it.
    /// @param amountWei How much.
    function withdraw(uint256 amountWei) external;
}

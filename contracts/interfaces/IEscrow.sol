// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title What a house that holds items asks of itself
/// @notice Nobody else has any use for it.
interface IEscrow {
    /// @notice `caller` is not this contract.
    error NotItself(address caller);

    /// @notice Delivers an item and undoes it again: reverts with `Items.Rehearsed` if it arrived, with anything else if not. Only for calls
    /// of this contract to itself.
    /// @param token The item's ERC-721 contract.
    /// @param tokenId The item, in escrow here.
    /// @param recipient Who would get it.
    function rehearse(IERC721 token, uint256 tokenId, address recipient) external;
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Items in escrow
library Items {
    /// @notice `owner` does not own the item.
    error NotItemOwner(IERC721 token, uint256 tokenId, address owner);
    /// @notice The token says that the item did not arrive.
    error ItemNotReceived(IERC721 token, uint256 tokenId);

    /// @notice Takes an item of `owner`, who must have approved this contract.
    function take(IERC721 token, uint256 tokenId, address owner) internal {
        // some tokens ignore a transfer from a wrong owner, and the item could be in escrow already
        if (token.ownerOf(tokenId) != owner) revert NotItemOwner(token, tokenId, owner);
        token.transferFrom(owner, address(this), tokenId);
        if (token.ownerOf(tokenId) != address(this)) revert ItemNotReceived(token, tokenId);
    }

    /// @notice Gives an item to `recipient`.
    /// @dev Not `safeTransferFrom`: a recipient must not be able to refuse the item and so hold the others up.
    function deliver(IERC721 token, uint256 tokenId, address recipient) internal {
        token.transferFrom(address(this), recipient, tokenId);
    }
}

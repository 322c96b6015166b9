// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IEscrow} from "../interfaces/IEscrow.sol";
import {Held, Items} from "../libraries/Items.sol";

/// @title A house that takes only what it can give
/// @notice Nothing that happens within a rehearsal stays: it always reverts, in a call of its own.
abstract contract Escrow is IEscrow {
    // STORAGE

    /// @dev For which lot each item is here. A token may take its item away by rules of its own, as a name that has expired, and whoever has
    /// it then may list it, too: the old lot cannot give away what the new one holds.
    Held internal _held;

    // REHEARSING

    /// @inheritdoc IEscrow
    function rehearse(IERC721 token, uint256 tokenId, address recipient) external {
        if (msg.sender != address(this)) revert NotItself(msg.sender);
        Items.deliver(token, tokenId, recipient);
        revert Items.Rehearsed();
    }
}

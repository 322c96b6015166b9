// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IEscrow} from "../interfaces/IEscrow.sol";
import {Items} from "../libraries/Items.sol";

/// @title A house that takes only what it can give
/// @dev Nothing that happens within a rehearsal stays: it always reverts, in a call of its own.
abstract contract Escrow is IEscrow {
    /// @inheritdoc IEscrow
    function rehearse(IERC721 token, uint256 tokenId, address recipient) external {
        if (msg.sender != address(this)) revert NotItself(msg.sender);
        Items.deliver(token, tokenId, recipient);
        revert Items.Rehearsed();
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {Held, Items} from "../libraries/Items.sol";

/// @notice One good for sale: an ERC-721 item, of any token.
///     slot 0: token (160 bits)
///     slot 1: token id
struct Good {
    IERC721 token;
    uint256 tokenId;
}

/// @title Many goods in escrow, and sets of them as bits
/// @notice Goods are numbered from 0 in the order listed, 256 at most; bit i of a set stands for good i.
library Goods {
    /// @notice The most goods that a set can name.
    uint256 internal constant MOST = 256;

    /// @notice The set of the first `count` goods, 1 to 256 of them.
    function all(uint256 count) internal pure returns (uint256) {
        unchecked {
            return type(uint256).max >> (MOST - count);
        }
    }

    /// @notice Takes goods of `owner`, who must have approved this contract, for `lot`, or fails as a whole. Of goods of one token in a row the
    /// first has to show that it can be moved on.
    function take(Good[] calldata goods, Held storage held, uint256 lot, address owner) internal {
        for (uint256 i = 0; i < goods.length; ++i) {
            (IERC721 token, uint256 tokenId) = (goods[i].token, goods[i].tokenId);
            Items.receiveFrom(held, lot, token, tokenId, owner);
            if (i == 0 || address(token) != address(goods[i - 1].token)) Items.requireMovable(token, tokenId, owner);
        }
    }

    /// @notice Gives every good of `set`, all here for `lot`, to `recipient`, or fails as a whole.
    function give(mapping(uint256 index => Good) storage goods, uint256 set, Held storage held, uint256 lot, address recipient)
        internal
    {
        for (uint256 i = 0; set != 0; ++i) {
            if (set & 1 != 0) Items.give(held, lot, goods[i].token, goods[i].tokenId, recipient);
            set >>= 1;
        }
    }
}

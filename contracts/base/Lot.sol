// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @notice A lot beside its book of individuals. Its number is bound into seals, and only a listing that cannot be reorganized away any
/// more is safe to bid on.
///     slot 0: seller (160 bits) | DAOs that entered (32) | DAOs that have bid (32)
///     slot 1: token (160) | price (96, units): the reserve as long as nobody leads
///     slot 2: token id (256)
///     slot 3: leader (160) | highest bid (96, units): both 0 as long as nobody leads
struct Lot {
    address seller;
    uint32 entered;
    uint32 arrived;
    IERC721 token;
    uint96 price;
    uint256 tokenId;
    address leader;
    uint96 highest;
}

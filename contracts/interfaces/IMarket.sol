// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAuctioneer} from "./IAuctioneer.sol";

/// @title An auctioneer that sells what was won elsewhere
/// @notice For estates of DAOs whose own auctioneer cannot sell, only buy.
interface IMarket is IAuctioneer {
    /// @notice Lists an item: takes it into escrow and opens bidding at once. The caller must own it and have approved this contract.
    /// @param token The item's ERC-721 contract.
    /// @param tokenId The item.
    /// @param reserve The least acceptable price, in units, at least 1.
    /// @param schedule Ends of bidding, reveal and tally, in this order, and the bond.
    /// @return lot The new lot's number.
    function list(IERC721 token, uint256 tokenId, uint96 reserve, Schedule calldata schedule) external returns (uint256 lot);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @notice An auction of a house as a lot of its adapter.
///     slot 0: the house's number of the auction (256 bits)
///     slot 1: token id (256)
///     slot 2: token (160) | highest limit (96, units)
///     slot 3: ends of bidding, reveal and tally (40 each) | bond in basis points (16) | deadline (40, seconds since the epoch), from which
///             on the house's word counts for nothing | DAOs that entered (32) | DAOs that have bid (32) | settled (8) | whether what the
///             price bought, or the price, was handed on (8)
///     slot 4: leader (160), the DAO that bid last and whose money is not home | what it bid (96, units); both 0 if there is none
struct HouseLot {
    uint256 number;
    uint256 tokenId;
    IERC721 token;
    uint96 highestLimit;
    uint40 endOfBidding;
    uint40 endOfReveal;
    uint40 endOfTally;
    uint16 bondBps;
    uint40 deadline;
    uint32 entered;
    uint32 arrived;
    bool isSettled;
    bool isDelivered;
    address leader;
    uint96 price;
}

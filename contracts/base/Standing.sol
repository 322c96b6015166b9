// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The state of a lot's upper auction.
///     slot 0: leader (160 bits) | highest bid (96, units)
///     slot 1: price (96, units)
struct Standing {
    address leader;
    uint96 highest;
    uint96 price;
}

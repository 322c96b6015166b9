// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";

/// @notice What a DAO was made with, in one word: auctioneer (160 bits) | whether bids are public (8) | smallest bid in units (64)
type Terms is uint256;

using {auctioneer, isOpen, minimumBid} for Terms global;

function auctioneer(Terms terms) pure returns (IAuctioneer) {
    return IAuctioneer(address(uint160(Terms.unwrap(terms) >> 72)));
}

function isOpen(Terms terms) pure returns (bool) {
    return Terms.unwrap(terms) & (1 << 64) != 0;
}

function minimumBid(Terms terms) pure returns (uint64) {
    // truncation intended: the lowest field
    return uint64(Terms.unwrap(terms));
}

/// @title The terms of a DAO, as a word and as the end of a minimal proxy's code
/// @notice Both hold the same 29 bytes: a full copy has the word, a proxy the bytes.
library DAOTerms {
    /// @dev Bytes of code before the arguments of one of OpenZeppelin's minimal proxies, `Clones`.
    uint256 private constant PROXY_BYTES = 45;
    /// @dev 20 + 1 + 8.
    uint256 private constant TERMS_BYTES = 29;

    function pack(IAuctioneer auctioneer_, bool isOpen_, uint64 minimumBid_) internal pure returns (Terms) {
        return Terms.wrap((uint256(uint160(address(auctioneer_))) << 72) | (isOpen_ ? 1 << 64 : 0) | minimumBid_);
    }

    /// @notice The same as arguments of a proxy.
    function encode(IAuctioneer auctioneer_, bool isOpen_, uint64 minimumBid_) internal pure returns (bytes memory) {
        return abi.encodePacked(auctioneer_, isOpen_, minimumBid_);
    }

    /// @notice The terms of the proxy that the call came to: some 150 gas.
    function ofProxy() internal view returns (Terms terms) {
        assembly ("memory-safe") {
            extcodecopy(address(), 0, PROXY_BYTES, TERMS_BYTES)
            terms := shr(24, mload(0))
        }
    }
}

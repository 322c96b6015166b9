// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The equal split of a price among as many members as can bear it
/// @notice `T = max{ i : i * b_(i) >= price }` members are served and each pays `ceil(price / T)`: the critical bid of every one of them.
/// Source: When Bidders Are DAOs, section 3.1, on the integer grid.
library EqualSplit {
    uint256 private constant BID_BYTES = 8;

    /// @notice The number of members served at `price`: the first rank at which the running maximum of `rank * bid` reaches it.
    /// @param bids Bids in ascending order, 8 bytes each.
    /// @param rank The rank from above of the first of them.
    /// @param price What the group has to pay, in units, at least 1.
    /// @return 0 if none of these bids reaches the price.
    function served(bytes calldata bids, uint256 rank, uint256 price) internal pure returns (uint256) {
        unchecked {
            // rank only falls, and a tally never holds more bids than its first rank; 64-bit bid times 32-bit rank fits
            for (uint256 i = 0; i < bids.length; i += BID_BYTES) {
                if (rank * uint64(bytes8(bids[i:i + BID_BYTES])) >= price) return rank;
                --rank;
            }
        }
        return 0;
    }

    /// @notice What each of `count` served members pays towards `price`, rounded up to a whole unit.
    function share(uint256 price, uint256 count) internal pure returns (uint64) {
        // casting is safe: the share is at most the smallest served bid
        return uint64((price + count - 1) / count);
    }
}

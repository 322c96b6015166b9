// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BidSlot, Box, entry} from "../libraries/BidSlot.sol";

/// @notice How far one caller has come in proving the order of a book's open bids.
///     slot 0: last key: bid (64 bits) above address (160) | members counted (32)
///     slot 1: largest `rank * bid` so far (96, units)
struct Progress {
    uint224 lastKey;
    uint32 counted;
    uint96 best;
}

/// @title The proof of a book's order, in any number of steps
/// @notice A caller walks the open bids in strictly ascending order of (bid, address), so that nobody counts twice. When as many are counted as
/// were opened, nobody was left out, and the largest `rank * bid` met is the group's willingness to pay, `max_i i * b_(i)`.
library Tally {
    /// @notice `member` has no open bid to count.
    error NotRevealed(address member);
    /// @notice `member` does not come after the one before in the order of (bid, address).
    error OutOfOrder(address member);

    /// @notice Counts `members`, the next in order, among `total` open bids.
    /// @param self Progress before, updated in memory; the caller of this function stores it.
    /// @param boxes The book's bids.
    /// @param members The next members in ascending order of (bid, address).
    /// @param total The number of open bids in the book.
    /// @return checkpoint The digest by which `settle` knows these bids again.
    function count(Progress memory self, mapping(address bidder => Box) storage boxes, address[] calldata members, uint256 total)
        internal
        view
        returns (bytes32 checkpoint)
    {
        (uint256 start, uint256 startBest) = (self.counted, self.best);
        (uint256 last, uint256 best) = (self.lastKey, startBest);
        uint256 rank = total - start;
        bytes memory bids = new bytes(members.length * 8);
        unchecked {
            // keys ascend strictly, so at most `total` members pass and rank stays above 0; 64 times 32 bits fit
            for (uint256 i = 0; i < members.length; ++i) {
                address member = members[i];
                BidSlot slot = boxes[member].slot;
                uint64 bid = slot.bid();
                if (bid == 0 || slot.isSealed()) revert NotRevealed(member);
                uint256 key = entry(0, bid, member);
                if (key <= last) revert OutOfOrder(member);
                last = key;
                uint256 reach = rank-- * bid;
                if (reach > best) best = reach;
                assembly ("memory-safe") {
                    // the 8 bytes of bid i; the 24 behind them are the next bids', written later, or free memory
                    mstore(add(add(bids, 32), shl(3, i)), shl(192, bid))
                }
            }
        }
        // casting is safe: 64 + 160 bits of key; counted <= total < 2^32; best < 2^32 * 2^64
        (self.lastKey, self.counted, self.best) = (uint224(last), uint32(start + members.length), uint96(best));
        checkpoint = digest(startBest, start, bids);
    }

    /// @notice The digest of one step of a tally.
    /// @param best The largest `rank * bid` before it.
    /// @param start The number of members counted before it.
    /// @param bids Its bids, ascending, 8 bytes each.
    function digest(uint256 best, uint256 start, bytes memory bids) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(best, start, bids));
    }
}

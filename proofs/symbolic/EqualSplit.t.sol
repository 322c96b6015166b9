// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EqualSplit} from "../../contracts/groups/EqualSplit.sol";

/// @title The equal split: who is served, at what share
/// @notice Of how many members is shown here; what follows for the share, of any number of them, by proofs/integers.
contract EqualSplitProof {
    /// @notice A walk of one bid ends at its rank exactly if `rank * bid` reaches the price: the last step of any walk.
    /// @custom:bound every bid, rank below 2^32, price below 2^96
    function check_served_of_one(uint64 a, uint32 rank, uint96 price) external view {
        if (!_commute(rank, a)) return;
        assert(this.served(abi.encodePacked(a), rank, price) == (product(rank, a) >= price ? rank : 0));
    }

    /// @notice A walk over several bids ends at the first, or is the walk over the others from one rank lower: the induction over the bids
    /// of a step.
    /// @custom:bound four bids, in any order; rank below 2^32, price below 2^96
    function check_served_goes_on(uint64 a, uint64 b, uint64 c, uint64 d, uint32 rank, uint96 price) external view {
        if (rank < 4 || !_commute(rank, a)) return;
        uint256 whole = this.served(abi.encodePacked(a, b, c, d), rank, price);
        uint256 rest = this.served(abi.encodePacked(b, c, d), rank - 1, price);
        assert(whole == (product(rank, a) >= price ? rank : rest));
    }

    /// @notice The number served is the largest `i` with `i * b_(i) >= price`, 0 if there is none; one more could not share it.
    /// @custom:bound books of three
    function check_served_of_three(uint64 a, uint64 b, uint64 c, uint96 price) external view {
        if (price == 0 || a > b || b > c) return;
        uint256 served_ = this.served(abi.encodePacked(a, b, c), 3, price);
        uint256 most = c >= price ? 1 : 0;
        if (product(2, b) >= price) most = 2;
        if (product(3, a) >= price) most = 3;
        assert(served_ == most);
    }

    /// @notice As above.
    /// @custom:bound books of five
    function check_served_of_five(uint64 a, uint64 b, uint64 c, uint64 d, uint64 e, uint96 price) external view {
        if (price == 0 || a > b || b > c || c > d || d > e) return;
        uint256 served_ = this.served(abi.encodePacked(a, b, c, d, e), 5, price);
        uint256 most = e >= price ? 1 : 0;
        if (product(2, d) >= price) most = 2;
        if (product(3, c) >= price) most = 3;
        if (product(4, b) >= price) most = 4;
        if (product(5, a) >= price) most = 5;
        assert(served_ == most);
    }

    /// @notice The share is the machine's own quotient of `price + count - 1` and `count`, which is no other than that of integers, since
    /// nothing overflows; what is cut off is 0 where the quotient is at most a bid.
    /// @custom:bound price below 2^96, count below 2^32: all there are
    function check_share_is_the_quotient(uint96 price, uint32 count) external pure {
        if (price == 0 || count == 0) return;
        uint256 sum;
        uint256 quotient;
        unchecked {
            sum = uint256(price) + count - 1;
        }
        assert(sum >= price && sum - (uint256(count) - 1) == price);
        assembly {
            quotient := div(sum, count)
        }
        assert(EqualSplit.share(price, count) == uint64(quotient));
    }

    /// @notice What all pay together, in wei, does not overflow.
    /// @custom:bound count below 2^32, share below 2^64: all there are
    function check_shares_fit(uint32 count, uint64 share) external pure {
        assert(product(product(count, share), 1 gwei) < 1 << 126);
    }

    function served(bytes calldata bids, uint256 rank, uint256 price) external pure returns (uint256) {
        return EqualSplit.served(bids, rank, price);
    }

    function product(uint256 one, uint256 other) public pure returns (uint256) {
        unchecked {
            return one * other;
        }
    }

    /// @dev Always: said, since to the solver a product is any function at first.
    function _commute(uint256 one, uint256 other) private view returns (bool) {
        return this.product(one, other) == this.product(other, one);
    }
}

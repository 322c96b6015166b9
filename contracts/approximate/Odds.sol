// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice The bids that have a chance, in one word: how many, the paper's n* (24 bits) | their sum, the paper's S (88 bits, units).
/// @dev Exactly one pair is right for a profile of bids: the `k` and `S` such that exactly `k` bids `z` have `z * (k + D) > S`, and these
/// sum up to `S`. Let `z_1 >= z_2 >= ...` be the bids and `S_k` the sum of the first `k`. Since the condition only asks how large a bid is,
/// those that meet it are the `k` largest, equal bids alike, and the pair is right exactly if `z_k * (k + D) > S_k >= z_(k+1) * (k + D)`.
/// Call the first half A(k), for `k = 0` always true, and the second B(k), for `k = n` always true. Subtracting `z_(k+1)` on both sides
/// shows that A(k + 1) is the contrary of B(k); and B(k) implies B(k + 1), as `z_(k+2) * (k + 1 + D) <= z_(k+1) * (k + D) + z_(k+1) <=
/// S_(k+1)`. So B holds from some `k` on and A up to it, and only there do both. It is 0 if all bids are 0. (The paper's Lemma E.3 says so
/// for `k >= 1`.)
type Winners is uint256;

using {plus} for Winners global;

/// @dev Where the count begins above the sum, which fewer than 2^24 bids of 64 bits cannot overflow.
uint256 constant SUM_BITS = 88;

/// @notice With one more bid among them.
function plus(Winners winners, uint256 bid) pure returns (Winners) {
    unchecked {
        return Winners.wrap(Winners.unwrap(winners) + (1 << SUM_BITS) + bid);
    }
}

/// @notice What chances rest on beside the bids: the number of players, and the paper's D as a fraction.
struct Field {
    uint256 players;
    uint256 over;
    uint256 under;
}

/// @notice The chance of a bid as a function of it, the others' bids being fixed: `scale * (slope * bid - rest) / (divisor * bid)` above
/// the threshold, else 0; but the same for everybody if all bids are 0.
struct Odds {
    uint256 threshold;
    uint256 scale;
    uint256 slope;
    uint256 rest;
    uint256 divisor;
    uint256 players;
}

/// @title Chances of winning under approximate valuations
/// @notice Of n players, one of the k with the largest bids, of sum S, wins with the chance `(n + D) / (n * (k + D)) * (z * (k + D) - S) /
/// (z * D)` by its bid z; the others never; and each with 1 / n if all bids are 0. `D = ((1 + delta) / (1 - delta))^2 - 1` for an
/// inaccuracy delta.
/// Source: Mechanism Design with Approximate Valuations, Definition E.2.
/// @dev With `D = N / M` the chance is `(n * M + N) * (z * (k * M + N) - S * M) / (n * (k * M + N) * N * z)`. From delta = a / b with a < b
/// < 2^32 come `N = 4ab < 2^66` and `M = (b - a)^2 < 2^64`. With n, k < 2^24, z < 2^64 and S < 2^88, whatever else is claimed of them: `n *
/// M + N < 2^89`, `z * (k * M + N) < 2^153`, the numerator below 2^242 and the denominator below 2^243. Nothing overflows.
library Chances {
    /// @notice The number of equally likely draws: chances are whole multiples of 2^-255, rounded down. They sum up to at most 1 still, and
    /// a larger bid never has a smaller chance: so the truth stays optimal exactly, in expectation, see `DrawProof`.
    uint256 internal constant DRAWS = 1 << 255;

    /// @notice Of `players` players that know their values with an inaccuracy of `numerator / denominator`, between 0 and 1.
    function field(uint256 players, uint256 numerator, uint256 denominator) internal pure returns (Field memory) {
        unchecked {
            uint256 rest = denominator - numerator;
            return Field(players, 4 * numerator * denominator, rest * rest);
        }
    }

    /// @notice The chances in a field of which `winners` have some.
    function odds(Field memory self, Winners winners) internal pure returns (Odds memory) {
        unchecked {
            uint256 slope = ((Winners.unwrap(winners) >> SUM_BITS) & type(uint24).max) * self.under + self.over;
            uint256 rest = (Winners.unwrap(winners) & ((1 << SUM_BITS) - 1)) * self.under;
            // a bid is above the exact threshold if and only if it is above its whole part
            return Odds({
                threshold: rest / slope,
                scale: self.players * self.under + self.over,
                slope: slope,
                rest: rest,
                divisor: self.players * slope * self.over,
                players: self.players
            });
        }
    }

    /// @notice The exact chance of a bid.
    function fraction(Odds memory self, uint256 bid) internal pure returns (uint256 numerator, uint256 denominator) {
        unchecked {
            if (self.rest == 0) return (1, self.players);
            if (bid <= self.threshold) return (0, 1);
            return (self.scale * (self.slope * bid - self.rest), self.divisor * bid);
        }
    }

    /// @notice How many of the `DRAWS` the chance of a bid is worth.
    /// @dev Reverts above 2^256, which only false `winners` bring about.
    function pieceOf(Odds memory self, uint256 bid) internal pure returns (uint256) {
        (uint256 numerator, uint256 denominator) = fraction(self, bid);
        return numerator == 0 ? 0 : Math.mulDiv(numerator, DRAWS, denominator);
    }
}

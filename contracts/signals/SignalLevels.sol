// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Who is optimal at each level, 5 bits a level: the bidder's place in its type.
type SignalLevels is uint160;

using {optimalAt, contenders} for SignalLevels global;

/// @dev One more than the most bidders of a type.
uint256 constant MOST_LEVELS = 32;
uint256 constant PLACE_BITS = 5;
uint256 constant PLACE_MASK = 31;

/// @dev The place of the bidder optimal at a level, by the level's number.
function optimalAt(SignalLevels levels, uint256 level) pure returns (uint256) {
    unchecked {
        return (SignalLevels.unwrap(levels) >> (PLACE_BITS * level)) & PLACE_MASK;
    }
}

/// @dev The places of all who are optimal at some level from `first` to the one before `end`, as bits. At most 32 levels: constant gas.
function contenders(SignalLevels levels, uint256 first, uint256 end) pure returns (uint32 places) {
    unchecked {
        for (uint256 level = first; level < end; ++level) {
            places |= uint32(1 << levels.optimalAt(level));
        }
    }
}

/// @title The totals of signals that the auction looks at
/// @notice The levels are the totals that leave the residue when divided by the step, which is the highest signal: residue, residue + step,
/// and so on. With `active` bidders whose signals are unknown, and `least` the sum of all others, the true total lies between `least` and
/// `least + active * step`, which holds at most `active` + 1 levels. No overflow anywhere: fewer than 32 bidders, signals below 2^16, and the
/// residue is below the step.
library Levels {
    /// @notice How many levels there are among the totals of that many bidders, at least 1.
    function number(uint256 bidders, uint256 step, uint256 residue) internal pure returns (uint256) {
        unchecked {
            return (bidders * step - residue) / step + 1;
        }
    }

    /// @notice Which levels are still possible: the number of the first, and one after the last.
    /// @param active At least 1.
    function interval(uint256 least, uint256 active, uint256 step, uint256 residue)
        internal
        pure
        returns (uint256 first, uint256 end)
    {
        unchecked {
            return ((least + step - 1 - residue) / step, (least + active * step - residue) / step + 1);
        }
    }

    /// @notice `levels` with another bidder optimal at a level.
    function put(SignalLevels levels, uint256 level, uint256 place) internal pure returns (SignalLevels) {
        unchecked {
            uint256 shift = PLACE_BITS * level;
            // casting is safe: 32 levels fill 160 bits
            return SignalLevels.wrap(uint160((SignalLevels.unwrap(levels) & ~(PLACE_MASK << shift)) | (place << shift)));
        }
    }
}

/// @title Sets of at most 32 places, as bits
/// @notice Bit i stands for place i.
library Places {
    /// @notice How many places are in the set.
    function size(uint32 places) internal pure returns (uint256 found) {
        unchecked {
            for (; places != 0; places &= places - 1) {
                ++found;
            }
        }
    }

    /// @notice The place at an index of the set, in order; the set must have that many.
    function nth(uint32 places, uint256 index) internal pure returns (uint256 place) {
        unchecked {
            for (; index != 0; --index) {
                places &= places - 1;
            }
            while (places & 1 == 0) {
                places >>= 1;
                ++place;
            }
        }
    }

    /// @notice The set without a place that is in it.
    function without(uint32 places, uint256 place) internal pure returns (uint32) {
        return places ^ uint32(1 << place);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Public tables of values
/// @notice What a good is worth to one bidder, for every vector of the types' totals of signals: a box with one side for each type. A type
/// of n bidders with signals 0..step has n * step + 1 totals. A table is packed: 8 bytes for each value, in units, the last type's total
/// running fastest. How many bidders each type has is one word, 5 bits a type.
library ValueTables {
    /// @notice Bytes of one value.
    uint256 internal constant WIDTH = 8;
    /// @notice The most values a table may have: those that one transaction can register.
    uint256 internal constant MOST_VALUES = 4_096;
    /// @notice The most sides: with more, each of which has a bidder, a table would be too large.
    uint256 internal constant MOST_SIDES = 12;
    /// @notice The most bidders of one type that 5 bits can count.
    uint256 internal constant MOST_OF_A_TYPE = 31;

    uint256 private constant COUNT_BITS = 5;

    /// @notice How many bidders the type at that place has.
    /// @param kind At most 12, as wherever it is named here: so many fit the word.
    function count(uint64 counts, uint256 kind) internal pure returns (uint256) {
        unchecked {
            return (counts >> (COUNT_BITS * kind)) & MOST_OF_A_TYPE;
        }
    }

    /// @notice `counts` with one bidder more of a type that has fewer than `MOST_OF_A_TYPE`.
    function add(uint64 counts, uint256 kind) internal pure returns (uint64) {
        unchecked {
            return counts + uint64(1 << (COUNT_BITS * kind));
        }
    }

    /// @notice How many totals a type has: one side of every table.
    /// @param step Below 2^16, as wherever it is named here.
    function side(uint64 counts, uint256 kind, uint256 step) internal pure returns (uint256) {
        unchecked {
            return count(counts, kind) * step + 1;
        }
    }

    /// @notice How many values a table has, from the side of that type on: all for type 0, 1 beyond the last.
    /// @dev Of the sides after one, it is how far apart in the table that side's neighbours are. No overflow: 12 sides below 2^21.
    function valuesFrom(uint64 counts, uint256 types, uint256 step, uint256 kind) internal pure returns (uint256 values) {
        values = 1;
        unchecked {
            for (; kind < types; ++kind) {
                values *= side(counts, kind, step);
            }
        }
    }

    /// @notice The value at a place of a table that is long enough.
    function valueAt(bytes calldata table, uint256 place) internal pure returns (uint64 value) {
        assembly ("memory-safe") {
            value := shr(192, calldataload(add(table.offset, shl(3, place))))
        }
    }

    /// @notice The first place found at which the value is below that of its neighbour one total lower, if any.
    /// @dev O(values * types), with one division a type: side by side, every row after the first of a block is held against the one before.
    function firstFall(bytes calldata table, uint64 counts, uint256 types, uint256 step)
        internal
        pure
        returns (bool found, uint256 place)
    {
        uint256 values = valuesFrom(counts, types, step, 0);
        uint256 stride = values;
        unchecked {
            for (uint256 kind = 0; kind < types; ++kind) {
                uint256 span = stride; // a block: all totals of this side, those before it held fixed
                stride /= side(counts, kind, step);
                for (uint256 start = 0; start < values; start += span) {
                    uint256 end = start + span;
                    for (place = start + stride; place < end; ++place) {
                        if (valueAt(table, place) < valueAt(table, place - stride)) return (true, place);
                    }
                }
            }
        }
        return (false, 0);
    }
}

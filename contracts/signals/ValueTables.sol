// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Public tables of values
/// @notice What a good is worth to one bidder, for every vector of the types' totals of signals: a box with one side for each type. A type
/// of n bidders with signals 0..step has n * step + 1 totals. A table is packed: 8 bytes for each value, in units, the last type's total
/// running fastest. How many bidders each type has is one word, 5 bits a type.
library ValueTables {
    /// @notice Bytes of one value.
    uint256 internal constant WIDTH = 8;
    /// @notice The most bidders of one type that 5 bits can count.
    uint256 internal constant MOST_OF_A_TYPE = 31;

    uint256 private constant COUNT_BITS = 5;

    /// @notice How many bidders the type at that place has.
    function count(uint64 counts, uint256 kind) internal pure returns (uint256) {
        return (counts >> (COUNT_BITS * kind)) & MOST_OF_A_TYPE;
    }

    /// @notice `counts` with one bidder more of a type that has fewer than `MOST_OF_A_TYPE`.
    function add(uint64 counts, uint256 kind) internal pure returns (uint64) {
        return counts + uint64(1 << (COUNT_BITS * kind));
    }

    /// @notice How many totals each of the types has: the sides of every table.
    function sides(uint64 counts, uint256 types, uint256 step) internal pure returns (uint256[] memory sizes) {
        sizes = new uint256[](types);
        for (uint256 kind = 0; kind < types; ++kind) {
            sizes[kind] = count(counts, kind) * step + 1;
        }
    }

    /// @notice How many values a table has, from the side at that place on: all for place 0, 1 beyond the last.
    /// @dev Of the sides after one, it is how far apart in the table that side's neighbours are.
    function valuesFrom(uint256[] memory sizes, uint256 side) internal pure returns (uint256 values) {
        values = 1;
        for (; side < sizes.length; ++side) {
            values *= sizes[side];
        }
    }

    /// @notice The value at a place of a table that is long enough.
    function valueAt(bytes calldata table, uint256 place) internal pure returns (uint64 value) {
        assembly ("memory-safe") {
            value := shr(192, calldataload(add(table.offset, shl(3, place))))
        }
    }

    /// @notice The first place found at which the value is below that of its neighbour one total lower, if any.
    /// @dev O(values * types), with no division: side by side, every row after the first of a block is held against the one before.
    function firstFall(bytes calldata table, uint256[] memory sizes) internal pure returns (bool found, uint256 place) {
        uint256 values = valuesFrom(sizes, 0);
        uint256 stride = values;
        unchecked {
            for (uint256 side = 0; side < sizes.length; ++side) {
                uint256 span = stride; // a block: all totals of this side, those before it held fixed
                stride /= sizes[side];
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

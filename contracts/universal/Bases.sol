// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ValueTables} from "../libraries/ValueTables.sol";

/// @dev The most bases looked at, over all lots whose tables are small enough: six types of three signals, in 19 colours or more, have
/// 18 differences of marks, and the signals themselves. With bidders' places for colours it is one for each signal, 8 at most.
uint256 constant MOST_BASES = 19;

/// @notice Where everybody's signals are in the tables.
/// @param counts How many bidders are on each side, as `ValueTables` has them.
/// @param types How many types there are.
/// @param rungs How many signals from 1 up, each a side of every type.
/// @param place The place: on each side how many of its type have at least its signal, times how far apart that side's neighbours are.
struct Profile {
    uint64 counts;
    uint256 types;
    uint256 rungs;
    uint256 place;
}

/// @title The places that may be a base of the colour drawn, and whose they are
/// @notice A base is what all signals are but that of one bidder, who is thought to have the least one with which it values the good most.
/// At each base that is looked at, the highest value so far and the bidder whose it is are one word of 80 bits: value (64) | number (16).
/// Ties stay with the first, so that bidder 0 is optimal wherever nobody values the good.
library Bases {
    /// @notice How far apart in a table two neighbours are that differ by whether one bidder more has at least `signal`, from 1 up.
    function stride(Profile memory self, uint256 kind, uint256 signal) internal pure returns (uint256) {
        unchecked {
            return ValueTables.valuesFrom(self.counts, self.types * self.rungs, 1, kind * self.rungs + signal);
        }
    }

    /// @notice How far a bidder's signal moves the place.
    function shift(Profile memory self, uint256 kind, uint256 signal) internal pure returns (uint256 distance) {
        unchecked {
            for (; signal != 0; --signal) {
                distance += stride(self, kind, signal);
            }
        }
    }

    /// @notice How many bidders of a type have exactly that signal, from 1 up.
    function having(Profile memory self, uint256 kind, uint256 signal) internal pure returns (uint256) {
        unchecked {
            return _atLeast(self, kind, signal) - (signal == self.rungs ? 0 : _atLeast(self, kind, signal + 1));
        }
    }

    /// @notice The places where one bidder with that type and signal has a lower one: all from 0 to below `end`, which may include its own.
    function ladder(Profile memory self, uint256 kind, uint256 signal, uint256 end)
        internal
        pure
        returns (uint256[] memory places)
    {
        places = new uint256[](end);
        uint256 place = self.place;
        unchecked {
            while (true) {
                if (signal < end) places[signal] = place;
                if (signal == 0) return places;
                place -= stride(self, kind, signal--);
            }
        }
    }

    /// @notice All places where one bidder has a lower signal than it has, by type, signal and lower signal, see `start`; then the profile's
    /// own.
    /// @dev Where nobody has the type and signal, the place is 0, and nobody asks whose it is.
    function all(Profile memory self) internal pure returns (uint256[] memory places) {
        unchecked {
            uint256 last = start(self.rungs, self.types, 1);
            places = new uint256[](last + 1);
            places[last] = self.place;
            for (uint256 kind = 0; kind < self.types; ++kind) {
                for (uint256 signal = 1; signal <= self.rungs; ++signal) {
                    if (having(self, kind, signal) == 0) continue;
                    uint256[] memory lowered = ladder(self, kind, signal, signal);
                    uint256 first = start(self.rungs, kind, signal);
                    for (uint256 lower = 0; lower < signal; ++lower) {
                        places[first + lower] = lowered[lower];
                    }
                }
            }
        }
    }

    /// @notice Where in `all` the lower signals of a type and signal begin.
    function start(uint256 rungs, uint256 kind, uint256 signal) internal pure returns (uint256) {
        unchecked {
            return (kind * rungs * (rungs + 1) + signal * (signal - 1)) / 2;
        }
    }

    /// @notice Takes the table of bidder `number` into account: wherever its value is higher than all before, it is optimal.
    function consider(uint80[MOST_BASES] memory best, uint256[] memory places, bytes calldata table, uint256 number)
        internal
        pure
    {
        unchecked {
            for (uint256 i = 0; i < places.length; ++i) {
                uint256 value = ValueTables.valueAt(table, places[i]);
                // casting is safe: a value of 64 bits, and fewer than 2^16 bidders
                if (value > best[i] >> 16) best[i] = uint80((value << 16) | number);
            }
        }
    }

    /// @notice The highest value at a base, and the number of the bidder whose it is.
    function optimal(uint80 best) internal pure returns (uint64 value, uint256 number) {
        // casting is safe: 80 bits without 16
        return (uint64(best >> 16), uint16(best));
    }

    /// @notice The first base from `first` to below `end` at which bidder `number` is optimal; `end` if there is none.
    function firstOf(uint80[MOST_BASES] memory best, uint256 first, uint256 end, uint256 number) internal pure returns (uint256) {
        unchecked {
            while (first < end && uint16(best[first]) != number) ++first; // truncation intended: the number
        }
        return first;
    }

    /// @dev How many bidders of a type have at least that signal.
    function _atLeast(Profile memory self, uint256 kind, uint256 signal) private pure returns (uint256) {
        unchecked {
            return (self.place / stride(self, kind, signal)) % (ValueTables.count(self.counts, kind * self.rungs) + 1);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Marks, by whose sums profiles of signals are coloured
/// @notice Elements of a cyclic group, one for each type and signal; that of signal 0 is neutral. The differences of a type's mark of a
/// signal and its mark of a lower one are, over all types, different from each other and not neutral: so of those served one at most has
/// a base of a colour. The same as offchain/model/mechanisms/marks.py, for groups `Z_order`.
/// @dev `rungs` is how many signals there are from 1 up; `types * rungs` is 12 at most. `order` is 1 to 255.
library Marks {
    /// @notice The mark of a type's signal.
    function markOf(bytes12 marks, uint256 rungs, uint256 kind, uint256 signal) internal pure returns (uint256) {
        if (signal == 0) return 0;
        unchecked {
            return uint8(marks[kind * rungs + signal - 1]);
        }
    }

    /// @notice The first difference found that must not be, if any, by its type, signal and lower signal: of a mark that is no element, or
    /// neutral, or as one before.
    /// @dev One bit for each element that is neutral or a difference.
    function firstFlaw(bytes12 marks, uint256 order, uint256 types, uint256 rungs)
        internal
        pure
        returns (bool flawed, uint256 kind, uint256 signal, uint256 lower)
    {
        uint256 seen = 1;
        unchecked {
            for (kind = 0; kind < types; ++kind) {
                for (signal = 1; signal <= rungs; ++signal) {
                    uint256 mark = markOf(marks, rungs, kind, signal);
                    for (lower = 0; lower < signal; ++lower) {
                        uint256 bit = 1 << ((markOf(marks, rungs, kind, lower) + order - mark) % order);
                        if (mark >= order || seen & bit != 0) return (true, kind, signal, lower);
                        seen |= bit;
                    }
                }
            }
        }
        return (false, 0, 0, 0);
    }

    /// @notice The type, signal and lower signal whose marks differ by an element that is not neutral; one at most does.
    function differingBy(bytes12 marks, uint256 order, uint256 types, uint256 rungs, uint256 element)
        internal
        pure
        returns (bool found, uint256 kind, uint256 signal, uint256 lower)
    {
        unchecked {
            for (kind = 0; kind < types; ++kind) {
                for (signal = 1; signal <= rungs; ++signal) {
                    uint256 mark = markOf(marks, rungs, kind, signal);
                    for (lower = 0; lower < signal; ++lower) {
                        if ((markOf(marks, rungs, kind, lower) + order - mark) % order == element) {
                            return (true, kind, signal, lower);
                        }
                    }
                }
            }
        }
        return (false, 0, 0, 0);
    }
}

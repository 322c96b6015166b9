// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISignalClockAuction} from "./ISignalClockAuction.sol";

/// @title The bounds of what a seller sets
/// @notice Tables that one transaction can register, times in which nobody is shut out and no money is locked in.
library ClockTerms {
    /// @notice The most values a table may have.
    uint256 internal constant MOST_VALUES = 4_096;
    /// @notice The most types: with more, each having a bidder, a table would be too large.
    uint256 internal constant MOST_TYPES = 12;
    /// @notice How long registering lasts at least, and at most.
    uint256 internal constant MIN_PHASE = 10 minutes;
    uint256 internal constant MAX_PHASE = 30 days;
    /// @notice The longest time for an answer; the shortest is `MIN_PHASE`.
    uint256 internal constant MAX_ANSWER = 1 days;

    /// @notice Demands that a lot on these terms can begin now.
    function check(ISignalClockAuction.Terms memory terms) internal view {
        if (terms.signals < 2 || _tableOfTwo(terms) > MOST_VALUES) revert ISignalClockAuction.BadSignals(terms.signals);
        if (terms.types == 0 || terms.types > MOST_TYPES) revert ISignalClockAuction.BadTypes(terms.types);
        (uint256 joined, uint256 registered, uint256 answer) = (terms.endOfJoining, terms.endOfRegistering, terms.answerSeconds);
        // no overflow: times of 40 bits
        unchecked {
            if (
                joined <= block.timestamp || joined > block.timestamp + MAX_PHASE || registered < joined + MIN_PHASE
                    || registered > joined + MAX_PHASE || answer < MIN_PHASE || answer > MAX_ANSWER
            ) {
                revert ISignalClockAuction.BadSchedule(terms.endOfJoining, terms.endOfRegistering, terms.answerSeconds);
            }
        }
        if (terms.deposit == 0) revert ISignalClockAuction.NoDeposit();
    }

    /// @dev How many values a table has with two bidders: of one type, or of two, where it is the larger.
    function _tableOfTwo(ISignalClockAuction.Terms memory terms) private pure returns (uint256) {
        uint256 signals = terms.signals;
        // no overflow: signals of 16 bits
        unchecked {
            return terms.types < 2 ? 2 * signals - 1 : signals * signals;
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ITabledAuction} from "../interfaces/ITabledAuction.sol";
import {Schedules} from "../libraries/Schedules.sol";
import {ValueTables} from "../libraries/ValueTables.sol";
import {ISignalClockAuction} from "./ISignalClockAuction.sol";

/// @title The bounds of what a seller sets
/// @notice Tables that one transaction can register, times in which nobody is shut out and no money is locked in.
library ClockTerms {
    /// @notice Demands that a lot on these terms can begin now.
    function check(ISignalClockAuction.Terms memory terms) internal view {
        if (terms.signals < 2 || _tableOfTwo(terms) > ValueTables.MOST_VALUES) {
            revert ISignalClockAuction.BadSignals(terms.signals);
        }
        if (terms.types == 0 || terms.types > ValueTables.MOST_SIDES) revert ITabledAuction.BadTypes(terms.types);
        (uint256 joined, uint256 registered, uint256 answer) = (terms.endOfJoining, terms.endOfRegistering, terms.answerSeconds);
        if (!Schedules.isFirst(joined) || !Schedules.isPhase(joined, registered) || !Schedules.isAnswer(answer)) {
            revert ISignalClockAuction.BadSchedule(terms.endOfJoining, terms.endOfRegistering, terms.answerSeconds);
        }
        if (terms.deposit == 0) revert ITabledAuction.NoDeposit();
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

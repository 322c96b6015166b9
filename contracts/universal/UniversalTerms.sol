// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ITabledAuction} from "../interfaces/ITabledAuction.sol";
import {Schedules} from "../libraries/Schedules.sol";
import {ValueTables} from "../libraries/ValueTables.sol";
import {IUniversalAuction} from "./IUniversalAuction.sol";
import {Marks} from "./Marks.sol";

/// @title The bounds of what a seller of a universal auction sets
/// @notice Those of the signal clock, and marks that serve one bidder of a colour at most.
library UniversalTerms {
    /// @notice The most signals with which there is room for a second bidder where there is one type: tables of 3^7 values.
    uint256 internal constant MOST_SIGNALS = 8;

    /// @notice Demands that a lot on these terms can begin now.
    function check(IUniversalAuction.Terms memory terms) internal view {
        if (terms.types == 0 || terms.types > ValueTables.MOST_SIDES) revert ITabledAuction.BadTypes(terms.types);
        if (terms.signals < 2 || terms.signals > MOST_SIGNALS || sides(terms) > ValueTables.MOST_SIDES) {
            revert IUniversalAuction.BadSignals(terms.signals);
        }
        _checkMarks(terms);
        (uint40 joined, uint40 registered, uint40 revealed) = (terms.endOfJoining, terms.endOfRegistering, terms.endOfRevealing);
        if (
            !Schedules.isFirst(joined) || !Schedules.isPhase(joined, registered) || !Schedules.isPhase(registered, revealed)
                || !Schedules.isAnswer(terms.answerSeconds)
        ) revert IUniversalAuction.BadSchedule(joined, registered, revealed, terms.answerSeconds);
        if (terms.deposit == 0) revert ITabledAuction.NoDeposit();
    }

    /// @notice How many signals there are from 1 up: the sides of a type.
    function rungs(IUniversalAuction.Terms memory terms) internal pure returns (uint256) {
        unchecked {
            return terms.signals - 1;
        }
    }

    /// @notice How many sides tables have; 0 of a lot never listed.
    function sides(IUniversalAuction.Terms memory terms) internal pure returns (uint256) {
        unchecked {
            return terms.types == 0 ? 0 : terms.types * rungs(terms);
        }
    }

    function _checkMarks(IUniversalAuction.Terms memory terms) private pure {
        if (terms.colours == 0) return;
        (bool flawed, uint256 kind, uint256 signal, uint256 lower) =
            Marks.firstFlaw(terms.marks, terms.colours, terms.types, rungs(terms));
        if (flawed) revert IUniversalAuction.BadMarks(kind, signal, lower);
    }
}

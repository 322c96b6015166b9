// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Schedules} from "../libraries/Schedules.sol";
import {ClockTerms} from "../signals/ClockTerms.sol";
import {IUniversalAuction} from "./IUniversalAuction.sol";
import {Marks} from "./Marks.sol";

/// @title The bounds of what a seller of a universal auction sets
/// @notice Those of the signal clock, and marks that serve one bidder of a colour at most.
library UniversalTerms {
    /// @notice The most sides of a table, each of which may have a bidder: one for each type and signal from 1 up.
    uint256 internal constant MOST_SIDES = ClockTerms.MOST_TYPES;
    /// @notice The most signals with which there is room for a second bidder where there is one type: tables of 3^7 values.
    uint256 internal constant MOST_SIGNALS = 8;

    /// @notice Demands that a lot on these terms can begin now.
    function check(IUniversalAuction.Terms memory terms) internal view {
        if (terms.types == 0 || terms.types > MOST_SIDES) revert IUniversalAuction.BadTypes(terms.types);
        if (terms.signals < 2 || terms.signals > MOST_SIGNALS || sides(terms) > MOST_SIDES) {
            revert IUniversalAuction.BadSignals(terms.signals);
        }
        _checkMarks(terms);
        (uint256 joined, uint256 answer) = (terms.endOfJoining, terms.answerSeconds);
        if (
            joined <= block.timestamp || joined > block.timestamp + Schedules.MAX_PHASE
                || !Schedules.isPhase(joined, terms.endOfRegistering)
                || !Schedules.isPhase(terms.endOfRegistering, terms.endOfRevealing) || answer < Schedules.MIN_PHASE
                || answer > ClockTerms.MAX_ANSWER
        ) {
            revert IUniversalAuction.BadSchedule(
                terms.endOfJoining, terms.endOfRegistering, terms.endOfRevealing, terms.answerSeconds
            );
        }
        if (terms.deposit == 0) revert IUniversalAuction.NoDeposit();
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

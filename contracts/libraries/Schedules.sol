// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";

/// @title The bounds of a lot's times and bond
/// @notice Long enough that nobody is shut out, short enough that no money is locked in.
library Schedules {
    /// @notice How long a phase lasts at least, and at most: reveal and tally, registering.
    uint256 internal constant MIN_PHASE = 10 minutes;
    uint256 internal constant MAX_PHASE = 30 days;
    /// @notice The longest time for an answer; the shortest is `MIN_PHASE`.
    uint256 internal constant MAX_ANSWER = 1 days;
    /// @notice The least bond, which is the customary one: 10 % of the deposit for a bid that is not revealed.
    uint16 internal constant MIN_BOND_BPS = 1_000;
    uint16 private constant BPS = 10_000;

    /// @notice Bidding that has ended already, or a reveal or tally out of `MIN_PHASE` and `MAX_PHASE`.
    error BadSchedule(uint40 endOfBidding, uint40 endOfReveal, uint40 endOfTally);
    /// @notice A bond below `MIN_BOND_BPS`.
    error BondTooLow(uint16 bondBps);
    /// @notice A bond above the whole deposit.
    error BondTooHigh(uint16 bondBps);

    /// @notice Demands that a lot on these terms can begin now.
    function check(IAuctioneer.Schedule calldata schedule) internal view {
        if (
            schedule.endOfBidding <= block.timestamp || !isPhase(schedule.endOfBidding, schedule.endOfReveal)
                || !isPhase(schedule.endOfReveal, schedule.endOfTally)
        ) revert BadSchedule(schedule.endOfBidding, schedule.endOfReveal, schedule.endOfTally);
        if (schedule.bondBps < MIN_BOND_BPS) revert BondTooLow(schedule.bondBps);
        if (schedule.bondBps > BPS) revert BondTooHigh(schedule.bondBps);
    }

    /// @notice Whether a first phase, which begins now and may be as short as one likes, can end then.
    function isFirst(uint256 end) internal view returns (bool) {
        return end > block.timestamp && end <= block.timestamp + MAX_PHASE;
    }

    /// @notice Whether a phase from `start` to `end` is within the bounds.
    function isPhase(uint256 start, uint256 end) internal pure returns (bool) {
        return end >= start + MIN_PHASE && end <= start + MAX_PHASE;
    }

    /// @notice Whether so many seconds for an answer are within the bounds.
    function isAnswer(uint256 answer) internal pure returns (bool) {
        return answer >= MIN_PHASE && answer <= MAX_ANSWER;
    }
}

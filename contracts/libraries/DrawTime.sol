// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../interfaces/IRandomness.sol";
import {ITimedRandomness} from "../interfaces/ITimedRandomness.sol";

/// @title Time enough for a word
/// @notice Where a word can come only after its consumer has stopped waiting, whoever can hold it back may look at it and choose between it
/// and none, for nothing. A source that says how long its words take is held to it; one that does not is taken at its deployer's word.
library DrawTime {
    /// @notice What has to be left beside the word's own time, for the transactions that ask for it, move it on and use it.
    uint256 internal constant SLACK = 30 minutes;
    /// @notice How much of that has to be left to use the word: one that comes when its time ends would be of no use a moment later.
    uint256 internal constant USE = 10 minutes;

    /// @notice A word of `source` may take `longest` seconds, where it is waited for `window` seconds.
    error SourceTooSlow(IRandomness source, uint256 longest, uint256 window);
    /// @notice A word asked for now may come too late to be used by `deadline`, in seconds since the epoch, when it is waited for no more.
    error TooLateToDraw(uint256 lot, uint256 deadline);

    /// @notice How long a word of `source` may take, in seconds; 0 if `source` does not say.
    function longestOf(IRandomness source) internal view returns (uint256) {
        (bool told, bytes memory answer) = address(source).staticcall(abi.encodeCall(ITimedRandomness.wordWithin, ()));
        return told && answer.length == 32 ? abi.decode(answer, (uint256)) : 0;
    }

    /// @notice The same, if its words fit a window of so many seconds.
    function requireWithin(IRandomness source, uint256 window) internal view returns (uint256 longest) {
        longest = longestOf(source);
        if (longest > window - SLACK) revert SourceTooSlow(source, longest, window);
    }

    /// @notice Demands that a word asked for now, which takes `longest` seconds, or 0 if nobody knows, can be used before `deadline`.
    function requireTimely(uint256 lot, uint256 longest, uint256 deadline) internal view {
        if (longest != 0 && block.timestamp + longest + USE > deadline) revert TooLateToDraw(lot, deadline);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "./IRandomness.sol";

/// @title A source that says how long its words take
/// @notice Beside `IRandomness`, for sources that can know it: one that waits for an operator cannot.
interface ITimedRandomness is IRandomness {
    /// @notice How long after its request a word is there at the latest, if somebody takes each step as soon as it can be taken. It never
    /// changes.
    /// @return Seconds.
    function wordWithin() external view returns (uint256);
}

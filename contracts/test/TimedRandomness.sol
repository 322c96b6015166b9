// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SetRandomness} from "./SetRandomness.sol";

/// @notice A source whose words a test sets, and which says how long they take.
contract TimedRandomness is SetRandomness {
    uint256 public immutable wordWithin;

    constructor(uint256 wordWithin_) {
        wordWithin = wordWithin_;
    }
}

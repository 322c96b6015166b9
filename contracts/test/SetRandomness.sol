// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../interfaces/IRandomness.sol";

/// @notice A source whose words a test sets, before or after they are asked for.
contract SetRandomness is IRandomness {
    struct Draw {
        bool requested;
        bool set;
        uint256 word;
    }

    mapping(address consumer => mapping(uint256 id => Draw)) private _draws;

    function set(address consumer, uint256 id, uint256 word) external {
        Draw storage draw = _draws[consumer][id];
        (draw.set, draw.word) = (true, word);
        emit WordDrawn(consumer, id, word);
    }

    function request(uint256 id) external {
        Draw storage draw = _draws[msg.sender][id];
        if (draw.requested) revert AlreadyRequested(msg.sender, id);
        draw.requested = true;
        emit WordRequested(msg.sender, id);
    }

    function wordOf(address consumer, uint256 id) external view returns (bool drawn, uint256 word) {
        Draw storage draw = _draws[consumer][id];
        drawn = draw.requested && draw.set;
        word = drawn ? draw.word : 0;
    }
}

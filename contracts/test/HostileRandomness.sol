// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../interfaces/IRandomness.sol";
import {Puppet} from "./Puppet.sol";

/// @title A source that makes its prepared call when it is asked, and takes words back, for tests
contract HostileRandomness is IRandomness, Puppet {
    bool public refusing;
    bool private _drawn;
    uint256 private _word;

    /// @notice Makes it refuse to be asked.
    function refuse() external {
        refusing = true;
    }

    /// @notice Sets the word of every id, or that there is none.
    function set(bool drawn, uint256 word) external {
        (_drawn, _word) = (drawn, word);
    }

    function request(uint256) external {
        if (refusing) revert("no, thank you");
        _reenter();
    }

    function wordOf(address, uint256) external view returns (bool drawn, uint256 word) {
        return (_drawn, _word);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BlockHeader} from "../randomness/BlockHeader.sol";

/// @title The header decoder by itself, for bytes that are no block's header, for tests
contract HeaderReader {
    function beaconMix(bytes calldata header) external pure returns (bytes32) {
        return BlockHeader.beaconMix(header);
    }
}

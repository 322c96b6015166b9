// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title A contract with the code of a genuine one over storage of its maker's choice, for tests
contract Forgery {
    /// @param genuine Whose code to take.
    /// @param slots The storage slots to fill.
    /// @param values What to fill them with.
    constructor(address genuine, uint256[] memory slots, uint256[] memory values) {
        for (uint256 i = 0; i < slots.length; ++i) {
            (uint256 slot, uint256 value) = (slots[i], values[i]);
            assembly {
                sstore(slot, value)
            }
        }
        bytes memory code = genuine.code;
        assembly {
            return(add(code, 32), mload(code))
        }
    }
}

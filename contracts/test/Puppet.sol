// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title An account with code that anyone can make act, for tests
/// @notice It calls what it is told to, as a bidder, a seller or a DAO would, and can keep a call ready for the moment somebody calls it.
contract Puppet {
    /// @notice The prepared call was made from within another: whether it succeeded, and the selector of its answer or error.
    event Reentered(bool success, bytes4 answer);

    address private _target;
    bytes private _call;

    /// @notice Calls `target` with `data` and all ether sent along, and fails as the call fails.
    function act(address target, bytes calldata data) external payable returns (bytes memory answer) {
        bool success;
        (success, answer) = target.call{value: msg.value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    /// @notice Prepares the call to make from within another.
    function prepare(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    /// @dev Makes the prepared call and tells how it went.
    function _reenter() internal {
        (bool success, bytes memory answer) = _target.call(_call);
        emit Reentered(success, bytes4(answer));
    }
}

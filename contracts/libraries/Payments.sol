// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Ether out, whatever the recipient does
/// @notice To whom the caller chose (`send`), or to many, of whom none may hold up the others (`push`).
library Payments {
    /// @notice Gas a recipient may burn: enough for a smart wallet to log its receipt, too little to hold a batch up. What the EVM gives
    /// along with ether comes on top: a recipient has 12,300.
    uint256 internal constant PUSH_GAS = 10_000;
    /// @notice Gas that must be left before a push, so that a caller cannot starve it and make it fail: the push itself, a new account
    /// (25,000), the transfer (9,000), a cold address (2,600), and the bookkeeping when it fails.
    uint256 internal constant PUSH_RESERVE = 60_000;

    /// @notice The caller sent too little gas to push the next payment.
    error NotEnoughGas(uint256 left, uint256 needed);
    /// @notice `recipient` did not take the payment.
    error PaymentRefused(address recipient, uint256 amountWei);

    /// @notice Tries to pay, with bounded gas and without reading what comes back.
    /// @return paid Whether the recipient took it.
    function push(address recipient, uint256 amountWei) internal returns (bool paid) {
        if (gasleft() < PUSH_RESERVE) revert NotEnoughGas(gasleft(), PUSH_RESERVE);
        assembly ("memory-safe") {
            paid := call(PUSH_GAS, recipient, amountWei, 0, 0, 0, 0)
        }
    }

    /// @notice Pays to whom the caller chose, with the caller's own gas, or fails as a whole.
    function send(address recipient, uint256 amountWei) internal {
        bool paid;
        assembly ("memory-safe") {
            paid := call(gas(), recipient, amountWei, 0, 0, 0, 0)
        }
        if (!paid) revert PaymentRefused(recipient, amountWei);
    }
}

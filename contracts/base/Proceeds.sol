// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProceeds} from "../interfaces/IProceeds.sol";
import {Payments} from "../libraries/Payments.sol";

/// @title What sellers earn, kept until they withdraw it
/// @notice Pull, never push: a seller who refuses ether holds up nobody but itself.
abstract contract Proceeds is IProceeds {
    // STORAGE

    /// @inheritdoc IProceeds
    mapping(address seller => uint256 amountWei) public proceeds;

    // EVENTS

    /// @notice `seller` withdrew `amountWei` to `recipient`.
    event ProceedsWithdrawn(address indexed seller, address recipient, uint256 amountWei);

    // ERRORS

    /// @notice `seller` has no proceeds.
    error NoProceeds(address seller);

    // SELLING

    /// @inheritdoc IProceeds
    function withdrawProceeds(address recipient) external {
        uint256 amountWei = proceeds[msg.sender];
        if (amountWei == 0) revert NoProceeds(msg.sender);
        proceeds[msg.sender] = 0;
        emit ProceedsWithdrawn(msg.sender, recipient, amountWei);
        Payments.send(recipient, amountWei);
    }
}

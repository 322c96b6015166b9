// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

/// @title The hand in which a house sees the bids of one DAO on one lot
/// @notice Holds the money of that bid and nothing else, so that whatever a house sends, ether or wrapped, or the item, says by its address
/// whose it is, and a house that lies can keep only what it was bid.
/// @dev A minimal proxy of this, made by its adapter, which alone moves anything. Ether that nobody owes stays here.
contract Paddle is IERC721Receiver {
    // IMMUTABLES

    /// @dev The adapter that deployed this template.
    address private immutable _adapter;

    // ERRORS

    /// @notice `caller` is not the adapter.
    error NotAdapter(address caller);

    constructor() {
        _adapter = msg.sender;
    }

    // BEING LED

    /// @notice Calls `target` with `valueWei` of the ether here; fails as it does. Only for the adapter.
    /// @param target Whom to call.
    /// @param valueWei Ether to send.
    /// @param call_ What to call, encoded.
    function act(address target, uint256 valueWei, bytes calldata call_) external {
        if (msg.sender != _adapter) revert NotAdapter(msg.sender);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory refusal) = target.call{value: valueWei}(call_);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }

    /// @dev What a house pays back.
    receive() external payable {}

    /// @inheritdoc IERC721Receiver
    /// @dev Takes any item: what is not the lot's stays here.
    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return IERC721Receiver.onERC721Received.selector;
    }
}

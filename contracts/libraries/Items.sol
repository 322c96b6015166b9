// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IEscrow} from "../interfaces/IEscrow.sol";

/// @notice For which lot of a house each item is in escrow.
struct Held {
    mapping(IERC721 token => mapping(uint256 tokenId => uint256 lot)) lotOf;
}

/// @title Items in escrow
/// @notice What a token does is told by `ownerOf` alone: some say false, or nothing, where they move nothing.
/// @dev For contracts that are an `IEscrow`.
library Items {
    /// @notice `owner` does not own the item.
    error NotItemOwner(IERC721 token, uint256 tokenId, address owner);
    /// @notice The item is not here for `lot`: its token took it away, and whoever has it since may have listed it, too.
    error NotHeldFor(uint256 lot, IERC721 token, uint256 tokenId);
    /// @notice The token says that the item did not arrive.
    error ItemNotReceived(IERC721 token, uint256 tokenId);
    /// @notice Once here, the item could not be moved any more, neither back to its owner nor at all.
    error ItemCannotLeave(IERC721 token, uint256 tokenId);
    /// @notice The token says that the item did not arrive at `recipient`.
    error ItemNotDelivered(IERC721 token, uint256 tokenId, address recipient);
    /// @notice An item named for nobody, or for the house itself, would be lost.
    error BadRecipient(address recipient);
    /// @notice A delivery went well, and is undone.
    error Rehearsed();

    /// @notice Takes an item of `owner`, who must have approved this contract, for `lot`, if it can be moved on.
    function take(Held storage held, uint256 lot, IERC721 token, uint256 tokenId, address owner) internal {
        receiveFrom(held, lot, token, tokenId, owner);
        requireMovable(token, tokenId, owner);
    }

    /// @notice Takes an item of `owner`, who must have approved this contract, for `lot`.
    function receiveFrom(Held storage held, uint256 lot, IERC721 token, uint256 tokenId, address owner) internal {
        // some tokens ignore a transfer from a wrong owner, and the item could be in escrow already
        if (!_isOwner(token, tokenId, owner)) revert NotItemOwner(token, tokenId, owner);
        // in place of a lot that does not have it any more
        held.lotOf[token][tokenId] = lot;
        token.transferFrom(owner, address(this), tokenId);
        if (!_isOwner(token, tokenId, address(this))) revert ItemNotReceived(token, tokenId);
    }

    /// @notice Demands that an item in escrow can go back to `owner`, from whom it came; or, where `owner` may not have it now, to an account
    /// that owns nothing. What a token refuses later, once it is paused, no rehearsal can show.
    /// @dev Some 5,000 gas where the first works. An account that nobody has, since a move from here to here shows nothing where a token says
    /// false, or nothing, and moves nothing.
    function requireMovable(IERC721 token, uint256 tokenId, address owner) internal {
        if (_arrives(token, tokenId, owner)) return;
        address somebody = address(uint160(uint256(keccak256(abi.encode(token, tokenId)))));
        if (!_arrives(token, tokenId, somebody)) revert ItemCannotLeave(token, tokenId);
    }

    /// @notice Gives what is here for `lot` to `recipient`, as `deliver`.
    function give(Held storage held, uint256 lot, IERC721 token, uint256 tokenId, address recipient) internal {
        mapping(uint256 tokenId => uint256 lot) storage lotOf = held.lotOf[token];
        if (lotOf[tokenId] != lot) revert NotHeldFor(lot, token, tokenId);
        delete lotOf[tokenId];
        deliver(token, tokenId, recipient);
    }

    /// @notice Gives an item to `recipient`, or fails, with the token's own error if it has one.
    /// @dev Not `safeTransferFrom`: a recipient must not be able to refuse the item and so hold the others up. Where an owner may not move
    /// its own item, as with the first collectibles, who is approved may: here this contract itself.
    function deliver(IERC721 token, uint256 tokenId, address recipient) internal {
        (bool arrived, bytes memory refusal) = _move(token, tokenId, recipient);
        if (arrived) return;
        // solhint-disable-next-line avoid-low-level-calls
        (bool approved,) = address(token).call(abi.encodeCall(IERC721.approve, (address(this), tokenId)));
        if (approved) (arrived,) = _move(token, tokenId, recipient);
        if (arrived) return;
        if (refusal.length == 0) revert ItemNotDelivered(token, tokenId, recipient);
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }

    /// @notice Demands that an item named for `recipient` is not lost by it.
    function requireRecipient(address recipient) internal view {
        if (recipient == address(0) || recipient == address(this)) revert BadRecipient(recipient);
    }

    /// @dev Tries to move an item from here to `recipient`; with the token's error, if it has one.
    function _move(IERC721 token, uint256 tokenId, address recipient) private returns (bool arrived, bytes memory refusal) {
        bytes4 selector = IERC721.transferFrom.selector;
        bool done;
        assembly ("memory-safe") {
            // token.transferFrom(this, recipient, tokenId), in memory that is not kept: each item of a large bundle costs the same
            let free := mload(0x40)
            mstore(free, selector)
            mstore(add(free, 0x04), address())
            mstore(add(free, 0x24), recipient)
            mstore(add(free, 0x44), tokenId)
            done := call(gas(), token, 0, free, 0x64, 0, 0)
        }
        if (done) return (_isOwner(token, tokenId, recipient), refusal);
        assembly ("memory-safe") {
            refusal := mload(0x40)
            mstore(0x40, add(refusal, and(add(returndatasize(), 0x3f), not(0x1f))))
            mstore(refusal, returndatasize())
            returndatacopy(add(refusal, 0x20), 0, returndatasize())
        }
    }

    /// @dev Whether the token says so.
    function _isOwner(IERC721 token, uint256 tokenId, address account) private view returns (bool) {
        bytes4 selector = IERC721.ownerOf.selector;
        address owner;
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(0x04, tokenId)
            let told := staticcall(gas(), token, 0, 0x24, 0, 0x20)
            owner := mul(mload(0), and(told, gt(returndatasize(), 0x1f)))
        }
        return owner == account;
    }

    /// @dev Whether a delivery would work now.
    function _arrives(IERC721 token, uint256 tokenId, address recipient) private returns (bool) {
        bytes4 selector = IEscrow.rehearse.selector;
        bytes4 answer;
        assembly ("memory-safe") {
            // this.rehearse(token, tokenId, recipient)
            let free := mload(0x40)
            mstore(free, selector)
            mstore(add(free, 0x04), token)
            mstore(add(free, 0x24), tokenId)
            mstore(add(free, 0x44), recipient)
            mstore(0, 0)
            pop(call(gas(), address(), 0, free, 0x64, 0, 0x04))
            answer := mload(0)
        }
        return answer == Rehearsed.selector;
    }
}

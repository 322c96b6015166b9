// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Item} from "./Item.sol";
import {Puppet} from "./Puppet.sol";

/// @title An ERC-721 that misbehaves when it is transferred or approved, for tests
contract HostileItem is Item, Puppet {
    enum Manner {
        Honest,
        Refuse, // reverts
        BurnGas, // never comes back
        Idle, // says nothing and moves nothing
        Reenter, // makes the prepared call, then moves the item
        SayFalse, // moves nothing and returns false
        OnePerWallet, // moves to no account without code that has one
        ApprovedOnly, // lets only who is approved move it, not its owner: as the first collectibles did
        Locked, // the same, and nobody can be approved who owns it
        Trap, // moves nothing for its owner, and says nothing
        RefuseApproval, // lets nobody be approved
        ReenterApproval, // makes the prepared call, then lets somebody be approved
        NoContracts // moves to no account with code
    }

    /// @notice What it does when transferred or approved.
    Manner public manner;
    /// @notice Whom it names as the owner of everything, unless zero.
    address public pretended;

    /// @notice Sets what it does when transferred.
    function behave(Manner manner_) external {
        manner = manner_;
    }

    /// @notice Makes it name `owner` as the owner of everything.
    function pretend(address owner) external {
        pretended = owner;
    }

    /// @notice Moves an item to `owner` by rules of its own, as of a name that has run out and is taken by somebody else.
    function seize(address owner, uint256 tokenId) external {
        _update(owner, tokenId, address(0));
    }

    function ownerOf(uint256 tokenId) public view override returns (address) {
        return pretended == address(0) ? super.ownerOf(tokenId) : pretended;
    }

    function approve(address to, uint256 tokenId) public override {
        if (manner == Manner.Locked && to == ownerOf(tokenId)) revert("approval to current owner");
        if (manner == Manner.RefuseApproval) revert("no approvals");
        if (manner == Manner.ReenterApproval) _reenter();
        super.approve(to, tokenId);
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        Manner manner_ = manner;
        if (manner_ == Manner.Refuse) revert("not moving");
        if (manner_ == Manner.Idle || (manner_ == Manner.Trap && msg.sender == from)) return;
        if (manner_ == Manner.SayFalse) {
            assembly {
                mstore(0, 0)
                return(0, 32)
            }
        }
        if (manner_ == Manner.OnePerWallet && to.code.length == 0 && balanceOf(to) != 0) revert("one each");
        if ((manner_ == Manner.ApprovedOnly || manner_ == Manner.Locked) && getApproved(tokenId) != msg.sender) {
            revert("not approved");
        }
        if (manner_ == Manner.NoContracts && to.code.length != 0) revert("no contracts");
        if (manner_ == Manner.Reenter) _reenter();
        while (manner_ == Manner.BurnGas) {}
        super.transferFrom(from, to, tokenId);
    }
}

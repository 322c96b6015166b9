// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Item} from "./Item.sol";
import {Puppet} from "./Puppet.sol";

/// @title An ERC-721 that misbehaves when it is transferred, for tests
contract HostileItem is Item, Puppet {
    enum Manner {
        Honest,
        Refuse, // reverts
        BurnGas, // never comes back
        Idle, // says nothing and moves nothing
        Reenter // makes the prepared call, then moves the item
    }

    /// @notice What it does when transferred.
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

    function ownerOf(uint256 tokenId) public view override returns (address) {
        return pretended == address(0) ? super.ownerOf(tokenId) : pretended;
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        if (manner == Manner.Refuse) revert("not moving");
        if (manner == Manner.Idle) return;
        if (manner == Manner.Reenter) _reenter();
        while (manner == Manner.BurnGas) {}
        super.transferFrom(from, to, tokenId);
    }
}

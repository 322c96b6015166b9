// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Puppet} from "./Puppet.sol";

/// @title A bidder, seller or recipient that misbehaves when it is paid, for tests
contract Actor is Puppet {
    enum Manner {
        Accept, // takes the money
        Work, // takes it after 9,000 gas of work, like a careful wallet
        Refuse, // reverts
        BurnGas, // never comes back
        ReturnMuch, // takes it and returns as many zeros as it can pay for, at most 1 MB
        RevertMuch, // reverts with as many
        Reenter // makes the prepared call, then takes it
    }

    uint256 private constant WORK = 9_000;

    /// @notice What it does when paid.
    Manner public manner;

    /// @notice Sets what it does when paid.
    function behave(Manner manner_) external {
        manner = manner_;
    }

    receive() external payable {
        Manner manner_ = manner;
        if (manner_ == Manner.Work) {
            uint256 end = gasleft() - WORK;
            while (gasleft() > end) {}
        } else if (manner_ == Manner.Refuse) {
            revert("no, thank you");
        } else if (manner_ == Manner.BurnGas) {
            while (true) {}
        } else if (manner_ == Manner.Reenter) {
            _reenter();
        } else if (manner_ != Manner.Accept) {
            // a megabyte costs 2.2 million gas, 32 kB 5,000
            uint256 size = gasleft() > 4_000_000 ? 1 << 20 : 1 << 15;
            bool refuse = manner_ == Manner.RevertMuch;
            assembly {
                if refuse { revert(0, size) }
                return(0, size)
            }
        }
    }
}

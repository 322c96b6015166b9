// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Puppet} from "./Puppet.sol";

/// @title Wrapped ether that misbehaves when it is unwrapped, for tests
contract HostileWrapped is Puppet {
    enum Manner {
        Honest,
        Refuse, // reverts
        BurnGas, // never comes back
        Keep, // takes the tokens and pays nothing
        Reenter, // makes the prepared call, then pays
        ReenterAfter, // pays, then makes the prepared call
        Silent // does not say what anybody has
    }

    /// @notice What it does when ether is to be paid out.
    Manner public manner;
    mapping(address account => uint256) private _balances;

    function behave(Manner manner_) external {
        manner = manner_;
    }

    function deposit() external payable {
        _balances[msg.sender] += msg.value;
    }

    function transfer(address to, uint256 amountWei) external returns (bool) {
        _balances[msg.sender] -= amountWei;
        _balances[to] += amountWei;
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        if (manner == Manner.Silent) revert("no answer");
        return _balances[account];
    }

    function withdraw(uint256 amountWei) external {
        Manner manner_ = manner;
        if (manner_ == Manner.Refuse) revert("not now");
        while (manner_ == Manner.BurnGas) {}
        _balances[msg.sender] -= amountWei;
        if (manner_ == Manner.Keep) return;
        if (manner_ == Manner.Reenter) _reenter();
        // solhint-disable-next-line avoid-low-level-calls
        (bool paid,) = msg.sender.call{value: amountWei}("");
        require(paid, "not taken");
        if (manner_ == Manner.ReenterAfter) _reenter();
    }
}

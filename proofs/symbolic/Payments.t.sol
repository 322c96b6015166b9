// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Payments} from "../../contracts/libraries/Payments.sol";

/// @notice A recipient that takes ether, refuses it, burns all gas it gets, or answers with more bytes than anybody wants.
contract Recipient {
    enum Kind {
        Taking,
        Refusing,
        Burning,
        Returning,
        RefusingAtLength
    }

    Kind public kind;

    function set(Kind kind_) external {
        kind = kind_;
    }

    receive() external payable {
        Kind kind_ = kind;
        if (kind_ == Kind.Refusing) revert();
        if (kind_ == Kind.Burning) {
            assembly {
                invalid()
            }
        }
        if (kind_ == Kind.Returning) {
            assembly {
                return(0, 4096)
            }
        }
        if (kind_ == Kind.RefusingAtLength) {
            assembly {
                revert(0, 4096)
            }
        }
    }
}

/// @title Ether out, whatever the recipient does
/// @notice Halmos does not count gas: whether a recipient has enough of it is for the tests.
contract PaymentsProof {
    Recipient private immutable _recipient = new Recipient();

    constructor() payable {}

    /// @notice A push says whether it paid: then exactly the amount has moved, else nothing has; it fails only for want of gas, before
    /// anything moves.
    /// @custom:bound five kinds of recipient, every amount and balance below 2^128
    function check_push(uint8 kind, uint128 amount, uint128 balance) external {
        if (kind > 4) return;
        _recipient.set(Recipient.Kind(kind));
        _deal(balance);
        (uint256 mine, uint256 its) = (address(this).balance, address(_recipient).balance);
        bool takes = kind == 0 || kind == 3;
        try this.push(address(_recipient), amount) returns (bool paid) {
            assert(paid == (takes && amount <= mine));
            assert(address(this).balance == (paid ? mine - amount : mine));
            assert(address(_recipient).balance == (paid ? its + amount : its));
        } catch (bytes memory why) {
            assert(bytes4(why) == Payments.NotEnoughGas.selector);
            assert(address(this).balance == mine && address(_recipient).balance == its);
        }
    }

    /// @notice A send pays exactly the amount, or fails with `PaymentRefused`, and then nothing has moved.
    /// @custom:bound five kinds of recipient, every amount and balance below 2^128
    function check_send(uint8 kind, uint128 amount, uint128 balance) external {
        if (kind > 4) return;
        _recipient.set(Recipient.Kind(kind));
        _deal(balance);
        (uint256 mine, uint256 its) = (address(this).balance, address(_recipient).balance);
        bool takes = kind == 0 || kind == 3;
        try this.send(address(_recipient), amount) {
            assert(takes && amount <= mine);
            assert(address(this).balance == mine - amount && address(_recipient).balance == its + amount);
        } catch (bytes memory why) {
            assert(!(takes && amount <= mine) && bytes4(why) == Payments.PaymentRefused.selector);
            assert(address(this).balance == mine && address(_recipient).balance == its);
        }
    }

    /// @notice Pays an account without code.
    /// @custom:bound every amount and balance below 2^128
    function check_push_to_nobody(uint128 amount, uint128 balance) external {
        address nobody = address(0xbeef);
        _deal(balance);
        uint256 mine = address(this).balance;
        uint256 its = nobody.balance;
        try this.push(nobody, amount) returns (bool paid) {
            assert(paid == (amount <= mine));
            assert(address(this).balance == (paid ? mine - amount : mine) && nobody.balance == (paid ? its + amount : its));
        } catch (bytes memory why) {
            assert(bytes4(why) == Payments.NotEnoughGas.selector);
        }
    }

    function push(address recipient, uint256 amountWei) external returns (bool) {
        return Payments.push(recipient, amountWei);
    }

    function send(address recipient, uint256 amountWei) external {
        Payments.send(recipient, amountWei);
    }

    /// @dev Gives this contract a balance, by the cheat code that Foundry and Halmos have.
    function _deal(uint256 balance) private {
        address cheats = address(uint160(uint256(keccak256("hevm cheat code"))));
        (bool done,) = cheats.call(abi.encodeWithSignature("deal(address,uint256)", address(this), balance));
        assert(done);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProceeds} from "../../contracts/interfaces/IProceeds.sol";
import {Actor} from "../../contracts/test/Actor.sol";
import {HostileItem} from "../../contracts/test/HostileItem.sol";
import {TimedRandomness} from "../../contracts/test/TimedRandomness.sol";
import {Handler, deployed, vm} from "./Campaign.sol";

/// @title Who comes to an auction that leaves something to chance
/// @notice Six bidders, of whom one refuses ether and one, when it is paid, makes the same call again; two sellers, of whom one refuses ether; a
/// token that may refuse to move; a source whose words come, come late, or never.
abstract contract Crowd is Handler {
    uint256 internal constant UNIT = 1 gwei;
    uint256 internal constant WORD_WITHIN = 1 hours;
    uint256 public constant PEOPLE = 6;
    /// @dev Who has no part in anything, and does what anyone may.
    address internal constant STRANGER = address(0x57A46E12);
    /// @dev Where those are paid who refuse it themselves, and where items go that are sent elsewhere.
    address internal constant PURSE = address(0x9153E);

    TimedRandomness public source;
    HostileItem public token;
    address[PEOPLE] public people;
    address[2] public sellers;

    /// @notice Lots that were listed, numbered from 1.
    uint256 public lots;
    /// @notice The word of each lot, once there is one.
    mapping(uint256 lot => uint256) public wordOf;
    /// @notice What can be withdrawn as proceeds, in wei.
    mapping(address account => uint256) public earned;
    /// @notice Ether that was forced into a contract.
    mapping(address account => uint256) public forced;
    /// @notice All ether there is.
    uint256 public broughtIn;

    constructor() {
        source = TimedRandomness(deployed("TimedRandomness", abi.encode(WORD_WITHIN)));
        token = HostileItem(deployed("HostileItem", ""));
        for (uint160 i = 0; i < 4; ++i) {
            people[i] = address(0xA11CE000 + i);
        }
        (people[4], people[5]) = (_actor(Actor.Manner.Refuse), _actor(Actor.Manner.Reenter));
        (sellers[0], sellers[1]) = (address(0x5E11E4), _actor(Actor.Manner.Refuse));
        for (uint256 i = 0; i < PEOPLE + 2; ++i) {
            vm.deal(_account(i), 1_000 ether);
        }
        broughtIn = (PEOPLE + 2) * 1_000 ether;
    }

    // ACTIONS

    /// @dev The token's mood: mostly good.
    function turn(uint256 seed) external seeded(seed) {
        uint256 mood = _draw(6);
        token.behave(mood == 0 ? HostileItem.Manner.Refuse : mood == 1 ? HostileItem.Manner.Idle : HostileItem.Manner.Honest);
        _note("turn", true);
    }

    /// @dev One of those who have any.
    function withdrawProceeds(uint256 seed) external seeded(seed) {
        uint256 first = _draw(PEOPLE + 2);
        for (uint256 i = 0; i < PEOPLE + 2; ++i) {
            address account = _account((first + i) % (PEOPLE + 2));
            if (earned[account] == 0) continue;
            _withdrawProceeds(account);
            _note("withdrawProceeds", true);
            return;
        }
    }

    /// @dev Ether comes as the end of another contract forces it.
    function force(uint256 seed) external seeded(seed) {
        address account = _escrow();
        uint256 amountWei = 1 + _draw(10 * UNIT);
        vm.deal(account, account.balance + amountWei);
        (forced[account], broughtIn) = (forced[account] + amountWei, broughtIn + amountWei);
        _note("force", true);
    }

    // VIEWS

    /// @notice All ether outside the contracts.
    function wealth() public view returns (uint256 found) {
        found = PURSE.balance + STRANGER.balance;
        for (uint256 i = 0; i < PEOPLE + 2; ++i) {
            found += _account(i).balance;
        }
    }

    /// @notice What the proceeds of all come to; reverts if the contract says otherwise.
    function allProceeds() public view returns (uint256 all) {
        for (uint256 i = 0; i < PEOPLE + 2; ++i) {
            require(_house().proceeds(_account(i)) == earned[_account(i)], "proceeds are not what was earned");
            all += earned[_account(i)];
        }
    }

    // STEPS

    /// @dev What was prepared before is not called now: by now it could be what that bidder may do, such as withdraw a later bid.
    function _begin(uint256 seed) internal virtual override {
        super._begin(seed);
        _arm(people[5], address(0), "");
    }

    /// @dev Minutes; and once in `rare` times up to `longest`.
    function _pass(uint256 rare, uint256 longest, uint256 usual) internal {
        vm.warp(_now() + (_oneIn(rare) ? _draw(longest) : 1 + _draw(usual)));
        _note("pass", true);
    }

    /// @dev A word for `lot` of `consumer`, now and then the greatest.
    function _tellWord(address consumer, uint256 lot) internal {
        wordOf[lot] = _oneIn(10) ? type(uint256).max - _draw(2) : 1 + _draw(type(uint256).max);
        source.set(consumer, lot, wordOf[lot]);
    }

    /// @dev The token moves again.
    function _calm() internal {
        token.behave(HostileItem.Manner.Honest);
    }

    function _withdrawProceeds(address account) internal {
        address recipient = _purseOf(account);
        uint256 before = recipient.balance;
        vm.prank(account);
        _house().withdrawProceeds(recipient);
        require(recipient.balance - before == earned[account], "proceeds are not what was earned");
        earned[account] = 0;
    }

    /// @dev Who calls back makes, when it is paid, the very call again for which it is paid.
    function _arm(address me, address target, bytes memory data) internal {
        if (me == people[5]) Actor(payable(me)).prepare(target, data);
    }

    // WHAT AN AUCTION HAS OF ITS OWN

    /// @dev The auction.
    function _house() internal view virtual returns (IProceeds);

    /// @dev A contract that keeps money: the auction, or another.
    function _escrow() internal virtual returns (address) {
        return address(_house());
    }

    // WHO AND WHEN

    /// @dev Sellers, then people.
    function _account(uint256 place) internal view returns (address) {
        return place < 2 ? sellers[place] : people[place - 2];
    }

    /// @dev Who refuses ether has it sent elsewhere.
    function _purseOf(address account) internal view returns (address) {
        return account == people[4] || account == sellers[1] ? PURSE : account;
    }

    /// @dev Whether a push to that account may fail: of ether, or for want of gas.
    function _mayRefuse(address account) internal view returns (bool) {
        return account == people[4] || account == people[5] || account == sellers[1];
    }

    function _isHonest() internal view returns (bool) {
        return token.manner() == HostileItem.Manner.Honest;
    }

    /// @dev Only the token can stand in the way of a delivery.
    function _refuses() internal view returns (bool) {
        require(!_isHonest(), "refused without a reason");
        return false;
    }

    /// @dev Whether a word asked for now could come, and be used, before `deadline`.
    function _isTimely(uint256 deadline) internal view returns (bool) {
        return _now() + WORD_WITHIN + 10 minutes <= deadline;
    }

    /// @dev The compiler takes `block.timestamp` for the same throughout a call.
    function _now() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    function _actor(Actor.Manner manner) private returns (address) {
        Actor actor = Actor(payable(deployed("Actor", "")));
        actor.behave(manner);
        return address(actor);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../interfaces/IRandomness.sol";
import {ITabledAuction} from "../interfaces/ITabledAuction.sol";
import {DrawTime} from "../libraries/DrawTime.sol";
import {Items} from "../libraries/Items.sol";
import {Payments} from "../libraries/Payments.sol";
import {Schedules} from "../libraries/Schedules.sol";
import {Units} from "../libraries/Units.sol";
import {ValueTables} from "../libraries/ValueTables.sol";
import {Escrow} from "./Escrow.sol";
import {Proceeds} from "./Proceeds.sol";

/// @title What auctions of signals do alike
/// @notice Who joined, for which deposit; tables of values; the random word; the price, and deposits that come back. An auction has lots and
/// bidders of its own, and knows who is offered the item and who forfeits a deposit.
abstract contract TabledAuction is ITabledAuction, Proceeds, Escrow {
    // CONSTANTS

    /// @notice The most values a table may have.
    uint256 public constant MOST_VALUES = ValueTables.MOST_VALUES;
    /// @notice The most bidders of one type.
    uint256 public constant MOST_OF_A_TYPE = ValueTables.MOST_OF_A_TYPE;
    /// @notice Bounds on how long registering lasts, and revealing; joining, which no deposit leaves, lasts no longer than the second either.
    uint256 public constant MIN_PHASE = Schedules.MIN_PHASE;
    uint256 public constant MAX_PHASE = Schedules.MAX_PHASE;
    /// @notice The longest time for an answer; the shortest is `MIN_PHASE`.
    uint256 public constant MAX_ANSWER = Schedules.MAX_ANSWER;
    /// @notice How long the word, or tables that anyone can supply, are waited for before the lot is void.
    uint256 public constant WINDOW = 3 days;

    // IMMUTABLES

    /// @notice Where the words come from.
    IRandomness public immutable randomness;
    /// @dev How long its words may take, in seconds; 0 if it does not say.
    uint256 private immutable _longestDraw;

    // STORAGE (after slot 0 of Proceeds, and slot 1 of Escrow)

    /// @notice Slot 2: how many lots were ever listed; they are numbered from 1.
    uint256 public lotCount;
    /// @dev Slot 3: one more than the number of an account among the bidders.
    mapping(uint256 lot => mapping(address account => uint256)) internal _numbers;

    /// @param randomness_ Where the words come from: trusted not to know them before they are asked for, and to draw each once. They must
    /// fit `WINDOW`.
    constructor(IRandomness randomness_) {
        (randomness, _longestDraw) = (randomness_, DrawTime.requireWithin(randomness_, WINDOW));
    }

    // THE OFFER

    /// @inheritdoc ITabledAuction
    function buy(uint256 lot) external payable {
        _buy(lot, msg.sender);
    }

    /// @inheritdoc ITabledAuction
    function buyTo(uint256 lot, address recipient) external payable {
        Items.requireRecipient(recipient);
        emit ItemSent(lot, recipient);
        _buy(lot, recipient);
    }

    // CLAIMS

    /// @inheritdoc ITabledAuction
    function claim(uint256 lot) external {
        _claim(lot, msg.sender);
    }

    /// @inheritdoc ITabledAuction
    function claimTo(uint256 lot, address recipient) external {
        _claim(lot, recipient);
    }

    // WHAT AN AUCTION HAS OF ITS OWN

    /// @dev Sells the item to the caller, if it is offered to it, and gives it to `recipient`.
    function _buy(uint256 lot, address recipient) internal virtual;

    /// @dev Marks the caller's deposit as paid, and says how much it is, in units; reverts if there is nothing to claim.
    function _redeem(uint256 lot) internal virtual returns (uint64 deposit);

    // STEPS BEFORE THE OFFER

    /// @dev Demands that the caller has not joined before, and pays the deposit, in units, for a type that there is.
    function _checkEntry(uint256 lot, uint8 kind, uint8 types, uint64 deposit) internal view {
        if (kind >= types) revert UnknownType(lot, kind);
        uint256 due = Units.toWei(deposit);
        if (msg.value != due) revert WrongDeposit(lot, msg.value, due);
        if (_numbers[lot][msg.sender] != 0) revert AlreadyJoined(lot, msg.sender);
    }

    /// @dev Demands that a table has the length and falls nowhere; see `ValueTables`.
    function _checkNew(bytes calldata table, uint64 counts, uint256 sides, uint256 step) internal pure {
        uint256 length = ValueTables.WIDTH * ValueTables.valuesFrom(counts, sides, step, 0);
        if (table.length != length) revert WrongLength(table.length, length);
        (bool falls, uint256 place) = ValueTables.firstFall(table, counts, sides, step);
        if (falls) revert NotMonotone(place);
    }

    /// @dev Whether a table is the one registered: the empty one where none was.
    function _isRegistered(bytes calldata table, bytes32 digest) internal pure returns (bool) {
        return digest == 0 ? table.length == 0 : keccak256(table) == digest;
    }

    /// @dev Asks for the word of a lot whose phases before the draw end then.
    function _request(uint256 lot, uint256 end) internal {
        DrawTime.requireTimely(lot, _longestDraw, _later(end, WINDOW));
        emit DrawRequested(lot);
        randomness.request(lot);
    }

    /// @dev The word of a lot, if it was `requested`.
    function _word(uint256 lot, bool requested) internal view returns (uint256) {
        (bool drawn, uint256 word) = randomness.wordOf(address(this), lot);
        // a word that a source has before it is asked could have been known before the tables and the signals
        if (!drawn || !requested) revert NotDrawn(lot);
        return word;
    }

    // STEPS AFTER IT

    /// @dev Takes the price, in units, from the caller who buys.
    function _takePrice(uint256 lot, uint64 price, address seller) internal {
        uint256 due = Units.toWei(price);
        if (msg.value != due) revert WrongPayment(lot, msg.value, due);
        proceeds[seller] += due;
        emit LotSettled(lot, msg.sender, price, price);
    }

    function _claim(uint256 lot, address recipient) private {
        uint256 amountWei = Units.toWei(_redeem(lot));
        emit Claimed(lot, msg.sender, recipient, amountWei);
        Payments.send(recipient, amountWei);
    }

    /// @dev Tries to pay a deposit, in units, to a bidder who did not ask for it.
    function _push(uint256 lot, address account, uint64 deposit) internal returns (bool paid) {
        uint256 amountWei = Units.toWei(deposit);
        paid = Payments.push(account, amountWei);
        if (paid) emit Claimed(lot, account, account, amountWei);
        else emit PushRefused(lot, account, deposit);
    }

    /// @dev Credits a seller with a bidder's deposit, in units.
    function _forfeit(uint256 lot, address account, uint64 deposit, address seller) internal {
        proceeds[seller] += Units.toWei(deposit);
        emit DepositForfeited(lot, account);
    }

    // SHARED STEPS

    function _numberOf(uint256 lot, address account) internal view returns (uint256) {
        uint256 number = _numbers[lot][account];
        if (number == 0) revert NotJoined(lot, account);
        unchecked {
            return number - 1;
        }
    }

    /// @dev A time so many seconds after another.
    function _later(uint256 time, uint256 wait) internal pure returns (uint40) {
        unchecked {
            return uint40(time + wait); // casting is safe: in this epoch
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {Escrow} from "../base/Escrow.sol";
import {Proceeds} from "../base/Proceeds.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";
import {DrawTime} from "../libraries/DrawTime.sol";
import {Items} from "../libraries/Items.sol";
import {Payments} from "../libraries/Payments.sol";
import {Units} from "../libraries/Units.sol";
import {ISignalClockAuction} from "./ISignalClockAuction.sol";
import {Levels, MOST_LEVELS, Places, SignalLevels} from "./SignalLevels.sol";
import {ValueTables} from "./ValueTables.sol";

/// @title The signal discovery auction, over ascending signal clocks
/// @notice Sells an ERC-721 item to one of several bidders whose values depend on everybody's signals. Everyone's values are public: a
/// table over the types' totals of signals. A signal is private, a whole number from 0 to k - 1, and is learned by raising its owner's
/// clock step by step for as long as the owner stays. Lots are independent of each other. A life: joining, registering of tables, one
/// random word, learning of the types not drawn, preparing, the clock, an offer to the last bidder.
/// Source: Prior-Free Clock Auctions for Bidders with Interdependent Values, Mechanisms 1 and 2, §3.2 and Theorems 3 and 9. The same
/// auction, step for step, as `clock_auction` in offchain/model/mechanisms/signal_discovery.py.
///
/// Chance. All draws are digits of one word, read from its low end in mixed radix (`word % radix`, then `word / radix`): the type, among
/// those that have bidders; the residue, among k - 1; at each costly discovery, one of the active bidders, in the order of joining; under
/// the revenue rule, the price, among one or two. The radices multiply to at most 12 * 4095 * 31! * 2 < 2^130, so the draws are uniform up
/// to a total variation distance of 2^-126. The word is public before the first answer; consistent bidding is an obvious ex-post
/// equilibrium for every draw, known or not, if the tables are what everybody's values are, whoever joins joins once, and the others bid
/// consistently.
///
/// Deadlines. Whoever is asked has the same time to answer, and silence is leaving. Who lets a deadline pass (for its table, or for an
/// answer) loses its deposit to the seller: whoever is being discovered cannot win any more, and would have no reason to spend gas on an
/// answer. (The paper's footnote 2 would hide who is being discovered behind an ascending clock for all, held with a small probability. Here
/// the word tells which it is before the first answer, so that deposits do it.) Everybody else gets the deposit back when the auction is
/// over.
/// @dev No owner, no upgrade, no pause. The balance covers all deposits and proceeds at every moment. Calls without ether can be combined
/// through `multicall`: `accept` and `leave`.
contract SignalClockAuction is ISignalClockAuction, Proceeds, Escrow, Multicall {
    using Places for uint32;
    using Levels for SignalLevels;

    // CONSTANTS

    /// @notice The most values a table may have.
    uint256 public constant MOST_VALUES = 4_096;
    /// @notice The most types: with more, each having a bidder, a table would be too large.
    uint256 public constant MOST_TYPES = 12;
    /// @notice The most bidders of one type.
    uint256 public constant MOST_OF_A_TYPE = ValueTables.MOST_OF_A_TYPE;
    /// @notice Bounds on how long registering lasts; joining, which no deposit leaves, lasts no longer than the second either.
    uint256 public constant MIN_PHASE = 10 minutes;
    uint256 public constant MAX_PHASE = 30 days;
    /// @notice The longest time for an answer; the shortest is `MIN_PHASE`.
    uint256 public constant MAX_ANSWER = 1 days;
    /// @notice How long the word, the tables of the drawn type or the last bidder's table are waited for before the lot is void.
    uint256 public constant WINDOW = 3 days;

    // IMMUTABLES

    /// @notice Where the words come from.
    IRandomness public immutable randomness;
    /// @dev How long its words may take, in seconds; 0 if it does not say.
    uint256 private immutable _longestDraw;

    // STORAGE (after slot 0 of Proceeds, and slot 1 of Escrow)

    /// @notice Slot 2: how many lots were ever listed; they are numbered from 1.
    uint256 public lotCount;
    /// @dev Slot 3.
    mapping(uint256 lot => Lot) private _lots;
    /// @dev Slot 4: bidders by id, 32 * type + place in the type.
    mapping(uint256 lot => mapping(uint256 id => Bidder)) private _bidders;
    /// @dev Slot 5: one more than the id of an account.
    mapping(uint256 lot => mapping(address account => uint256)) private _ids;

    /// @param randomness_ Where the words come from: trusted not to know them before they are asked for, and to draw each once. They must
    /// fit `WINDOW`.
    constructor(IRandomness randomness_) {
        (randomness, _longestDraw) = (randomness_, DrawTime.requireWithin(randomness_, WINDOW));
    }

    // SELLING

    /// @inheritdoc ISignalClockAuction
    function list(IERC721 token, uint256 tokenId, Terms calldata terms) external returns (uint256 lot) {
        _checkTerms(terms);
        lot = ++lotCount;
        Lot storage item = _lots[lot];
        item.terms = terms;
        (item.seller, item.token, item.tokenId, item.phase) = (msg.sender, token, tokenId, ClockPhase.Joining);
        emit LotListed(lot, msg.sender, token, tokenId, terms);
        Items.take(_held, lot, token, tokenId, msg.sender);
    }

    /// @inheritdoc ISignalClockAuction
    function reclaim(uint256 lot) external {
        ClockPhase now_ = phase(lot);
        if (now_ != ClockPhase.Unsold && now_ != ClockPhase.Void) revert WrongClockPhase(lot, now_);
        Lot storage item = _lots[lot];
        if (item.returned) revert AlreadyReturned(lot);
        item.returned = true;
        emit ItemReturned(lot);
        Items.give(_held, lot, item.token, item.tokenId, item.seller);
    }

    // BEFORE THE DRAW

    /// @inheritdoc ISignalClockAuction
    function join(uint256 lot, uint8 kind) external payable {
        Lot storage item = _inPhase(lot, ClockPhase.Joining);
        Terms memory terms = item.terms;
        if (kind >= terms.types) revert UnknownType(lot, kind);
        uint256 due = Units.toWei(terms.deposit);
        if (msg.value != due) revert WrongDeposit(lot, msg.value, due);
        if (_ids[lot][msg.sender] != 0) revert AlreadyJoined(lot, msg.sender);
        uint64 counts = item.counts;
        uint256 place = ValueTables.count(counts, kind);
        if (place == MOST_OF_A_TYPE) revert TypeFull(lot, kind, MOST_OF_A_TYPE);
        counts = ValueTables.add(counts, kind);
        uint256 size = ValueTables.valuesFrom(ValueTables.sides(counts, terms.types, terms.signals - 1), 0);
        if (size > MOST_VALUES) revert TableTooLarge(size, MOST_VALUES);
        item.counts = counts;
        uint256 id = _id(kind, place);
        _ids[lot][msg.sender] = id + 1;
        _bidders[lot][id].account = msg.sender;
        emit Joined(lot, msg.sender, kind, uint8(place)); // casting is safe: below 31
    }

    /// @inheritdoc ISignalClockAuction
    function register(uint256 lot, bytes calldata table) external {
        Lot storage item = _inPhase(lot, ClockPhase.Registering);
        Bidder storage bidder = _bidders[lot][_idOf(lot, msg.sender)];
        if (bidder.digest != 0) revert AlreadyRegistered(lot, msg.sender);
        uint256[] memory sizes = _sides(item);
        uint256 length = ValueTables.WIDTH * ValueTables.valuesFrom(sizes, 0);
        if (table.length != length) revert WrongLength(table.length, length);
        (bool falls, uint256 place) = ValueTables.firstFall(table, sizes);
        if (falls) revert NotMonotone(place);
        bidder.digest = keccak256(table);
        emit TableRegistered(lot, msg.sender, table);
    }

    // THE DRAW

    /// @inheritdoc ISignalClockAuction
    function requestDraw(uint256 lot) external {
        Lot storage item = _inPhase(lot, ClockPhase.Draw);
        DrawTime.requireTimely(lot, _longestDraw, item.terms.endOfRegistering + WINDOW);
        item.requested = true;
        emit DrawRequested(lot);
        randomness.request(lot);
    }

    /// @inheritdoc ISignalClockAuction
    function begin(uint256 lot) external {
        Lot storage item = _inPhase(lot, ClockPhase.Draw);
        (bool drawn, uint256 word) = randomness.wordOf(address(this), lot);
        // a word that a source has before it is asked could have been known before the tables
        if (!drawn || !item.requested) revert NotDrawn(lot);
        uint256[] memory sizes = _sides(item);
        uint256 step = item.terms.signals - 1;
        (uint256 kind, uint256 others, uint256 rest) = _drawKind(item.counts, sizes.length, word);
        // castings are safe: a residue is below the step, a stride at most the size of a table, others are at most 64
        (item.kind, item.residue, item.word) = (uint8(kind), uint16(rest % step), rest / step);
        item.stride = uint16(ValueTables.valuesFrom(sizes, kind + 1));
        (item.phase, item.awaited) = (ClockPhase.Learning, uint8(others));
        uint40 deadline = _deadline(item);
        item.clock.deadline = deadline;
        emit TypeDrawn(lot, word, uint8(kind), item.residue, deadline);
        if (others == 0) _endLearning(lot, item, block.timestamp);
    }

    // ANSWERS

    /// @inheritdoc ISignalClockAuction
    function accept(uint256 lot, uint16 signal) external {
        (Lot storage item, Bidder storage bidder, ClockPhase now_, uint256 kind) = _answering(lot);
        uint256 clock = bidder.clock;
        uint256 top = item.terms.signals - 1;
        uint256 most = now_ != ClockPhase.Offered ? top : item.signal == 0 ? 0 : item.signal - 1;
        if (signal <= clock || signal > most) revert BadSignal(signal, clock, most);
        bidder.clock = signal;
        emit ClockRaised(lot, msg.sender, signal);
        if (now_ == ClockPhase.Learning) {
            // casting is safe: a place in a table
            item.offset += uint16((signal - clock) * ValueTables.valuesFrom(_sides(item), kind + 1));
            if (signal == top) _learned(lot, item);
        } else if (signal == top) {
            _discovered(lot, item, signal);
        }
    }

    /// @inheritdoc ISignalClockAuction
    function leave(uint256 lot) external {
        (Lot storage item, Bidder storage bidder, ClockPhase now_,) = _answering(lot);
        bidder.left = true;
        emit BidderLeft(lot, msg.sender, false);
        if (now_ == ClockPhase.Learning) _learned(lot, item);
        else if (now_ == ClockPhase.Asking) _discovered(lot, item, bidder.clock);
        else _end(lot, item, ClockPhase.Unsold);
    }

    /// @inheritdoc ISignalClockAuction
    function expire(uint256 lot) external {
        ClockPhase now_ = phase(lot);
        if (now_ != ClockPhase.Asking && now_ != ClockPhase.Offered) revert WrongClockPhase(lot, now_);
        Lot storage item = _lots[lot];
        uint40 deadline = item.clock.deadline;
        if (block.timestamp < deadline) revert TooEarly(lot, deadline);
        Bidder storage bidder = _bidders[lot][_id(item.kind, item.clock.asked)];
        (bidder.left, bidder.silent) = (true, true);
        emit BidderLeft(lot, bidder.account, true);
        if (now_ == ClockPhase.Asking) _discovered(lot, item, bidder.clock);
        else _end(lot, item, ClockPhase.Unsold);
    }

    // PREPARING

    /// @inheritdoc ISignalClockAuction
    function prepare(uint256 lot, uint256 place, bytes[] calldata tables) external {
        Lot storage item = _inPhase(lot, ClockPhase.Preparing);
        if (item.phase == ClockPhase.Learning) _endLearning(lot, item, item.clock.deadline);
        uint256 bidders = ValueTables.count(item.counts, item.kind);
        uint256 next = item.prepared;
        if (place > next) revert WrongPlace(place, next);
        if (place + tables.length > bidders) revert TooManyTables(lot, bidders);
        if (place + tables.length <= next) return; // a log of nothing would be everybody's to read
        uint64[MOST_LEVELS] memory best;
        if (next != 0) best = item.best;
        SignalLevels levels = item.clock.levels;
        uint256 number = Levels.number(bidders, item.terms.signals - 1, item.residue);
        for (uint256 i = next - place; i < tables.length; ++i) {
            levels = _consider(lot, item, next++, tables[i], number, best, levels);
        }
        // casting is safe: at most 31 bidders
        (item.clock.levels, item.prepared) = (levels, uint8(next));
        emit TablesPrepared(lot, uint8(next));
        if (next < bidders) item.best = best;
        else _startClock(lot, item, bidders);
    }

    // THE OFFER

    /// @inheritdoc ISignalClockAuction
    function stateOffer(uint256 lot, bytes calldata table) external {
        Lot storage item = _inPhase(lot, ClockPhase.Stating);
        Clock memory clock = item.clock;
        Bidder storage bidder = _bidders[lot][_id(item.kind, clock.asked)];
        _checkTable(lot, bidder, table);
        (uint256 level, uint256 choice, uint256 choices) = _pricingLevel(item, clock);
        uint64 price;
        uint256 signal;
        if (table.length != 0) {
            price = _valueAt(item, table, level);
            signal = _leastSignal(item, table, clock.least, level, price);
        }
        uint40 deadline = _deadline(item);
        // castings are safe: signals fit 16 bits, and there are one or two choices
        (item.price, item.signal, item.clock.deadline, item.phase) = (price, uint16(signal), deadline, ClockPhase.Offered);
        emit OfferStated(lot, bidder.account, price, uint16(signal), uint8(choice), uint8(choices), deadline);
    }

    /// @inheritdoc ISignalClockAuction
    function buy(uint256 lot) external payable {
        _buy(lot, msg.sender);
    }

    /// @inheritdoc ISignalClockAuction
    function buyTo(uint256 lot, address recipient) external payable {
        Items.requireRecipient(recipient);
        emit ItemSent(lot, recipient);
        _buy(lot, recipient);
    }

    // CLAIMS

    /// @inheritdoc ISignalClockAuction
    function claim(uint256 lot) external {
        _claim(lot, msg.sender);
    }

    /// @inheritdoc ISignalClockAuction
    function claimTo(uint256 lot, address recipient) external {
        _claim(lot, recipient);
    }

    /// @inheritdoc ISignalClockAuction
    function claimBatch(uint256 lot, address[] calldata bidders) external {
        ClockPhase now_ = _over(lot);
        Lot storage item = _lots[lot];
        uint64 deposit = item.terms.deposit;
        uint256 amountWei = Units.toWei(deposit);
        for (uint256 i = 0; i < bidders.length; ++i) {
            address account = bidders[i];
            uint256 number = _ids[lot][account];
            if (number == 0) continue;
            uint256 id = number - 1;
            Bidder storage bidder = _bidders[lot][id];
            if (bidder.paid) continue;
            bidder.paid = true;
            if (_forfeits(item, bidder, id, now_)) {
                proceeds[item.seller] += amountWei;
                emit DepositForfeited(lot, account);
            } else if (Payments.push(account, amountWei)) {
                emit Claimed(lot, account, account, amountWei);
            } else {
                bidder.paid = false;
                emit PushRefused(lot, account, deposit);
            }
        }
    }

    // VIEWS

    /// @inheritdoc ISignalClockAuction
    function phase(uint256 lot) public view returns (ClockPhase) {
        Lot storage item = _lots[lot];
        ClockPhase now_ = item.phase;
        if (now_ == ClockPhase.Joining) {
            if (block.timestamp < item.terms.endOfJoining) return now_;
            if (item.counts == 0) return ClockPhase.Void;
            uint256 end = item.terms.endOfRegistering;
            if (block.timestamp < end) return ClockPhase.Registering;
            return block.timestamp < end + WINDOW ? ClockPhase.Draw : ClockPhase.Void;
        }
        if (now_ != ClockPhase.Learning && now_ != ClockPhase.Preparing && now_ != ClockPhase.Stating) return now_;
        uint256 deadline = item.clock.deadline;
        if (block.timestamp < deadline) return now_;
        return now_ == ClockPhase.Learning && block.timestamp < deadline + WINDOW ? ClockPhase.Preparing : ClockPhase.Void;
    }

    /// @inheritdoc ISignalClockAuction
    function lotOf(uint256 lot) external view returns (Lot memory) {
        return _lots[lot];
    }

    /// @inheritdoc ISignalClockAuction
    function tableSize(uint256 lot) external view returns (uint256) {
        return ValueTables.valuesFrom(_sides(_lots[lot]), 0);
    }

    /// @inheritdoc ISignalClockAuction
    function bidderOf(uint256 lot, address account) external view returns (uint256 kind, uint256 place, Bidder memory bidder) {
        uint256 id = _idOf(lot, account);
        return (_kindOf(id), id % MOST_LEVELS, _bidders[lot][id]);
    }

    // WHAT HAPPENS NEXT

    /// @dev One bidder outside the drawn type is done.
    function _learned(uint256 lot, Lot storage item) private {
        uint8 awaited = item.awaited - 1;
        item.awaited = awaited;
        if (awaited == 0) _endLearning(lot, item, block.timestamp);
    }

    /// @dev The others' totals are known, since `since`.
    function _endLearning(uint256 lot, Lot storage item, uint256 since) private {
        item.phase = ClockPhase.Preparing;
        item.clock.deadline = uint40(since + WINDOW); // casting is safe: in this epoch
        emit OthersLearned(lot, item.offset);
    }

    /// @dev All tables were looked at: the first draw, or the only bidder is the last.
    function _startClock(uint256 lot, Lot storage item, uint256 bidders) private {
        Clock memory clock = item.clock;
        clock.active = uint32((1 << bidders) - 1); // casting is safe: at most 31 bidders
        emit ClockStarted(lot, clock.levels);
        _draw(lot, item, clock);
    }

    /// @dev The bidder who is asked was discovered: the interval shrinks, and whoever is optimal nowhere in it goes next, in the order of
    /// joining.
    function _discovered(uint256 lot, Lot storage item, uint16 signal) private {
        Clock memory clock = item.clock;
        clock.least += signal;
        if (clock.active == 0) {
            item.clock = clock;
            return _end(lot, item, ClockPhase.Unsold);
        }
        (uint256 first, uint256 end) = Levels.interval(clock.least, clock.active.size(), item.terms.signals - 1, item.residue);
        uint32 idle = clock.active & ~clock.levels.contenders(first, end);
        if (idle != 0) _ask(lot, item, clock, idle.nth(0), false);
        else _draw(lot, item, clock);
    }

    /// @dev A costly discovery, unless one bidder is left.
    function _draw(uint256 lot, Lot storage item, Clock memory clock) private {
        uint256 size = clock.active.size();
        if (size > 1) {
            uint256 word = item.word;
            item.word = word / size;
            return _ask(lot, item, clock, clock.active.nth(word % size), true);
        }
        uint256 place = clock.active.nth(0);
        // castings are safe: a place, and a time in this epoch
        (clock.asked, clock.deadline) = (uint8(place), uint40(block.timestamp + WINDOW));
        item.clock = clock;
        item.phase = ClockPhase.Stating;
        emit LastBidder(lot, _bidders[lot][_id(item.kind, place)].account, clock.least);
    }

    /// @dev Raises the clock of an active bidder, who is active no longer.
    function _ask(uint256 lot, Lot storage item, Clock memory clock, uint256 place, bool costly) private {
        clock.active = clock.active.without(place);
        (clock.asked, clock.deadline) = (uint8(place), _deadline(item)); // casting is safe: a place
        item.clock = clock;
        if (item.phase != ClockPhase.Asking) item.phase = ClockPhase.Asking;
        address account = _bidders[lot][_id(item.kind, place)].account;
        emit BidderAsked(lot, account, costly, clock.active, clock.least, clock.deadline);
    }

    function _buy(uint256 lot, address recipient) private {
        (Lot storage item, Bidder storage bidder, ClockPhase now_,) = _answering(lot);
        if (now_ != ClockPhase.Offered) revert WrongClockPhase(lot, now_);
        uint64 price = item.price;
        uint256 due = Units.toWei(price);
        if (msg.value != due) revert WrongPayment(lot, msg.value, due);
        uint16 signal = item.signal;
        if (signal > bidder.clock) {
            bidder.clock = signal;
            emit ClockRaised(lot, msg.sender, signal);
        }
        proceeds[item.seller] += due;
        emit LotSettled(lot, msg.sender, price, price);
        _end(lot, item, ClockPhase.Settled);
        Items.give(_held, lot, item.token, item.tokenId, recipient);
    }

    function _end(uint256 lot, Lot storage item, ClockPhase last) private {
        item.phase = last;
        if (last == ClockPhase.Unsold) emit LotUnsold(lot);
    }

    function _claim(uint256 lot, address recipient) private {
        ClockPhase now_ = _over(lot);
        Lot storage item = _lots[lot];
        uint256 id = _idOf(lot, msg.sender);
        Bidder storage bidder = _bidders[lot][id];
        if (bidder.paid || _forfeits(item, bidder, id, now_)) revert NothingToClaim(lot, msg.sender);
        bidder.paid = true;
        uint256 amountWei = Units.toWei(item.terms.deposit);
        emit Claimed(lot, msg.sender, recipient, amountWei);
        Payments.send(recipient, amountWei);
    }

    // SHARED STEPS

    function _checkTerms(Terms calldata terms) private view {
        if (terms.signals < 2 || _tableOfTwo(terms) > MOST_VALUES) revert BadSignals(terms.signals);
        if (terms.types == 0 || terms.types > MOST_TYPES) revert BadTypes(terms.types);
        if (
            terms.endOfJoining <= block.timestamp || terms.endOfJoining > block.timestamp + MAX_PHASE
                || terms.endOfRegistering < terms.endOfJoining + MIN_PHASE
                || terms.endOfRegistering > terms.endOfJoining + MAX_PHASE || terms.answerSeconds < MIN_PHASE
                || terms.answerSeconds > MAX_ANSWER
        ) revert BadSchedule(terms.endOfJoining, terms.endOfRegistering, terms.answerSeconds);
        if (terms.deposit == 0) revert NoDeposit();
    }

    /// @dev How many values a table has with two bidders: of one type, or of two, where it is the larger.
    function _tableOfTwo(Terms calldata terms) private pure returns (uint256) {
        uint256 signals = terms.signals;
        return terms.types < 2 ? 2 * signals - 1 : signals * signals;
    }

    function _inPhase(uint256 lot, ClockPhase wanted) private view returns (Lot storage) {
        ClockPhase now_ = phase(lot);
        if (now_ != wanted) revert WrongClockPhase(lot, now_);
        return _lots[lot];
    }

    function _over(uint256 lot) private view returns (ClockPhase now_) {
        now_ = phase(lot);
        if (now_ < ClockPhase.Settled) revert WrongClockPhase(lot, now_);
    }

    /// @dev The caller as one who may answer now; reverts for anyone else.
    function _answering(uint256 lot)
        private
        view
        returns (Lot storage item, Bidder storage bidder, ClockPhase now_, uint256 kind)
    {
        now_ = phase(lot);
        if (now_ != ClockPhase.Learning && now_ != ClockPhase.Asking && now_ != ClockPhase.Offered) {
            revert WrongClockPhase(lot, now_);
        }
        item = _lots[lot];
        uint256 id = _idOf(lot, msg.sender);
        bidder = _bidders[lot][id];
        kind = _kindOf(id);
        if (now_ == ClockPhase.Learning) {
            if (kind == item.kind) revert NotAsked(lot, msg.sender);
            if (bidder.left || bidder.clock == item.terms.signals - 1) revert AlreadyLearned(lot, msg.sender);
        } else {
            if (id != _id(item.kind, item.clock.asked)) revert NotAsked(lot, msg.sender);
            uint40 deadline = item.clock.deadline;
            if (block.timestamp >= deadline) revert TooLate(lot, deadline);
        }
    }

    function _deadline(Lot storage item) private view returns (uint40) {
        return uint40(block.timestamp + item.terms.answerSeconds); // casting is safe: in this epoch
    }

    /// @dev The first digit of the word: a type among those that have bidders. And how many bidders all other types have, and the word's
    /// rest.
    function _drawKind(uint64 counts, uint256 types, uint256 word)
        private
        pure
        returns (uint256 drawn, uint256 others, uint256 rest)
    {
        uint32 kinds;
        for (uint256 kind = 0; kind < types; ++kind) {
            uint256 bidders = ValueTables.count(counts, kind);
            others += bidders;
            if (bidders != 0) kinds |= uint32(1 << kind);
        }
        uint256 choices = kinds.size();
        drawn = kinds.nth(word % choices);
        return (drawn, others - ValueTables.count(counts, drawn), word / choices);
    }

    /// @dev Takes one table into account: at every level where its value is higher than all before, its bidder is optimal. Ties stay with
    /// the first, so that the bidder at place 0 is optimal wherever nobody values the item.
    function _consider(
        uint256 lot,
        Lot storage item,
        uint256 place,
        bytes calldata table,
        uint256 number,
        uint64[MOST_LEVELS] memory best,
        SignalLevels levels
    ) private view returns (SignalLevels) {
        _checkTable(lot, _bidders[lot][_id(item.kind, place)], table);
        if (table.length == 0) return levels;
        uint256 stride = item.stride;
        uint256 entry = item.offset + item.residue * stride;
        uint256 gap = (item.terms.signals - 1) * stride;
        for (uint256 level = 0; level < number; ++level) {
            uint64 value = ValueTables.valueAt(table, entry);
            if (value > best[level]) {
                best[level] = value;
                levels = levels.put(level, place);
            }
            entry += gap;
        }
        return levels;
    }

    function _checkTable(uint256 lot, Bidder storage bidder, bytes calldata table) private view {
        bytes32 digest = bidder.digest;
        if (digest == 0 ? table.length != 0 : keccak256(table) != digest) revert WrongTable(lot, bidder.account);
    }

    /// @dev The number of the level that sets the price, and which it is of how many: one or two, since the interval holds two levels at
    /// most and a bidder optimal at none in it is not the last.
    function _pricingLevel(Lot storage item, Clock memory clock)
        private
        view
        returns (uint256 level, uint256 choice, uint256 choices)
    {
        (uint256 first, uint256 end) = Levels.interval(clock.least, 1, item.terms.signals - 1, item.residue);
        level = clock.levels.optimalAt(first) == clock.asked ? first : first + 1;
        bool both = level + 1 < end && clock.levels.optimalAt(level + 1) == clock.asked;
        choices = both && item.terms.pricing == Pricing.Revenue ? 2 : 1;
        choice = item.word % choices;
        level += choice;
    }

    /// @dev The value at a level.
    function _valueAt(Lot storage item, bytes calldata table, uint256 level) private view returns (uint64) {
        uint256 total = item.residue + level * (item.terms.signals - 1);
        return ValueTables.valueAt(table, item.offset + total * item.stride);
    }

    /// @dev The least signal of the last bidder at which it values the item at the price, by bisection.
    function _leastSignal(Lot storage item, bytes calldata table, uint256 least, uint256 level, uint64 price)
        private
        view
        returns (uint256 low)
    {
        (uint256 offset, uint256 stride) = (item.offset, item.stride);
        uint256 high = item.residue + level * (item.terms.signals - 1) - least; // enough, since it gives the price
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (ValueTables.valueAt(table, offset + (least + middle) * stride) >= price) high = middle;
            else low = middle + 1;
        }
    }

    /// @dev Whether a bidder let a deadline pass: that of the tables, or of an answer. A void lot costs nobody anything.
    function _forfeits(Lot storage item, Bidder storage bidder, uint256 id, ClockPhase now_) private view returns (bool) {
        if (now_ == ClockPhase.Void) return false;
        if (bidder.digest == 0 || bidder.silent) return true;
        return _kindOf(id) != item.kind && !bidder.left && bidder.clock < item.terms.signals - 1;
    }

    function _sides(Lot storage item) private view returns (uint256[] memory) {
        uint256 signals = item.terms.signals;
        return ValueTables.sides(item.counts, item.terms.types, signals == 0 ? 0 : signals - 1);
    }

    function _id(uint256 kind, uint256 place) private pure returns (uint256) {
        return kind * MOST_LEVELS + place;
    }

    function _kindOf(uint256 id) private pure returns (uint256) {
        return id / MOST_LEVELS;
    }

    function _idOf(uint256 lot, address account) private view returns (uint256) {
        uint256 number = _ids[lot][account];
        if (number == 0) revert NotJoined(lot, account);
        return number - 1;
    }
}

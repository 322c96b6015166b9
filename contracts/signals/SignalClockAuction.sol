// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {TabledAuction} from "../base/TabledAuction.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";
import {ITabledAuction} from "../interfaces/ITabledAuction.sol";
import {Items} from "../libraries/Items.sol";
import {ValueTables} from "../libraries/ValueTables.sol";
import {ClockTerms} from "./ClockTerms.sol";
import {ISignalClockAuction} from "./ISignalClockAuction.sol";
import {Levels, MOST_LEVELS, Places, SignalLevels} from "./SignalLevels.sol";

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
/// through `multicall`: `accept` and `exit`.
contract SignalClockAuction is ISignalClockAuction, TabledAuction, Multicall {
    using Places for uint32;
    using Levels for SignalLevels;

    // CONSTANTS

    /// @notice The most types: with more, each having a bidder, a table would be too large.
    uint256 public constant MOST_TYPES = ValueTables.MOST_SIDES;

    // STORAGE (after slot 0 of Proceeds, slot 1 of Escrow, and slots 2 and 3 of TabledAuction)

    /// @dev Slot 4.
    mapping(uint256 lot => Lot) private _lots;
    /// @dev Slot 5: bidders by id, 32 * type + place in the type.
    mapping(uint256 lot => mapping(uint256 id => Bidder)) private _bidders;

    /// @param randomness_ See `TabledAuction`.
    constructor(IRandomness randomness_) TabledAuction(randomness_) {}

    // SELLING

    /// @inheritdoc ISignalClockAuction
    function list(IERC721 token, uint256 tokenId, Terms memory terms) external returns (uint256 lot) {
        ClockTerms.check(terms);
        lot = ++lotCount;
        Lot storage item = _lots[lot];
        item.terms = terms;
        (item.seller, item.token, item.tokenId, item.phase) = (msg.sender, token, tokenId, ClockPhase.Joining);
        emit LotListed(lot, msg.sender, token, tokenId, terms);
        Items.take(_held, lot, token, tokenId, msg.sender);
    }

    /// @inheritdoc ITabledAuction
    function reclaim(uint256 lot) external {
        ClockPhase now_ = phase(lot);
        if (now_ != ClockPhase.Unsold && now_ != ClockPhase.Void) _wrongPhase(lot, now_);
        Lot storage item = _lots[lot];
        if (item.returned) revert AlreadyReturned(lot);
        item.returned = true;
        emit ItemReturned(lot);
        Items.give(_held, lot, item.token, item.tokenId, item.seller);
    }

    // BEFORE THE DRAW

    /// @inheritdoc ITabledAuction
    function join(uint256 lot, uint8 kind) external payable {
        Lot storage item = _inPhase(lot, ClockPhase.Joining);
        Terms memory terms = item.terms;
        _checkEntry(lot, kind, terms.types, terms.deposit);
        uint64 counts = item.counts;
        uint256 place = ValueTables.count(counts, kind);
        if (place == MOST_OF_A_TYPE) revert TypeFull(lot, kind, MOST_OF_A_TYPE);
        counts = ValueTables.add(counts, kind);
        uint256 size = ValueTables.valuesFrom(counts, terms.types, terms.signals - 1, 0);
        if (size > MOST_VALUES) revert TableTooLarge(size, MOST_VALUES);
        item.counts = counts;
        uint256 id = _id(kind, place);
        _numbers[lot][msg.sender] = id + 1;
        _bidders[lot][id].account = msg.sender;
        emit Joined(lot, msg.sender, kind, uint8(place)); // casting is safe: below 31
    }

    /// @inheritdoc ISignalClockAuction
    function register(uint256 lot, bytes calldata table) external {
        Lot storage item = _inPhase(lot, ClockPhase.Registering);
        Bidder storage bidder = _bidders[lot][_numberOf(lot, msg.sender)];
        if (bidder.digest != 0) revert AlreadyRegistered(lot, msg.sender);
        (uint64 counts, uint256 types, uint256 step) = (item.counts, item.terms.types, _step(item));
        _checkNew(table, counts, types, step);
        bidder.digest = keccak256(table);
        emit TableRegistered(lot, msg.sender, table);
    }

    // THE DRAW

    /// @inheritdoc ITabledAuction
    function requestDraw(uint256 lot) external {
        Lot storage item = _inPhase(lot, ClockPhase.Draw);
        item.requested = true;
        _request(lot, item.terms.endOfRegistering);
    }

    /// @inheritdoc ISignalClockAuction
    function begin(uint256 lot) external {
        Lot storage item = _inPhase(lot, ClockPhase.Draw);
        uint256 word = _word(lot, item.requested);
        uint256 step = _step(item);
        (uint256 kind, uint256 others, uint256 rest) = _drawKind(item.counts, item.terms.types, word);
        // castings are safe: a residue is below the step, a stride at most the size of a table, others are at most 64
        uint16 residue = uint16(rest % step);
        uint16 stride = uint16(_strideOf(item, kind));
        (item.phase, item.kind, item.residue, item.stride) = (ClockPhase.Learning, uint8(kind), residue, stride);
        (item.awaited, item.word) = (uint8(others), rest / step);
        uint40 deadline = _deadline(item);
        item.clock.deadline = deadline;
        emit TypeDrawn(lot, word, uint8(kind), residue, deadline);
        if (others == 0) _endLearning(lot, item, block.timestamp);
    }

    // ANSWERS

    /// @inheritdoc ISignalClockAuction
    function accept(uint256 lot, uint16 signal) external {
        (Lot storage item, Bidder storage bidder, ClockPhase now_, uint256 kind) = _answering(lot);
        uint256 clock = bidder.clock;
        uint256 top = _step(item);
        uint256 most = now_ != ClockPhase.Offered ? top : item.signal == 0 ? 0 : item.signal - 1;
        if (signal <= clock || signal > most) revert BadSignal(signal, clock, most);
        bidder.clock = signal;
        emit ClockRaised(lot, msg.sender, signal);
        if (now_ == ClockPhase.Learning) {
            // casting is safe: a place in a table
            item.offset += uint16((signal - clock) * _strideOf(item, kind));
            if (signal == top) _learned(lot, item);
        } else if (signal == top) {
            _discovered(lot, item, signal);
        }
    }

    /// @inheritdoc ISignalClockAuction
    function exit(uint256 lot) external {
        (Lot storage item, Bidder storage bidder, ClockPhase now_,) = _answering(lot);
        _left(lot, item, bidder, now_, false);
    }

    /// @inheritdoc ISignalClockAuction
    function expire(uint256 lot) external {
        ClockPhase now_ = phase(lot);
        if (now_ != ClockPhase.Asking && now_ != ClockPhase.Offered) _wrongPhase(lot, now_);
        Lot storage item = _lots[lot];
        uint40 deadline = item.clock.deadline;
        if (block.timestamp < deadline) revert TooEarly(lot, deadline);
        _left(lot, item, _bidderAt(lot, item, item.clock.asked), now_, true);
    }

    // PREPARING

    /// @inheritdoc ISignalClockAuction
    function prepare(uint256 lot, uint256 place, bytes[] calldata tables) external {
        Lot storage item = _inPhase(lot, ClockPhase.Preparing);
        if (item.phase == ClockPhase.Learning) _endLearning(lot, item, item.clock.deadline);
        uint256 bidders = ValueTables.count(item.counts, item.kind);
        uint256 next = item.prepared;
        if (place > next) revert WrongPlace(place, next);
        uint256 end = place + tables.length;
        if (end > bidders) revert TooManyTables(lot, bidders);
        if (end <= next) return; // a log of nothing would be everybody's to read
        uint64[MOST_LEVELS] memory best;
        if (next != 0) best = item.best;
        SignalLevels levels = item.clock.levels;
        uint256 number = Levels.number(bidders, _step(item), item.residue);
        for (; next < end; ++next) {
            levels = _consider(lot, item, next, tables[next - place], number, best, levels);
        }
        // casting is safe: at most 31 bidders
        (item.clock.levels, item.prepared) = (levels, uint8(end));
        emit TablesPrepared(lot, uint8(end));
        if (end < bidders) item.best = best;
        else _startClock(lot, item, bidders);
    }

    // THE OFFER

    /// @inheritdoc ISignalClockAuction
    function stateOffer(uint256 lot, bytes calldata table) external {
        Lot storage item = _inPhase(lot, ClockPhase.Stating);
        Clock memory clock = item.clock;
        Bidder storage bidder = _bidderAt(lot, item, clock.asked);
        _checkTable(lot, bidder, table);
        (uint256 level, uint256 choice, uint256 choices) = _pricingLevel(item, clock);
        uint64 price;
        uint256 signal;
        if (table.length != 0) (price, signal) = _priceAt(item, table, clock.least, level);
        uint40 deadline = _deadline(item);
        // castings are safe: signals fit 16 bits, and there are one or two choices
        (item.price, item.signal, item.clock.deadline, item.phase) = (price, uint16(signal), deadline, ClockPhase.Offered);
        emit OfferStated(lot, bidder.account, price, uint16(signal), uint8(choice), uint8(choices), deadline);
    }

    // CLAIMS

    /// @inheritdoc ITabledAuction
    function claimBatch(uint256 lot, address[] calldata bidders) external {
        ClockPhase now_ = _over(lot);
        Lot storage item = _lots[lot];
        uint64 deposit = item.terms.deposit;
        for (uint256 i = 0; i < bidders.length; ++i) {
            address account = bidders[i];
            uint256 number = _numbers[lot][account];
            if (number == 0) continue;
            uint256 id = number - 1;
            Bidder storage bidder = _bidders[lot][id];
            if (bidder.paid) continue;
            bidder.paid = true;
            if (_forfeits(item, bidder, id, now_)) {
                _forfeit(lot, account, deposit, item.seller);
            } else if (!_push(lot, account, deposit)) {
                bidder.paid = false;
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
            return block.timestamp < _later(end, WINDOW) ? ClockPhase.Draw : ClockPhase.Void;
        }
        if (now_ != ClockPhase.Learning && now_ != ClockPhase.Preparing && now_ != ClockPhase.Stating) return now_;
        uint256 deadline = item.clock.deadline;
        if (block.timestamp < deadline) return now_;
        bool waits = now_ == ClockPhase.Learning && block.timestamp < _later(deadline, WINDOW);
        return waits ? ClockPhase.Preparing : ClockPhase.Void;
    }

    /// @inheritdoc ISignalClockAuction
    function lotOf(uint256 lot) external view returns (Lot memory) {
        return _lots[lot];
    }

    /// @inheritdoc ITabledAuction
    function tableSize(uint256 lot) external view returns (uint256) {
        return _valuesFrom(_lots[lot], 0);
    }

    /// @inheritdoc ISignalClockAuction
    function bidderOf(uint256 lot, address account) external view returns (uint256 kind, uint256 place, Bidder memory bidder) {
        uint256 id = _numberOf(lot, account);
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
        item.clock.deadline = _later(since, WINDOW);
        emit OthersLearned(lot, item.offset);
    }

    /// @dev All tables were looked at.
    function _startClock(uint256 lot, Lot storage item, uint256 bidders) private {
        Clock memory clock = item.clock;
        clock.active = uint32((1 << bidders) - 1); // casting is safe: at most 31 bidders
        emit ClockStarted(lot, clock.levels);
        _proceed(lot, item, clock);
    }

    /// @dev A bidder is done for good: more of its signal than where its clock stands is never known.
    function _left(uint256 lot, Lot storage item, Bidder storage bidder, ClockPhase now_, bool silent) private {
        (bidder.left, bidder.silent) = (true, silent);
        emit BidderLeft(lot, bidder.account, silent);
        if (now_ == ClockPhase.Learning) _learned(lot, item);
        else if (now_ == ClockPhase.Asking) _discovered(lot, item, bidder.clock);
        else _unsold(lot, item);
    }

    /// @dev The bidder who is asked was discovered: the interval of possible totals shrinks.
    function _discovered(uint256 lot, Lot storage item, uint16 signal) private {
        Clock memory clock = item.clock;
        clock.least += signal;
        if (clock.active != 0) return _proceed(lot, item, clock);
        item.clock.least = clock.least;
        _unsold(lot, item);
    }

    /// @dev Discovers one more: whoever is optimal nowhere in the interval goes first, in the order of joining, at no cost; without any, one
    /// who is drawn, unless it is the last. Before the first draw nobody is passed over.
    function _proceed(uint256 lot, Lot storage item, Clock memory clock) private {
        uint256 size = clock.active.size();
        bool started = item.phase == ClockPhase.Asking;
        uint32 idle = started ? _idle(item, clock, size) : 0;
        uint256 index;
        if (idle == 0 && size > 1) {
            uint256 word = item.word;
            (item.word, index) = (word / size, word % size);
        }
        bool last = idle == 0 && size == 1;
        uint256 place = (idle == 0 ? clock.active : idle).nth(index);
        // casting is safe: a place
        (clock.asked, clock.deadline) = (uint8(place), _later(block.timestamp, last ? WINDOW : item.terms.answerSeconds));
        if (!last) clock.active = clock.active.without(place);
        item.clock = clock;
        address account = _bidderAt(lot, item, place).account;
        if (last) {
            item.phase = ClockPhase.Stating;
            emit LastBidder(lot, account, clock.least);
        } else {
            if (!started) item.phase = ClockPhase.Asking;
            emit BidderAsked(lot, account, idle == 0, clock.active, clock.least, clock.deadline);
        }
    }

    /// @dev The active bidders who are optimal nowhere in the interval, as bits.
    function _idle(Lot storage item, Clock memory clock, uint256 active) private view returns (uint32) {
        (uint256 first, uint256 end) = Levels.interval(clock.least, active, _step(item), item.residue);
        return clock.active & ~clock.levels.contenders(first, end);
    }

    function _unsold(uint256 lot, Lot storage item) private {
        item.phase = ClockPhase.Unsold;
        emit LotUnsold(lot);
    }

    function _buy(uint256 lot, address recipient) internal override {
        (Lot storage item, Bidder storage bidder, ClockPhase now_,) = _answering(lot);
        if (now_ != ClockPhase.Offered) _wrongPhase(lot, now_);
        (uint64 price, uint16 signal) = (item.price, item.signal);
        if (signal > bidder.clock) {
            bidder.clock = signal;
            emit ClockRaised(lot, msg.sender, signal);
        }
        _takePrice(lot, price, item.seller);
        item.phase = ClockPhase.Settled;
        Items.give(_held, lot, item.token, item.tokenId, recipient);
    }

    function _redeem(uint256 lot) internal override returns (uint64) {
        ClockPhase now_ = _over(lot);
        Lot storage item = _lots[lot];
        uint256 id = _numberOf(lot, msg.sender);
        Bidder storage bidder = _bidders[lot][id];
        if (bidder.paid || _forfeits(item, bidder, id, now_)) revert NothingToClaim(lot, msg.sender);
        bidder.paid = true;
        return item.terms.deposit;
    }

    // SHARED STEPS

    function _inPhase(uint256 lot, ClockPhase wanted) private view returns (Lot storage) {
        ClockPhase now_ = phase(lot);
        if (now_ != wanted) _wrongPhase(lot, now_);
        return _lots[lot];
    }

    function _wrongPhase(uint256 lot, ClockPhase now_) private pure {
        revert WrongClockPhase(lot, now_);
    }

    function _over(uint256 lot) private view returns (ClockPhase now_) {
        now_ = phase(lot);
        if (now_ < ClockPhase.Settled) _wrongPhase(lot, now_);
    }

    /// @dev The caller as one who may answer now; reverts for anyone else.
    function _answering(uint256 lot)
        private
        view
        returns (Lot storage item, Bidder storage bidder, ClockPhase now_, uint256 kind)
    {
        now_ = phase(lot);
        if (now_ != ClockPhase.Learning && now_ != ClockPhase.Asking && now_ != ClockPhase.Offered) {
            _wrongPhase(lot, now_);
        }
        item = _lots[lot];
        uint256 id = _numberOf(lot, msg.sender);
        bidder = _bidders[lot][id];
        kind = _kindOf(id);
        if (now_ == ClockPhase.Learning) {
            if (kind == item.kind) revert NotAsked(lot, msg.sender);
            if (bidder.left || bidder.clock == _step(item)) revert AlreadyLearned(lot, msg.sender);
        } else {
            if (id != _id(item.kind, item.clock.asked)) revert NotAsked(lot, msg.sender);
            uint40 deadline = item.clock.deadline;
            if (block.timestamp >= deadline) revert TooLate(lot, deadline);
        }
    }

    function _deadline(Lot storage item) private view returns (uint40) {
        return _later(block.timestamp, item.terms.answerSeconds);
    }

    /// @dev The first digit of the word: a type among those that have bidders. And how many bidders all other types have, and the word's
    /// rest.
    function _drawKind(uint64 counts, uint256 types, uint256 word)
        private
        pure
        returns (uint256 drawn, uint256 others, uint256 rest)
    {
        unchecked {
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
        _checkTable(lot, _bidderAt(lot, item, place), table);
        if (table.length == 0) return levels;
        uint256 stride = item.stride;
        unchecked {
            uint256 entry = item.offset + item.residue * stride;
            uint256 gap = _step(item) * stride;
            for (uint256 level = 0; level < number; ++level) {
                uint64 value = ValueTables.valueAt(table, entry);
                if (value > best[level]) {
                    best[level] = value;
                    levels = levels.put(level, place);
                }
                entry += gap;
            }
        }
        return levels;
    }

    function _checkTable(uint256 lot, Bidder storage bidder, bytes calldata table) private view {
        if (!_isRegistered(table, bidder.digest)) revert WrongTable(lot, bidder.account);
    }

    /// @dev The number of the level that sets the price, and which it is of how many: one or two, since the interval holds two levels at
    /// most and a bidder optimal at none in it is not the last.
    function _pricingLevel(Lot storage item, Clock memory clock)
        private
        view
        returns (uint256 level, uint256 choice, uint256 choices)
    {
        (uint256 first, uint256 end) = Levels.interval(clock.least, 1, _step(item), item.residue);
        unchecked {
            level = clock.levels.optimalAt(first) == clock.asked ? first : first + 1;
            bool both = level + 1 < end && clock.levels.optimalAt(level + 1) == clock.asked;
            choices = both && item.terms.pricing == Pricing.Revenue ? 2 : 1;
            choice = item.word % choices;
            level += choice;
        }
    }

    /// @dev What a table's owner pays at a level, the value there, and the least signal at which it values the item as much, by bisection.
    /// `least` is the sum of the others' signals, at most the level's total.
    function _priceAt(Lot storage item, bytes calldata table, uint256 least, uint256 level)
        private
        view
        returns (uint64 price, uint256 signal)
    {
        (uint256 offset, uint256 stride) = (item.offset, item.stride);
        // no overflow: totals are below 2^21, places in a table below 2^37
        unchecked {
            uint256 high = item.residue + level * _step(item) - least;
            price = ValueTables.valueAt(table, offset + (least + high) * stride);
            while (signal < high) {
                uint256 middle = (signal + high) / 2;
                if (ValueTables.valueAt(table, offset + (least + middle) * stride) >= price) high = middle;
                else signal = middle + 1;
            }
        }
    }

    /// @dev Whether a bidder let a deadline pass: that of the tables, or of an answer. A void lot costs nobody anything.
    function _forfeits(Lot storage item, Bidder storage bidder, uint256 id, ClockPhase now_) private view returns (bool) {
        if (now_ == ClockPhase.Void) return false;
        if (bidder.digest == 0 || bidder.silent) return true;
        return _kindOf(id) != item.kind && !bidder.left && bidder.clock < _step(item);
    }

    /// @dev The highest signal of a lot that was listed: at least 1.
    function _step(Lot storage item) private view returns (uint256) {
        unchecked {
            return item.terms.signals - 1;
        }
    }

    /// @dev How many values a table has, from a type's side on; 1 of a lot never listed, which has no types.
    function _valuesFrom(Lot storage item, uint256 kind) private view returns (uint256) {
        return ValueTables.valuesFrom(item.counts, item.terms.types, _step(item), kind);
    }

    /// @dev How far apart in a table the totals of a type are.
    function _strideOf(Lot storage item, uint256 kind) private view returns (uint256) {
        unchecked {
            return _valuesFrom(item, kind + 1);
        }
    }

    /// @dev The bidder at a place of the drawn type.
    function _bidderAt(uint256 lot, Lot storage item, uint256 place) private view returns (Bidder storage) {
        return _bidders[lot][_id(item.kind, place)];
    }

    function _id(uint256 kind, uint256 place) private pure returns (uint256) {
        unchecked {
            return kind * MOST_LEVELS + place;
        }
    }

    function _kindOf(uint256 id) private pure returns (uint256) {
        return id / MOST_LEVELS;
    }
}

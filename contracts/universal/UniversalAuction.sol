// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {TabledAuction} from "../base/TabledAuction.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";
import {ITabledAuction} from "../interfaces/ITabledAuction.sol";
import {BidSlots} from "../libraries/BidSlot.sol";
import {Items} from "../libraries/Items.sol";
import {ValueTables} from "../libraries/ValueTables.sol";
import {Bases, MOST_BASES, Profile} from "./Bases.sol";
import {IUniversalAuction} from "./IUniversalAuction.sol";
import {Marks} from "./Marks.sol";
import {UniversalTerms} from "./UniversalTerms.sol";

/// @title The universally truthful auction for values that depend on everybody's signals
/// @notice Sells an ERC-721 item to one of several bidders. Everyone's values are public: a table over how many bidders of each type have at
/// least each signal. A signal is private, a whole number from 0 to k - 1; it is sealed together with the table, and revealed. Whoever has
/// at least its threshold, the least signal with which it values the item most, is served; all others' signals with that threshold are its
/// base, and a base has a colour. One colour is drawn, and the one bidder served whose base has it, if there is one, may buy at its value at
/// the base. Lots are independent of each other. A life: joining, registering, revealing, one random word, the tables, an offer.
/// Source: Prior-Free Clock Auctions for Bidders with Interdependent Values, §5 and Theorem 12, under the welfare rule; the draw among
/// auctions without chance and its proof are in docs/universal.md. The same as `auction` in
/// offchain/model/mechanisms/universal_allocation.py.
///
/// Truth. Whatever is drawn, and whether it is known or not, a bidder's own signal is its best report, ex-post: if the others report theirs,
/// values do not fall when a signal rises, tables are what everybody's values are, and everybody joins once. What it may have to pay never
/// depends on its own report, and is at most its value.
///
/// Chance. The colour is `word % colours`: uniform up to a total variation distance of 2^-248.
///
/// Deadlines. Who registers no table, or does not reveal its signal, or lets the offer's time pass, loses its deposit to the seller; everybody
/// else gets it back when the lot is over. Of a lot that becomes void everybody does.
/// @dev No owner, no upgrade, no pause. The balance covers all deposits and proceeds at every moment.
contract UniversalAuction is IUniversalAuction, TabledAuction {
    using Bases for Profile;
    using UniversalTerms for Terms;

    // CONSTANTS

    /// @notice The most sides of a table: one for each type and signal from 1 up.
    uint256 public constant MOST_SIDES = ValueTables.MOST_SIDES;
    /// @notice The most signals.
    uint256 public constant MOST_SIGNALS = UniversalTerms.MOST_SIGNALS;

    // STORAGE (after slot 0 of Proceeds, slot 1 of Escrow, and slots 2 and 3 of TabledAuction)

    /// @dev Slot 4.
    mapping(uint256 lot => Lot) private _lots;
    /// @dev Slot 5: bidders by number, in the order of joining.
    mapping(uint256 lot => mapping(uint256 number => Bidder)) private _bidders;

    /// @param randomness_ See `TabledAuction`.
    constructor(IRandomness randomness_) TabledAuction(randomness_) {}

    // SELLING

    /// @inheritdoc IUniversalAuction
    function list(IERC721 token, uint256 tokenId, Terms memory terms) external returns (uint256 lot) {
        terms.check();
        lot = ++lotCount;
        Lot storage item = _lots[lot];
        item.terms = terms;
        (item.seller, item.token, item.tokenId, item.phase) = (msg.sender, token, tokenId, UniversalPhase.Joining);
        emit LotListed(lot, msg.sender, token, tokenId, terms);
        Items.take(_held, lot, token, tokenId, msg.sender);
    }

    /// @inheritdoc ITabledAuction
    function reclaim(uint256 lot) external {
        UniversalPhase now_ = phase(lot);
        if (now_ != UniversalPhase.Unsold && now_ != UniversalPhase.Void) _wrongPhase(lot, now_);
        Lot storage item = _lots[lot];
        if (item.returned) revert AlreadyReturned(lot);
        item.returned = true;
        emit ItemReturned(lot);
        Items.give(_held, lot, item.token, item.tokenId, item.seller);
    }

    // BEFORE THE DRAW

    /// @inheritdoc ITabledAuction
    function join(uint256 lot, uint8 kind) external payable {
        Lot storage item = _inPhase(lot, UniversalPhase.Joining);
        Terms memory terms = item.terms;
        _checkEntry(lot, kind, terms.types, terms.deposit);
        item.counts = _withOneMore(lot, terms, item.counts, kind);
        uint8 number = item.bidders;
        item.bidders = number + 1;
        _numbers[lot][msg.sender] = number + 1;
        Bidder storage bidder = _bidders[lot][number];
        (bidder.account, bidder.kind) = (msg.sender, kind);
        emit Joined(lot, msg.sender, kind, number);
    }

    /// @inheritdoc IUniversalAuction
    function register(uint256 lot, bytes calldata table, bytes24 commitment) external {
        Lot storage item = _inPhase(lot, UniversalPhase.Registering);
        Bidder storage bidder = _bidders[lot][_numberOf(lot, msg.sender)];
        if (bidder.digest != 0) revert AlreadyRegistered(lot, msg.sender);
        (uint64 counts, uint256 sides) = (item.counts, item.terms.sides());
        _checkNew(table, counts, sides, 1);
        (bidder.digest, bidder.commitment) = (keccak256(table), commitment);
        emit TableRegistered(lot, msg.sender, table, commitment);
    }

    /// @inheritdoc IUniversalAuction
    function reveal(uint256 lot, address account, uint8 signal, bytes32 salt) external {
        Lot storage item = _inPhase(lot, UniversalPhase.Revealing);
        Bidder storage bidder = _bidders[lot][_numberOf(lot, account)];
        if (bidder.revealed) revert AlreadyRevealed(lot, account);
        Profile memory profile = _profileOf(item);
        if (signal > profile.rungs) revert BadSignal(signal, profile.rungs);
        // what was not registered has no commitment, and none is 0 but with probability 2^-192
        if (BidSlots.commitmentTo(lot, account, signal, salt) != bidder.commitment) revert WrongOpening(lot, account);
        (bidder.signal, bidder.revealed) = (signal, true);
        // castings are safe: a place in a table, and an element of a group of at most 255
        item.place = uint16(profile.place + profile.shift(bidder.kind, signal));
        uint256 order = item.terms.colours;
        if (order != 0) {
            item.colour = uint8((item.colour + Marks.markOf(item.terms.marks, profile.rungs, bidder.kind, signal)) % order);
        }
        emit SignalRevealed(lot, account, signal);
    }

    // THE DRAW

    /// @inheritdoc ITabledAuction
    function requestDraw(uint256 lot) external {
        Lot storage item = _inPhase(lot, UniversalPhase.Draw);
        item.requested = true;
        _request(lot, item.terms.endOfRevealing);
    }

    /// @inheritdoc IUniversalAuction
    function decide(uint256 lot, uint256 number, bytes[] calldata tables) external {
        UniversalPhase now_ = phase(lot);
        if (now_ != UniversalPhase.Draw && now_ != UniversalPhase.Deciding) _wrongPhase(lot, now_);
        Lot storage item = _lots[lot];
        if (now_ == UniversalPhase.Draw) _drawColour(lot, item);
        uint256[] memory places = _placesOf(lot, item);
        if (places.length == 0) return _unsold(lot, item);
        (uint256 next, uint256 bidders) = (item.read, item.bidders);
        if (number > next) revert WrongPlace(number, next);
        uint256 end = number + tables.length;
        if (end > bidders) revert TooManyTables(lot, bidders);
        if (end <= next) return; // a log of nothing would be everybody's to read
        uint80[MOST_BASES] memory best;
        if (next != 0) best = item.best;
        for (; next < end; ++next) {
            bytes calldata table = tables[next - number];
            _checkTable(lot, _bidders[lot][next], table);
            if (table.length != 0) Bases.consider(best, places, table, next);
        }
        item.read = uint8(end); // casting is safe: at most as many as bidders
        emit TablesRead(lot, uint8(end));
        if (end < bidders) item.best = best;
        else _conclude(lot, item, places.length, best);
    }

    // THE OFFER

    /// @inheritdoc IUniversalAuction
    function decline(uint256 lot) external {
        _unsold(lot, _offered(lot));
    }

    // CLAIMS

    /// @inheritdoc ITabledAuction
    function claimBatch(uint256 lot, address[] calldata bidders) external {
        UniversalPhase now_ = _over(lot);
        Lot storage item = _lots[lot];
        uint64 deposit = item.terms.deposit;
        for (uint256 i = 0; i < bidders.length; ++i) {
            address account = bidders[i];
            uint256 number = _numbers[lot][account];
            if (number == 0) continue;
            Bidder storage bidder = _bidders[lot][--number];
            if (bidder.paid) continue;
            bidder.paid = true;
            if (_forfeits(item, bidder, number, now_)) {
                _forfeit(lot, account, deposit, item.seller);
            } else if (!_push(lot, account, deposit)) {
                bidder.paid = false;
            }
        }
    }

    // VIEWS

    /// @inheritdoc IUniversalAuction
    function phase(uint256 lot) public view returns (UniversalPhase) {
        Lot storage item = _lots[lot];
        UniversalPhase now_ = item.phase;
        if (now_ == UniversalPhase.Joining) return _phaseBeforeDraw(item);
        if (now_ != UniversalPhase.Deciding && now_ != UniversalPhase.Offered) return now_;
        if (block.timestamp < item.deadline) return now_;
        return now_ == UniversalPhase.Offered ? UniversalPhase.Unsold : UniversalPhase.Void;
    }

    /// @inheritdoc IUniversalAuction
    function lotOf(uint256 lot) external view returns (Lot memory) {
        return _lots[lot];
    }

    /// @inheritdoc ITabledAuction
    function tableSize(uint256 lot) external view returns (uint256) {
        Lot storage item = _lots[lot];
        return ValueTables.valuesFrom(item.counts, item.terms.sides(), 1, 0);
    }

    /// @inheritdoc IUniversalAuction
    function bidderOf(uint256 lot, address account) external view returns (uint256 number, Bidder memory bidder) {
        number = _numberOf(lot, account);
        return (number, _bidders[lot][number]);
    }

    // STEPS BEFORE THE DRAW

    /// @dev How many bidders are on each side with one more of a type, if tables have room for it.
    function _withOneMore(uint256 lot, Terms memory terms, uint64 counts, uint8 kind) private pure returns (uint64) {
        uint256 rungs = terms.rungs();
        unchecked {
            uint256 side = kind * rungs;
            if (ValueTables.count(counts, side) == MOST_OF_A_TYPE) revert TypeFull(lot, kind, MOST_OF_A_TYPE);
            for (uint256 end = side + rungs; side < end; ++side) {
                counts = ValueTables.add(counts, side);
            }
        }
        uint256 size = ValueTables.valuesFrom(counts, terms.sides(), 1, 0);
        if (size > MOST_VALUES) revert TableTooLarge(size, MOST_VALUES);
        return counts;
    }

    function _phaseBeforeDraw(Lot storage item) private view returns (UniversalPhase) {
        if (block.timestamp < item.terms.endOfJoining) return UniversalPhase.Joining;
        if (item.bidders == 0) return UniversalPhase.Void;
        if (block.timestamp < item.terms.endOfRegistering) return UniversalPhase.Registering;
        uint256 end = item.terms.endOfRevealing;
        if (block.timestamp < end) return UniversalPhase.Revealing;
        return block.timestamp < _later(end, WINDOW) ? UniversalPhase.Draw : UniversalPhase.Void;
    }

    // STEPS OF THE DRAW

    /// @dev Takes the word.
    function _drawColour(uint256 lot, Lot storage item) private {
        uint256 word = _word(lot, item.requested);
        uint8 colours = _byMarks(item) ? item.terms.colours : item.bidders;
        uint8 colour = uint8(word % colours); // casting is safe: below 2^8
        uint40 deadline = _later(block.timestamp, WINDOW);
        (item.phase, item.drawn, item.deadline) = (UniversalPhase.Deciding, colour, deadline);
        emit ColourDrawn(lot, word, colour, colours, deadline);
    }

    /// @dev Whether sums of marks are the colours, and not bidders' places.
    function _byMarks(Lot storage item) private view returns (bool) {
        uint256 colours = item.terms.colours;
        return colours != 0 && colours < item.bidders;
    }

    /// @dev Where in the tables to look: with bidders' places for colours at the profile with every signal up to its own of the one drawn;
    /// with marks where one bidder of the only type and signal that can be meant has a lower one, up to the base; or, if the profile
    /// itself has the colour, there and at all such, as it is not known who is optimal. Nowhere if nobody can have a base of the colour.
    function _placesOf(uint256 lot, Lot storage item) private view returns (uint256[] memory) {
        Profile memory profile = _profileOf(item);
        if (!_byMarks(item)) {
            Bidder storage bidder = _bidders[lot][item.drawn];
            uint256 own = bidder.signal;
            return profile.ladder(bidder.kind, own, own + 1);
        }
        if (item.drawn == item.colour) return profile.all();
        (bool found, uint256 kind, uint256 signal, uint256 lower) = _meant(item);
        if (!found || profile.having(kind, signal) == 0) return new uint256[](0);
        return profile.ladder(kind, signal, lower + 1);
    }

    /// @dev The type, signal and threshold of whoever is served with a base of the colour drawn, which is not that of the profile.
    function _meant(Lot storage item) private view returns (bool, uint256, uint256, uint256) {
        Terms memory terms = item.terms;
        uint256 order = terms.colours;
        unchecked {
            uint256 element = (item.drawn + order - item.colour) % order;
            return Marks.differingBy(terms.marks, order, terms.types, terms.rungs(), element);
        }
    }

    /// @dev All tables were read at so many places.
    function _conclude(uint256 lot, Lot storage item, uint256 places, uint80[MOST_BASES] memory best) private {
        (bool served, uint256 winner, uint64 price) = _served(lot, item, places, best);
        if (!served) return _unsold(lot, item);
        uint40 deadline = _later(block.timestamp, item.terms.answerSeconds);
        // casting is safe: fewer than 2^8 bidders
        (item.winner, item.price, item.deadline, item.phase) = (uint8(winner), price, deadline, UniversalPhase.Offered);
        emit OfferMade(lot, _bidders[lot][winner].account, price, deadline);
    }

    /// @dev Who is served with a base of the colour drawn, and its value there. It is optimal at its base and at no lower signal.
    function _served(uint256 lot, Lot storage item, uint256 places, uint80[MOST_BASES] memory best)
        private
        view
        returns (bool served, uint256 winner, uint64 price)
    {
        if (!_byMarks(item)) {
            winner = item.drawn;
            uint256 threshold = Bases.firstOf(best, 0, places, winner);
            if (threshold == places) return (false, 0, 0);
            (price,) = Bases.optimal(best[threshold]);
            return (true, winner, price);
        }
        // the last place is the base
        uint256 base = places - 1;
        (price, winner) = Bases.optimal(best[base]);
        Bidder storage bidder = _bidders[lot][winner];
        if (item.drawn == item.colour) {
            uint256 start = Bases.start(item.terms.rungs(), bidder.kind, bidder.signal);
            uint256 end = start + bidder.signal;
            served = Bases.firstOf(best, start, end, winner) == end;
        } else {
            (, uint256 kind, uint256 signal,) = _meant(item);
            served = bidder.kind == kind && bidder.signal == signal && Bases.firstOf(best, 0, base, winner) == base;
        }
    }

    function _checkTable(uint256 lot, Bidder storage bidder, bytes calldata table) private view {
        if (!_isRegistered(table, bidder.digest)) revert WrongTable(lot, bidder.account);
    }

    // STEPS AFTER IT

    function _unsold(uint256 lot, Lot storage item) private {
        item.phase = UniversalPhase.Unsold;
        emit LotUnsold(lot);
    }

    /// @dev The lot, if it is the caller who is offered its item.
    function _offered(uint256 lot) private view returns (Lot storage item) {
        item = _inPhase(lot, UniversalPhase.Offered);
        if (_bidders[lot][item.winner].account != msg.sender) revert NotOffered(lot, msg.sender);
    }

    function _buy(uint256 lot, address recipient) internal override {
        Lot storage item = _offered(lot);
        _takePrice(lot, item.price, item.seller);
        item.phase = UniversalPhase.Settled;
        Items.give(_held, lot, item.token, item.tokenId, recipient);
    }

    function _redeem(uint256 lot) internal override returns (uint64) {
        UniversalPhase now_ = _over(lot);
        Lot storage item = _lots[lot];
        uint256 number = _numberOf(lot, msg.sender);
        Bidder storage bidder = _bidders[lot][number];
        if (bidder.paid || _forfeits(item, bidder, number, now_)) revert NothingToClaim(lot, msg.sender);
        bidder.paid = true;
        return item.terms.deposit;
    }

    /// @dev Whether a bidder let a deadline pass: that of its table, of its signal, or of its answer. A void lot costs nobody anything.
    function _forfeits(Lot storage item, Bidder storage bidder, uint256 number, UniversalPhase now_) private view returns (bool) {
        if (now_ == UniversalPhase.Void) return false;
        if (!bidder.revealed) return true;
        // an offer that was bought or declined is not stored as one any more
        return item.phase == UniversalPhase.Offered && number == item.winner;
    }

    // SHARED STEPS

    function _inPhase(uint256 lot, UniversalPhase wanted) private view returns (Lot storage) {
        UniversalPhase now_ = phase(lot);
        if (now_ != wanted) _wrongPhase(lot, now_);
        return _lots[lot];
    }

    function _wrongPhase(uint256 lot, UniversalPhase now_) private pure {
        revert WrongUniversalPhase(lot, now_);
    }

    function _over(uint256 lot) private view returns (UniversalPhase now_) {
        now_ = phase(lot);
        if (now_ < UniversalPhase.Settled) _wrongPhase(lot, now_);
    }

    function _profileOf(Lot storage item) private view returns (Profile memory) {
        return Profile(item.counts, item.terms.types, item.terms.rungs(), item.place);
    }
}

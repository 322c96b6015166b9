// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {AuctionHouse} from "../base/AuctionHouse.sol";
import {Lot} from "../base/Lot.sol";
import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {ADDRESS_BITS, entry} from "../libraries/BidSlot.sol";
import {DrawTime} from "../libraries/DrawTime.sol";
import {Items} from "../libraries/Items.sol";
import {DrawProof, DrawProofs, Walk} from "./DrawProof.sol";
import {Chances, Field, Odds, Winners} from "./Odds.sol";
import {MOST_PLAYERS, Roster} from "./Roster.sol";

/// @title An upper mechanism for bidders who know their own values only roughly: the optimal one for individuals, which draws lots
/// @notice Each player is an individual who revealed a bid, be it 0, or a DAO that bids. Of the highest bids each has a chance by its
/// amount (`Chances`); a draw picks one of them, or nobody, and with it the price, at most the bid.
/// Source: Mechanism Design with Approximate Valuations, Definition E.2 and Theorems 4 and 5, with the price by a critical draw
/// (`DrawProof`).
///
/// Guarantee. Among n individuals, each under one name, who know their values within a factor of 1 +- delta and make undominated bids:
/// expected welfare is at least r + (1 - r) / n of the maximum, r = ((1 - delta) / (1 + delta))^2, and no mechanism guarantees more; up to
/// one unit of value, the grid's. With DAOs among the players it is that over H_l, l the members of the largest, if all know their values
/// exactly, bid them, and are in one group each (docs/approximate.md has the proof), which is less than second price guarantees; where
/// members know theirs roughly no bound is known. For a known value the truth is best in expectation over the draw, not for each draw, the
/// bids of all others being fixed.
/// @dev The list of players is not stored but proved, see `Roster`. Individuals come in the order of their reveals, then DAOs as they bid.
contract ApproximateAuction is AuctionHouse {
    using DrawProofs for Walk;

    // TYPES

    /// @notice What a lot has beside its listing.
    ///     slot 0: roster of its players, see `Roster`
    ///     slot 1: inaccuracy, numerator (32 bits) | denominator (32) | draw requested (8) | decided at (40, in seconds; 0: not yet)
    struct Lottery {
        Roster roster;
        uint32 numerator;
        uint32 denominator;
        bool requested;
        uint40 decidedAt;
    }

    // CONSTANTS

    /// @notice How long after the end of the tally a lot can still be decided. Afterwards it is void, so that a draw that never comes locks
    /// nobody's money in.
    uint256 public constant DRAW_WINDOW = 3 days;

    // IMMUTABLES

    /// @notice Where draws come from.
    IRandomness public immutable randomness;
    /// @dev How long its words may take, in seconds; 0 if it does not say.
    uint256 private immutable _longestDraw;

    // STORAGE (after slots 0 to 6 of AuctionHouse)

    /// @dev Slot 7.
    mapping(uint256 lot => Lottery) private _lotteries;
    /// @notice Slot 8: digest of the proof and of the walk of each caller who has not met all players of a lot. Kept per caller, so that
    /// nobody can block another's.
    mapping(uint256 lot => mapping(address walker => bytes32)) public progress;

    // EVENTS

    /// @notice The players of `lot` know their values up to a factor of 1 plus or minus `numerator / denominator`.
    event InaccuracySet(uint256 indexed lot, uint32 numerator, uint32 denominator);
    /// @notice A bid that was opened after `MOST_PLAYERS` others does not play. Its deposit comes back like a loser's.
    event PlayerRefused(uint256 entry);
    /// @notice The draw of `lot` was asked for: its players are fixed.
    event DrawRequested(uint256 indexed lot);
    /// @notice `walker` has met `players` players of `lot`, not yet all; `digest` as in `progress`.
    event Walked(uint256 indexed lot, address indexed walker, uint256 players, bytes32 digest);
    /// @notice `draw`, below 2^255, sells `lot` to `winner`, who bid `bid`, at `price`, both in units; to nobody if zero.
    event DrawDecided(uint256 indexed lot, address indexed winner, uint64 bid, uint96 price, uint256 draw);

    // ERRORS

    /// @notice An inaccuracy that is not between 0 and 1.
    error BadInaccuracy(uint32 numerator, uint32 denominator);
    /// @notice A reserve above a unit, where every bid has its chance.
    error NoReserves(uint96 reserve);
    /// @notice A DAO's bid that does not fit 64 bits, in units.
    error BidTooHigh(uint256 lot, address dao, uint96 bid);
    /// @notice `lot` has `MOST_PLAYERS` players.
    error TooManyPlayers(uint256 lot);
    /// @notice The draw of `lot` was asked for before.
    error AlreadyRequested(uint256 lot);
    /// @notice The draw of `lot` was not asked for, or is not there yet.
    error NotDrawn(uint256 lot);
    /// @notice No walk of `walker` on `lot` has come to where this one goes on, with this proof.
    error UnknownWalk(uint256 lot, address walker);
    /// @notice These are not the players of `lot` in their order.
    error WrongPlayers(uint256 lot);

    /// @param factory_ The only origin of DAOs that may enter.
    /// @param beaconHash_ The chain hash of the drand beacon to whose rounds bids are locked.
    /// @param randomness_ Where draws come from. Who sells, bids or keeps here trusts it. Its words must fit `DRAW_WINDOW`.
    constructor(IDAOFactory factory_, bytes32 beaconHash_, IRandomness randomness_) AuctionHouse(factory_, beaconHash_) {
        (randomness, _longestDraw) = (randomness_, DrawTime.requireWithin(randomness_, DRAW_WINDOW));
    }

    // SELLING

    /// @notice Lists an item: takes it into escrow and opens bidding at once. The caller must own it and have approved this contract.
    /// @param token The item's ERC-721 contract.
    /// @param tokenId The item.
    /// @param numerator Of the inaccuracy: how far, as a part of it, anybody's value may lie from what it takes it for.
    /// @param denominator Of the inaccuracy; larger than the numerator, which is at least 1.
    /// @param schedule Ends of bidding, reveal and tally, in this order, and the bond.
    /// @return lot The new lot's number.
    function list(IERC721 token, uint256 tokenId, uint32 numerator, uint32 denominator, Schedule calldata schedule)
        external
        returns (uint256 lot)
    {
        return _list(token, tokenId, numerator, denominator, schedule);
    }

    /// @inheritdoc IAuctioneer
    /// @dev At the inaccuracy that it was sold with. There are no reserves here: one above a unit is refused.
    function relist(uint256 lot, uint96 reserve, Schedule calldata schedule) external returns (uint256) {
        if (reserve > 1) revert NoReserves(reserve);
        Lot storage item = _lots[lot];
        Lottery storage lottery = _lotteries[lot];
        return _list(item.token, item.tokenId, lottery.numerator, lottery.denominator, schedule);
    }

    // THE DRAW

    /// @notice Asks for the draw of `lot`, once its players are fixed. Anyone may call, once, while there is time for it.
    /// @param lot The lot's number.
    function requestDraw(uint256 lot) external {
        _requireDraw(lot);
        Lottery storage lottery = _lotteries[lot];
        if (lottery.requested) revert AlreadyRequested(lot);
        DrawTime.requireTimely(lot, _longestDraw, _books[lot].endOfTally + DRAW_WINDOW);
        lottery.requested = true;
        emit DrawRequested(lot);
        randomness.request(lot);
    }

    /// @notice Decides `lot` by its draw, or walks on towards that. Anyone may call; each caller has a walk of its own.
    /// @dev Some 2,000 gas for each player; the budget is in docs/gas.md.
    /// @param lot The lot's number.
    /// @param proof What the draw decides, and why; the same in each step of a walk.
    /// @param walk Where the caller's walk has come to, all zero at the beginning.
    /// @param entries The next players' entries as logged when they bid: lot (32 bits) | bid (64, units) | player (160).
    function decide(uint256 lot, DrawProof calldata proof, Walk calldata walk, uint256[] calldata entries) external {
        _requireDraw(lot);
        Lottery storage lottery = _lotteries[lot];
        Roster roster = lottery.roster;
        uint256 draw = _drawOf(lot, lottery);
        Walk memory walked;
        if (walk.roster.players() != 0) {
            if (progress[lot][msg.sender] != _digest(proof, walk)) revert UnknownWalk(lot, msg.sender);
            walked = walk;
        }
        if (walked.roster.players() + entries.length > roster.players()) revert WrongPlayers(lot);
        walked.advance(proof, _fieldOf(lottery), draw, entries);
        if (walked.roster.players() < roster.players()) {
            bytes32 digest = _digest(proof, walked);
            progress[lot][msg.sender] = digest;
            emit Walked(lot, msg.sender, walked.roster.players(), digest);
            return;
        }
        if (Roster.unwrap(walked.roster) != Roster.unwrap(roster)) revert WrongPlayers(lot);
        _decide(lot, lottery, walked.conclude(proof, draw), proof.price, draw);
    }

    // VIEWS

    /// @notice The inaccuracy of `lot`, the roster of its players and how far its draw has come.
    /// @param lot The lot's number.
    /// @return All of it, see `Lottery`.
    function lotteryOf(uint256 lot) external view returns (Lottery memory) {
        return _lotteries[lot];
    }

    /// @notice The exact chance of every player of `lot`, by the bids so far; reverts if players or winners are not the right ones.
    /// @param lot The lot's number.
    /// @param winners The bids that have a chance, see `Winners`.
    /// @param entries All players' entries in order.
    /// @return numerators Of their chances, in order.
    /// @return denominators Of their chances, in order.
    function chancesOf(uint256 lot, Winners winners, uint256[] calldata entries)
        external
        view
        returns (uint256[] memory numerators, uint256[] memory denominators)
    {
        Lottery storage lottery = _lotteries[lot];
        Odds memory odds = Chances.odds(_fieldOf(lottery), winners);
        (numerators, denominators) = (new uint256[](entries.length), new uint256[](entries.length));
        (Roster roster, Winners found) = (Roster.wrap(0), Winners.wrap(0));
        for (uint256 i = 0; i < entries.length; ++i) {
            uint256 bid_ = uint64(entries[i] >> ADDRESS_BITS);
            roster = roster.join(entries[i]);
            if (bid_ > odds.threshold) found = found.plus(bid_);
            (numerators[i], denominators[i]) = Chances.fraction(odds, bid_);
        }
        if (Roster.unwrap(roster) != Roster.unwrap(lottery.roster)) revert WrongPlayers(lot);
        if (Winners.unwrap(found) != Winners.unwrap(winners)) revert DrawProofs.WrongWinners(winners, found);
    }

    // THE PLAYERS

    /// @dev An individual who opens its bid plays.
    function _enlist(uint256 lot, uint256 entry_) internal override {
        uint256[] memory entries = new uint256[](1);
        entries[0] = entry_;
        _enlistAll(lot, entries);
    }

    function _enlistAll(uint256 lot, uint256[] memory entries) internal override {
        (Roster roster, uint256 joined) = _lotteries[lot].roster.joinAll(entries);
        _lotteries[lot].roster = roster;
        for (uint256 i = joined; i < entries.length; ++i) {
            emit PlayerRefused(entries[i]);
        }
    }

    /// @dev A DAO that abstains does not play.
    function _admitDAO(uint256 lot, Lot storage, address dao, uint96 bid_) internal override {
        if (bid_ == 0) return;
        if (bid_ > type(uint64).max) revert BidTooHigh(lot, dao, bid_);
        Roster roster = _lotteries[lot].roster;
        if (roster.players() == MOST_PLAYERS) revert TooManyPlayers(lot);
        // casting is safe: just checked
        _lotteries[lot].roster = roster.join(entry(lot, uint64(bid_), dao));
    }

    /// @dev Here a bid of nothing is one like any other, under a deposit of at least a unit.
    function _minimumBid() internal pure override returns (uint64) {
        return 0;
    }

    /// @dev A lot is decided by a draw among its players. One without any is void; so is one that is not sold, or not decided in time, or
    /// not settled in time once decided.
    function _phaseAfterTally(uint256 lot, Lot storage item, uint256 endOfTally) internal view override returns (Phase) {
        Lottery storage lottery = _lotteries[lot];
        uint256 decidedAt = lottery.decidedAt;
        if (decidedAt != 0) {
            bool open = item.leader != address(0) && block.timestamp < decidedAt + SETTLEMENT_WINDOW;
            return open ? Phase.Closed : Phase.Void;
        }
        return lottery.roster.players() != 0 && block.timestamp < endOfTally + DRAW_WINDOW ? Phase.Draw : Phase.Void;
    }

    // STEPS OF THE LISTING

    function _list(IERC721 token, uint256 tokenId, uint32 numerator, uint32 denominator, Schedule calldata schedule)
        private
        returns (uint256 lot)
    {
        if (numerator == 0 || numerator >= denominator) revert BadInaccuracy(numerator, denominator);
        lot = _openLot(token, tokenId, 0, schedule);
        (_lotteries[lot].numerator, _lotteries[lot].denominator) = (numerator, denominator);
        emit InaccuracySet(lot, numerator, denominator);
        Items.take(_held, lot, token, tokenId, msg.sender);
    }

    // STEPS OF THE DRAW

    function _requireDraw(uint256 lot) private view {
        Phase now_ = phase(lot);
        if (now_ != Phase.Draw) revert WrongPhase(lot, now_);
    }

    function _drawOf(uint256 lot, Lottery storage lottery) private view returns (uint256) {
        if (!lottery.requested) revert NotDrawn(lot);
        (bool drawn, uint256 word) = randomness.wordOf(address(this), lot);
        if (!drawn) revert NotDrawn(lot);
        return word >> 1;
    }

    function _fieldOf(Lottery storage lottery) private view returns (Field memory) {
        return Chances.field(lottery.roster.players(), lottery.numerator, lottery.denominator);
    }

    function _digest(DrawProof calldata proof, Walk memory walk) private pure returns (bytes32) {
        return keccak256(abi.encode(proof, walk));
    }

    /// @dev A DAO pays at least a unit, as it has no members who could share nothing; `winner` is an entry, 0 for nobody.
    function _decide(uint256 lot, Lottery storage lottery, uint256 winner, uint64 price, uint256 draw) private {
        lottery.decidedAt = uint40(block.timestamp);
        // truncation intended: the parts of an entry
        (address leader, uint64 bid_) = (address(uint160(winner)), uint64(winner >> ADDRESS_BITS));
        uint96 due = leader == address(0) ? 0 : price;
        if (due == 0 && leader != address(0) && !_isIndividual(lot, leader)) due = 1;
        Lot storage item = _lots[lot];
        (item.leader, item.highest, item.price) = (leader, bid_, due);
        emit DrawDecided(lot, leader, bid_, due, draw);
    }
}

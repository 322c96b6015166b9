// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ITabledAuction} from "../interfaces/ITabledAuction.sol";
import {MOST_LEVELS, SignalLevels} from "./SignalLevels.sol";

/// @title What is said to the signal discovery auction, and what it says
/// @notice What the auction does and promises is told in `SignalClockAuction`.
interface ISignalClockAuction is ITabledAuction {
    // TYPES

    /// @notice How the price is chosen where the last bidder is optimal at two levels: the lower, or one of the two at random.
    enum Pricing {
        Welfare,
        Revenue
    }

    /// @notice Where a lot stands. From `Settled` on it is over.
    enum ClockPhase {
        None, // never listed
        Joining, // bidders join, with a type and a deposit
        Registering, // the number of bidders is fixed, each registers its table
        Draw, // the random word is asked for and awaited
        Learning, // everyone outside the drawn type raises its own clock
        Preparing, // anyone supplies the tables of the drawn type
        Asking, // one bidder is being discovered
        Stating, // one bidder is left, anyone states its offer
        Offered, // the last bidder may buy
        Settled, // paid for and delivered
        Unsold, // nobody was left, or the last bidder declined
        Void // nobody joined, or the lot was not pushed on for three days
    }

    /// @notice What the seller sets, in one slot (200 bits).
    /// @param signals k: signals are 0..k-1; 2 to 2,048, or to 64 where there are several types.
    /// @param types How many types of expertise there are, at most 12.
    /// @param pricing How the price is chosen.
    /// @param endOfJoining Seconds since the epoch.
    /// @param endOfRegistering Seconds since the epoch.
    /// @param answerSeconds How long an answer may take.
    /// @param deposit What each bidder puts down, in units, at least 1.
    struct Terms {
        uint16 signals;
        uint8 types;
        Pricing pricing;
        uint40 endOfJoining;
        uint40 endOfRegistering;
        uint24 answerSeconds;
        uint64 deposit;
    }

    /// @notice Where the clock stands, in one slot (256 bits).
    /// @param levels Who is optimal at each level.
    /// @param active The places of the bidders never asked, as bits.
    /// @param least The sum of the clocks of the drawn type's other bidders: q_min.
    /// @param asked The place of the bidder who is asked, or is offered the item.
    /// @param deadline When the answer, or the phase, is due, in seconds since the epoch.
    struct Clock {
        SignalLevels levels;
        uint32 active;
        uint16 least;
        uint8 asked;
        uint40 deadline;
    }

    /// @notice A lot.
    ///     slot 0: terms (200 bits)
    ///     slot 1: seller (160) | bidders of each type, 5 bits each (64) | bidders still to be learned (8) | tables prepared (8)
    ///     slot 2: token (160) | phase as stored (8) | item returned (8) | word requested (8) | drawn type (8) | residue (16) | offset (16)
    ///             | stride (16)
    ///     slot 3: token id (256)
    ///     slot 4: clock (256)
    ///     slot 5: what is left of the random word (256)
    ///     slot 6: price in units (64) | signal that it takes (16)
    ///     slots 7 to 14: while preparing, the highest value so far at each level, in units (64 each)
    /// `offset` is the place in a table for the learned totals of the other types, the drawn type's total being 0; `stride` is how far
    /// apart the drawn type's totals are.
    struct Lot {
        Terms terms;
        address seller;
        uint64 counts;
        uint8 awaited;
        uint8 prepared;
        IERC721 token;
        ClockPhase phase;
        bool returned;
        bool requested;
        uint8 kind;
        uint16 residue;
        uint16 offset;
        uint16 stride;
        uint256 tokenId;
        Clock clock;
        uint256 word;
        uint64 price;
        uint16 signal;
        uint64[MOST_LEVELS] best;
    }

    /// @notice A bidder.
    ///     slot 0: account (160) | clock, the last signal accepted (16) | flags (8 each)
    ///     slot 1: digest of the table, zero while there is none
    struct Bidder {
        address account;
        uint16 clock;
        bool left;
        bool silent;
        bool paid;
        bytes32 digest;
    }

    // EVENTS

    /// @notice A lot was listed and its item escrowed.
    event LotListed(uint256 indexed lot, address indexed seller, IERC721 token, uint256 tokenId, Terms terms);
    /// @notice `bidder` joined as the bidder at `place` of type `kind`.
    event Joined(uint256 indexed lot, address indexed bidder, uint8 kind, uint8 place);
    /// @notice `bidder` registered its table, which whoever prepares or states the offer has to supply: logs keep it wherever the call came
    /// from.
    event TableRegistered(uint256 indexed lot, address indexed bidder, bytes table);
    /// @notice The word is there: the type and the residue drawn, and when the others' answers are due.
    event TypeDrawn(uint256 indexed lot, uint256 word, uint8 kind, uint16 residue, uint40 deadline);
    /// @notice `bidder` stays up to `signal`.
    event ClockRaised(uint256 indexed lot, address indexed bidder, uint16 signal);
    /// @notice `bidder` left for good; `silent` if by letting the deadline pass.
    event BidderLeft(uint256 indexed lot, address indexed bidder, bool silent);
    /// @notice The other types' totals are known; the tables of the drawn type are looked at from `offset` on.
    event OthersLearned(uint256 indexed lot, uint16 offset);
    /// @notice The tables of the drawn type were looked at up to the one before `place`.
    event TablesPrepared(uint256 indexed lot, uint8 place);
    /// @notice The clock starts: who is optimal at which level.
    event ClockStarted(uint256 indexed lot, SignalLevels levels);
    /// @notice `bidder` is discovered, at a cost or for free, and has to answer before the deadline; `active` are left, as bits.
    event BidderAsked(uint256 indexed lot, address indexed bidder, bool costly, uint32 active, uint16 least, uint40 deadline);
    /// @notice `bidder` is the last one.
    event LastBidder(uint256 indexed lot, address indexed bidder, uint16 least);
    /// @notice `bidder` may buy at `price` units, which says that its signal is at least `signal`. The price is the one at place `choice`,
    /// from 0, of `choices`.
    event OfferStated(
        uint256 indexed lot, address indexed bidder, uint64 price, uint16 signal, uint8 choice, uint8 choices, uint40 deadline
    );

    // ERRORS

    /// @notice The call does not belong to the phase that `lot` is in.
    error WrongClockPhase(uint256 lot, ClockPhase phase);
    /// @notice Fewer than 2 signals; or so many that beside one bidder there is no room for a second, of the same type or of another.
    error BadSignals(uint16 signals);
    /// @notice Joining that has ended already or lasts longer than `MAX_PHASE`, registering out of `MIN_PHASE` and `MAX_PHASE`, or answers
    /// out of `MIN_PHASE` and `MAX_ANSWER`.
    error BadSchedule(uint40 endOfJoining, uint40 endOfRegistering, uint24 answerSeconds);
    /// @notice Tables from `place` on where those from `next` on are due.
    error WrongPlace(uint256 place, uint256 next);
    /// @notice `bidder` is not asked now.
    error NotAsked(uint256 lot, address bidder);
    /// @notice `bidder` left, or its clock is at the top: its signal is learned.
    error AlreadyLearned(uint256 lot, address bidder);
    /// @notice A clock at `clock` rises to more than that, and to `most` at most.
    error BadSignal(uint16 signal, uint256 clock, uint256 most);
    /// @notice The deadline has passed.
    error TooLate(uint256 lot, uint40 deadline);
    /// @notice The deadline has not passed.
    error TooEarly(uint256 lot, uint40 deadline);

    // SELLING

    /// @notice Lists an item: takes it into escrow and opens joining at once. The caller must own it and have approved this contract.
    /// @param token The item's ERC-721 contract.
    /// @param tokenId The item.
    /// @param terms What holds for all bidders.
    /// @return lot The new lot's number.
    function list(IERC721 token, uint256 tokenId, Terms memory terms) external returns (uint256 lot);

    // BEFORE THE DRAW

    /// @notice Registers the caller's table, once. Who has joined and registers none counts with the value 0 everywhere, and loses its
    /// deposit.
    /// @dev A table of the largest size takes up to 5 million gas.
    /// @param lot The lot's number.
    /// @param table What the item is worth to the caller, in units, for every vector of totals: 8 bytes each, the last type's total running
    /// fastest; the length is `8 * tableSize(lot)`. May not fall when a total rises.
    function register(uint256 lot, bytes calldata table) external;

    // THE DRAW

    /// @notice Takes the word and draws the type and the residue. Anyone may call.
    /// @param lot The lot's number.
    function begin(uint256 lot) external;

    // ANSWERS

    /// @notice Stays while the caller's clock rises to `signal`: when its type was not drawn, when it is asked, or as the last bidder below
    /// the signal that its offer takes. At the top it is done; below, it goes on accepting or leaves.
    /// @param lot The lot's number.
    /// @param signal The signal, above where the clock stands.
    function accept(uint256 lot, uint16 signal) external;

    /// @notice Leaves for good: the caller's signal is where its clock stands.
    /// @param lot The lot's number.
    function exit(uint256 lot) external;

    /// @notice Makes the bidder leave who was asked, or offered the item, and let the deadline pass. Anyone may call.
    /// @param lot The lot's number.
    function expire(uint256 lot) external;

    // PREPARING

    /// @notice Supplies the tables of the drawn type's bidders in the order of their places, once all other signals are known; the clock
    /// starts with the last. Anyone may call, with as many as gas allows: less than 1.4 million for each of the largest.
    /// @dev Nobody can spoil it: tables that were looked at before are skipped, and any but the registered one reverts.
    /// @param lot The lot's number.
    /// @param place The place of the first table supplied.
    /// @param tables The tables as registered, one after the other; empty for a bidder who registered none.
    function prepare(uint256 lot, uint256 place, bytes[] calldata tables) external;

    // THE OFFER

    /// @notice States the offer to the last bidder, whose table the caller supplies. Anyone may call.
    /// @param lot The lot's number.
    /// @param table The last bidder's table as registered; empty if it registered none.
    function stateOffer(uint256 lot, bytes calldata table) external;

    // VIEWS

    /// @notice Where `lot` stands. `Asking` and `Offered` last until an answer, or until `expire` after the deadline.
    /// @param lot The lot's number.
    /// @return The phase.
    function phase(uint256 lot) external view returns (ClockPhase);

    /// @notice The lot as stored. Its phase is the one last stored; see `phase`.
    /// @param lot The lot's number.
    /// @return The lot.
    function lotOf(uint256 lot) external view returns (Lot memory);

    /// @notice A bidder as stored.
    /// @param lot The lot's number.
    /// @param account Who joined; reverts for anyone else.
    /// @return kind Its type.
    /// @return place Its place in the type.
    /// @return bidder The rest.
    function bidderOf(uint256 lot, address account) external view returns (uint256 kind, uint256 place, Bidder memory bidder);
}

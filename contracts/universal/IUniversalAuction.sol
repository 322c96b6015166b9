// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ITabledAuction} from "../interfaces/ITabledAuction.sol";
import {MOST_BASES} from "./Bases.sol";

/// @title What is said to the universal auction, and what it says
/// @notice What the auction does and promises is told in `UniversalAuction`.
interface IUniversalAuction is ITabledAuction {
    // TYPES

    /// @notice Where a lot stands. From `Settled` on it is over.
    enum UniversalPhase {
        None, // never listed
        Joining, // bidders join, with a type and a deposit
        Registering, // the number of bidders is fixed, each registers its table and seals its signal
        Revealing, // signals are revealed
        Draw, // the random word is asked for and awaited
        Deciding, // the colour is drawn, anyone supplies the tables
        Offered, // the bidder served may buy
        Settled, // paid for and delivered
        Unsold, // nobody of the colour was served, or it declined, or let its time pass
        Void // nobody joined, or the lot was not pushed on for three days
    }

    /// @notice What the seller sets, in two slots (232 and 96 bits).
    /// @param signals k: signals are 0..k-1; 2 to 8.
    /// @param types How many types of expertise there are; `types * (signals - 1)` is 12 at most.
    /// @param colours The order of the cyclic group that marks are in: how many colours there are if there are more bidders than that.
    /// Else, and always if it is 0, the bidders' places are the colours.
    /// @param endOfJoining Seconds since the epoch.
    /// @param endOfRegistering Seconds since the epoch.
    /// @param endOfRevealing Seconds since the epoch.
    /// @param answerSeconds How long the bidder served may think it over.
    /// @param deposit What each bidder puts down, in units, at least 1.
    /// @param marks The marks of the signals from 1 up, a byte each: first those of type 0, then of type 1, and so on. That of signal 0 is
    /// 0. What lies behind them does not count.
    struct Terms {
        uint8 signals;
        uint8 types;
        uint8 colours;
        uint40 endOfJoining;
        uint40 endOfRegistering;
        uint40 endOfRevealing;
        uint24 answerSeconds;
        uint64 deposit;
        bytes12 marks;
    }

    /// @notice A lot.
    ///     slot 0: terms but marks (232 bits)
    ///     slot 1: marks (96)
    ///     slot 2: seller (160) | bidders on each side of the tables, 5 bits each (64) | bidders (8) | sum of the marks revealed (8)
    ///     slot 3: token (160) | phase as stored (8) | item returned (8) | word requested (8) | colour drawn (8) | tables read (8)
    ///             | winner (8) | place of the signals in the tables (16)
    ///     slot 4: token id (256)
    ///     slot 5: price in units (64) | deadline of the phase in seconds since the epoch (40)
    ///     slots 6 to 12: while deciding, at each base that is looked at, the highest value so far in units (64) and whose it is (16), 80 bits
    ///             each
    /// Bidders are numbered from 0 in the order of joining. A type has a side for each signal from 1 up, on which it is counted how many of
    /// its bidders have at least that.
    struct Lot {
        Terms terms;
        address seller;
        uint64 counts;
        uint8 bidders;
        uint8 colour;
        IERC721 token;
        UniversalPhase phase;
        bool returned;
        bool requested;
        uint8 drawn;
        uint8 read;
        uint8 winner;
        uint16 place;
        uint256 tokenId;
        uint64 price;
        uint40 deadline;
        uint80[MOST_BASES] best;
    }

    /// @notice A bidder.
    ///     slot 0: account (160) | type (8) | signal as revealed (8) | revealed (8) | paid (8)
    ///     slot 1: digest of the table (256), zero while there is none
    ///     slot 2: commitment to the signal (192)
    struct Bidder {
        address account;
        uint8 kind;
        uint8 signal;
        bool revealed;
        bool paid;
        bytes32 digest;
        bytes24 commitment;
    }

    // EVENTS

    /// @notice A lot was listed and its item escrowed.
    event LotListed(uint256 indexed lot, address indexed seller, IERC721 token, uint256 tokenId, Terms terms);
    /// @notice `bidder` joined as a bidder of type `kind`, with a number in the order of joining.
    event Joined(uint256 indexed lot, address indexed bidder, uint8 kind, uint8 number);
    /// @notice `bidder` registered its table, which whoever decides has to supply, and sealed its signal: logs keep both wherever the call
    /// came from.
    event TableRegistered(uint256 indexed lot, address indexed bidder, bytes table, bytes24 commitment);
    /// @notice The signal of `bidder` is known.
    event SignalRevealed(uint256 indexed lot, address indexed bidder, uint8 signal);
    /// @notice The word is there, and draws one of `colours`; when the tables are due.
    event ColourDrawn(uint256 indexed lot, uint256 word, uint8 colour, uint8 colours, uint40 deadline);
    /// @notice The tables of the first `bidders` bidders were read.
    event TablesRead(uint256 indexed lot, uint8 bidders);
    /// @notice `bidder` is served and its base has the colour: it may buy at `price` units until the deadline.
    event OfferMade(uint256 indexed lot, address indexed bidder, uint64 price, uint40 deadline);

    // ERRORS

    /// @notice The call does not belong to the phase that `lot` is in.
    error WrongUniversalPhase(uint256 lot, UniversalPhase phase);
    /// @notice Fewer than 2 signals; or so many that tables would have more than `MOST_SIDES` sides, or no room for a second bidder.
    error BadSignals(uint8 signals);
    /// @notice A mark of type `kind` that is no element of the group, or two of whose differences one is neutral or the same as another: they
    /// might serve two bidders of a colour.
    error BadMarks(uint256 kind, uint256 signal, uint256 lower);
    /// @notice Joining that has ended already or lasts longer than `MAX_PHASE`, registering or revealing out of `MIN_PHASE` and
    /// `MAX_PHASE`, or an answer out of `MIN_PHASE` and `MAX_ANSWER`.
    error BadSchedule(uint40 endOfJoining, uint40 endOfRegistering, uint40 endOfRevealing, uint24 answerSeconds);
    /// @notice A signal above `most`.
    error BadSignal(uint8 signal, uint256 most);
    /// @notice Signal and salt are not what `bidder` sealed.
    error WrongOpening(uint256 lot, address bidder);
    /// @notice The signal of `bidder` was revealed before.
    error AlreadyRevealed(uint256 lot, address bidder);
    /// @notice Tables from bidder `number` on where those from `next` on are due.
    error WrongPlace(uint256 number, uint256 next);
    /// @notice `account` is not offered the item.
    error NotOffered(uint256 lot, address account);

    // SELLING

    /// @notice Lists an item: takes it into escrow and opens joining at once. The caller must own it and have approved this contract.
    /// @param token The item's ERC-721 contract.
    /// @param tokenId The item.
    /// @param terms What holds for all bidders.
    /// @return lot The new lot's number.
    function list(IERC721 token, uint256 tokenId, Terms memory terms) external returns (uint256 lot);

    // BEFORE THE DRAW

    /// @notice Registers the caller's table and seals its signal, once. Who has joined and registers nothing counts with the value 0
    /// everywhere and the signal 0, and loses its deposit.
    /// @dev A table of the largest size takes up to 5 million gas.
    /// @param lot The lot's number.
    /// @param table What the item is worth to the caller, in units, for every place: 8 bytes each, the last side running fastest; the length
    /// is `8 * tableSize(lot)`. On a side it is counted how many of a type's bidders have at least a signal, so that not all places are those
    /// of signals; at the others, too, values may not fall when a count rises.
    /// @param commitment `bytes24(keccak256(abi.encode(chainid, this contract, lot, caller, uint64 signal, bytes32 salt)))`.
    function register(uint256 lot, bytes calldata table, bytes24 commitment) external;

    /// @notice Reveals what `bidder` sealed. Anyone may call who knows it. What is not revealed counts as signal 0, and costs the deposit.
    /// @param lot The lot's number.
    /// @param bidder Whose signal it is.
    /// @param signal The signal.
    /// @param salt What it was sealed with.
    function reveal(uint256 lot, address bidder, uint8 signal, bytes32 salt) external;

    // THE DRAW

    /// @notice Draws the colour, if the word is there and it was not drawn yet, and supplies the tables of bidders in the order of joining;
    /// with the last it is decided who may buy. Anyone may call, with as many as gas allows: less than 1.4 million for each of the largest.
    /// @dev Nobody can spoil it: tables that were read before are skipped, and any but the registered one reverts. If no kind of base has the
    /// colour, none is read.
    /// @param lot The lot's number.
    /// @param number The number of the bidder whose table is the first.
    /// @param tables The tables as registered, one after the other; empty for a bidder who registered none.
    function decide(uint256 lot, uint256 number, bytes[] calldata tables) external;

    // THE OFFER

    /// @notice Declines the offer in time, which keeps the deposit: for a bidder who cannot take the item, be it by the token's fault.
    /// @param lot The lot's number.
    function decline(uint256 lot) external;

    // VIEWS

    /// @notice Where `lot` stands.
    /// @param lot The lot's number.
    /// @return The phase.
    function phase(uint256 lot) external view returns (UniversalPhase);

    /// @notice The lot as stored. Its phase is the one last stored; see `phase`.
    /// @param lot The lot's number.
    /// @return The lot.
    function lotOf(uint256 lot) external view returns (Lot memory);

    /// @notice A bidder as stored.
    /// @param lot The lot's number.
    /// @param account Who joined; reverts for anyone else.
    /// @return number Its number, in the order of joining from 0.
    /// @return bidder The rest.
    function bidderOf(uint256 lot, address account) external view returns (uint256 number, Bidder memory bidder);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Bid} from "../libraries/BidSlot.sol";
import {Announcement, AnnouncementFlaw} from "./Announcements.sol";
import {Good} from "./Goods.sol";

/// @title What is said to the resilient auction, and what it says
/// @notice What the auction does and promises is told in `ResilientAuction`.
interface IResilientAuction {
    // TYPES

    /// @notice Where a lot stands. It follows from the clock and from what was decided.
    enum ResilientPhase {
        None, // never listed
        Bidding, // announcements are sealed, replaced and withdrawn
        Reveal, // they are opened
        Draw, // all announcements are known; the coin is asked for and falls
        Answers, // those who are offered something say YES or NO
        Final, // goods are delivered, everybody is paid
        Void // nobody announced anything, or nothing was decided in time: everything goes back, but for bonds
    }

    /// @notice What was decided.
    enum CoinOutcome {
        Open,
        Heads, // the star gets its wish
        Tails, // the star's offer is carried out
        Own, // tails, and the seller's own offer is carried out, which is worth more than the star's
        Unsold // heads, and the seller's own offer is worth more than the star's: nobody gets anything
    }

    /// @notice The times of a lot, and the price of silence.
    /// @param endOfBidding Seconds since the epoch.
    /// @param endOfReveal Seconds since the epoch, `MIN_PHASE` to `MAX_PHASE` later.
    /// @param answerSeconds How long answers are taken, once it is decided that there are to be any; `MIN_PHASE` to `MAX_PHASE`.
    /// @param bondBps What it costs not to reveal, in basis points of the deposit, `MIN_BOND_BPS` at least.
    struct Schedule {
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint32 answerSeconds;
        uint16 bondBps;
    }

    /// @notice A lot beside its goods and its sealed announcements.
    ///     slot 0: seller (160 bits) | endOfBidding (40) | endOfReveal (40) | bondBps (16)
    ///     slot 1: epsilon's numerator (32) and denominator (32) | answerSeconds (32) | goods, their number (16) | outcome (8)
    ///             | settled (8) | requested (8), the coin | endOfAnswers (40), 0 until decided | pot (32), what is left for rebates, in wei
    ///     slot 2: star (160) | starRevenue (64, units) | unpaid (32), players who revealed and were not paid yet
    ///     slot 3: digest of the announcement that is carried out: the star's, until the seller's own replaces it
    ///     slot 4: revenues (96), all R_j together, in units | taken (64), what the YES pay, in units | ownRevenue (64, units)
    ///     slot 5: ownDigest of the seller's own announcement
    ///     slot 6: one bit for each offer: offers (32), those there are | answered (32) | accepted (32) | closed (32), delivered or
    ///             refunded
    ///     slot 7: held, goods that are somebody's: of the wish on heads, of all bundles accepted otherwise
    ///     slot 8: gone, goods that have left
    struct Lot {
        address seller;
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint16 bondBps;
        uint32 epsilonNumerator;
        uint32 epsilonDenominator;
        uint32 answerSeconds;
        uint16 goods;
        CoinOutcome outcome;
        bool settled;
        bool requested;
        uint40 endOfAnswers;
        uint32 pot;
        address star;
        uint64 starRevenue;
        uint32 unpaid;
        bytes32 digest;
        uint96 revenues;
        uint64 taken;
        uint64 ownRevenue;
        bytes32 ownDigest;
        uint32 offers;
        uint32 answered;
        uint32 accepted;
        uint32 closed;
        uint256 held;
        uint256 gone;
    }

    /// @notice What opens the announcement that `player` sealed.
    struct Opening {
        address player;
        Announcement announcement;
    }

    // EVENTS

    /// @notice A lot was listed; times in seconds since the epoch, the rebates' epsilon as a fraction.
    event LotListed(
        uint256 indexed lot, address indexed seller, uint32 epsilonNumerator, uint32 epsilonDenominator, Schedule schedule
    );
    /// @notice Goods were escrowed, numbered from `first` on.
    event GoodsAdded(uint256 indexed lot, uint256 first, Good[] goods);
    /// @notice `player` sealed an announcement, or replaced it, or raised the deposit: commitment (24 bytes), whole deposit in units (8
    /// bytes).
    event AnnouncementSealed(uint256 indexed lot, address indexed player, bytes32 sealedAnnouncement);
    /// @notice `player` took `deposit` units back before bidding ended.
    event AnnouncementWithdrawn(uint256 indexed lot, address indexed player, uint64 deposit);
    /// @notice `player` revealed what it had sealed, worth `revenue` units.
    event AnnouncementOpened(uint256 indexed lot, address indexed player, uint64 revenue, Announcement announcement);
    /// @notice What opens no announcement was passed over in a batch, of a player who sealed one.
    event AnnouncementSkipped(uint256 indexed lot, address indexed player, AnnouncementFlaw indexed flaw);
    /// @notice The coin of `lot` was asked for.
    event DrawRequested(uint256 indexed lot);
    /// @notice It is decided what happens. Answers, if there are to be any, are taken until `endOfAnswers`.
    event Decided(uint256 indexed lot, CoinOutcome outcome, uint40 endOfAnswers);
    /// @notice `player` said YES, and paid, or NO to the offer numbered `index`.
    event Answered(uint256 indexed lot, address indexed player, uint256 index, bool yes);
    /// @notice Goods, as bits, went to their new owner, or back to the seller.
    event GoodsGiven(uint256 indexed lot, address indexed recipient, uint256 goods);
    /// @notice All of the bundle numbered `index` was delivered, and its price, in units, is the seller's.
    event BundleSold(uint256 indexed lot, uint256 index, uint64 price);
    /// @notice The bundle numbered `index` could not be delivered in time, and its price, in units, is its buyer's again.
    event BundleRefunded(uint256 indexed lot, uint256 index, uint64 price);
    /// @notice The seller was credited the fines (units) and the part of its stake that no rebate needs (wei); `pot` wei are for rebates.
    event SellerCredited(uint256 indexed lot, uint64 fines, uint256 stakeBack, uint32 pot);
    /// @notice All rebates are paid; the seller was credited what rounding left of the pot, in wei.
    event PotEmptied(uint256 indexed lot, uint256 amountWei);
    /// @notice `player` did not reveal, which cost `bond` units: they stay here for ever, owed to nobody.
    event BondBurnt(uint256 indexed lot, address indexed player, uint64 bond);
    /// @notice `player` was paid, through `recipient`: the deposit, less fines or bond, with the rebate.
    event Claimed(uint256 indexed lot, address indexed player, address recipient, uint256 amountWei);
    /// @notice `player` did not take a pushed payment, which was credited to it, for `withdrawProceeds`.
    event PushCredited(uint256 indexed lot, address indexed player, uint256 amountWei);

    // ERRORS

    /// @notice The call does not belong to the phase that `lot` is in.
    error WrongResilientPhase(uint256 lot, ResilientPhase phase);
    /// @notice An epsilon that is not between 0 and 1.
    error BadEpsilon(uint32 numerator, uint32 denominator);
    /// @notice Bidding that has ended already, or a reveal or answers out of `MIN_PHASE` and `MAX_PHASE`.
    error BadSchedule(uint40 endOfBidding, uint40 endOfReveal, uint32 answerSeconds);
    /// @notice A bond below `MIN_BOND_BPS`.
    error BondTooLow(uint16 bondBps);
    /// @notice A bond above the whole deposit.
    error BondTooHigh(uint16 bondBps);
    /// @notice No goods, or more than a lot can hold.
    error BadNumberOfGoods(uint256 number);
    /// @notice `caller` is not the seller of `lot`.
    error NotSeller(uint256 lot, address caller);
    /// @notice Not the stake, in wei.
    error WrongStake(uint256 sent, uint256 due);
    /// @notice Not the price, or something with a NO, in wei.
    error WrongPayment(uint256 lot, uint256 sent, uint256 due);
    /// @notice An announcement without any deposit.
    error ZeroDeposit(uint256 lot, address player);
    /// @notice `player` has sealed nothing on `lot`.
    error NothingSealed(uint256 lot, address player);
    /// @notice The announcement of `player` is not taken.
    error FlawedAnnouncement(uint256 lot, address player, AnnouncementFlaw flaw);
    /// @notice The coin of `lot` was not asked for, or is not there yet.
    error NotDrawn(uint256 lot);
    /// @notice Not the announcement that is carried out on `lot`.
    error WrongAnnouncement(uint256 lot);
    /// @notice There is no offer of this number.
    error NoSuchOffer(uint256 lot, uint256 index);
    /// @notice The offer is not to `caller`.
    error NotOffered(uint256 lot, uint256 index, address caller);
    /// @notice `caller` is not the star of `lot`.
    error NotStar(uint256 lot, address caller);
    /// @notice The offer was answered before.
    error AlreadyAnswered(uint256 lot, uint256 index);
    /// @notice The bundle was not accepted, or is delivered or refunded already.
    error NotDeliverable(uint256 lot, uint256 index);
    /// @notice Only the seller may deliver the bundle without these of its goods.
    error NotWhole(uint256 lot, uint256 index, uint256 missing);
    /// @notice The time to deliver has passed.
    error TooLate(uint256 lot, uint40 deadline);
    /// @notice The time to deliver has not passed.
    error TooEarly(uint256 lot, uint40 deadline);
    /// @notice None of these goods is there for that.
    error NoGoodsLeft(uint256 lot, uint256 goods);
    /// @notice `lot` is settled already.
    error AlreadySettled(uint256 lot);
    /// @notice `player` has nothing (more) to claim on `lot`.
    error NothingToClaim(uint256 lot, address player);

    // SELLING

    /// @notice Lists goods: takes them into escrow and opens bidding at once. The caller must own them and have approved this contract. It
    /// stakes one unit, which backs the rebates (together less than that), whatever is sold; what is left of it comes back.
    /// @param goods 1 to 256 goods, or as many as fit a transaction; see `add`.
    /// @param epsilonNumerator The rebates' epsilon, between 0 and 1: its numerator,
    /// @param epsilonDenominator and its denominator.
    /// @param schedule The times, and the bond.
    /// @return lot The new lot's number.
    function list(Good[] calldata goods, uint32 epsilonNumerator, uint32 epsilonDenominator, Schedule calldata schedule)
        external
        payable
        returns (uint256 lot);

    /// @notice Adds goods to a lot while bidding lasts: for a seller of more than fit a transaction. Numbers given before stay.
    /// @param lot The lot's number.
    /// @param goods The goods, 256 at most with those before.
    function add(uint256 lot, Good[] calldata goods) external;

    /// @notice Gives goods that are nobody else's back to the seller. Anyone may call, once the lot is final or void, in any number of
    /// steps.
    /// @param lot The lot's number.
    /// @param goods Which, as bits; those that are not there for it are passed over.
    function reclaim(uint256 lot, uint256 goods) external;

    // ANNOUNCING

    /// @notice Seals an announcement on `lot`, or replaces the one there. `msg.value` adds to the deposit, which must cover the revenue of
    /// the offers when it is revealed, the seller's own too, and may be larger to hide it. It is 1 unit at least.
    /// @dev Only in the bidding phase; whole units only.
    /// @param lot The lot's number.
    /// @param commitment `bytes24(keccak256(abi.encode(chainid, this contract, lot, player, uint64 revenue, digest)))` with
    /// `digest = keccak256(abi.encode(offers, wish, salt))`.
    function commit(uint256 lot, bytes24 commitment) external payable;

    /// @notice Takes the caller's announcement on `lot` back, with the whole deposit, while bidding lasts.
    /// @param lot The lot's number.
    /// @param recipient Who gets the deposit.
    function withdraw(uint256 lot, address recipient) external;

    /// @notice Opens the caller's announcement on `lot`.
    /// @dev Only in the reveal phase; reverts with the flaw if the opening is not good.
    /// @param lot The lot's number.
    /// @param announcement What was sealed.
    function reveal(uint256 lot, Announcement calldata announcement) external;

    /// @notice Opens the announcements of many players. Whatever does not open is skipped, with an event if its player sealed anything, so
    /// that nobody can spoil a batch.
    /// @dev Only in the reveal phase. The order decides between offers that are worth the same.
    /// @param lot The lot's number.
    /// @param openings The openings, in any order.
    function revealBatch(uint256 lot, Opening[] calldata openings) external;

    // DECIDING

    /// @notice Asks for the coin. Anyone may call, once: from here on nothing can be announced any more that the coin could be known for.
    /// @param lot The lot's number.
    function requestDraw(uint256 lot) external;

    /// @notice Decides what happens, by the coin, once it has fallen. Anyone may call.
    /// @param lot The lot's number.
    /// @param announcement The star's; or the seller's own, if that is worth more.
    function decide(uint256 lot, Announcement calldata announcement) external;

    // ANSWERING

    /// @notice Says YES, for exactly the price, or NO, for nothing, to what the caller is offered. Once, and in time: silence is a NO.
    /// Nothing but the price is needed for a YES: the goods come afterwards.
    /// @param lot The lot's number.
    /// @param announcement The one that is carried out.
    /// @param index The number of the caller's offer in it, from 0.
    /// @param yes Whether the caller takes the bundle at its price.
    function answer(uint256 lot, Announcement calldata announcement, uint256 index, bool yes) external payable;

    // DELIVERING

    /// @notice Delivers an accepted bundle, which pays the seller. Anyone may call, as soon as it is accepted and until `DELIVERY_WINDOW`
    /// after the answers; what a token refuses can be tried again. Only the seller may do it in parts: if the rest cannot follow, the buyer
    /// keeps them and gets its price back.
    /// @param lot The lot's number.
    /// @param announcement The one that is carried out.
    /// @param index The number of the offer in it.
    /// @param goods Which, as bits; those that are not left in the bundle are passed over. All that are left, unless the seller calls.
    function deliver(uint256 lot, Announcement calldata announcement, uint256 index, uint256 goods) external;

    /// @notice As `deliver`, but to somebody else, and always all that is left: for buyers whose own account a token refuses. Only the buyer.
    /// @param lot The lot's number.
    /// @param announcement The one that is carried out.
    /// @param index The number of the offer in it.
    /// @param recipient Who gets the goods.
    function deliverTo(uint256 lot, Announcement calldata announcement, uint256 index, address recipient) external;

    /// @notice Gives the price of an accepted bundle back to its buyer, if it was not delivered in time. The star is not fined for it,
    /// since somebody said YES. Anyone may call.
    /// @param lot The lot's number.
    /// @param announcement The one that is carried out.
    /// @param index The number of the offer in it.
    function refund(uint256 lot, Announcement calldata announcement, uint256 index) external;

    /// @notice Delivers what the star wished, on heads. Anyone may call, in any number of steps, at any time.
    /// @param lot The lot's number.
    /// @param goods Which, as bits; those that are not left in the wish are passed over.
    function deliverWish(uint256 lot, uint256 goods) external;

    /// @notice As `deliverWish`, but to somebody else: for stars whose own account a token refuses. Only the star.
    /// @param lot The lot's number.
    /// @param goods Which, as bits; those that are not left in the wish are passed over.
    /// @param recipient Who gets them.
    function deliverWishTo(uint256 lot, uint256 goods, address recipient) external;

    // CLAIMS

    /// @notice Credits the seller with the star's fines, and with what is left of the stake. Anyone may call, once the lot is final or
    /// void; the first claim does it too.
    /// @param lot The lot's number.
    function settle(uint256 lot) external;

    /// @notice Pays the caller what is left of its deposit on `lot`: all of it, with the rebate; less the fines of the star, or the bond of
    /// somebody who did not reveal and need not wait for more than the end of reveal. The bond rounds down to a unit.
    /// @param lot The lot's number.
    function claim(uint256 lot) external;

    /// @notice As `claim`, but pays somebody else: for players who cannot take ether.
    /// @param lot The lot's number.
    /// @param recipient Who gets it.
    function claimTo(uint256 lot, address recipient) external;

    /// @notice Pays many players what is left of their deposits on `lot`. Anyone may call, from the end of reveal on. Whoever does not take
    /// the payment can have it through `withdrawProceeds`. Whoever has nothing to claim yet, or at all, is passed over.
    /// @param lot The lot's number.
    /// @param players Whom to pay.
    function claimBatch(uint256 lot, address[] calldata players) external;

    // VIEWS

    /// @notice Where `lot` stands.
    /// @param lot The lot's number.
    /// @return The phase.
    function phase(uint256 lot) external view returns (ResilientPhase);

    /// @notice All that is kept of `lot` as a whole.
    /// @param lot The lot's number.
    /// @return All of it, see `Lot`.
    function lotOf(uint256 lot) external view returns (Lot memory);

    /// @notice A good of `lot`.
    /// @param lot The lot's number.
    /// @param index The good's number, from 0.
    /// @return The good; zeros if there is none.
    function goodOf(uint256 lot, uint256 index) external view returns (Good memory);

    /// @notice What `player` sealed or announced on `lot`, as a bid: the revenue of its offers.
    /// @param lot The lot's number.
    /// @param player Whose.
    /// @return All zero if there is nothing, or it was paid out.
    function bidOf(uint256 lot, address player) external view returns (Bid memory);

    /// @notice The rebate of `player` on `lot` as the paper has it, a fraction of a unit. What is paid is this, rounded down to the wei.
    /// @param lot The lot's number.
    /// @param player Whose, while it is not paid out.
    /// @return numerator Epsilon's times the revenue of its offers; 0 unless offers are carried out and `player` revealed.
    /// @return denominator Epsilon's times (1 + the revenues of all who revealed).
    function rebateOf(uint256 lot, address player) external view returns (uint256 numerator, uint256 denominator);

    /// @notice What `player` could claim on `lot` now, in wei; 0 while nothing can be.
    /// @param lot The lot's number.
    /// @param player Whose.
    /// @return due Deposit and rebate, less fines or bond.
    function dueOf(uint256 lot, address player) external view returns (uint256 due);
}

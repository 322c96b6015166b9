// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {Escrow} from "../base/Escrow.sol";
import {Proceeds} from "../base/Proceeds.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";
import {Bid, BidSlot, BidSlots, Box} from "../libraries/BidSlot.sol";
import {DrawTime} from "../libraries/DrawTime.sol";
import {Items} from "../libraries/Items.sol";
import {Payments} from "../libraries/Payments.sol";
import {Units} from "../libraries/Units.sol";
import {Announcement, AnnouncementFlaw, Announcements, Offer} from "./Announcements.sol";
import {Good, Goods} from "./Goods.sol";
import {IResilientAuction} from "./IResilientAuction.sol";

/// @title The resilient auction: players sell to each other what they know
/// @notice Any bundles of up to 256 goods are sold at once. Every player announces, sealed, an offer of bundles to others and a wish. The
/// star is the player whose offer is worth the most. A coin falls: on heads the star gets its wish for nothing, and nothing else is sold.
/// On tails its offer is carried out, and the star pays wherever somebody declines. The seller may seal an offer of its own, which takes
/// the place of the star's if it is worth more, under the same coin: on heads nothing is sold then.
/// Source: Chen and Micali, "A New Approach to Auctions and Resilient Mechanism Design", sections 6, 7 (Theorem 1) and 9.
///
/// Guarantee. Expected over a fair coin the seller earns (MEW - epsilon) / 2 at least, MEW the most that a player who colludes with nobody
/// knows others to pay; with an own offer that all accept, its worth in place of MEW where that is more. It rests on two rounds of
/// elimination: nobody answers against its interest, and then such a player, one address, never offers less than it knows. That takes that
/// nobody chooses whether to open after seeing others: a bond of the whole deposit makes that never pay in the sale, for players, one of half
/// of it for the seller. It lapses if an own offer is worth the most and is declined.
/// @dev No owner, no upgrade, no pause. The balance covers deposits, prices, rebates and proceeds at every moment; bonds that were burnt stay
/// besides. Only the digest of the offer that is carried out is kept: whoever takes a step sends the announcement along, which the event
/// `AnnouncementOpened` tells. Calls that move no ether in can be combined through `multicall`.
contract ResilientAuction is IResilientAuction, Proceeds, Escrow, Multicall {
    using Announcements for Announcement;
    using BidSlots for BidSlot;
    using Goods for mapping(uint256 index => Good);

    // CONSTANTS

    /// @notice Bounds on how long the reveal and the answers last each: long enough that nobody is shut out, short enough that no money is
    /// locked in.
    uint256 public constant MIN_PHASE = 10 minutes;
    uint256 public constant MAX_PHASE = 30 days;
    /// @notice How long after the reveal it can be decided what happens. Afterwards the lot is void, so that a word that never comes locks
    /// nobody's money in.
    uint256 public constant DRAW_WINDOW = 7 days;
    /// @notice How long after the answers an accepted bundle can be delivered. Afterwards its buyer gets the price back.
    uint256 public constant DELIVERY_WINDOW = 3 days;
    /// @notice The least bond: 10 % of the deposit for an announcement that is not revealed.
    uint16 public constant MIN_BOND_BPS = 1_000;
    /// @notice The bit of the random word that is the coin: 1 is heads, 0 tails.
    uint256 public constant COIN = 1;
    /// @notice The most offers in one announcement.
    uint256 public constant MOST_OFFERS = Announcements.MOST_OFFERS;

    uint256 private constant BPS = 10_000;

    // IMMUTABLES

    /// @notice Where coins come from.
    IRandomness public immutable randomness;
    /// @dev How long its words may take, in seconds; 0 if it does not say.
    uint256 private immutable _longestDraw;

    // STORAGE (slot 0 is `proceeds`: what sellers earned, and what others did not take when it was pushed to them; slot 1 is that of Escrow)

    /// @notice Slot 2: how many lots were ever listed; they are numbered from 1.
    uint256 public lotCount;
    /// @dev Slot 3.
    mapping(uint256 lot => Lot) private _lots;
    /// @dev Slot 4: two slots per good.
    mapping(uint256 lot => mapping(uint256 index => Good)) private _goods;
    /// @dev Slot 5: one slot per player, as of any sealed bid: the bid is the revenue of the offers. The seller's is its own offer.
    mapping(uint256 lot => mapping(address player => Box)) private _boxes;

    /// @param randomness_ Where coins come from: a source that no player and no seller can foresee or bias. They must fit `DRAW_WINDOW`.
    constructor(IRandomness randomness_) {
        (randomness, _longestDraw) = (randomness_, DrawTime.requireWithin(randomness_, DRAW_WINDOW));
    }

    // SELLING

    /// @inheritdoc IResilientAuction
    function list(Good[] calldata goods, uint32 epsilonNumerator, uint32 epsilonDenominator, Schedule calldata schedule)
        external
        payable
        returns (uint256 lot)
    {
        if (msg.value != Units.UNIT) revert WrongStake(msg.value, Units.UNIT);
        if (epsilonNumerator == 0 || epsilonNumerator >= epsilonDenominator) {
            revert BadEpsilon(epsilonNumerator, epsilonDenominator);
        }
        _checkSchedule(schedule);
        lot = ++lotCount;
        Lot storage sale = _lots[lot];
        (sale.seller, sale.endOfBidding, sale.endOfReveal, sale.bondBps) =
        (msg.sender, schedule.endOfBidding, schedule.endOfReveal, schedule.bondBps);
        (sale.epsilonNumerator, sale.epsilonDenominator, sale.answerSeconds) =
        (epsilonNumerator, epsilonDenominator, schedule.answerSeconds);
        emit LotListed(lot, msg.sender, epsilonNumerator, epsilonDenominator, schedule);
        _add(lot, sale, goods);
    }

    /// @inheritdoc IResilientAuction
    function add(uint256 lot, Good[] calldata goods) external {
        Lot storage sale = _requireBidding(lot);
        if (msg.sender != sale.seller) revert NotSeller(lot, msg.sender);
        _add(lot, sale, goods);
    }

    /// @inheritdoc IResilientAuction
    function reclaim(uint256 lot, uint256 goods) external {
        _requireOver(lot);
        Lot storage sale = _lots[lot];
        _give(lot, sale, Goods.all(sale.goods) & ~sale.held & goods, sale.seller);
    }

    // ANNOUNCING

    /// @inheritdoc IResilientAuction
    function commit(uint256 lot, bytes24 commitment) external payable {
        _requireBidding(lot);
        Box storage box = _boxes[lot][msg.sender];
        uint64 total = Units.add(box.slot.deposit(), Units.fromWei(msg.value));
        if (total == 0) revert ZeroDeposit(lot, msg.sender);
        BidSlot slot = BidSlots.seal(commitment, total);
        box.slot = slot;
        emit AnnouncementSealed(lot, msg.sender, bytes32(BidSlot.unwrap(slot)));
    }

    /// @inheritdoc IResilientAuction
    function withdraw(uint256 lot, address recipient) external {
        _requireBidding(lot);
        Box storage box = _boxes[lot][msg.sender];
        BidSlot slot = box.slot;
        if (slot.isEmpty()) revert NothingSealed(lot, msg.sender);
        box.slot = BidSlots.EMPTY;
        emit AnnouncementWithdrawn(lot, msg.sender, slot.deposit());
        Payments.send(recipient, Units.toWei(slot.deposit()));
    }

    /// @inheritdoc IResilientAuction
    function reveal(uint256 lot, Announcement calldata announcement) external {
        _requirePhase(lot, ResilientPhase.Reveal);
        AnnouncementFlaw flaw = _open(lot, msg.sender, announcement);
        if (flaw != AnnouncementFlaw.None) revert FlawedAnnouncement(lot, msg.sender, flaw);
    }

    /// @inheritdoc IResilientAuction
    function revealBatch(uint256 lot, Opening[] calldata openings) external {
        _requirePhase(lot, ResilientPhase.Reveal);
        for (uint256 i = 0; i < openings.length; ++i) {
            address player = openings[i].player;
            AnnouncementFlaw flaw = _open(lot, player, openings[i].announcement);
            // logs that cost whoever causes them next to nothing would be everybody's to read
            if (flaw > AnnouncementFlaw.NotSealed) emit AnnouncementSkipped(lot, player, flaw);
        }
    }

    // DECIDING

    /// @inheritdoc IResilientAuction
    function requestDraw(uint256 lot) external {
        _requirePhase(lot, ResilientPhase.Draw);
        Lot storage sale = _lots[lot];
        DrawTime.requireTimely(lot, _longestDraw, sale.endOfReveal + DRAW_WINDOW);
        sale.requested = true;
        emit DrawRequested(lot);
        // the source refuses to draw twice for one lot
        randomness.request(lot);
    }

    /// @inheritdoc IResilientAuction
    function decide(uint256 lot, Announcement calldata announcement) external {
        _requirePhase(lot, ResilientPhase.Draw);
        Lot storage sale = _lots[lot];
        (bool drawn, uint256 word) = randomness.wordOf(address(this), lot);
        // a word that a source has before it is asked could have been known before the announcements
        if (!drawn || !sale.requested) revert NotDrawn(lot);
        bool own = _isOwn(sale);
        if (own) sale.digest = sale.ownDigest;
        if (announcement.digest() != sale.digest) revert WrongAnnouncement(lot);
        CoinOutcome outcome = _outcome(word & COIN != 0, own);
        uint256 end = block.timestamp;
        uint256 count = announcement.offers.length;
        if (outcome == CoinOutcome.Heads) {
            sale.held = announcement.wish;
        } else if (outcome != CoinOutcome.Unsold && count != 0) {
            // casting is safe: at most 32 offers were revealed
            sale.offers = uint32((1 << count) - 1);
            end += sale.answerSeconds;
        }
        // casting is safe: for some 30,000 years
        (sale.outcome, sale.endOfAnswers) = (outcome, uint40(end));
        emit Decided(lot, outcome, uint40(end));
    }

    // ANSWERING

    /// @inheritdoc IResilientAuction
    function answer(uint256 lot, Announcement calldata announcement, uint256 index, bool yes) external payable {
        _requirePhase(lot, ResilientPhase.Answers);
        Lot storage sale = _lots[lot];
        (Offer calldata offer, uint32 bit) = _offer(lot, sale, announcement, index);
        if (msg.sender != offer.to) revert NotOffered(lot, index, msg.sender);
        if (sale.answered & bit != 0) revert AlreadyAnswered(lot, index);
        uint256 due = yes ? Units.toWei(offer.price) : 0;
        if (msg.value != due) revert WrongPayment(lot, msg.value, due);
        sale.answered |= bit;
        if (yes) {
            sale.accepted |= bit;
            sale.held |= offer.bundle;
            sale.taken += offer.price;
        }
        // nobody waits for nothing
        if (sale.answered == sale.offers) sale.endOfAnswers = uint40(block.timestamp);
        emit Answered(lot, msg.sender, index, yes);
    }

    // DELIVERING

    /// @inheritdoc IResilientAuction
    function deliver(uint256 lot, Announcement calldata announcement, uint256 index, uint256 goods) external {
        Lot storage sale = _lots[lot];
        (Offer calldata offer, uint32 bit) = _deliverable(lot, sale, announcement, index);
        uint256 missing = offer.bundle & ~goods & ~sale.gone;
        if (missing == 0) _sell(lot, sale, index, offer.price, bit);
        else if (msg.sender != sale.seller) revert NotWhole(lot, index, missing);
        _give(lot, sale, offer.bundle & goods, offer.to);
    }

    /// @inheritdoc IResilientAuction
    function deliverTo(uint256 lot, Announcement calldata announcement, uint256 index, address recipient) external {
        Lot storage sale = _lots[lot];
        (Offer calldata offer, uint32 bit) = _deliverable(lot, sale, announcement, index);
        if (msg.sender != offer.to) revert NotOffered(lot, index, msg.sender);
        Items.requireRecipient(recipient);
        _sell(lot, sale, index, offer.price, bit);
        _give(lot, sale, offer.bundle, recipient);
    }

    /// @inheritdoc IResilientAuction
    function refund(uint256 lot, Announcement calldata announcement, uint256 index) external {
        Lot storage sale = _lots[lot];
        (Offer calldata offer, uint32 bit) = _undelivered(lot, sale, announcement, index);
        uint40 deadline = _deadline(sale);
        if (block.timestamp < deadline) revert TooEarly(lot, deadline);
        sale.closed |= bit;
        sale.held &= ~offer.bundle;
        emit BundleRefunded(lot, index, offer.price);
        _push(lot, offer.to, Units.toWei(offer.price));
    }

    /// @inheritdoc IResilientAuction
    function deliverWish(uint256 lot, uint256 goods) external {
        Lot storage sale = _onHeads(lot);
        _give(lot, sale, sale.held & goods, sale.star);
    }

    /// @inheritdoc IResilientAuction
    function deliverWishTo(uint256 lot, uint256 goods, address recipient) external {
        Lot storage sale = _onHeads(lot);
        if (msg.sender != sale.star) revert NotStar(lot, msg.sender);
        Items.requireRecipient(recipient);
        _give(lot, sale, sale.held & goods, recipient);
    }

    // CLAIMS

    /// @inheritdoc IResilientAuction
    function settle(uint256 lot) external {
        _requireOver(lot);
        Lot storage sale = _lots[lot];
        if (sale.settled) revert AlreadySettled(lot);
        _settle(lot, sale);
    }

    /// @inheritdoc IResilientAuction
    function claim(uint256 lot) external {
        _claim(lot, msg.sender);
    }

    /// @inheritdoc IResilientAuction
    function claimTo(uint256 lot, address recipient) external {
        _claim(lot, recipient);
    }

    /// @inheritdoc IResilientAuction
    function claimBatch(uint256 lot, address[] calldata players) external {
        bool over = _settleIfOver(lot);
        Lot storage sale = _lots[lot];
        for (uint256 i = 0; i < players.length; ++i) {
            address player = players[i];
            (bool found, uint256 due) = _take(lot, sale, player, over);
            if (!found) continue;
            emit Claimed(lot, player, player, due);
            if (due != 0) _push(lot, player, due);
        }
    }

    // VIEWS

    /// @inheritdoc IResilientAuction
    function phase(uint256 lot) public view returns (ResilientPhase) {
        Lot storage sale = _lots[lot];
        if (sale.seller == address(0)) return ResilientPhase.None;
        if (block.timestamp < sale.endOfBidding) return ResilientPhase.Bidding;
        if (block.timestamp < sale.endOfReveal) return ResilientPhase.Reveal;
        if (sale.outcome != CoinOutcome.Open) {
            return block.timestamp < sale.endOfAnswers ? ResilientPhase.Answers : ResilientPhase.Final;
        }
        bool announced = sale.star != address(0) || _isOwn(sale);
        return announced && block.timestamp < sale.endOfReveal + DRAW_WINDOW ? ResilientPhase.Draw : ResilientPhase.Void;
    }

    /// @inheritdoc IResilientAuction
    function lotOf(uint256 lot) external view returns (Lot memory) {
        return _lots[lot];
    }

    /// @inheritdoc IResilientAuction
    function goodOf(uint256 lot, uint256 index) external view returns (Good memory) {
        return _goods[lot][index];
    }

    /// @inheritdoc IResilientAuction
    function bidOf(uint256 lot, address player) external view returns (Bid memory) {
        return _boxes[lot][player].slot.unpack();
    }

    /// @inheritdoc IResilientAuction
    function rebateOf(uint256 lot, address player) external view returns (uint256 numerator, uint256 denominator) {
        return _rebate(_lots[lot], player, _boxes[lot][player].slot);
    }

    /// @inheritdoc IResilientAuction
    function dueOf(uint256 lot, address player) external view returns (uint256 due) {
        ResilientPhase now_ = phase(lot);
        BidSlot slot = _boxes[lot][player].slot;
        if (slot.isEmpty()) return 0; // of a star that was paid the fines are gone with the deposit
        if (_isOver(now_) || (_isRevealOver(now_) && slot.isSealed())) (due,,) = _account(_lots[lot], player, slot);
    }

    // PHASES

    function _requirePhase(uint256 lot, ResilientPhase wanted) private view {
        ResilientPhase now_ = phase(lot);
        if (now_ != wanted) revert WrongResilientPhase(lot, now_);
    }

    /// @dev As `_requirePhase`, from a single slot.
    function _requireBidding(uint256 lot) private view returns (Lot storage sale) {
        sale = _lots[lot];
        if (block.timestamp >= sale.endOfBidding) revert WrongResilientPhase(lot, phase(lot));
    }

    function _requireOver(uint256 lot) private view {
        ResilientPhase now_ = phase(lot);
        if (!_isOver(now_)) revert WrongResilientPhase(lot, now_);
    }

    function _isOver(ResilientPhase now_) private pure returns (bool) {
        return now_ >= ResilientPhase.Final;
    }

    function _isRevealOver(ResilientPhase now_) private pure returns (bool) {
        return now_ >= ResilientPhase.Draw;
    }

    function _checkSchedule(Schedule calldata schedule) private view {
        if (
            schedule.endOfBidding <= block.timestamp || schedule.endOfReveal < schedule.endOfBidding
                || !_isLength(schedule.endOfReveal - schedule.endOfBidding) || !_isLength(schedule.answerSeconds)
        ) revert BadSchedule(schedule.endOfBidding, schedule.endOfReveal, schedule.answerSeconds);
        if (schedule.bondBps < MIN_BOND_BPS) revert BondTooLow(schedule.bondBps);
        if (schedule.bondBps > BPS) revert BondTooHigh(schedule.bondBps);
    }

    function _isLength(uint256 duration) private pure returns (bool) {
        return duration >= MIN_PHASE && duration <= MAX_PHASE;
    }

    // GOODS

    function _add(uint256 lot, Lot storage sale, Good[] calldata goods) private {
        uint256 first = sale.goods;
        uint256 total = first + goods.length;
        if (goods.length == 0 || total > Goods.MOST) revert BadNumberOfGoods(total);
        // casting is safe: just checked
        sale.goods = uint16(total);
        mapping(uint256 index => Good) storage kept = _goods[lot];
        for (uint256 i = 0; i < goods.length; ++i) {
            kept[first + i] = goods[i];
        }
        emit GoodsAdded(lot, first, goods);
        Goods.take(goods, _held, lot, msg.sender);
    }

    /// @dev The lot, if it is the star's wish that is carried out.
    function _onHeads(uint256 lot) private view returns (Lot storage sale) {
        sale = _lots[lot];
        if (sale.outcome != CoinOutcome.Heads) revert WrongResilientPhase(lot, phase(lot));
    }

    /// @dev Gives those of `goods` that have not left to `recipient`.
    function _give(uint256 lot, Lot storage sale, uint256 goods, address recipient) private {
        uint256 gone = sale.gone;
        uint256 left = goods & ~gone;
        if (left == 0) revert NoGoodsLeft(lot, goods);
        sale.gone = gone | left;
        emit GoodsGiven(lot, recipient, left);
        _goods[lot].give(left, _held, lot, recipient);
    }

    // OFFERS

    /// @dev Opens one announcement, or says why not; changes nothing then.
    function _open(uint256 lot, address player, Announcement calldata announcement) private returns (AnnouncementFlaw) {
        Lot storage sale = _lots[lot];
        Box storage box = _boxes[lot][player];
        BidSlot slot = box.slot;
        (AnnouncementFlaw flaw, uint64 revenue, bytes32 digest) = announcement.check(slot, lot, player, Goods.all(sale.goods));
        if (flaw != AnnouncementFlaw.None) return flaw;
        box.slot = BidSlots.open(revenue, slot.deposit());
        if (player == sale.seller) {
            (sale.ownRevenue, sale.ownDigest) = (revenue, digest);
        } else {
            sale.revenues += revenue;
            ++sale.unpaid;
            if (sale.star == address(0) || revenue > sale.starRevenue) {
                (sale.star, sale.starRevenue, sale.digest) = (player, revenue, digest);
            }
        }
        emit AnnouncementOpened(lot, player, revenue, announcement);
        return AnnouncementFlaw.None;
    }

    /// @dev Whether the seller's own offer takes the place of the star's.
    function _isOwn(Lot storage sale) private view returns (bool) {
        return sale.ownRevenue > sale.starRevenue;
    }

    /// @dev A star that got its wish beside the seller's offer would have it for less than it knows: section 9 under the coin of section 6.
    function _outcome(bool heads, bool own) private pure returns (CoinOutcome) {
        if (own) return heads ? CoinOutcome.Unsold : CoinOutcome.Own;
        return heads ? CoinOutcome.Heads : CoinOutcome.Tails;
    }

    /// @dev The offer numbered `index` of the announcement that is carried out.
    function _offer(uint256 lot, Lot storage sale, Announcement calldata announcement, uint256 index)
        private
        view
        returns (Offer calldata offer, uint32 bit)
    {
        if (announcement.digest() != sale.digest) revert WrongAnnouncement(lot);
        if (index >= announcement.offers.length) revert NoSuchOffer(lot, index);
        // casting is safe: at most 32 offers were revealed
        return (announcement.offers[index], uint32(1 << index));
    }

    /// @dev As `_offer`, of a bundle that was accepted, and neither delivered nor refunded.
    function _undelivered(uint256 lot, Lot storage sale, Announcement calldata announcement, uint256 index)
        private
        view
        returns (Offer calldata offer, uint32 bit)
    {
        (offer, bit) = _offer(lot, sale, announcement, index);
        if (sale.accepted & ~sale.closed & bit == 0) revert NotDeliverable(lot, index);
    }

    /// @dev As `_undelivered`, while there is time to deliver.
    function _deliverable(uint256 lot, Lot storage sale, Announcement calldata announcement, uint256 index)
        private
        view
        returns (Offer calldata offer, uint32 bit)
    {
        (offer, bit) = _undelivered(lot, sale, announcement, index);
        uint40 deadline = _deadline(sale);
        if (block.timestamp >= deadline) revert TooLate(lot, deadline);
    }

    /// @dev Until when an accepted bundle can be delivered.
    function _deadline(Lot storage sale) private view returns (uint40) {
        return uint40(sale.endOfAnswers + DELIVERY_WINDOW); // casting is safe: for some 30,000 years
    }

    // MONEY

    /// @dev Pays the seller for a bundle whose last goods are about to leave.
    function _sell(uint256 lot, Lot storage sale, uint256 index, uint64 price, uint32 bit) private {
        sale.closed |= bit;
        proceeds[sale.seller] += Units.toWei(price);
        emit BundleSold(lot, index, price);
    }

    /// @dev Whether everybody can be paid; before that it is who did not reveal, once the reveal is over.
    function _settleIfOver(uint256 lot) private returns (bool over) {
        ResilientPhase now_ = phase(lot);
        if (!_isRevealOver(now_)) revert WrongResilientPhase(lot, now_);
        over = _isOver(now_);
        Lot storage sale = _lots[lot];
        if (over && !sale.settled) _settle(lot, sale);
    }

    /// @dev The stake of one unit is split into the pot, which holds all rebates but for what rounding leaves, and the seller's rest.
    function _settle(uint256 lot, Lot storage sale) private {
        sale.settled = true;
        uint64 fines = _fines(sale);
        uint256 pot;
        if (_areCarriedOut(sale)) {
            uint256 sum = sale.revenues;
            pot = (Units.UNIT * sale.epsilonNumerator * sum) / (sale.epsilonDenominator * (1 + sum));
        }
        // casting is safe: epsilon is below 1
        sale.pot = uint32(pot);
        uint256 stakeBack = Units.UNIT - pot;
        proceeds[sale.seller] += Units.toWei(fines) + stakeBack;
        emit SellerCredited(lot, fines, stakeBack, uint32(pot));
    }

    /// @dev Whether offers were, so that there are rebates.
    function _areCarriedOut(Lot storage sale) private view returns (bool) {
        return sale.outcome == CoinOutcome.Tails || sale.outcome == CoinOutcome.Own;
    }

    /// @dev What the star pays for all that was not accepted, in units, once answers are over.
    function _fines(Lot storage sale) private view returns (uint64) {
        return sale.outcome == CoinOutcome.Tails ? sale.starRevenue - sale.taken : 0;
    }

    function _rebate(Lot storage sale, address player, BidSlot slot)
        private
        view
        returns (uint256 numerator, uint256 denominator)
    {
        denominator = sale.epsilonDenominator * (1 + uint256(sale.revenues));
        if (_areCarriedOut(sale) && !slot.isSealed() && player != sale.seller) {
            numerator = sale.epsilonNumerator * uint256(slot.bid());
        }
    }

    /// @dev What is due to the owner of `slot`, in wei; and what of that is a rebate (wei); and the bond it loses (units).
    function _account(Lot storage sale, address player, BidSlot slot)
        private
        view
        returns (uint256 due, uint256 rebate, uint64 bond)
    {
        uint64 left = slot.deposit();
        if (slot.isSealed()) {
            bond = uint64((uint256(left) * sale.bondBps) / BPS); // casting is safe: bondBps <= BPS
            return (Units.toWei(left - bond), 0, bond);
        }
        if (player == sale.star) left -= _fines(sale); // covered: checked when it was revealed
        (uint256 numerator, uint256 denominator) = _rebate(sale, player, slot);
        if (denominator != 0) rebate = (Units.UNIT * numerator) / denominator;
        due = Units.toWei(left) + rebate;
    }

    /// @dev Closes the account of `player`, if it can be by now, and returns what to pay out, in wei; a second call finds nothing.
    function _take(uint256 lot, Lot storage sale, address player, bool over) private returns (bool found, uint256 due) {
        Box storage box = _boxes[lot][player];
        BidSlot slot = box.slot;
        if (slot.isEmpty() || (!over && !slot.isSealed())) return (false, 0);
        uint256 rebate;
        uint64 bond;
        (due, rebate, bond) = _account(sale, player, slot);
        box.slot = BidSlots.EMPTY;
        if (slot.isSealed()) {
            if (bond != 0) emit BondBurnt(lot, player, bond);
        } else if (player != sale.seller) {
            _payFromPot(lot, sale, rebate);
        }
        return (true, due);
    }

    /// @dev Takes a rebate, in wei, out of the pot; with the last one, what rounding left goes to the seller.
    function _payFromPot(uint256 lot, Lot storage sale, uint256 rebate) private {
        // casting is safe: all rebates, each rounded down, are in the pot
        uint32 pot = sale.pot - uint32(rebate);
        uint32 unpaid = sale.unpaid - 1;
        sale.unpaid = unpaid;
        if (unpaid == 0 && pot != 0) {
            proceeds[sale.seller] += pot;
            emit PotEmptied(lot, pot);
            pot = 0;
        }
        sale.pot = pot;
    }

    function _claim(uint256 lot, address recipient) private {
        bool over = _settleIfOver(lot);
        (bool found, uint256 due) = _take(lot, _lots[lot], msg.sender, over);
        if (!found) {
            if (!_boxes[lot][msg.sender].slot.isEmpty()) revert WrongResilientPhase(lot, phase(lot));
            revert NothingToClaim(lot, msg.sender);
        }
        emit Claimed(lot, msg.sender, recipient, due);
        if (due != 0) Payments.send(recipient, due);
    }

    /// @dev Pays with bounded gas; what is refused stays, to be withdrawn.
    function _push(uint256 lot, address player, uint256 amountWei) private {
        if (Payments.push(player, amountWei)) return;
        proceeds[player] += amountWei;
        emit PushCredited(lot, player, amountWei);
    }
}

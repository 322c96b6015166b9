// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProceeds} from "../../contracts/interfaces/IProceeds.sol";
import {Bid} from "../../contracts/libraries/BidSlot.sol";
import {Announcement, Offer} from "../../contracts/resilient/Announcements.sol";
import {Good} from "../../contracts/resilient/Goods.sol";
import {IResilientAuction} from "../../contracts/resilient/IResilientAuction.sol";
import {ResilientAuction} from "../../contracts/resilient/ResilientAuction.sol";
import {Item} from "../../contracts/test/Item.sol";
import {Campaign, Handler, deployed, vm, words} from "./Campaign.sol";
import {Crowd} from "./Crowd.sol";

/// @title What people do at the resilient auction, and books of its own about it
/// @notice Six players, of whom one refuses ether and one calls back when paid; two sellers, of whom one refuses ether; goods of an honest
/// token and of one that may refuse to move; a source whose words come, come late, or never.
contract ResilientHandler is Crowd {
    string private constant ACTIONS = "list,add,pass,commit,withdraw,reveal,revealBatch,requestDraw,word,decide,heads,tails,own,unsold,lie,answer yes,answer no,deliver,"
        "deliverPart,deliverTo,refund,deliverWish,reclaim,settle,claim,claimTo,claimBatch,withdrawProceeds,force,turn";

    enum Form {
        None,
        Sealed,
        Open
    }

    /// @dev What a player announced, as it must stand; and all ether that it paid on the lot and got back.
    struct Note {
        Form form;
        uint64 revenue;
        uint64 deposit;
        uint64 bond;
        bytes announcement;
        uint256 paidIn;
        uint256 paidOut;
    }

    struct LotNote {
        address seller;
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint40 answerSeconds;
        uint16 bondBps;
        uint32 numerator;
        uint32 denominator;
        bool requested;
        bool settled;
        IResilientAuction.CoinOutcome outcome;
        uint40 endOfAnswers;
        address carried;
        uint256 answered;
        uint256 accepted;
        uint256 closed;
        uint256 sold;
        uint64 taken;
        uint256 held;
        uint256 gone;
        uint256 pot;
        uint256 unpaid;
        address[] revealed;
        Good[] goods;
    }

    uint256 internal constant MOST_LOTS = 8;
    uint256 internal constant AT_ONCE = 3;
    uint256 internal constant DRAW_WINDOW = 7 days;
    uint256 internal constant DELIVERY_WINDOW = 3 days;

    ResilientAuction public auction;
    Item private _item;

    uint256 private _minted;
    mapping(uint256 lot => LotNote) internal _lots;
    mapping(uint256 lot => mapping(address player => Note)) internal _notes;
    uint256 public burnt;

    constructor() Handler(words(ACTIONS)) {
        auction = ResilientAuction(deployed("ResilientAuction", abi.encode(source)));
        _item = Item(deployed("Item", ""));
    }

    // ACTIONS

    function list(uint256 seed) external seeded(seed) {
        uint256 open;
        for (uint256 lot = 1; lot <= lots; ++lot) {
            if (phaseOf(lot) < IResilientAuction.ResilientPhase.Final) ++open;
        }
        if (lots == MOST_LOTS || open == AT_ONCE || !_isHonest()) return;
        LotNote storage note = _lots[++lots];
        note.seller = sellers[_draw(2)];
        note.endOfBidding = uint40(_now() + 10 minutes + _draw(2 hours));
        note.endOfReveal = uint40(note.endOfBidding + 10 minutes + _draw(2 hours));
        note.answerSeconds = uint40(10 minutes + _draw(2 hours));
        note.bondBps = uint16(_oneIn(4) ? 10_000 : 1_000 + _draw(9_001));
        note.denominator = uint32(2 + _draw(type(uint32).max - 1));
        note.numerator = uint32(1 + _draw(note.denominator - 1));
        Good[] memory goods = _goods(note.seller, 1 + _draw(3));
        IResilientAuction.Schedule memory schedule =
            IResilientAuction.Schedule(note.endOfBidding, note.endOfReveal, uint32(note.answerSeconds), note.bondBps);
        vm.prank(note.seller);
        uint256 lot_ = auction.list{value: UNIT}(goods, note.numerator, note.denominator, schedule);
        require(lot_ == lots, "lots are not numbered in order");
        _noteGoods(note, goods);
        _note("list", true);
    }

    function add(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Bidding);
        if (lot == 0 || _lots[lot].goods.length > 4 || !_isHonest()) return;
        LotNote storage note = _lots[lot];
        Good[] memory goods = _goods(note.seller, 1);
        vm.prank(note.seller);
        auction.add(lot, goods);
        _noteGoods(note, goods);
        _note("add", true);
    }

    function pass(uint256 seed) external seeded(seed) {
        _pass(40, 6 days, 30 minutes);
    }

    /// @dev Up to three players, or the seller; some announcements can never be opened.
    function commit(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Bidding);
        if (lot == 0) return;
        for (uint256 i = _draw(3); i < 3; ++i) {
            _commit(lot, _oneIn(4) ? _lots[lot].seller : people[_draw(PEOPLE)]);
        }
        _note("commit", true);
    }

    function withdraw(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Bidding);
        address me = _playerIn(lot, Form.Sealed);
        if (me == address(0)) return;
        Note storage note = _notes[lot][me];
        address recipient = _purseOf(me);
        _arm(me, address(auction), abi.encodeCall(auction.withdraw, (lot, me)));
        uint256 before = recipient.balance;
        vm.prank(me);
        auction.withdraw(lot, recipient);
        require(recipient.balance - before == note.deposit * UNIT, "withdrawn is not the deposit");
        (note.form, note.deposit, note.revenue) = (Form.None, 0, 0);
        note.paidOut += recipient.balance - before;
        _note("withdraw", true);
    }

    /// @dev Up to three, the seller among them.
    function reveal(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Reveal);
        for (uint256 i = _draw(3); i < 3; ++i) {
            address me = _playerIn(lot, Form.Sealed);
            if (me == address(0) || _notes[lot][me].revenue > _notes[lot][me].deposit) return;
            vm.prank(me);
            auction.reveal(lot, _announcementOf(lot, me));
            _noteOpening(lot, me);
            _note("reveal", true);
        }
    }

    /// @dev Some falsely, some of people who sealed nothing.
    function revealBatch(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Reveal);
        if (lot == 0) return;
        IResilientAuction.Opening[] memory openings = new IResilientAuction.Opening[](PEOPLE);
        bool[] memory opens = new bool[](PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            Note storage note = _notes[lot][people[i]];
            openings[i].player = people[i];
            if (note.form != Form.None) openings[i].announcement = _announcementOf(lot, people[i]);
            bool honest = !_oneIn(3);
            if (!honest) openings[i].announcement.wish ^= 1;
            opens[i] = honest && note.form == Form.Sealed && note.revenue <= note.deposit;
        }
        vm.prank(STRANGER);
        auction.revealBatch(lot, openings);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (!opens[i]) continue;
            _noteOpening(lot, people[i]);
            _note("revealBatch", true);
        }
    }

    function requestDraw(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Draw);
        if (lot == 0 || _lots[lot].requested || !_isTimely(_lots[lot].endOfReveal + DRAW_WINDOW)) return;
        _request(lot);
        _note("requestDraw", true);
    }

    /// @dev Of any lot that waits, before it is asked for, too; once.
    function word(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Draw);
        if (lot == 0 || wordOf[lot] != 0) return;
        _tellWord(address(auction), lot);
        _note("word", true);
    }

    /// @dev With all that is missing for it, where that can be.
    function decide(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Draw);
        if (lot == 0) return;
        if (!_lots[lot].requested && _isTimely(_lots[lot].endOfReveal + DRAW_WINDOW)) _request(lot);
        if (wordOf[lot] == 0) _tellWord(address(auction), lot);
        if (!_lots[lot].requested) return;
        _decide(lot);
        _note("decide", true);
    }

    /// @dev What another announced, or something nobody did, decides, answers and delivers nothing.
    function lie(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(_oneIn(2) ? IResilientAuction.ResilientPhase.Draw : IResilientAuction.ResilientPhase.Answers);
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        address honest = note.outcome == IResilientAuction.CoinOutcome.Open ? _ahead(lot) : note.carried;
        Announcement memory announcement = _announcementOf(lot, honest);
        if (_oneIn(2)) announcement.wish ^= 1;
        else announcement.salt = keccak256(abi.encode(announcement.salt));
        bool done;
        vm.prank(STRANGER);
        if (note.outcome == IResilientAuction.CoinOutcome.Open) {
            (done,) = address(auction).call(abi.encodeCall(auction.decide, (lot, announcement)));
        } else {
            (done,) = address(auction).call(abi.encodeCall(auction.deliver, (lot, announcement, 0, type(uint256).max)));
        }
        require(!done, "a false announcement was taken");
        _note("lie", true);
    }

    /// @dev To most offers that are open.
    function answer(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IResilientAuction.ResilientPhase.Answers);
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        uint256 offers = _announcementOf(lot, note.carried).offers.length;
        for (uint256 i = 0; i < offers; ++i) {
            if (note.answered & (1 << i) == 0 && !_oneIn(4)) _answer(lot, i, !_oneIn(3));
        }
    }

    function deliver(uint256 seed) external seeded(seed) {
        (uint256 lot, uint256 index) = _bundle(false);
        if (lot == 0) return;
        _note("deliver", _deliver(lot, index));
    }

    /// @dev Only the seller may.
    function deliverPart(uint256 seed) external seeded(seed) {
        (uint256 lot, uint256 index) = _bundle(false);
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        Announcement memory announcement = _announcementOf(lot, note.carried);
        Offer memory offer = announcement.offers[index];
        uint256 part = offer.bundle & ~note.gone & _draw(type(uint256).max);
        if (part == 0) return;
        bool whole = part == offer.bundle & ~note.gone;
        if (!whole) {
            vm.prank(STRANGER);
            try auction.deliver(lot, announcement, index, part) {
                revert("a stranger delivered a part");
            } catch {}
        }
        vm.prank(note.seller);
        try auction.deliver(lot, announcement, index, part) {
            if (whole) _noteSale(note, index, offer.price);
            _noteGiven(note, part, offer.to);
            _note("deliverPart", true);
        } catch {
            _note("deliverPart", _refuses());
        }
    }

    function deliverTo(uint256 seed) external seeded(seed) {
        (uint256 lot, uint256 index) = _bundle(false);
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        Announcement memory announcement = _announcementOf(lot, note.carried);
        Offer memory offer = announcement.offers[index];
        vm.prank(offer.to);
        try auction.deliverTo(lot, announcement, index, PURSE) {
            _noteSale(note, index, offer.price);
            _noteGiven(note, offer.bundle & ~note.gone, PURSE);
            _note("deliverTo", true);
        } catch {
            _note("deliverTo", _refuses());
        }
    }

    /// @dev Now and then after waiting for it.
    function refund(uint256 seed) external seeded(seed) {
        (uint256 lot, uint256 index) = _bundle(true);
        if (lot == 0 && _oneIn(2)) {
            (lot, index) = _bundle(false);
            if (lot != 0) vm.warp(_lots[lot].endOfAnswers + DELIVERY_WINDOW);
        }
        if (lot == 0) return;
        _refund(lot, index);
        _note("refund", true);
    }

    function deliverWish(uint256 seed) external seeded(seed) {
        uint256 lot = _wish();
        if (lot == 0) return;
        _note("deliverWish", _deliverWish(lot, _draw(type(uint256).max), _oneIn(3)));
    }

    function reclaim(uint256 seed) external seeded(seed) {
        uint256 lot = _overLot();
        if (lot == 0) return;
        _note("reclaim", _reclaim(lot, _draw(type(uint256).max)));
    }

    function settle(uint256 seed) external seeded(seed) {
        uint256 lot = _overLot();
        if (lot == 0 || _lots[lot].settled) return;
        vm.prank(STRANGER);
        auction.settle(lot);
        _noteSettlement(lot);
        _note("settle", true);
    }

    function claim(uint256 seed) external seeded(seed) {
        (uint256 lot, address me) = _claimable();
        if (lot == 0) return;
        address recipient = _oneIn(2) ? PURSE : _purseOf(me);
        if (recipient != me) _note("claimTo", true);
        uint256 before = recipient.balance;
        _arm(me, address(auction), abi.encodeCall(auction.claim, (lot)));
        vm.prank(me);
        if (recipient == me) auction.claim(lot);
        else auction.claimTo(lot, recipient);
        _noteClaim(lot, me, recipient.balance - before);
        _note("claim", true);
    }

    function claimBatch(uint256 seed) external seeded(seed) {
        uint256 lot = 1 + _draw(lots);
        if (phaseOf(lot) < IResilientAuction.ResilientPhase.Draw) return;
        if (_claimBatch(lot) != 0) _note("claimBatch", true);
    }

    // THE END

    /// @notice A stranger alone brings everything to its end; `drawing`, with words that come. Whoever refused a payment withdraws it then.
    function finish(bool drawing) external override {
        _calm();
        for (uint256 day = 0; day < 20; ++day) {
            for (uint256 lot = 1; lot <= lots; ++lot) {
                _step(lot, drawing);
            }
            vm.warp(_now() + (day < 6 ? 2 hours : 1 days));
        }
        for (uint256 lot = 1; lot <= lots; ++lot) {
            require(phaseOf(lot) >= IResilientAuction.ResilientPhase.Final, "a lot has no end");
            _claimBatch(lot);
            LotNote storage note = _lots[lot];
            require(note.settled && note.pot == 0, "the stake is not given back");
            require(note.gone + 1 == 1 << note.goods.length, "a good was left behind");
            for (uint256 i = 0; i < PEOPLE; ++i) {
                _checkPaid(lot, people[i]);
            }
            _checkPaid(lot, note.seller);
        }
        for (uint256 i = 0; i < PEOPLE + 2; ++i) {
            if (earned[_account(i)] != 0) _withdrawProceeds(_account(i));
        }
        require(address(auction).balance == burnt * UNIT + forced[address(auction)], "something is left beside what was burnt");
    }

    // VIEWS

    function lotNote(uint256 lot) external view returns (LotNote memory) {
        return _lots[lot];
    }

    function noteOf(uint256 lot, address player) external view returns (Note memory) {
        return _notes[lot][player];
    }

    /// @notice Where a lot must stand.
    function phaseOf(uint256 lot) public view returns (IResilientAuction.ResilientPhase) {
        LotNote storage note = _lots[lot];
        uint256 time = _now();
        if (time < note.endOfBidding) return IResilientAuction.ResilientPhase.Bidding;
        if (time < note.endOfReveal) return IResilientAuction.ResilientPhase.Reveal;
        if (note.outcome != IResilientAuction.CoinOutcome.Open) {
            return time < note.endOfAnswers ? IResilientAuction.ResilientPhase.Answers : IResilientAuction.ResilientPhase.Final;
        }
        if (_ahead(lot) == address(0) || time >= note.endOfReveal + DRAW_WINDOW) return IResilientAuction.ResilientPhase.Void;
        return IResilientAuction.ResilientPhase.Draw;
    }

    /// @notice The first who revealed of those whose offers are worth the most; nobody if nobody did.
    function starOf(uint256 lot) public view returns (address star) {
        LotNote storage note = _lots[lot];
        for (uint256 i = 0; i < note.revealed.length; ++i) {
            address player = note.revealed[i];
            if (star == address(0) || _notes[lot][player].revenue > _revenueOf(lot, star)) star = player;
        }
    }

    /// @notice What the star pays for all that was not accepted, in units.
    function finesOf(uint256 lot) public view returns (uint64) {
        LotNote storage note = _lots[lot];
        return note.outcome == IResilientAuction.CoinOutcome.Tails ? _revenueOf(lot, starOf(lot)) - note.taken : 0;
    }

    /// @notice All that the auction must hold for a lot beside proceeds and what was burnt, in wei.
    function owedOn(uint256 lot) external view returns (uint256 owed) {
        LotNote storage note = _lots[lot];
        owed = note.settled ? note.pot : UNIT;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (_isOpen(lot, people[i]) || _notes[lot][people[i]].form == Form.Sealed) {
                owed += _notes[lot][people[i]].deposit * UNIT;
            }
        }
        if (_notes[lot][note.seller].form != Form.None) owed += _notes[lot][note.seller].deposit * UNIT;
        if (note.settled && _isOpen(lot, starOf(lot))) owed -= finesOf(lot) * UNIT;
        if (note.accepted == note.closed) return owed;
        Announcement memory announcement = _announcementOf(lot, note.carried);
        for (uint256 i = 0; i < announcement.offers.length; ++i) {
            if (note.accepted & ~note.closed & (1 << i) != 0) owed += announcement.offers[i].price * UNIT;
        }
    }

    // STEPS

    function _goods(address seller, uint256 number) private returns (Good[] memory goods) {
        goods = new Good[](number);
        for (uint256 i = 0; i < number; ++i) {
            goods[i] = Good(_oneIn(3) ? Item(address(token)) : _item, ++_minted);
            Item(address(goods[i].token)).mint(seller, _minted);
            vm.prank(seller);
            goods[i].token.approve(address(auction), _minted);
        }
    }

    function _noteGoods(LotNote storage note, Good[] memory goods) private {
        for (uint256 i = 0; i < goods.length; ++i) {
            note.goods.push(goods[i]);
        }
    }

    /// @dev Each good to at most one of the people, each of whom is offered one bundle at most.
    function _announce(uint256 lot, address me) private returns (Announcement memory announcement, uint64 revenue) {
        uint256[] memory bundles = new uint256[](PEOPLE);
        uint256 count;
        for (uint256 i = 0; i < _lots[lot].goods.length; ++i) {
            uint256 to = _draw(PEOPLE + 1);
            if (to == PEOPLE || people[to] == me) continue;
            if (bundles[to] == 0) ++count;
            bundles[to] |= 1 << i;
        }
        announcement.offers = new Offer[](count);
        count = 0;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (bundles[i] == 0) continue;
            Offer memory offer = Offer(people[i], uint64(1 + _draw(me == _lots[lot].seller ? 25 : 9)), bundles[i]);
            revenue += offer.price;
            uint256 j = count++;
            for (; j != 0 && announcement.offers[j - 1].to > offer.to; --j) {
                announcement.offers[j] = announcement.offers[j - 1];
            }
            announcement.offers[j] = offer;
        }
        announcement.wish = _draw(1 << _lots[lot].goods.length);
        announcement.salt = bytes32(_draw(type(uint256).max));
    }

    function _commit(uint256 lot, address me) private {
        Note storage note = _notes[lot][me];
        (Announcement memory announcement, uint64 revenue) = _announce(lot, me);
        uint64 added = uint64(1 + revenue + _draw(6));
        if (_oneIn(15)) added = 1;
        if (note.deposit != 0 && _oneIn(2)) added = 0;
        bytes32 digest = keccak256(abi.encode(announcement.offers, announcement.wish, announcement.salt));
        vm.prank(me);
        auction.commit{value: added * UNIT}(lot, _commitment(lot, me, revenue, digest));
        (note.form, note.revenue, note.deposit) = (Form.Sealed, revenue, note.deposit + added);
        (note.announcement, note.paidIn) = (abi.encode(announcement), note.paidIn + added * UNIT);
    }

    function _commitment(uint256 lot, address me, uint64 revenue, bytes32 digest) private view returns (bytes24) {
        return bytes24(keccak256(abi.encode(block.chainid, auction, lot, me, revenue, digest)));
    }

    function _announcementOf(uint256 lot, address player) private view returns (Announcement memory) {
        return abi.decode(_notes[lot][player].announcement, (Announcement));
    }

    function _noteOpening(uint256 lot, address me) private {
        _notes[lot][me].form = Form.Open;
        if (me == _lots[lot].seller) return;
        _lots[lot].revealed.push(me);
        ++_lots[lot].unpaid;
    }

    /// @dev Its own, even after the deposit is paid out.
    function _revenueOf(uint256 lot, address player) private view returns (uint64) {
        return player == address(0) ? 0 : _notes[lot][player].revenue;
    }

    /// @dev Whose announcement counts: the seller's if it is worth more than the star's.
    function _ahead(uint256 lot) private view returns (address) {
        (address seller, address star) = (_lots[lot].seller, starOf(lot));
        bool own = _isRevealed(lot, seller) && _revenueOf(lot, seller) > _revenueOf(lot, star);
        return own ? seller : star;
    }

    function _isRevealed(uint256 lot, address seller) private view returns (bool) {
        return _notes[lot][seller].form == Form.Open;
    }

    /// @dev Revealed, and not paid out yet.
    function _isOpen(uint256 lot, address player) private view returns (bool) {
        return _notes[lot][player].form == Form.Open && _notes[lot][player].deposit != 0;
    }

    function _request(uint256 lot) private {
        vm.prank(STRANGER);
        auction.requestDraw(lot);
        _lots[lot].requested = true;
    }

    function _decide(uint256 lot) private {
        LotNote storage note = _lots[lot];
        address ahead = _ahead(lot);
        Announcement memory announcement = _announcementOf(lot, ahead);
        vm.prank(STRANGER);
        auction.decide(lot, announcement);
        (bool heads, bool own) = (wordOf[lot] % 2 == 1, ahead == note.seller);
        note.outcome = own
            ? (heads ? IResilientAuction.CoinOutcome.Unsold : IResilientAuction.CoinOutcome.Own)
            : (heads ? IResilientAuction.CoinOutcome.Heads : IResilientAuction.CoinOutcome.Tails);
        note.carried = ahead;
        note.endOfAnswers = uint40(_now());
        if (heads) note.held = own ? 0 : announcement.wish;
        else if (announcement.offers.length != 0) note.endOfAnswers += note.answerSeconds;
        _note(own ? (heads ? "unsold" : "own") : (heads ? "heads" : "tails"), true);
    }

    function _answer(uint256 lot, uint256 index, bool yes) private {
        LotNote storage note = _lots[lot];
        Announcement memory announcement = _announcementOf(lot, note.carried);
        Offer memory offer = announcement.offers[index];
        vm.prank(offer.to);
        auction.answer{value: yes ? offer.price * UNIT : 0}(lot, announcement, index, yes);
        note.answered |= 1 << index;
        if (yes) {
            note.accepted |= 1 << index;
            note.held |= offer.bundle;
            note.taken += offer.price;
            _notes[lot][offer.to].paidIn += offer.price * UNIT;
        }
        if (note.answered + 1 == 1 << announcement.offers.length) note.endOfAnswers = uint40(_now());
        _note(yes ? "answer yes" : "answer no", true);
    }

    function _deliver(uint256 lot, uint256 index) private returns (bool) {
        LotNote storage note = _lots[lot];
        Announcement memory announcement = _announcementOf(lot, note.carried);
        Offer memory offer = announcement.offers[index];
        vm.prank(STRANGER);
        try auction.deliver(lot, announcement, index, offer.bundle) {
            _noteSale(note, index, offer.price);
            _noteGiven(note, offer.bundle & ~note.gone, offer.to);
            return true;
        } catch {
            return _refuses();
        }
    }

    function _refund(uint256 lot, uint256 index) private {
        LotNote storage note = _lots[lot];
        Announcement memory announcement = _announcementOf(lot, note.carried);
        Offer memory offer = announcement.offers[index];
        uint256 before = offer.to.balance;
        vm.prank(STRANGER);
        auction.refund(lot, announcement, index);
        note.closed |= 1 << index;
        note.held &= ~offer.bundle;
        _notePush(lot, offer.to, offer.price * UNIT, offer.to.balance - before);
    }

    /// @dev By the star elsewhere, or by a stranger to the star.
    function _deliverWish(uint256 lot, uint256 goods, bool elsewhere) private returns (bool) {
        LotNote storage note = _lots[lot];
        uint256 left = note.held & ~note.gone & goods;
        if (left == 0) return false;
        address recipient = elsewhere ? PURSE : note.carried;
        vm.prank(elsewhere ? note.carried : STRANGER);
        bytes memory data = elsewhere
            ? abi.encodeCall(auction.deliverWishTo, (lot, goods, PURSE))
            : abi.encodeCall(auction.deliverWish, (lot, goods));
        (bool done,) = address(auction).call(data);
        if (!done) return _refuses();
        _noteGiven(note, left, recipient);
        return true;
    }

    function _reclaim(uint256 lot, uint256 goods) private returns (bool) {
        LotNote storage note = _lots[lot];
        uint256 left = ~note.held & ~note.gone & goods & ((1 << note.goods.length) - 1);
        if (left == 0) return false;
        vm.prank(STRANGER);
        try auction.reclaim(lot, goods) {
            _noteGiven(note, left, note.seller);
            return true;
        } catch {
            return _refuses();
        }
    }

    function _noteSale(LotNote storage note, uint256 index, uint64 price) private {
        note.closed |= 1 << index;
        note.sold |= 1 << index;
        earned[note.seller] += price * UNIT;
    }

    function _noteGiven(LotNote storage note, uint256 goods, address recipient) private {
        note.gone |= goods;
        for (uint256 i = 0; i < note.goods.length; ++i) {
            if (goods & (1 << i) == 0) continue;
            require(note.goods[i].token.ownerOf(note.goods[i].tokenId) == recipient, "a good went elsewhere");
        }
    }

    /// @dev The pot: all rebates, which come to less than a unit, and what rounding leaves.
    function _noteSettlement(uint256 lot) private {
        LotNote storage note = _lots[lot];
        if (note.settled) return;
        note.settled = true;
        if (_isCarriedOut(note)) {
            uint256 sum = _sum(lot);
            note.pot = UNIT * note.numerator * sum / (note.denominator * (1 + sum));
        }
        earned[note.seller] += finesOf(lot) * UNIT + UNIT - note.pot;
    }

    function _isCarriedOut(LotNote storage note) private view returns (bool) {
        return note.outcome == IResilientAuction.CoinOutcome.Tails || note.outcome == IResilientAuction.CoinOutcome.Own;
    }

    function _sum(uint256 lot) private view returns (uint256 sum) {
        LotNote storage note = _lots[lot];
        for (uint256 i = 0; i < note.revealed.length; ++i) {
            sum += _notes[lot][note.revealed[i]].revenue;
        }
    }

    /// @dev What is due to a player now, in wei; of that the rebate; and the bond that is burnt, in units.
    function _dueOf(uint256 lot, address me) private view returns (uint256 due, uint256 rebate, uint64 bond) {
        LotNote storage note = _lots[lot];
        Note storage mine = _notes[lot][me];
        IResilientAuction.ResilientPhase now_ = phaseOf(lot);
        if (mine.form == Form.Sealed && now_ >= IResilientAuction.ResilientPhase.Draw) {
            bond = uint64(uint256(mine.deposit) * note.bondBps / 10_000);
            return ((mine.deposit - bond) * UNIT, 0, bond);
        }
        if (!_isOpen(lot, me) || now_ < IResilientAuction.ResilientPhase.Final) return (0, 0, 0);
        due = mine.deposit * UNIT;
        if (me == starOf(lot)) due -= finesOf(lot) * UNIT;
        if (me != note.seller && _isCarriedOut(note)) {
            rebate = UNIT * note.numerator * mine.revenue / (note.denominator * (1 + _sum(lot)));
        }
        due += rebate;
    }

    /// @dev `paidWei` was paid out; with the last of those who revealed what rounding left of the pot is the seller's.
    function _noteClaim(uint256 lot, address me, uint256 paidWei) private {
        (uint256 due, uint256 rebate, uint64 bond) = _dueOf(lot, me);
        require(paidWei == due, "paid is not what was due");
        LotNote storage note = _lots[lot];
        Note storage mine = _notes[lot][me];
        if (phaseOf(lot) >= IResilientAuction.ResilientPhase.Final) _noteSettlement(lot);
        if (mine.form == Form.Sealed) {
            mine.form = Form.None;
        } else if (me != note.seller) {
            note.pot -= rebate;
            if (--note.unpaid == 0) {
                earned[note.seller] += note.pot;
                note.pot = 0;
            }
        }
        (mine.deposit, mine.bond, burnt) = (0, bond, burnt + bond);
        mine.paidOut += paidWei;
    }

    /// @dev Who takes ether is paid; who refuses it is credited; who calls back may need more gas than comes along.
    function _notePush(uint256 lot, address to, uint256 due, uint256 got) private {
        if (got == 0 && due != 0) {
            require(_mayRefuse(to), "a push to who takes ether did not arrive");
            earned[to] += due;
        } else {
            require(got == due, "pushed is not what was due");
        }
        _notes[lot][to].paidOut += due;
    }

    function _claimBatch(uint256 lot) private returns (uint256 paid) {
        address[] memory players = new address[](PEOPLE + 1);
        uint256[] memory before = new uint256[](PEOPLE + 1);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            players[i] = people[i];
        }
        players[PEOPLE] = _lots[lot].seller;
        for (uint256 i = 0; i <= PEOPLE; ++i) {
            before[i] = players[i].balance;
        }
        vm.prank(STRANGER);
        auction.claimBatch(lot, players);
        if (phaseOf(lot) >= IResilientAuction.ResilientPhase.Final) _noteSettlement(lot);
        for (uint256 i = 0; i <= PEOPLE; ++i) {
            (uint256 due,, uint64 bond) = _dueOf(lot, players[i]);
            uint256 got = players[i].balance - before[i];
            if (due + bond == 0 && !_isOpen(lot, players[i])) {
                require(got == 0, "paid without being due");
                continue;
            }
            if (due + bond == 0 && phaseOf(lot) < IResilientAuction.ResilientPhase.Final) continue;
            ++paid;
            _notePush(lot, players[i], due, got);
            _notes[lot][players[i]].paidOut -= due; // noted once
            _noteClaim(lot, players[i], due);
        }
    }

    /// @dev What a stranger can do for a lot now.
    function _step(uint256 lot, bool drawing) private {
        LotNote storage note = _lots[lot];
        IResilientAuction.ResilientPhase now_ = phaseOf(lot);
        if (now_ == IResilientAuction.ResilientPhase.Draw && drawing) {
            if (!note.requested && _isTimely(_lots[lot].endOfReveal + DRAW_WINDOW)) _request(lot);
            if (wordOf[lot] == 0) _tellWord(address(auction), lot);
            if (note.requested) _decide(lot);
        }
        if (now_ < IResilientAuction.ResilientPhase.Final) return;
        if (note.outcome == IResilientAuction.CoinOutcome.Heads) _deliverWish(lot, type(uint256).max, false);
        for (uint256 i = 0; note.accepted & ~note.closed != 0; ++i) {
            if (note.accepted & ~note.closed & (1 << i) == 0) continue;
            if (_now() < note.endOfAnswers + DELIVERY_WINDOW) _deliver(lot, i);
            else _refund(lot, i);
        }
        _reclaim(lot, type(uint256).max);
    }

    /// @dev At the end everybody has paid just what it said YES to and got, the star its fines, who kept silent the bond; less the rebate.
    function _checkPaid(uint256 lot, address me) private view {
        LotNote storage note = _lots[lot];
        Note storage mine = _notes[lot][me];
        uint256 due = mine.bond * UNIT;
        if (note.sold != 0) {
            Announcement memory announcement = _announcementOf(lot, note.carried);
            for (uint256 i = 0; i < announcement.offers.length; ++i) {
                if (note.sold & (1 << i) != 0 && announcement.offers[i].to == me) due += announcement.offers[i].price * UNIT;
            }
        }
        if (mine.form == Form.Open && me == starOf(lot)) due += finesOf(lot) * UNIT;
        uint256 rebate;
        if (mine.form == Form.Open && me != note.seller && _isCarriedOut(note)) {
            rebate = UNIT * note.numerator * mine.revenue / (note.denominator * (1 + _sum(lot)));
        }
        require(mine.paidIn + rebate == mine.paidOut + due, "paid another amount than what was accepted, less the rebate");
    }

    // WHAT IT HAS OF ITS OWN

    function _house() internal view override returns (IProceeds) {
        return auction;
    }

    // CHOICES

    /// @dev One of the lots in that phase; 0 if there is none. The same for the other choices.
    function _lotIn(IResilientAuction.ResilientPhase wanted) private returns (uint256 lot) {
        uint256 first = _draw(lots);
        for (uint256 i = 0; i < lots; ++i) {
            lot = 1 + (first + i) % lots;
            if (phaseOf(lot) == wanted) return lot;
        }
        return 0;
    }

    function _overLot() private returns (uint256 lot) {
        lot = _lotIn(IResilientAuction.ResilientPhase.Final);
        if (lot == 0 || _oneIn(3)) lot = _lotIn(IResilientAuction.ResilientPhase.Void);
    }

    function _wish() private returns (uint256 lot) {
        uint256 first = _draw(lots);
        for (uint256 i = 0; i < lots; ++i) {
            lot = 1 + (first + i) % lots;
            LotNote storage note = _lots[lot];
            if (note.outcome == IResilientAuction.CoinOutcome.Heads && note.held & ~note.gone != 0) return lot;
        }
        return 0;
    }

    /// @dev A bundle that was accepted and is still here: `late` for delivery, or not.
    function _bundle(bool late) private returns (uint256 lot, uint256 index) {
        uint256 first = _draw(lots);
        for (uint256 i = 0; i < lots; ++i) {
            lot = 1 + (first + i) % lots;
            LotNote storage note = _lots[lot];
            if (note.accepted == note.closed || late != (_now() >= note.endOfAnswers + DELIVERY_WINDOW)) continue;
            index = _draw(PEOPLE);
            while (note.accepted & ~note.closed & (1 << index) == 0) {
                index = (index + 1) % PEOPLE;
            }
            return (lot, index);
        }
        return (0, 0);
    }

    /// @dev A player, or the seller, whose announcement stands so.
    function _playerIn(uint256 lot, Form form) private returns (address me) {
        uint256 first = _draw(PEOPLE + 1);
        for (uint256 i = 0; lot != 0 && i <= PEOPLE; ++i) {
            uint256 place = (first + i) % (PEOPLE + 1);
            me = place == PEOPLE ? _lots[lot].seller : people[place];
            if (_notes[lot][me].form == form) return me;
        }
        return address(0);
    }

    function _claimable() private returns (uint256 lot, address me) {
        uint256 all = lots * (PEOPLE + 1);
        uint256 first = _draw(all);
        for (uint256 i = 0; i < all; ++i) {
            uint256 place = (first + i) % all;
            lot = 1 + place / (PEOPLE + 1);
            me = place % (PEOPLE + 1) == PEOPLE ? _lots[lot].seller : people[place % (PEOPLE + 1)];
            (uint256 due,, uint64 bond) = _dueOf(lot, me);
            if (due + bond != 0) return (lot, me);
        }
        return (0, address(0));
    }
}

/// @title The resilient auction under random histories
contract Resilient is Campaign("Resilient") {
    uint256 private constant UNIT = 1 gwei;

    ResilientHandler private _people;
    ResilientAuction private _auction;

    function setUp() public {
        vm.warp(1_800_000_000);
        _people = new ResilientHandler();
        _auction = _people.auction();
        _people.list(1);
        _people.list(2);
    }

    function invariant_resilient() external view {
        uint256 owed = _people.burnt() * UNIT + _people.forced(address(_auction));
        for (uint256 lot = 1; lot <= _people.lots(); ++lot) {
            _isAsNoted(lot);
            owed += _people.owedOn(lot);
        }
        owed += _people.allProceeds();
        require(address(_auction).balance == owed, "the balance is not what is owed");
        require(_people.wealth() + address(_auction).balance == _people.broughtIn(), "ether went astray");
    }

    function _handler() internal view override returns (Handler) {
        return _people;
    }

    /// @dev Everything is as it must be after the calls on its own lot: so none changed another.
    function _isAsNoted(uint256 lot) private view {
        ResilientHandler.LotNote memory note = _people.lotNote(lot);
        IResilientAuction.Lot memory sale = _auction.lotOf(lot);
        require(_auction.phase(lot) == _people.phaseOf(lot), "another phase than it must be");
        require(sale.seller == note.seller && sale.goods == note.goods.length, "another listing");
        require(sale.star == _people.starOf(lot) && sale.outcome == note.outcome, "another outcome than the coin's");
        require(sale.endOfAnswers == note.endOfAnswers && sale.requested == note.requested, "another draw");
        require(sale.answered == note.answered && sale.accepted == note.accepted, "other answers");
        require(sale.closed == note.closed && sale.taken == note.taken, "other bundles are sold");
        require(sale.held == note.held && sale.gone == note.gone, "other goods have left");
        require(sale.settled == note.settled && sale.pot == note.pot && sale.unpaid == note.unpaid, "another pot");
        for (uint256 i = 0; i <= _people.PEOPLE(); ++i) {
            address player = i == _people.PEOPLE() ? note.seller : _people.people(i);
            _isBidAsNoted(_auction.bidOf(lot, player), lot, player);
        }
        for (uint256 i = 0; i < note.goods.length; ++i) {
            if (note.gone & (1 << i) != 0) continue;
            require(note.goods[i].token.ownerOf(note.goods[i].tokenId) == address(_auction), "not in escrow");
        }
    }

    function _isBidAsNoted(Bid memory bid, uint256 lot, address player) private view {
        ResilientHandler.Note memory note = _people.noteOf(lot, player);
        require(bid.deposit == note.deposit, "another deposit than noted");
        bool open = note.form == ResilientHandler.Form.Open && note.deposit != 0;
        require(bid.bid == (open ? note.revenue : 0), "another offer than noted");
        require((bid.commitment != 0) == (note.form == ResilientHandler.Form.Sealed), "another seal than noted");
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ApproximateAuction} from "../../contracts/approximate/ApproximateAuction.sol";
import {DrawProof, Walk} from "../../contracts/approximate/DrawProof.sol";
import {Winners} from "../../contracts/approximate/Odds.sol";
import {BidBook} from "../../contracts/base/BidBook.sol";
import {Lot} from "../../contracts/base/Lot.sol";
import {DAO} from "../../contracts/groups/DAO.sol";
import {DAOFactory} from "../../contracts/groups/DAOFactory.sol";
import {IAuctioneer} from "../../contracts/interfaces/IAuctioneer.sol";
import {IProceeds} from "../../contracts/interfaces/IProceeds.sol";
import {Phase} from "../../contracts/interfaces/Phase.sol";
import {Bid, entry} from "../../contracts/libraries/BidSlot.sol";
import {Draws} from "./Draws.sol";
import {Campaign, Handler, deployed, vm, words} from "./Campaign.sol";
import {Crowd} from "./Crowd.sol";

/// @title What people do at an auction that draws lots, and books of its own about it
/// @notice Six bidders, of whom one refuses ether and one calls back when paid; two sellers, of whom one refuses ether; a cheap sealed DAO and
/// a standalone open one; a token that may refuse to move; a source whose words come, come late, or never.
contract ApproximateHandler is Crowd {
    string private constant ACTIONS = "list,enter,pass,commit,raise,withdraw,reveal,revealBatch,tally,requestDraw,word,walk,decide,lie,nameRecipient,settle,settleDAO,claim,"
        "claimTo,claimBatch,roll,reclaim,withdrawProceeds,force,turn,sold to a DAO,sold for nothing,sold to nobody";

    using Draws for Draws.Game;

    enum Form {
        None,
        Sealed,
        Open
    }

    /// @dev A bid as it must stand; what opens it; and all ether that its bidder paid under it and got back.
    struct Note {
        Form form;
        uint64 bid;
        uint64 deposit;
        bytes32 salt;
        uint256 paidIn;
        uint256 paidOut;
    }

    struct LotNote {
        address seller;
        uint256 tokenId;
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint40 endOfTally;
        uint16 bondBps;
        uint32 numerator;
        uint32 denominator;
        uint32 entered;
        uint32 arrived;
        bool requested;
        uint40 decidedAt;
        bool settled;
        bool returned;
        address leader;
        uint64 price;
        uint256 met;
        uint256[] entries;
    }

    /// @dev A DAO's book on a lot.
    struct GroupNote {
        bool entered;
        bool tallied;
        bool won;
        uint64 share;
        uint256 served;
    }

    uint256 internal constant MOST_LOTS = 9;
    uint256 internal constant AT_ONCE = 3;
    uint256 internal constant SETTLEMENT_WINDOW = 3 days;
    uint256 internal constant DRAW_WINDOW = 3 days;

    ApproximateAuction public auction;
    DAO[2] public daos;

    mapping(uint256 lot => LotNote) internal _lots;
    mapping(address book => mapping(uint256 lot => mapping(address bidder => Note))) internal _notes;
    mapping(address dao => mapping(uint256 lot => GroupNote)) internal _groups;
    mapping(address book => uint256) public burnt;

    constructor() Handler(words(ACTIONS)) {
        DAOFactory factory = DAOFactory(deployed("DAOFactory", ""));
        bytes memory given = abi.encode(factory, bytes32(0), source);
        auction = ApproximateAuction(deployed("ApproximateAuction", given));
        daos[0] = factory.create(auction, false, 1, 0, new uint256[](0));
        daos[1] = factory.createStandalone(auction, true, 2, 0, new uint256[](0));
    }

    // ACTIONS

    function list(uint256 seed) external seeded(seed) {
        uint256 open;
        for (uint256 lot = 1; lot <= lots; ++lot) {
            if (phaseOf(lot) < Phase.Settled) ++open;
        }
        if (lots == MOST_LOTS || open == AT_ONCE || !_isHonest()) return;
        address seller = sellers[_draw(2)];
        uint256 tokenId = lots + 1;
        token.mint(seller, tokenId);
        vm.prank(seller);
        token.approve(address(auction), tokenId);
        LotNote storage note = _lots[tokenId];
        note.endOfBidding = uint40(_now() + 10 minutes + _draw(2 hours));
        note.endOfReveal = uint40(note.endOfBidding + 10 minutes + _draw(2 hours));
        note.endOfTally = uint40(note.endOfReveal + 10 minutes + _draw(2 hours));
        note.bondBps = uint16(_oneIn(4) ? 10_000 : 1_000 + _draw(9_001));
        (note.seller, note.tokenId) = (seller, tokenId);
        note.denominator = uint32(2 + _draw(99));
        note.numerator = uint32(1 + _draw(note.denominator - 1));
        IAuctioneer.Schedule memory schedule =
            IAuctioneer.Schedule(note.endOfBidding, note.endOfReveal, note.endOfTally, note.bondBps);
        vm.prank(seller);
        lots = auction.list(token, tokenId, note.numerator, note.denominator, schedule);
        require(lots == tokenId, "lots are not numbered in order");
        for (uint256 i = 0; i < 2; ++i) {
            if (!_oneIn(4)) _enter(daos[i], lots);
        }
        _note("list", true);
    }

    function enter(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Bidding);
        if (lot == 0) return;
        DAO dao = daos[_draw(2)];
        if (_groups[address(dao)][lot].entered) return;
        _enter(dao, lot);
        _note("enter", true);
    }

    function pass(uint256 seed) external seeded(seed) {
        _pass(40, 4 days, 30 minutes);
    }

    /// @dev Up to three people.
    function commit(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Bidding);
        address book = _oneIn(3) ? address(daos[0]) : address(auction);
        if (lot == 0 || (book != address(auction) && !_groups[book][lot].entered)) return;
        for (uint256 i = _draw(3); i < 3; ++i) {
            address me = people[_draw(PEOPLE)];
            (uint64 bid, uint64 added, bytes32 salt) = _sealed(lot, book, me);
            vm.prank(me);
            BidBook(book).commit{value: added * UNIT}(lot, _commitment(book, lot, me, bid, salt));
            _noteSeal(book, lot, me, bid, added, salt);
            _notes[book][lot][me].paidIn += added * UNIT;
        }
        _note("commit", true);
    }

    function raise(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Bidding);
        address dao = address(daos[1]);
        if (lot == 0 || !_groups[dao][lot].entered) return;
        address me = people[_draw(PEOPLE)];
        uint64 added = uint64(2 + _draw(12));
        vm.prank(me);
        DAO(dao).raiseBid{value: added * UNIT}(lot);
        Note storage note = _notes[dao][lot][me];
        note.deposit += added;
        (note.form, note.bid, note.paidIn) = (Form.Open, note.deposit, note.paidIn + added * UNIT);
        _note("raise", true);
    }

    function withdraw(uint256 seed) external seeded(seed) {
        (address book, uint256 lot, address me) = _bidIn(Phase.Bidding);
        if (lot == 0) return;
        Note storage note = _notes[book][lot][me];
        address recipient = _purseOf(me);
        uint256 before = recipient.balance;
        _arm(me, book, abi.encodeCall(BidBook.withdraw, (lot, me)));
        vm.prank(me);
        BidBook(book).withdraw(lot, recipient);
        require(recipient.balance - before == note.deposit * UNIT, "withdrawn is not the deposit");
        note.paidOut += recipient.balance - before;
        (note.form, note.deposit, note.bid) = (Form.None, 0, 0);
        _note("withdraw", true);
    }

    function reveal(uint256 seed) external seeded(seed) {
        (address book, uint256 lot, address me) = _bidIn(Phase.Reveal);
        if (lot == 0) return;
        Note storage note = _notes[book][lot][me];
        if (note.bid > note.deposit) return;
        vm.prank(me);
        BidBook(book).reveal(lot, note.bid, note.salt);
        _noteOpening(book, lot, me);
        _note("reveal", true);
    }

    /// @dev Some by a false bid, some of people who have none.
    function revealBatch(uint256 seed) external seeded(seed) {
        (address book, uint256 lot,) = _bidIn(Phase.Reveal);
        if (lot == 0) return;
        BidBook.Opening[] memory openings = new BidBook.Opening[](PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            Note storage note = _notes[book][lot][people[i]];
            bool honest = !_oneIn(3);
            openings[i] = BidBook.Opening(people[i], honest ? note.bid : note.bid + 1, note.salt);
        }
        vm.prank(STRANGER);
        BidBook(book).revealBatch(lot, openings);
        uint256 opened;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            Note storage note = _notes[book][lot][people[i]];
            if (note.form != Form.Sealed || openings[i].bid != note.bid || note.bid > note.deposit) continue;
            _noteOpening(book, lot, people[i]);
            ++opened;
        }
        if (opened != 0) _note("revealBatch", true);
    }

    function tally(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Tally);
        address dao = address(daos[_draw(2)]);
        if (lot == 0 || !_groups[dao][lot].entered || _groups[dao][lot].tallied) return;
        _tally(dao, lot);
        _note("tally", true);
    }

    function requestDraw(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Draw);
        if (lot == 0 || _lots[lot].requested || !_isTimely(_lots[lot].endOfTally + DRAW_WINDOW)) return;
        _request(lot);
        _note("requestDraw", true);
    }

    /// @dev Of any lot, before it is asked for, too; once.
    function word(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Draw);
        if (lot == 0 || wordOf[lot] != 0) return;
        _tellWord(address(auction), lot);
        _note("word", true);
    }

    function walk(uint256 seed) external seeded(seed) {
        uint256 lot = _drawn();
        LotNote storage note = _lots[lot];
        if (lot == 0 || note.entries.length < 2 || note.met != 0) return;
        (Draws.Game memory game, DrawProof memory proof,,) = _outcome(lot);
        uint256 met = 1 + _draw(note.entries.length - 1);
        Walk memory start;
        auction.decide(lot, proof, start, _entries(lot, 0, met));
        note.met = met;
        require(
            auction.progress(lot, address(this)) == keccak256(abi.encode(proof, game.walk(note.entries, met, proof))),
            "a walk has not come to where it should"
        );
        _note("walk", true);
    }

    /// @dev With all that is missing for it, where that can be.
    function decide(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Draw);
        if (lot == 0) return;
        if (!_lots[lot].requested && _isTimely(_lots[lot].endOfTally + DRAW_WINDOW)) _request(lot);
        if (wordOf[lot] == 0) _tellWord(address(auction), lot);
        if (!_lots[lot].requested) return;
        _decide(lot, address(this));
        _note("decide", true);
    }

    /// @dev A proof that is not the right one, or not by the right players, decides nothing.
    function lie(uint256 seed) external seeded(seed) {
        uint256 lot = _drawn();
        if (lot == 0) return;
        (, DrawProof memory proof,,) = _outcome(lot);
        uint256[] memory entries = _entries(lot, 0, _lots[lot].entries.length);
        uint256 which = _draw(7);
        uint256 by = 1 + _draw(3);
        bool sells = proof.place < entries.length;
        if (which == 0) proof.place = (proof.place + by) % (entries.length + 1);
        if (which == 1) proof.price += uint64(by);
        if (which == 2) proof.price = proof.price < by ? 100 : proof.price - uint64(by);
        if (which == 3) proof.all = Winners.wrap(Winners.unwrap(proof.all) + (by == 1 ? 1 : by << 88));
        if (which == 4) proof.atPrice = Winners.wrap(Winners.unwrap(proof.atPrice) + by);
        if (which == 5) entries[_draw(entries.length)] += by << 160;
        if (which == 6) (entries[0], entries[entries.length - 1]) = (entries[entries.length - 1], entries[0]);
        if ((which == 1 || which == 2 || which == 4) && !sells) return;
        if (which == 6 && entries.length == 1) return;
        if (which == 0 && by == entries.length + 1) return;
        Walk memory start;
        vm.prank(STRANGER);
        try auction.decide(lot, proof, start, entries) {
            require(false, "a false proof was taken");
        } catch {}
        _note("lie", true);
    }

    function nameRecipient(uint256 seed) external seeded(seed) {
        uint256 lot = 1 + _draw(lots);
        address me = people[_draw(PEOPLE)];
        if (phaseOf(lot) > Phase.Closed || _notes[address(auction)][lot][me].form == Form.None) return;
        vm.prank(me);
        auction.nameRecipient(lot, PURSE);
        _note("nameRecipient", true);
    }

    function settle(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Closed);
        if (lot == 0 || _isDAO(_lots[lot].leader)) return;
        _note("settle", _settle(lot));
    }

    function settleDAO(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Closed);
        if (lot == 0 || !_isDAO(_lots[lot].leader)) return;
        _note("settleDAO", _settle(lot));
    }

    function claim(uint256 seed) external seeded(seed) {
        (address book, uint256 lot, address me) = _claimable();
        if (lot == 0 || me == people[4]) return;
        _arm(me, book, abi.encodeCall(BidBook.claim, (lot)));
        uint256 before = me.balance;
        vm.prank(me);
        BidBook(book).claim(lot);
        _notePayment(book, lot, me, me.balance - before);
        _note("claim", true);
    }

    function claimTo(uint256 seed) external seeded(seed) {
        (address book, uint256 lot, address me) = _claimable();
        if (lot == 0) return;
        _claimTo(book, lot, me);
        _note("claimTo", true);
    }

    function claimBatch(uint256 seed) external seeded(seed) {
        uint256 lot = 1 + _draw(lots);
        address book = _oneIn(3) ? address(auction) : address(daos[_draw(2)]);
        if (phaseOf(lot) <= Phase.Reveal) return;
        if (_claimBatch(book, lot) == 0) return;
        _note("claimBatch", true);
    }

    function roll(uint256 seed) external seeded(seed) {
        (address book, uint256 from, address me) = _claimable();
        uint256 to = _lotIn(Phase.Bidding);
        if (from == 0 || to == 0 || book == address(daos[1]) || (book != address(auction) && !_groups[book][to].entered)) return;
        (uint64 due,) = dueOf(book, from, me);
        (uint64 bid, uint64 added, bytes32 salt) = _sealed(to, book, me);
        vm.prank(me);
        BidBook(book).roll{value: added * UNIT}(from, to, _commitment(book, to, me, bid, salt));
        _notePayment(book, from, me, due * UNIT);
        _noteSeal(book, to, me, bid, due + added, salt);
        _notes[book][to][me].paidIn += (due + added) * UNIT;
        _note("roll", true);
    }

    function reclaim(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(Phase.Void);
        if (lot == 0 || _lots[lot].returned) return;
        _note("reclaim", _reclaim(lot));
    }

    // THE END

    /// @notice A stranger alone brings everything to its end; `drawing`, with words that come.
    function finish(bool drawing) external override {
        _calm();
        for (uint256 day = 0; day < 12; ++day) {
            for (uint256 lot = 1; lot <= lots; ++lot) {
                _step(lot, drawing);
            }
            vm.warp(_now() + (day < 4 ? 2 hours : 1 days));
        }
        for (uint256 lot = 1; lot <= lots; ++lot) {
            _step(lot, false);
            require(_lots[lot].settled || _lots[lot].returned, "a lot has no end");
            for (uint256 i = 0; i < 3; ++i) {
                _claimBatch(bookOf(i), lot);
            }
            for (uint256 i = 0; i < 3; ++i) {
                for (uint256 j = 0; j < PEOPLE; ++j) {
                    _finishBid(bookOf(i), lot, people[j]);
                }
            }
        }
        for (uint256 i = 0; i < 2; ++i) {
            if (earned[sellers[i]] != 0) _withdrawProceeds(sellers[i]);
        }
        for (uint256 i = 0; i < 3; ++i) {
            address book = bookOf(i);
            require(book.balance == burnt[book] * UNIT + forced[book], "something is left beside what was burnt");
        }
    }

    // VIEWS

    /// @notice The auction's own book, or a DAO's.
    function bookOf(uint256 index) public view returns (address) {
        return index == 0 ? address(auction) : address(daos[index - 1]);
    }

    function lotNote(uint256 lot) external view returns (LotNote memory) {
        return _lots[lot];
    }

    function noteOf(address book, uint256 lot, address bidder) external view returns (Note memory) {
        return _notes[book][lot][bidder];
    }

    function groupNote(address dao, uint256 lot) external view returns (GroupNote memory) {
        return _groups[dao][lot];
    }

    /// @notice Where a lot must stand.
    function phaseOf(uint256 lot) public view returns (Phase) {
        LotNote storage note = _lots[lot];
        uint256 time = _now();
        if (note.settled) return Phase.Settled;
        if (time < note.endOfBidding) return Phase.Bidding;
        if (time < note.endOfReveal) return Phase.Reveal;
        if (time < note.endOfTally && note.arrived < note.entered) return Phase.Tally;
        if (note.decidedAt != 0) {
            return note.leader != address(0) && time < note.decidedAt + SETTLEMENT_WINDOW ? Phase.Closed : Phase.Void;
        }
        return note.entries.length != 0 && time < note.endOfTally + DRAW_WINDOW ? Phase.Draw : Phase.Void;
    }

    /// @notice What is due to a bidder now, and what of its deposit is burnt with that, in units.
    function dueOf(address book, uint256 lot, address bidder) public view returns (uint64 due, uint64 bond) {
        Note storage note = _notes[book][lot][bidder];
        if (note.form == Form.None || note.deposit == 0) return (0, 0);
        if (note.form == Form.Sealed) {
            if (_now() < _lots[lot].endOfReveal) return (0, 0);
            bond = uint64(uint256(note.deposit) * _lots[lot].bondBps / 10_000);
            return (note.deposit - bond, bond);
        }
        Phase now_ = phaseOf(lot);
        address awaited = book == address(auction) ? bidder : book;
        if (now_ < Phase.Closed || (now_ == Phase.Closed && _lots[lot].leader == awaited)) return (0, 0);
        return (owedOf(book, lot, bidder), 0);
    }

    /// @notice What of a deposit is not paid for a share, in units.
    function owedOf(address book, uint256 lot, address bidder) public view returns (uint64) {
        Note storage note = _notes[book][lot][bidder];
        return note.deposit == 0 ? 0 : note.deposit - shareOf(book, lot, bidder);
    }

    /// @notice What a bidder pays for the item of a lot, in units.
    function shareOf(address book, uint256 lot, address bidder) public view returns (uint64) {
        if (book == address(auction)) return _lots[lot].settled && _lots[lot].leader == bidder ? _lots[lot].price : 0;
        GroupNote storage group = _groups[book][lot];
        Note storage note = _notes[book][lot][bidder];
        return group.won && note.form == Form.Open && note.bid >= group.share ? group.share : 0;
    }

    // STEPS

    function _enter(DAO dao, uint256 lot) private {
        dao.enter(lot);
        _groups[address(dao)][lot].entered = true;
        ++_lots[lot].entered;
    }

    /// @dev A bid, what is added to its deposit, and a salt. Some bids are more than their deposit and can never be opened.
    function _sealed(uint256 lot, address book, address me) private returns (uint64 bid, uint64 added, bytes32 salt) {
        bid = uint64(_draw(16));
        if (book != address(auction)) ++bid;
        added = uint64(bid + _draw(6) + (bid == 0 ? 1 : 0));
        if (_oneIn(20)) bid += 10;
        if (_notes[book][lot][me].deposit != 0 && _oneIn(2)) added = 0;
        salt = bytes32(_draw(type(uint256).max));
    }

    function _commitment(address book, uint256 lot, address me, uint64 bid, bytes32 salt) private view returns (bytes24) {
        return bytes24(keccak256(abi.encode(block.chainid, book, lot, me, bid, salt)));
    }

    function _noteSeal(address book, uint256 lot, address me, uint64 bid, uint64 added, bytes32 salt) private {
        Note storage note = _notes[book][lot][me];
        (note.form, note.bid, note.salt, note.deposit) = (Form.Sealed, bid, salt, note.deposit + added);
    }

    function _noteOpening(address book, uint256 lot, address me) private {
        Note storage note = _notes[book][lot][me];
        note.form = Form.Open;
        if (book == address(auction)) _lots[lot].entries.push(entry(lot, note.bid, me));
    }

    /// @dev What is due has been paid: `paidWei`.
    function _notePayment(address book, uint256 lot, address me, uint256 paidWei) private {
        Note storage note = _notes[book][lot][me];
        (uint64 due, uint64 bond) = dueOf(book, lot, me);
        require(paidWei == due * UNIT, "paid is not what was due");
        note.paidOut += paidWei;
        burnt[book] += bond;
        if (shareOf(book, lot, me) != 0) {
            if (due != 0) note.deposit = 0;
        } else if (due + bond != 0) {
            (note.form, note.bid, note.deposit) = (Form.None, 0, 0);
        }
    }

    function _tally(address dao, uint256 lot) private {
        (address[] memory members, uint64[] memory bids) = _ascending(dao, lot);
        vm.prank(STRANGER);
        DAO(dao).tally(lot, members);
        uint256 worth;
        for (uint256 i = 0; i < bids.length; ++i) {
            if (bids[i] * (bids.length - i) > worth) worth = bids[i] * (bids.length - i);
        }
        _groups[dao][lot].tallied = true;
        ++_lots[lot].arrived;
        if (worth != 0) _lots[lot].entries.push(entry(lot, uint64(worth), dao));
    }

    /// @dev The open bids of a DAO in the order of (bid, address).
    function _ascending(address dao, uint256 lot) private view returns (address[] memory members, uint64[] memory bids) {
        uint256 count;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (_notes[dao][lot][people[i]].form == Form.Open) ++count;
        }
        (members, bids) = (new address[](count), new uint64[](count));
        uint256 filled;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            (address me, uint64 bid) = (people[i], _notes[dao][lot][people[i]].bid);
            if (_notes[dao][lot][me].form != Form.Open) continue;
            uint256 j = filled++;
            for (; j != 0 && (bids[j - 1] > bid || (bids[j - 1] == bid && members[j - 1] > me)); --j) {
                (bids[j], members[j]) = (bids[j - 1], members[j - 1]);
            }
            (bids[j], members[j]) = (bid, me);
        }
    }

    function _request(uint256 lot) private {
        vm.prank(STRANGER);
        auction.requestDraw(lot);
        _lots[lot].requested = true;
    }

    function _outcome(uint256 lot)
        private
        view
        returns (Draws.Game memory game, DrawProof memory proof, uint256 place, uint256 price)
    {
        LotNote storage note = _lots[lot];
        game = Draws.game(note.entries, note.numerator, note.denominator);
        (place, price) = game.outcome(wordOf[lot] >> 1);
        proof = game.proof(place, price);
    }

    function _entries(uint256 lot, uint256 from, uint256 end) private view returns (uint256[] memory entries) {
        entries = new uint256[](end - from);
        for (uint256 i = from; i < end; ++i) {
            entries[i - from] = _lots[lot].entries[i];
        }
    }

    /// @dev By whom walked before, from there on.
    function _decide(uint256 lot, address caller) private {
        LotNote storage note = _lots[lot];
        (Draws.Game memory game, DrawProof memory proof, uint256 place, uint256 price) = _outcome(lot);
        uint256 from = caller == address(this) ? note.met : 0;
        Walk memory walked;
        if (from != 0) walked = game.walk(note.entries, from, proof);
        vm.prank(caller);
        auction.decide(lot, proof, walked, _entries(lot, from, note.entries.length));
        note.decidedAt = uint40(_now());
        if (place == note.entries.length) {
            _note("sold to nobody", true);
            return;
        }
        note.leader = address(uint160(note.entries[place]));
        bool group = _isDAO(note.leader);
        note.price = uint64(group && price == 0 ? 1 : price);
        require(price <= game.bids[place], "the price is above the bid");
        if (group) _note("sold to a DAO", true);
        if (note.price == 0) _note("sold for nothing", true);
    }

    /// @dev Unless the token refuses.
    function _settle(uint256 lot) private returns (bool done) {
        LotNote storage note = _lots[lot];
        uint256 paid = note.price;
        vm.prank(STRANGER);
        if (_isDAO(note.leader)) {
            GroupNote storage group = _groups[note.leader][lot];
            (, uint64[] memory bids) = _ascending(note.leader, lot);
            try DAO(note.leader).settle(lot, 0, 0, _packed(bids)) {}
            catch {
                return _refuses();
            }
            for (uint256 i = 0; i < bids.length; ++i) {
                if (group.served == 0 && bids[i] * (bids.length - i) >= note.price) group.served = bids.length - i;
            }
            (group.won, group.share) = (true, uint64((note.price + group.served - 1) / group.served));
            paid = group.served * group.share;
        } else {
            try auction.settle(lot) {}
            catch {
                return _refuses();
            }
        }
        note.settled = true;
        earned[note.seller] += paid * UNIT;
        return true;
    }

    function _packed(uint64[] memory bids) private pure returns (bytes memory packed) {
        for (uint256 i = 0; i < bids.length; ++i) {
            packed = abi.encodePacked(packed, bids[i]);
        }
    }

    function _claimTo(address book, uint256 lot, address me) private {
        uint256 before = PURSE.balance;
        vm.prank(me);
        BidBook(book).claimTo(lot, PURSE);
        _notePayment(book, lot, me, PURSE.balance - before);
    }

    /// @dev Who takes ether is paid; who refuses it keeps the claim; who calls back may need more gas than comes along.
    function _claimBatch(address book, uint256 lot) private returns (uint256 paid) {
        if (book != address(auction) && !_groups[book][lot].entered) return 0;
        address[] memory bidders = new address[](PEOPLE);
        uint256[] memory before = new uint256[](PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            (bidders[i], before[i]) = (people[i], people[i].balance);
        }
        vm.prank(STRANGER);
        BidBook(book).claimBatch(lot, bidders);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            (uint64 due, uint64 bond) = dueOf(book, lot, people[i]);
            uint256 got = people[i].balance - before[i];
            if (due + bond == 0) {
                require(got == 0, "paid without being due");
            } else if (due == 0 || got != 0) {
                _notePayment(book, lot, people[i], got);
                ++paid;
            } else {
                require(_mayRefuse(people[i]), "a push to who takes ether did not arrive");
            }
        }
    }

    function _reclaim(uint256 lot) private returns (bool done) {
        vm.prank(STRANGER);
        try auction.reclaim(lot) {
            _lots[lot].returned = true;
            return true;
        } catch {
            return _refuses();
        }
    }

    /// @dev What a stranger can do for a lot now.
    function _step(uint256 lot, bool drawing) private {
        LotNote storage note = _lots[lot];
        Phase now_ = phaseOf(lot);
        if (now_ == Phase.Draw && drawing) {
            if (!note.requested && _isTimely(_lots[lot].endOfTally + DRAW_WINDOW)) _request(lot);
            if (wordOf[lot] == 0) _tellWord(address(auction), lot);
            if (note.requested) _decide(lot, STRANGER);
        } else if (now_ == Phase.Closed && drawing) {
            _settle(lot);
        } else if (now_ == Phase.Void && !note.returned) {
            _reclaim(lot);
        }
    }

    /// @dev Whoever refused it can have it elsewhere, and then has paid what it should.
    function _finishBid(address book, uint256 lot, address me) private {
        Note storage note = _notes[book][lot][me];
        (uint64 due,) = dueOf(book, lot, me);
        if (due != 0) _claimTo(book, lot, me);
        uint256 kept = note.paidIn - note.paidOut;
        if (note.form == Form.Open) {
            require(kept == shareOf(book, lot, me) * UNIT, "who is served paid another amount than its share");
        }
    }

    // WHAT IT HAS OF ITS OWN

    function _house() internal view override returns (IProceeds) {
        return auction;
    }

    function _escrow() internal override returns (address) {
        return _oneIn(2) ? address(auction) : address(daos[_draw(2)]);
    }

    // CHOICES

    /// @dev One of the lots in that phase; 0 if there is none. The same for the other choices.
    function _lotIn(Phase wanted) private returns (uint256 lot) {
        uint256 first = _draw(lots);
        for (uint256 i = 0; i < lots; ++i) {
            lot = 1 + (first + i) % lots;
            if (phaseOf(lot) == wanted) return lot;
        }
        return 0;
    }

    /// @dev A lot whose draw can be decided.
    function _drawn() private returns (uint256 lot) {
        uint256 first = _draw(lots);
        for (uint256 i = 0; i < lots; ++i) {
            lot = 1 + (first + i) % lots;
            if (phaseOf(lot) == Phase.Draw && _lots[lot].requested && wordOf[lot] != 0) return lot;
        }
        return 0;
    }

    /// @dev A bid that stands in any book on a lot in that phase; sealed, if that is reveal.
    function _bidIn(Phase wanted) private returns (address book, uint256 lot, address me) {
        lot = _lotIn(wanted);
        uint256 first = _draw(3 * PEOPLE);
        for (uint256 i = 0; i < 3 * PEOPLE; ++i) {
            (book, me) = (bookOf((first + i) % 3), people[(first + i) / 3 % PEOPLE]);
            Form form = _notes[book][lot][me].form;
            if (form == Form.Sealed || (form == Form.Open && wanted == Phase.Bidding)) return (book, lot, me);
        }
        return (address(0), 0, address(0));
    }

    /// @dev A bid of which something is due.
    function _claimable() private returns (address book, uint256 lot, address me) {
        uint256 bids = lots * 3 * PEOPLE;
        uint256 first = _draw(bids);
        for (uint256 i = 0; i < bids; ++i) {
            uint256 bid = (first + i) % bids;
            (lot, book, me) = (1 + bid / (3 * PEOPLE), bookOf(bid % 3), people[bid / 3 % PEOPLE]);
            (uint64 due,) = dueOf(book, lot, me);
            if (due != 0) return (book, lot, me);
        }
        return (address(0), 0, address(0));
    }

    function _isDAO(address account) private view returns (bool) {
        return account == address(daos[0]) || account == address(daos[1]);
    }
}

/// @title The auction that draws lots, under random histories
contract Approximate is Campaign("Approximate") {
    uint256 private constant UNIT = 1 gwei;
    uint256 private constant PEOPLE = 6;

    ApproximateHandler private _people;
    ApproximateAuction private _auction;

    function setUp() public {
        vm.warp(1_800_000_000);
        _people = new ApproximateHandler();
        _auction = _people.auction();
        _people.list(1);
        _people.list(2);
    }

    function invariant_approximate() external view {
        for (uint256 i = 0; i < 3; ++i) {
            _isSolvent(_people.bookOf(i));
        }
        for (uint256 lot = 1; lot <= _people.lots(); ++lot) {
            _isAsNoted(lot);
        }
        _isConserved();
    }

    function _handler() internal view override returns (Handler) {
        return _people;
    }

    /// @dev A balance is what is owed, what was burnt and what was forced in, to the wei.
    function _isSolvent(address book) private view {
        uint256 owed = _people.burnt(book) * UNIT + _people.forced(book);
        for (uint256 lot = 1; lot <= _people.lots(); ++lot) {
            for (uint256 i = 0; i < PEOPLE; ++i) {
                address bidder = _people.people(i);
                ApproximateHandler.Note memory note = _people.noteOf(book, lot, bidder);
                _isBidAsNoted(BidBook(book).bidOf(lot, bidder), book, lot, bidder, note);
                uint256 left = _people.owedOf(book, lot, bidder) * UNIT;
                owed += left;
                uint256 most = _people.shareOf(book, lot, bidder) * UNIT;
                if (note.form == ApproximateHandler.Form.Open) {
                    require(most <= note.bid * UNIT, "a share above the bid");
                    require(note.paidIn - note.paidOut == left + most, "paid more than the share");
                }
            }
        }
        if (book == address(_auction)) owed += _people.allProceeds();
        require(book.balance == owed, "the balance is not what is owed");
    }

    /// @dev Every slot is as it must be after the calls on its own lot: so none changed another.
    function _isBidAsNoted(Bid memory bid, address book, uint256 lot, address bidder, ApproximateHandler.Note memory note)
        private
        view
    {
        bool open = note.form == ApproximateHandler.Form.Open;
        bytes24 commitment = bytes24(keccak256(abi.encode(block.chainid, book, lot, bidder, note.bid, note.salt)));
        require(bid.deposit == note.deposit, "another deposit than noted");
        require(bid.bid == (open ? note.bid : 0), "another bid than noted");
        require(bid.commitment == (note.form == ApproximateHandler.Form.Sealed ? commitment : bytes24(0)), "another seal");
    }

    function _isAsNoted(uint256 lot) private view {
        ApproximateHandler.LotNote memory note = _people.lotNote(lot);
        Lot memory item = _auction.lotOf(lot);
        ApproximateAuction.Lottery memory lottery = _auction.lotteryOf(lot);
        require(_auction.phase(lot) == _people.phaseOf(lot), "another phase than it must be");
        require(item.seller == note.seller && item.tokenId == note.tokenId, "another listing");
        require(item.entered == note.entered && item.arrived == note.arrived, "other DAOs");
        require(item.leader == note.leader && item.price == note.price, "another outcome than the draw's");
        require(lottery.requested == note.requested && lottery.decidedAt == note.decidedAt, "another draw");
        uint256 roster;
        for (uint256 i = 0; i < note.entries.length; ++i) {
            roster = (uint256(keccak256(abi.encode(roster, note.entries[i]))) >> 24 << 24) | (i + 1);
        }
        require(keccak256(abi.encode(lottery.roster)) == keccak256(abi.encode(roster)), "other players");
        for (uint256 i = 1; i < 3; ++i) {
            DAO dao = DAO(_people.bookOf(i));
            ApproximateHandler.GroupNote memory group = _people.groupNote(address(dao), lot);
            require(dao.servedOf(lot) == group.served, "others are served");
        }
        address owner = _people.token().ownerOf(note.tokenId);
        if (!note.settled && !note.returned) require(owner == address(_auction), "not in escrow");
        if (note.returned) require(owner == note.seller, "not back");
    }

    /// @dev All ether is with those who are known.
    function _isConserved() private view {
        uint256 found = _people.wealth();
        for (uint256 i = 0; i < 3; ++i) {
            found += _people.bookOf(i).balance;
        }
        require(found == _people.broughtIn(), "ether went astray");
    }
}

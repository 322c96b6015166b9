// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Lot} from "../../contracts/base/Lot.sol";
import {BidBook} from "../../contracts/base/BidBook.sol";
import {Auctioneer} from "../../contracts/groups/Auctioneer.sol";
import {DAO} from "../../contracts/groups/DAO.sol";
import {DAOFactory} from "../../contracts/groups/DAOFactory.sol";
import {Estate} from "../../contracts/groups/Estate.sol";
import {IAuctioneer} from "../../contracts/interfaces/IAuctioneer.sol";
import {Phase} from "../../contracts/interfaces/Phase.sol";
import {HostileItem} from "../../contracts/test/HostileItem.sol";
import {Campaign, Handler, deployed, vm, words} from "./Campaign.sol";
import {Estates} from "./Estates.sol";

/// @title Sellers, individuals and four DAOs at one auctioneer, and the estates of what the DAOs win
/// @notice Two of the DAOs are proxies, two full copies; of each kind one has open bids. One token is honest, the other anything but.
contract GroupsHandler is Estates {
    /// @notice What is known of a lot that was listed.
    struct Sale {
        address seller;
        HostileItem token;
        uint256 tokenId;
        uint96 reserve;
        bool isBack;
    }

    /// @notice A bid at the upper level, in units, in the order of arrival.
    struct Arrival {
        address bidder;
        uint96 bid;
    }

    Auctioneer public immutable auctioneer;
    HostileItem private immutable _honest;
    HostileItem private immutable _hostile;

    mapping(uint256 lot => Sale) private _sales;
    mapping(uint256 lot => Arrival[]) private _arrivals;
    mapping(uint256 lot => mapping(address bidder => address)) private _recipients;
    mapping(HostileItem token => mapping(uint256 tokenId => address)) private _owners;
    uint256 private _minted;
    /// @dev The last one: it takes ten days, in which not much else is begun.
    uint256 private _resale;

    mapping(Estate estate => mapping(address member => uint96)) private _votes;

    constructor() Handler(words(string.concat(_memberActions(), ",", _estateActions(), ",", _groupActions()))) {
        DAOFactory factory = DAOFactory(deployed("DAOFactory", ""));
        auctioneer = Auctioneer(deployed("Auctioneer", abi.encode(factory, bytes32(0))));
        _honest = HostileItem(deployed("HostileItem", ""));
        _hostile = HostileItem(deployed("HostileItem", ""));
        uint256[] memory none = new uint256[](0);
        _daos.push(factory.create(auctioneer, false, 1, 0, none));
        _daos.push(factory.create(auctioneer, true, 3, 0, none));
        _daos.push(factory.createStandalone(auctioneer, false, 2, 0, none));
        _daos.push(factory.createStandalone(auctioneer, true, 0, 0, none));
        _books.push(auctioneer);
        for (uint256 i = 0; i < _daos.length; ++i) {
            _books.push(_daos[i]);
        }
    }

    // SELLING

    function list(uint256 seed) public acts(seed) {
        if (_running() > 3 || (_resale != 0 && auctioneer.phase(_resale) < Phase.Settled && !_oneIn(5))) return;
        (HostileItem token, address seller) = (_oneIn(4) ? _hostile : _honest, _seller());
        uint256 tokenId = ++_minted;
        token.mint(seller, tokenId);
        _owners[token][tokenId] = seller;
        _list("list", 0, token, tokenId, seller);
    }

    /// @dev What came back is offered again; what was taken out of escrow, too.
    function relist(uint256 seed) external acts(seed) {
        uint256 lot = _lot();
        Sale memory sale = _sales[lot];
        if (_oneIn(4) && _isHostile(sale.token)) sale.token.seize(sale.seller, sale.tokenId);
        if (sale.seller.code.length != 0 || sale.token.ownerOf(sale.tokenId) != sale.seller) return;
        _list("relist", lot, sale.token, sale.tokenId, sale.seller);
    }

    function nameRecipient(uint256 seed) external acts(seed) {
        uint256 lot = _lot();
        address bidder = _somebody(auctioneer, lot);
        address recipient = _oneIn(3) ? address(auctioneer) : address(uint160(0x4ec1000 + _draw(3)));
        vm.prank(bidder);
        try auctioneer.nameRecipient{gas: GAS}(lot, recipient) {
            _note("nameRecipient", true);
            require(recipient != address(auctioneer), "the item would be lost");
            _recipients[lot][bidder] = recipient;
        } catch {
            _note("nameRecipient", false);
        }
    }

    function enter(uint256 seed) external acts(seed) {
        DAO dao = _dao();
        _enter(dao, _lotIn(auctioneer, Phase.Bidding));
    }

    function settle(uint256 seed) external acts(seed) {
        _settleMost();
    }

    function reclaim(uint256 seed) external acts(seed) {
        _reclaim(_lotIn(auctioneer, Phase.Void));
    }

    function withdrawProceeds(uint256 seed) external acts(seed) {
        address seller = _seller();
        _withdrawProceeds(seller, _oneIn(2) ? seller : SINK);
    }

    function behaveItem(uint256 seed) external acts(seed) {
        _hostile.behave(HostileItem.Manner(_oneIn(2) ? 0 : _draw(13)));
    }

    // ESTATES

    function vote(uint256 seed) external acts(seed) {
        if (_estates.length == 0) return;
        Estate estate = _estate();
        if (address(estate).code.length == 0) _deployEstate(estate);
        uint96 reserve = _draw(5) == 0 ? 0 : uint96(12);
        for (uint256 i = 0; i < _people.length; ++i) {
            if (_draw(3) == 0) continue;
            _vote(estate, _people[i], _oneIn(8) ? 20 : reserve);
        }
    }

    function resell(uint256 seed) external acts(seed) {
        if (_estates.length == 0 || _running() > 3) return;
        Estate estate = _estate();
        if (address(estate).code.length == 0) return;
        uint96 reserve = _oneIn(6) ? 20 : 12;
        for (uint256 i = 0; i < _people.length; ++i) {
            if (_draw(3) != 0) _vote(estate, _people[i], 12);
        }
        Home storage home = _homes[estate];
        Sale memory sale = _sales[home.lot];
        bool isFree = home.resale == 0 || auctioneer.phase(home.resale) == Phase.Void;
        // a hostile token takes an item out of escrow without the auctioneer
        bool isBack = home.resale == 0 || _sales[home.resale].isBack || _isHostile(sale.token);
        _ready("");
        vm.prank(STRANGER);
        try estate.resell{gas: GAS}(reserve) returns (uint256 lot) {
            _note("resell", true);
            uint256 votes;
            for (uint256 i = 0; i < _people.length; ++i) {
                if (_votes[estate][_people[i]] == reserve) ++votes;
            }
            require(votes * 2 > home.dao.servedOf(home.lot), "resold without a majority");
            require(isFree && isBack, "resold while it is for sale, or sold");
            (home.resale, _resale) = (lot, lot);
            _listed(lot, Sale(address(estate), sale.token, sale.tokenId, reserve, false));
        } catch {
            _note("resell", false);
        }
    }

    // WHAT MUST HOLD

    /// @notice No ether was made or lost.
    function checkSupply() external view {
        uint256 sum = _sellers(0).balance + _sellers(1).balance;
        require(sum + _inBooks() + _inEstates() == _supply, "ether was made or lost");
    }

    /// @notice Who leads at what price follows from the bids in the order of arrival, and every honest item is where it belongs.
    function checkLots() external view {
        uint256 last = _lotCount();
        for (uint256 lot = _oldest(); lot <= last; ++lot) {
            (Phase phase, address leader, uint96 price) = auctioneer.standing(lot);
            (address due, uint96 critical) = _decided(lot);
            if (phase != Phase.Void) require(leader == due && price == critical, "not the winner, or not its critical bid");
            if (phase == Phase.Void) require(leader == address(0) && price == 0, "a void lot has a leader");
            Sale memory sale = _sales[lot];
            if (!_isHostile(sale.token)) {
                require(_honest.ownerOf(sale.tokenId) == _owners[_honest][sale.tokenId], "an item is astray");
            }
        }
    }

    /// @notice Access ends with a resale.
    function checkAccess() external view {
        uint256 last = _estates.length;
        for (uint256 i = last > RECENT ? last - RECENT : 0; i < last; ++i) {
            Home storage home = _homes[_estates[i]];
            bool sold = home.resale != 0 && auctioneer.phase(home.resale) == Phase.Settled;
            for (uint256 j = 0; j < _people.length; ++j) {
                bool served = _isServed(home.dao, home.lot, _people[j]);
                require(home.dao.hasAccess(home.lot, _people[j]) == (served && !sold), "access");
            }
        }
    }

    // THE END

    /// @notice Brings every lot to its end, as a stranger can; only those who refuse what is pushed have to act themselves.
    function finish(bool) external override {
        _begin(0);
        uint256 last = _lotCount();
        for (uint256 lot = 1; lot <= last; ++lot) {
            _tallyAll(lot);
            if (auctioneer.phase(lot) == Phase.Closed) _settle(lot);
            bool sold = auctioneer.phase(lot) == Phase.Settled;
            if (!sold) _warpTo(auctioneer.bookOf(lot).endOfTally + 3 days);
            Sale memory sale = _sales[lot];
            if (!sold && !sale.isBack) _reclaim(lot);
            sold = auctioneer.phase(lot) == Phase.Settled;
            require(sold || _sales[lot].isBack || _isHostile(sale.token), "an item that cannot leave");
            for (uint256 i = 0; i < _books.length; ++i) {
                _payOut(_books[i], lot);
            }
        }
        _shareAll();
        for (uint256 i = 0; i < 2; ++i) {
            if (_earned[_sellers(i)] != 0) _withdrawProceeds(_sellers(i), SINK);
        }
        require(_earnings == 0, "proceeds that cannot be had");
        for (uint256 i = 0; i < _books.length; ++i) {
            require(_owed[_books[i]] == 0, "money that cannot be had");
        }
    }

    // SHARED STEPS

    function _list(string memory action, uint256 old, HostileItem token, uint256 tokenId, address seller) private {
        uint40 end = uint40(_now() + 10 minutes + _draw(50 minutes));
        uint40 reveal = end + uint40(10 minutes + _draw(20 minutes));
        uint16 bond = _oneIn(3) ? 10_000 : uint16(1_000 + _draw(9_001));
        IAuctioneer.Schedule memory schedule =
            IAuctioneer.Schedule(end, reveal, reveal + uint40(10 minutes + _draw(20 minutes)), bond);
        uint96 reserve = uint96(1 + _draw(_oneIn(4) ? 120 : 20));
        _ready("");
        vm.prank(seller);
        (bool approved,) = address(token).call(abi.encodeCall(token.approve, (address(auctioneer), tokenId)));
        if (!approved) return;
        bytes memory call = old == 0
            ? abi.encodeCall(auctioneer.list, (token, tokenId, reserve, schedule))
            : abi.encodeCall(auctioneer.relist, (old, reserve, schedule));
        uint256 before = _lotCount();
        _watch(0, 0);
        vm.prank(seller);
        (bool done,) = address(auctioneer).call{gas: GAS}(call);
        if (before != 0) _unharmed();
        require(done || _isHostile(token), "an honest item was refused");
        if (_note(action, done)) _listed(before + 1, Sale(seller, token, tokenId, reserve, false));
    }

    function _listed(uint256 lot, Sale memory sale) private {
        _sales[lot] = sale;
        require(sale.token.ownerOf(sale.tokenId) == address(auctioneer), "listed, and not in escrow");
        _owners[sale.token][sale.tokenId] = address(auctioneer);
        for (uint256 i = 0; i < _daos.length; ++i) {
            if (_draw(4) != 0) _enter(_daos[i], lot);
        }
    }

    function _enter(DAO dao, uint256 lot) private {
        try dao.enter{gas: GAS}(lot) {
            _note("enter", true);
        } catch {
            _note("enter", false);
        }
    }

    function _settleMost() private {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            if (auctioneer.phase(lot) == Phase.Closed ? _oneIn(2) : _oneIn(20)) _settle(lot);
        }
    }

    function _settle(uint256 lot) private {
        (Phase phase, address leader, uint96 price) = auctioneer.standing(lot);
        Sale memory sale = _sales[lot];
        _ready(abi.encodeCall(auctioneer.settle, (lot)));
        bool isDAO = DAOFactory(address(auctioneer.factory())).isDAO(leader);
        (bool done, uint256 paid) =
            isDAO ? _settleDAO(DAO(leader), lot, price) : (_settleIndividual(lot, leader, price), uint256(price));
        require(done || phase != Phase.Closed || _isHostile(sale.token), "a winner that cannot be settled");
        if (!_note(isDAO ? "settle DAO" : "settle", done)) return;
        require(phase == Phase.Closed, "settled what was not closed");
        (address due, uint96 critical) = _decided(lot);
        require(leader == due && price == critical, "sold to another, or at another price");
        _earned[sale.seller] += paid * UNIT;
        _earnings += paid * UNIT;
        address owner = isDAO ? DAO(leader).estateAt(lot) : _recipients[lot][leader];
        _owners[sale.token][sale.tokenId] = owner == address(0) ? leader : owner;
        if (isDAO) _found(Estate(payable(owner)), DAO(leader), lot);
    }

    function _settleIndividual(uint256 lot, address leader, uint96 price) private returns (bool) {
        _watch(lot, lot);
        vm.prank(STRANGER);
        try auctioneer.settle{gas: GAS}(lot) {
            require(price <= _notes[auctioneer][lot][leader].bid, "a price above the bid");
            (_won[auctioneer][lot], _shareOf[auctioneer][lot]) = (true, uint64(price));
            _owed[auctioneer] -= price * UNIT;
            _unharmed();
            return true;
        } catch {
            return false;
        }
    }

    function _reclaim(uint256 lot) private {
        Phase phase = auctioneer.phase(lot);
        Sale storage sale = _sales[lot];
        _ready(abi.encodeCall(auctioneer.reclaim, (lot)));
        _watch(lot, lot);
        vm.prank(STRANGER);
        try auctioneer.reclaim{gas: GAS}(lot) {
            _note("reclaim", true);
            require(phase == Phase.Void && !sale.isBack, "given back what was not to be");
            sale.isBack = true;
            _owners[sale.token][sale.tokenId] = sale.seller;
        } catch {
            _note("reclaim", false);
            require(phase != Phase.Void || sale.isBack || _isHostile(sale.token), "a void lot that keeps its item");
        }
        _unharmed();
    }

    function _withdrawProceeds(address seller, address recipient) private {
        uint256 before = recipient.balance;
        vm.prank(seller);
        try auctioneer.withdrawProceeds{gas: GAS}(recipient) {
            _note("withdrawProceeds", true);
            require(_earned[seller] != 0 && recipient.balance - before == _earned[seller], "not what was earned");
            _earnings -= _earned[seller];
            _earned[seller] = 0;
        } catch {
            _note("withdrawProceeds", false);
        }
    }

    function _vote(Estate estate, address member, uint96 reserve) private {
        Home storage home = _homes[estate];
        bool sold = home.resale != 0 && auctioneer.phase(home.resale) == Phase.Settled;
        vm.prank(member);
        try estate.vote{gas: GAS}(reserve) {
            _note("vote", true);
            require(_isServed(home.dao, home.lot, member) && !sold, "a vote that nobody has");
            _votes[estate][member] = reserve;
        } catch {
            _note("vote", false);
            require(!_isServed(home.dao, home.lot, member) || sold, "a vote that was refused");
        }
        uint256 votes;
        for (uint256 i = 0; i < _people.length; ++i) {
            if (_votes[estate][_people[i]] == reserve) ++votes;
        }
        require(reserve == 0 || estate.votesFor(reserve) == votes, "votes were miscounted");
    }

    /// @dev The winner and its critical bid: the reserve, every rival's bid, and one more where the rival came first.
    function _decided(uint256 lot) private view returns (address leader, uint96 price) {
        Arrival[] storage arrivals = _arrivals[lot];
        uint96 reserve = _sales[lot].reserve;
        uint256 winner = arrivals.length;
        for (uint256 i = 0; i < arrivals.length; ++i) {
            uint96 bid = arrivals[i].bid;
            if (bid >= reserve && (winner == arrivals.length || bid > arrivals[winner].bid)) winner = i;
        }
        price = reserve;
        if (winner == arrivals.length) return (address(0), price);
        leader = arrivals[winner].bidder;
        for (uint256 i = 0; i < arrivals.length; ++i) {
            uint96 ask = arrivals[i].bid + (i < winner ? 1 : 0);
            if (i != winner && ask > price) price = ask;
        }
    }

    /// @dev The call that the hostile token makes from within.
    function _ready(bytes memory call) private {
        _hostile.prepare(address(auctioneer), call);
    }

    function _isHostile(HostileItem token) private view returns (bool) {
        return address(token) == address(_hostile);
    }

    // DRAWS

    function _running() private view returns (uint256 count) {
        uint256 last = _lotCount();
        for (uint256 lot = _oldest(); lot <= last; ++lot) {
            if (auctioneer.phase(lot) < Phase.Settled) ++count;
        }
    }

    function _seller() private returns (address) {
        return _sellers(_draw(2));
    }

    function _sellers(uint256 i) private pure returns (address) {
        return address(uint160(0x5e11e40000 + i));
    }

    // WHAT THIS WORLD DOES

    function _hurry() internal override {
        super._hurry();
        _settleMost();
    }

    function _isDAO(BidBook book) internal view override returns (bool) {
        return address(book) != address(auctioneer);
    }

    function _lotCount() internal view override returns (uint256) {
        return auctioneer.lotCount();
    }

    function _timesOf(uint256 lot) internal view override returns (uint40[] memory times) {
        BidBook.Book memory book = auctioneer.bookOf(lot);
        times = new uint40[](4);
        (times[0], times[1], times[2]) = (book.endOfBidding, book.endOfReveal, book.endOfTally);
        times[3] = book.endOfTally + 3 days;
    }

    function _leaderOf(uint256 lot) internal view override returns (address leader) {
        (, leader,) = auctioneer.standing(lot);
    }

    function _lotState(uint256 lot) internal view override returns (bytes32) {
        Lot memory item = auctioneer.lotOf(lot);
        return keccak256(abi.encode(item));
    }

    function _owedBesides(BidBook book) internal view override returns (uint256) {
        return _isDAO(book) ? 0 : _earnings;
    }

    function _arrived(uint256 lot, address bidder, uint96 bid) internal override {
        _arrivals[lot].push(Arrival(bidder, bid));
    }

    function _groupActions() private pure returns (string memory) {
        return "list,relist,enter,nameRecipient,settle,settle DAO,reclaim,withdrawProceeds,vote,resell";
    }
}

/// @title Auctioneer, DAOs and estates, whatever happens in whatever order
contract Groups is Campaign("Groups") {
    GroupsHandler private _groups;

    function setUp() public {
        vm.warp(1_800_000_000);
        _groups = new GroupsHandler();
        _groups.list(1);
        _groups.list(2);
    }

    function invariant_groups() external view {
        _groups.checkBooks();
        _groups.checkSupply();
        _groups.checkLots();
        _groups.checkBids();
        _groups.checkEstates();
        _groups.checkAccess();
    }

    function _handler() internal view override returns (Handler) {
        return _groups;
    }

    function _finish() internal override {
        _groups.finish(true);
        _groups.checkBooks();
        _groups.checkSupply();
        _groups.checkEstates();
    }
}

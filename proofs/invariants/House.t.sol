// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BidBook} from "../../contracts/base/BidBook.sol";
import {Auctioneer} from "../../contracts/groups/Auctioneer.sol";
import {DAO} from "../../contracts/groups/DAO.sol";
import {DAOFactory} from "../../contracts/groups/DAOFactory.sol";
import {Estate} from "../../contracts/groups/Estate.sol";
import {HouseAdapter} from "../../contracts/houses/HouseAdapter.sol";
import {HouseLot} from "../../contracts/houses/HouseLot.sol";
import {Reading} from "../../contracts/houses/Reading.sol";
import {IAuctioneer} from "../../contracts/interfaces/IAuctioneer.sol";
import {Phase} from "../../contracts/interfaces/Phase.sol";
import {HostileHouse} from "../../contracts/test/HostileHouse.sol";
import {HostileItem} from "../../contracts/test/HostileItem.sol";
import {HostileWrapped} from "../../contracts/test/HostileWrapped.sol";
import {HostileZoraHouse} from "../../contracts/test/HostileZoraHouse.sol";
import {Campaign, Handler, deployed, vm, words} from "./Campaign.sol";
import {Estates} from "./Estates.sol";

/// @title Four DAOs at a house of others, which does as it likes: it lies, is silent, keeps what was bid, pays late, and calls back
/// @notice Token and wrapped ether are no better. A rival bids there, too. By its first action a run is at a house in the manner of Nouns,
/// or of Zora.
contract HouseHandler is Estates {
    address private constant RIVAL = address(0x417a1);
    address private constant MEDIA = address(0x3ed1a);
    /// @dev From the number of one of Zora's auctions to that of its item.
    uint256 private constant APART = 1_000;
    /// @dev By how much a bid has to exceed the one before.
    uint256 private constant PERCENT = 5;

    HouseAdapter private immutable _atNouns;
    HouseAdapter private immutable _atZora;
    HostileZoraHouse private immutable _house;
    HostileItem private immutable _token;
    HostileWrapped private immutable _weth;

    HouseAdapter public adapter;
    mapping(HouseAdapter adapter => DAO[]) private _guests;

    mapping(uint256 lot => mapping(address dao => uint96)) private _limits;
    /// @dev What is left at the adapter of shares that were rounded up, or of gifts, in wei.
    uint256 private _surplus;
    /// @dev Of the latest auction.
    uint256 private _number;
    /// @dev Of auctions whose end is set.
    mapping(uint256 number => uint256) private _ends;

    constructor() Handler(words(string.concat(_memberActions(), ",", _estateActions(), ",", _houseActions()))) {
        DAOFactory factory = DAOFactory(deployed("DAOFactory", ""));
        Auctioneer market = Auctioneer(deployed("Auctioneer", abi.encode(factory, bytes32(0))));
        _token = HostileItem(deployed("HostileItem", ""));
        _weth = HostileWrapped(deployed("HostileWrapped", ""));
        _house = HostileZoraHouse(payable(deployed("HostileZoraHouse", "")));
        _house.own(MEDIA);
        _house.offer(_token, address(_weth), 0, 0, 0, PERCENT);
        _atNouns = _open(factory, market, "NounsAdapter");
        _atZora = _open(factory, market, "ZoraAdapter");
        vm.deal(RIVAL, PURSE);
        vm.deal(STRANGER, PURSE);
        _supply += 2 * PURSE;
        _choose(_atNouns);
    }

    function _open(DAOFactory factory, Auctioneer market, string memory name) private returns (HouseAdapter opened) {
        opened = HouseAdapter(payable(deployed(name, abi.encode(factory, bytes32(0), market, _house))));
        uint256[] memory none = new uint256[](0);
        _guests[opened].push(factory.create(opened, false, 1, 0, none));
        _guests[opened].push(factory.create(opened, true, 3, 0, none));
        _guests[opened].push(factory.createStandalone(opened, false, 2, 0, none));
        _guests[opened].push(factory.createStandalone(opened, true, 0, 0, none));
    }

    /// @dev A run is at this house.
    function _choose(HouseAdapter chosen) private {
        (adapter, _daos) = (chosen, _guests[chosen]);
        delete _books;
        for (uint256 i = 0; i < _daos.length; ++i) {
            _books.push(_daos[i]);
        }
    }

    function _begin(uint256 seed) internal override {
        super._begin(seed);
        if (_lotCount() != 0) return;
        _choose(_oneIn(2) ? _atNouns : _atZora);
        while (_lotCount() == 0) {
            _offer();
            _register();
        }
    }

    // THE HOUSE

    /// @dev One that has one auction at a time drops that for another.
    function offer(uint256 seed) external acts(seed) {
        if (_oneIn(6)) _offer();
    }

    function register(uint256 seed) external acts(seed) {
        _register();
    }

    function _register() private {
        if (_now() >= _endOf(_number) || (_isZora() && _oneIn(3))) {
            if (_lotCount() != 0 && _draw(4) != 0) _conclude(_lotCount());
            _offer();
        }
        uint256 number = _isZora() && _number > 2 ? _number - _draw(2) : _number;
        uint256 end = _endOf(number);
        if (_running() > 3 || _now() + 41 minutes > end) return;
        uint40 bidding = uint40(_now() + 1 + _draw(end - _now() - 41 minutes + 1));
        uint40 reveal = bidding + uint40(10 minutes + _draw(5 minutes));
        uint40 tally = reveal + uint40(10 minutes + _draw(5 minutes));
        uint16 bond = _oneIn(3) ? 10_000 : uint16(1_000 + _draw(9_001));
        try adapter.register{gas: GAS}(number, IAuctioneer.Schedule(bidding, reveal, tally, bond)) returns (uint256 lot) {
            _note("register", true);
            _checkItem(lot, number);
            for (uint256 i = 0; i < _daos.length; ++i) {
                if (_draw(4) != 0) _enter(_daos[i], lot);
            }
        } catch {
            _note("register", false);
        }
    }

    /// @dev What is registered is the item that is sold by that number, and can be bid for.
    function _checkItem(uint256 lot, uint256 number) private view {
        HouseLot memory item = adapter.lotOf(lot);
        require(address(item.token) == address(_token) && item.tokenId == _idOf(number), "another item");
        HostileZoraHouse.Listing memory listing = _house.listingOf(number);
        require(!listing.isBarred && !listing.isOwn && listing.currency == address(0), "a lot that nobody can bid for");
    }

    function enter(uint256 seed) external acts(seed) {
        DAO dao = _dao();
        _enter(dao, _lotIn(dao, Phase.Bidding));
    }

    function rival(uint256 seed) external acts(seed) {
        _rival();
    }

    /// @dev Mostly little more than has to be, so that groups can answer.
    function _rival() private {
        uint256 lot = _lot();
        uint256 number = adapter.lotOf(lot).number;
        Reading memory reading = adapter.readingOf(lot);
        uint256 amountWei = reading.leastWei + _draw(_oneIn(4) ? 30 gwei : 1 gwei);
        if (!reading.current || amountWei > 1_000_000 gwei || _now() >= _endOf(number)) return;
        _house.prepare(new HostileHouse.Call[](0)); // from within this the adapter would let it in, as it would anybody
        vm.prank(RIVAL);
        bytes memory bid = _isZora()
            ? abi.encodeWithSignature("createBid(uint256,uint256)", number, amountWei)
            : abi.encodeWithSignature("createBid(uint256)", number);
        (bool done,) = address(_house).call{value: amountWei, gas: GAS}(bid);
        _note("rival", done);
    }

    function behaveHouse(uint256 seed) external acts(seed) {
        bool honest = _draw(3) != 0;
        HostileHouse.Answers answers = HostileHouse.Answers(honest ? 0 : _draw(8));
        _house.behave(answers, HostileHouse.Refunds(_draw(4)));
        _house.trick(!honest && _oneIn(4), !honest && _oneIn(4), !honest && _oneIn(4) ? 1 : 0);
    }

    /// @dev It names any leader, any amount, any end.
    function lie(uint256 seed) external acts(seed) {
        if (!_oneIn(5)) return;
        if (_isZora() || _oneIn(4)) _house.turn(adapter.lotOf(_lot()).number);
        address leader = _oneIn(2) ? RIVAL : adapter.paddleOf(_lot(), address(_dao()));
        _house.say(leader, _draw(60) * UNIT, _oneIn(2) ? _endOf(_number) : _now() + _draw(50 days), _oneIn(4));
    }

    /// @dev From within bids, refunds and settling the house calls the adapter, which must not let it in.
    function prepare(uint256 seed) external acts(seed) {
        HostileHouse.Call[] memory calls = new HostileHouse.Call[](_draw(3));
        for (uint256 i = 0; i < calls.length; ++i) {
            (uint256 lot, address dao) = (_lot(), address(_dao()));
            uint256 kind = _draw(4);
            bytes memory call = kind == 0
                ? abi.encodeCall(adapter.raiseFor, (lot, dao))
                : kind == 1
                    ? abi.encodeCall(adapter.recall, (lot, dao))
                    : kind == 2 ? abi.encodeCall(adapter.deliver, (lot)) : abi.encodeCall(adapter.conclude, (lot));
            calls[i] = HostileHouse.Call(address(adapter), call);
        }
        _house.prepare(calls);
    }

    function refund(uint256 seed) external acts(seed) {
        _refund();
    }

    /// @dev What was bid comes back late, or twice, as far as the house has it; in ether or wrapped.
    function _refund() private {
        uint256 lot = _lot();
        HouseLot memory item = adapter.lotOf(lot);
        for (uint256 i = 0; i < 10 && (!item.isSettled || item.isDelivered); ++i) {
            lot = _lot();
            item = adapter.lotOf(lot);
        }
        address paddle = adapter.paddleOf(lot, item.leader);
        uint256 amountWei = item.price * UNIT;
        if (item.leader == address(0) || address(_house).balance < amountWei) return;
        if (_oneIn(2)) {
            _house.act(paddle, amountWei, "");
        } else {
            _house.act(address(_weth), amountWei, abi.encodeCall(_weth.deposit, ()));
            _house.act(address(_weth), 0, abi.encodeCall(_weth.transfer, (paddle, amountWei)));
        }
    }

    /// @dev The item comes to a paddle, whoever won it.
    function give(uint256 seed) external acts(seed) {
        if (!_oneIn(3)) return;
        uint256 lot = _lot();
        HouseLot memory item = adapter.lotOf(lot);
        address to = adapter.paddleOf(lot, item.leader == address(0) ? address(_dao()) : item.leader);
        uint256 id = _idOf(item.number);
        if (_token.ownerOf(id) == address(_house)) _token.seize(to, id);
    }

    function behaveItem(uint256 seed) external acts(seed) {
        _token.behave(HostileItem.Manner(_oneIn(2) ? 0 : _draw(13)));
    }

    function behaveWrapped(uint256 seed) external acts(seed) {
        _weth.behave(HostileWrapped.Manner(_oneIn(2) ? 0 : _draw(7)));
    }

    // THE ADAPTER

    function raiseFor(uint256 seed) external acts(seed) {
        _raiseMost();
    }

    function recall(uint256 seed) external acts(seed) {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            address leader = adapter.lotOf(lot).leader;
            if (leader != address(0) || _oneIn(10)) _recall(lot, _oneIn(8) ? address(_dao()) : leader);
        }
    }

    function conclude(uint256 seed) external acts(seed) {
        _conclude(_lot());
    }

    function _conclude(uint256 lot) private {
        _watch(lot, lot);
        vm.prank(STRANGER);
        adapter.conclude{gas: GAS}(lot); // whatever the house does then
        _note("conclude", true);
        _unharmed();
    }

    function settle(uint256 seed) external acts(seed) {
        _settleMost();
    }

    function deliver(uint256 seed) external acts(seed) {
        _deliverMost();
    }

    function _deliverMost() private {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            HouseLot memory item = adapter.lotOf(lot);
            if ((item.isSettled && !item.isDelivered) || _oneIn(20)) _deliver(lot);
        }
    }

    function _deliver(uint256 lot) private {
        HouseLot memory item = adapter.lotOf(lot);
        address estate = item.leader == address(0) ? address(0) : DAO(item.leader).estateAt(lot);
        uint256 before = adapter.proceeds(estate);
        _watch(lot, lot);
        vm.prank(STRANGER);
        try adapter.deliver{gas: GAS}(lot) {
            _note("deliver", true);
            require(item.isSettled && !item.isDelivered && adapter.lotOf(lot).isDelivered, "delivered twice, or what is not won");
            uint256 returned = adapter.proceeds(estate) - before;
            require(returned == 0 || returned == item.price * UNIT, "not the price that came back");
            if (returned != 0) _note("price returned", true);
            _earned[estate] += returned;
            _earnings += returned;
        } catch {
            _note("deliver", false);
        }
        _unharmed();
    }

    /// @dev Somebody gives a DAO what it has out.
    function restore(uint256 seed) external acts(seed) {
        uint256 lot = _lot();
        DAO dao = _dao();
        uint256 lent = dao.lentOf(lot);
        for (uint256 i = 0; i < 20 && lent == 0; ++i) {
            (lot, dao) = (_lot(), _dao());
            lent = dao.lentOf(lot);
        }
        if (lent == 0) return;
        uint256 amount = _oneIn(8) ? lent + 1 : 1 + _draw(lent);
        vm.prank(STRANGER);
        try dao.restore{value: amount * UNIT, gas: GAS}(lot) {
            _note("restore", true);
            require(amount <= lent && dao.lentOf(lot) == lent - amount, "more came back than was out");
        } catch {
            _note("restore", false);
            require(amount > lent, "a gift that was refused");
        }
    }

    // WHAT MUST HOLD

    /// @notice The adapter has proceeds and surpluses, and no more than a willingness to pay is ever out.
    function checkAdapter() external view {
        require(address(adapter).balance == _surplus + _earnings, "the adapter is not solvent to the wei");
        uint256 last = _lotCount();
        for (uint256 lot = _oldest(); lot <= last; ++lot) {
            HouseLot memory item = adapter.lotOf(lot);
            require(item.price <= _limits[lot][item.leader], "a bid above the limit");
            for (uint256 i = 0; i < _daos.length; ++i) {
                uint256 lent = _daos[i].lentOf(lot);
                bool leads = address(_daos[i]) == item.leader;
                require(lent <= (leads ? item.price : 0), "money out that is under no bid");
            }
        }
    }

    /// @notice No ether was made or lost.
    function checkSupply() external view {
        uint256 sum = RIVAL.balance + address(adapter).balance + address(_house).balance + address(_weth).balance;
        for (uint256 lot = 1; lot <= _lotCount(); ++lot) {
            for (uint256 i = 0; i < _daos.length; ++i) {
                sum += adapter.paddleOf(lot, address(_daos[i])).balance;
            }
        }
        require(sum + _inBooks() + _inEstates() == _supply, "ether was made or lost");
    }

    // THE END

    /// @notice Brings every lot to its end, as a stranger can, whatever house, token and wrapped ether do by then; only those who refuse what
    /// is pushed have to act themselves.
    function finish(bool) external override {
        _begin(0);
        for (uint256 lot = 1; lot <= _lotCount(); ++lot) {
            _tallyAll(lot);
            _warpTo(adapter.lotOf(lot).deadline);
            if (_phase(lot) == Phase.Closed && !_settle(lot)) _recall(lot, adapter.lotOf(lot).leader);
            require(_phase(lot) > Phase.Closed || _isLost(lot), "a lot that does not end");
            for (uint256 i = 0; i < _books.length; ++i) {
                _payOut(_books[i], lot);
            }
            _handOver(lot);
        }
        _shareAll();
        require(_earnings == 0, "a price that came back and cannot be had");
        for (uint256 i = 0; i < _books.length; ++i) {
            require(_owed[_books[i]] == 0 && _out(_books[i]) == 0, "money that cannot be had");
        }
    }

    // SHARED STEPS

    function _offer() private {
        uint256 number = ++_number;
        _token.mint(address(_house), _idOf(number));
        (uint256 lasts, uint256 reserve) = (1 hours + _draw(5 hours), (1 + _draw(12)) * UNIT);
        if (_isZora()) {
            uint256 kind = _draw(20);
            address currency = kind == 2 ? address(_weth) : address(0);
            _house.list(number, _idOf(number), reserve, HostileZoraHouse.Listing(lasts, 0, kind == 0, kind == 1, currency));
        } else {
            _ends[number] = _now() + lasts;
            _house.offer(_token, address(_weth), number, _ends[number], reserve, PERCENT);
        }
    }

    function _enter(DAO dao, uint256 lot) private {
        try dao.enter{gas: GAS}(lot) {
            _note("enter", true);
        } catch {
            _note("enter", false);
        }
    }

    function _raiseFor(uint256 lot, DAO dao) private {
        HouseLot memory before = adapter.lotOf(lot);
        HostileHouse.Sale memory sale = _house.saleOf(before.number);
        bool isBegun = !_isZora() || _house.listingOf(before.number).firstBid != 0;
        bool isCurrent = adapter.readingOf(lot).current;
        _watch(lot, lot);
        vm.prank(STRANGER);
        try adapter.raiseFor{gas: GAS}(lot, address(dao)) {
            HouseLot memory item = adapter.lotOf(lot);
            _note("raiseFor", true);
            _note(_isZora() ? "raised at Zora" : "raised at Nouns", true);
            require(item.leader == address(dao), "raised for another");
            // a house that has dropped the auction, or that has a group's money, may take what it likes for as long as it likes
            require(!isCurrent || item.price == _leastBid(sale), "not the least bid that the house takes");
            require(before.leader != address(0) || !isBegun || _now() < sale.end, "a bid after the end");
            if (before.leader == address(0)) {} else if (before.leader == address(dao)) {
                _note("raised again", true);
            } else {
                require(DAO(before.leader).lentOf(lot) == 0, "outbid, and the money is not home");
            }
        } catch {
            _note("raiseFor", false);
        }
        _unharmed();
    }

    /// @dev In units, above what was bid and at least the reserve.
    function _leastBid(HostileHouse.Sale memory sale) private pure returns (uint256) {
        uint256 leastWei = sale.amount + sale.amount * PERCENT / 100;
        if (leastWei < sale.reserve) leastWei = sale.reserve;
        return (leastWei + UNIT - 1) / UNIT;
    }

    function _recall(uint256 lot, address dao) private {
        _watch(lot, lot);
        vm.prank(STRANGER);
        try adapter.recall{gas: GAS}(lot, dao) {
            _note("recall", true);
            require(DAO(dao).lentOf(lot) == 0 && adapter.lotOf(lot).leader == address(0), "recalled, and not home");
        } catch {
            _note("recall", false);
        }
        _unharmed();
    }

    function _raiseMost() private {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            for (uint256 i = 0; i < _daos.length; ++i) {
                if (_limits[lot][address(_daos[i])] != 0 ? _oneIn(2) : _oneIn(40)) _raiseFor(lot, _daos[i]);
            }
        }
    }

    function _settleMost() private {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            if (_phase(lot) == Phase.Closed ? _draw(3) != 0 : _oneIn(20)) _settle(lot);
        }
    }

    function _settle(uint256 lot) private returns (bool done) {
        (Phase phase, address leader, uint96 price) = adapter.standing(lot);
        if (leader == address(0)) return false;
        uint256 lent = DAO(leader).lentOf(lot);
        uint256 paid;
        (done, paid) = _settleDAO(DAO(leader), lot, price);
        if (!_note("settle", done)) return false;
        require(phase == Phase.Closed, "settled what was not closed");
        _note(_isZora() ? "settled at Zora" : "settled at Nouns", true);
        if (_now() >= adapter.lotOf(lot).deadline) _note("given up", true);
        _surplus += (paid - lent) * UNIT;
        _found(Estate(payable(DAO(leader).estateAt(lot))), DAO(leader), lot);
    }

    /// @dev What was won and arrived goes to the estate, as soon as the token lets it.
    function _handOver(uint256 lot) private {
        HouseLot memory item = adapter.lotOf(lot);
        if (!item.isSettled || item.isDelivered) return;
        _token.behave(HostileItem.Manner.Honest);
        _deliver(lot);
        bool isHere = _token.ownerOf(_idOf(item.number)) == adapter.paddleOf(lot, item.leader);
        require(!isHere || adapter.lotOf(lot).isDelivered, "an item that is not handed over");
    }

    /// @dev Whether the leader's members had their money back, a stranger's, before the item came: it stays with the paddle, and nobody
    /// can settle.
    function _isLost(uint256 lot) private view returns (bool) {
        DAO leader = DAO(adapter.lotOf(lot).leader);
        return leader.lentOf(lot) == 0 && leader.bookOf(lot).state == BidBook.BookState.Lost;
    }

    function _isZora() private view returns (bool) {
        return adapter == _atZora;
    }

    /// @dev The item that is sold by a number.
    function _idOf(uint256 number) private view returns (uint256) {
        return _isZora() ? number + APART : number;
    }

    /// @dev When an auction ends, whatever the house says; before the first bid at Zora: if that came now.
    function _endOf(uint256 number) private view returns (uint256) {
        if (!_isZora()) return _ends[number];
        HostileZoraHouse.Listing memory listing = _house.listingOf(number);
        return (listing.firstBid == 0 ? _now() : listing.firstBid) + listing.duration;
    }

    function _phase(uint256 lot) private view returns (Phase phase) {
        (phase,,) = adapter.standing(lot);
    }

    function _running() private view returns (uint256 count) {
        uint256 last = _lotCount();
        for (uint256 lot = _oldest(); lot <= last; ++lot) {
            if (_phase(lot) < Phase.Settled) ++count;
        }
    }

    // WHAT THIS WORLD DOES

    function _hurry() internal override {
        super._hurry();
        _raiseMost();
        _rival();
        _raiseMost();
        if (_oneIn(2)) _conclude(_lot());
        _settleMost();
        if (_oneIn(4)) _refund();
        if (_oneIn(2)) _deliverMost();
        if (_estates.length != 0 && _oneIn(4)) _claimParts(_sold());
    }

    function _isDAO(BidBook) internal pure override returns (bool) {
        return true;
    }

    function _lotCount() internal view override returns (uint256) {
        return adapter.lotCount();
    }

    function _timesOf(uint256 lot) internal view override returns (uint40[] memory times) {
        HouseLot memory item = adapter.lotOf(lot);
        times = new uint40[](5);
        (times[0], times[1], times[2]) = (item.endOfBidding, item.endOfReveal, item.endOfTally);
        (times[3], times[4]) = (uint40(_endOf(item.number)), item.deadline);
    }

    function _leaderOf(uint256 lot) internal view override returns (address leader) {
        (, leader,) = adapter.standing(lot);
    }

    function _lotState(uint256 lot) internal view override returns (bytes32 state) {
        state = keccak256(abi.encode(adapter.lotOf(lot)));
        for (uint256 i = 0; i < _daos.length; ++i) {
            address dao = address(_daos[i]);
            state = keccak256(abi.encode(state, adapter.limitOf(lot, dao), _daos[i].lentOf(lot)));
        }
    }

    function _owedBesides(BidBook) internal pure override returns (uint256) {
        return 0;
    }

    function _out(BidBook book) internal view override returns (uint256 amountWei) {
        for (uint256 lot = 1; lot <= _lotCount(); ++lot) {
            amountWei += DAO(address(book)).lentOf(lot) * UNIT;
        }
    }

    function _arrived(uint256 lot, address dao, uint96 willingness) internal override {
        _limits[lot][dao] = willingness;
        require(adapter.limitOf(lot, dao) == willingness, "not the limit that was tallied");
    }

    function _houseActions() private pure returns (string memory) {
        return "register,enter,rival,raiseFor,raised at Nouns,raised at Zora,raised again,recall,conclude,settle,settled at Nouns,"
            "settled at Zora,given up,deliver,price returned,restore";
    }
}

/// @title Groups at a house of others, whatever it does
contract House is Campaign("House") {
    HouseHandler private _halls;

    function setUp() public {
        vm.warp(1_800_000_000);
        _halls = new HouseHandler();
    }

    function invariant_house() external view {
        _halls.checkBooks();
        _halls.checkSupply();
        _halls.checkAdapter();
        _halls.checkBids();
        _halls.checkEstates();
    }

    function _handler() internal view override returns (Handler) {
        return _halls;
    }

    function _finish() internal override {
        _halls.finish(true);
        _halls.checkBooks();
        _halls.checkSupply();
        _halls.checkAdapter();
        _halls.checkEstates();
    }
}

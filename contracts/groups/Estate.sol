// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAO} from "../interfaces/IDAO.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {Phase} from "../interfaces/Phase.sol";
import {Payments} from "../libraries/Payments.sol";
import {Units} from "../libraries/Units.sol";
import {IEstate} from "./IEstate.sol";

/// @title What a DAO won at a lot, owned in equal parts by those who paid for it
/// @notice The served members have one vote each, since all paid the same. When more than half of them want the same reserve, anyone can
/// have the item listed with it, at the market of the DAO's auctioneer. Unsold, it comes back; sold, every served member gets an equal part, and
/// access ends. That is all an estate can do: no majority can take the item for itself but by outbidding everybody.
/// @dev A minimal proxy whose code ends in its DAO (20 bytes) and lot (32), at an address that is fixed before: the item can be there first.
/// Ether and items that nobody asked for stay here for ever. No owner.
contract Estate is IEstate {
    // TYPES

    /// @notice What is known of a served member, in one slot: the reserve it wants (96 bits, units; 0: none) | whether it had its part (8).
    struct Seat {
        uint96 reserve;
        bool paid;
    }

    // CONSTANTS

    /// @notice How long one can bid at a resale, in seconds: nobody who wants to is shut out, and no majority can hurry.
    uint40 public constant BIDDING = 7 days;
    /// @notice How long bids are opened then, in seconds.
    uint40 public constant REVEAL = 2 days;
    /// @notice How long DAOs bid then, in seconds.
    uint40 public constant TALLY = 1 days;
    /// @notice The bond of a resale, in basis points of the deposit.
    uint16 public constant BOND_BPS = 1_000;
    /// @dev Stands for the lot while it is being listed: no auctioneer ever numbers that many.
    uint256 private constant LISTING = type(uint256).max;
    /// @dev Bytes of code before the arguments of one of OpenZeppelin's minimal proxies, `Clones`.
    uint256 private constant PROXY_BYTES = 45;

    // STORAGE

    /// @notice Slot 0: the lot at which the item is, or was last, sold again; 0 if none.
    uint256 public resaleLot;
    /// @notice Slot 1: what each served member gets of the resale, in units (96 bits).
    uint96 public part;
    /// @notice Slot 1: whether that is known, and the money here (8 bits).
    bool public collected;
    /// @dev Slot 2.
    mapping(address member => Seat) private _seats;
    /// @notice Slot 3: how many want a reserve.
    mapping(uint96 reserve => uint256 votes) public votesFor;

    // EVENTS

    /// @notice `member` wants the item sold for `reserve` units or more; 0: not any more, or not at all.
    event Voted(address indexed member, uint96 reserve);
    /// @notice The item was listed as `lot` of the auctioneer, at a reserve in units.
    event Resale(uint256 indexed lot, uint96 reserve);
    /// @notice The resale brought `amount` units: `part` for each served member.
    event Collected(uint256 amount, uint96 part);
    /// @notice `member` had its part sent to `recipient`.
    event PartClaimed(address indexed member, address indexed recipient);
    /// @notice `member` was sent its part.
    event PartPushed(address indexed member);
    /// @notice `member` did not take its part, which stays claimable.
    event PartRefused(address indexed member);

    // ERRORS

    /// @notice `account` did not pay for the item.
    error NotServed(address account);
    /// @notice The item was sold again.
    error AlreadyResold(uint256 resaleLot);
    /// @notice The item is listed already.
    error AlreadyListed(uint256 resaleLot);
    /// @notice Not more than half of `served` members want `reserve`.
    error NoMajority(uint96 reserve, uint256 votes, uint256 served);
    /// @notice The item was not sold again, at least not at `resaleLot`, the last one; 0 if there was none.
    error NotResold(uint256 resaleLot);
    /// @notice `member` has no part of the resale, or had it.
    error NoPart(address member);
    /// @notice Ether that is not from a resale.
    error Unasked(address sender);

    // RESALE

    /// @notice Says for which reserve the caller, a served member, wants the item sold; replaces what it said before.
    /// @dev It stands until it is replaced, over resales that fail. Once the item is listed it changes nothing about that lot.
    /// @param reserve The least acceptable price, in units; 0 for none.
    function vote(uint96 reserve) external {
        (IDAO dao_, uint256 lot_) = _terms();
        if (!dao_.isServed(lot_, msg.sender)) revert NotServed(msg.sender);
        if (resold()) revert AlreadyResold(resaleLot);
        Seat storage seat = _seats[msg.sender];
        uint96 before = seat.reserve;
        if (before != 0) --votesFor[before];
        if (reserve != 0) ++votesFor[reserve];
        seat.reserve = reserve;
        emit Voted(msg.sender, reserve);
    }

    /// @notice Lists the item with a reserve that more than half of the served want. Anyone may call, whenever it is here. One that was not
    /// sold has to be reclaimed first, at the auctioneer, by anyone.
    /// @param reserve The least acceptable price, in units.
    /// @return resale The lot's number.
    function resell(uint96 reserve) external returns (uint256 resale) {
        (IDAO dao_, uint256 lot_) = _terms();
        (uint256 votes, uint256 served) = (votesFor[reserve], dao_.servedOf(lot_));
        if (votes * 2 <= served) revert NoMajority(reserve, votes, served);
        IAuctioneer auctioneer = IAuctioneer(dao_.auctioneer());
        IAuctioneer market = auctioneer.market();
        _requireUnlisted(market);
        resaleLot = LISTING; // a token that comes back from within finds no second listing
        (IERC721 token, uint256 tokenId) = auctioneer.itemOf(lot_);
        token.approve(address(market), tokenId);
        uint40 start = uint40(block.timestamp);
        IAuctioneer.Schedule memory schedule =
            IAuctioneer.Schedule(start + BIDDING, start + BIDDING + REVEAL, start + BIDDING + REVEAL + TALLY, BOND_BPS);
        resale = address(market) == address(auctioneer)
            ? market.relist(lot_, reserve, schedule)
            : IMarket(address(market)).list(token, tokenId, reserve, schedule);
        resaleLot = resale;
        emit Resale(resale, reserve);
    }

    // PARTS

    /// @notice Pays the caller, a served member, its part of the resale.
    function claim() external {
        _claim(msg.sender);
    }

    /// @notice As `claim`, but pays somebody else: for members who cannot take ether.
    /// @param recipient Who gets it.
    function claimTo(address recipient) external {
        _claim(recipient);
    }

    /// @notice Pays many members their parts of the resale. Anyone may call. Whoever does not take it keeps the claim; whoever has none is
    /// passed over.
    /// @param members Whom to pay.
    function claimBatch(address[] calldata members) external {
        uint256 amountWei = _collect();
        for (uint256 i = 0; i < members.length; ++i) {
            address member = members[i];
            if (!_take(member, amountWei)) continue;
            if (Payments.push(member, amountWei)) {
                emit PartPushed(member);
            } else {
                _seats[member].paid = false;
                emit PartRefused(member);
            }
        }
    }

    /// @dev Only proceeds are taken; ether sent by force is not counted.
    receive() external payable {
        if (!_pays(msg.sender)) revert Unasked(msg.sender);
    }

    // VIEWS

    /// @inheritdoc IEstate
    function resold() public view returns (bool) {
        return resaleLot != 0 && _isSold(_auctioneer().market());
    }

    /// @notice The reserve that `member` wants, in units; 0 if none.
    /// @param member Whom to ask about.
    function voteOf(address member) external view returns (uint96) {
        return _seats[member].reserve;
    }

    /// @notice Whether `member` has had its part.
    /// @param member Whom to ask about.
    function hasClaimed(address member) external view returns (bool) {
        return _seats[member].paid;
    }

    /// @notice The DAO that won the item.
    function dao() external view returns (IDAO dao_) {
        (dao_,) = _terms();
    }

    /// @notice The lot at which it won it.
    function lot() external view returns (uint256 lot_) {
        (, lot_) = _terms();
    }

    // SHARED STEPS

    /// @dev The item can be listed: it never was, or that came to nothing.
    function _requireUnlisted(IAuctioneer auctioneer) private view {
        if (resaleLot == 0) return;
        Phase phase = _phaseOf(auctioneer, resaleLot);
        if (phase == Phase.Settled) revert AlreadyResold(resaleLot);
        if (phase != Phase.Void) revert AlreadyListed(resaleLot);
    }

    function _claim(address recipient) private {
        uint256 amountWei = _collect();
        if (!_take(msg.sender, amountWei)) revert NoPart(msg.sender);
        emit PartClaimed(msg.sender, recipient);
        Payments.send(recipient, amountWei);
    }

    /// @dev Fetches the proceeds, once, and returns each member's part.
    function _collect() private returns (uint256 partWei) {
        if (!collected) {
            IAuctioneer payer = _payer();
            uint256 before = address(this).balance;
            payer.withdrawProceeds(address(this));
            uint256 amount = (address(this).balance - before) / Units.UNIT;
            (IDAO dao_, uint256 lot_) = _terms();
            // casting is safe: there is less ether than 2^96 units
            (part, collected) = (uint96(amount / dao_.servedOf(lot_)), true);
            emit Collected(amount, part);
        }
        return Units.toWei(part);
    }

    /// @dev Who has money for the served: where the item was sold again, or the DAO's own auctioneer, where the price came back after all.
    function _payer() private view returns (IAuctioneer) {
        IAuctioneer auctioneer = _auctioneer();
        IAuctioneer market = auctioneer.market();
        if (resaleLot != 0 && _isSold(market)) return market;
        if (auctioneer.proceeds(address(this)) == 0) revert NotResold(resaleLot);
        return auctioneer;
    }

    function _isSold(IAuctioneer market) private view returns (bool) {
        return _phaseOf(market, resaleLot) == Phase.Settled;
    }

    /// @dev Whether `member` has yet to get its part, which it is taken to have from now on.
    function _take(address member, uint256 amountWei) private returns (bool) {
        (IDAO dao_, uint256 lot_) = _terms();
        Seat storage seat = _seats[member];
        if (amountWei == 0 || seat.paid || !dao_.isServed(lot_, member)) return false;
        seat.paid = true;
        return true;
    }

    /// @dev Whether proceeds come from `sender`.
    function _pays(address sender) private view returns (bool) {
        IAuctioneer auctioneer = _auctioneer();
        return sender == address(auctioneer) || sender == address(auctioneer.market());
    }

    function _auctioneer() private view returns (IAuctioneer) {
        (IDAO dao_,) = _terms();
        return IAuctioneer(dao_.auctioneer());
    }

    function _phaseOf(IAuctioneer auctioneer, uint256 resale) private view returns (Phase phase) {
        (phase,,) = auctioneer.standing(resale);
    }

    function _terms() private view returns (IDAO dao_, uint256 lot_) {
        assembly ("memory-safe") {
            // both words of scratch space: 20 and 32 bytes
            extcodecopy(address(), 12, PROXY_BYTES, 52)
            dao_ := shr(96, mload(12))
            lot_ := mload(32)
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAO} from "../interfaces/IDAO.sol";
import {Phase} from "../interfaces/Phase.sol";
import {Payments} from "../libraries/Payments.sol";
import {Units} from "../libraries/Units.sol";
import {IEstate} from "./IEstate.sol";

/// @title What a DAO won at a lot, owned in equal parts by those who paid for it
/// @notice The served members have one vote each, since all paid the same. When more than half of them want the same reserve, anyone can
/// have the item listed at the DAO's own auctioneer with it. Unsold, it comes back; sold, every served member gets an equal part, and
/// access ends. That is all an estate can do: no majority can take the item for itself but by outbidding everybody.
/// @dev A minimal proxy whose code ends in its DAO (20 bytes) and lot (32), at an address that is fixed before: the item can be there first.
/// Ether and items that nobody asked for stay here for ever. No owner.
contract Estate is IEstate {
    // CONSTANTS

    /// @notice The phases of a resale, in seconds: nobody who wants to bid is shut out, and no majority can hurry.
    uint40 public constant BIDDING = 7 days;
    uint40 public constant REVEAL = 2 days;
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
    /// @notice Slot 1: what each served member gets of the resale, in units (96 bits) | whether that is known, and the money here (8).
    uint96 public part;
    bool public collected;
    /// @notice Slot 2: the reserve a member wants, in units; 0 if none.
    mapping(address member => uint96 reserve) public voteOf;
    /// @notice Slot 3: how many want a reserve.
    mapping(uint96 reserve => uint256 votes) public votesFor;
    /// @notice Slot 4: who has had its part.
    mapping(address member => bool) public hasClaimed;

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
    /// @notice The item was not sold again.
    error NotResold();
    /// @notice `member` has nothing (more) to claim.
    error NothingToClaim(address member);
    /// @notice Ether that is not from a resale.
    error Unasked(address sender);

    // RESALE

    /// @notice Says for which reserve the caller, a served member, wants the item sold; replaces what it said before.
    /// @param reserve The least acceptable price, in units; 0 for none.
    function vote(uint96 reserve) external {
        (IDAO dao_, uint256 lot_) = _terms();
        if (!dao_.isServed(lot_, msg.sender)) revert NotServed(msg.sender);
        if (resold()) revert AlreadyResold(resaleLot);
        uint96 before = voteOf[msg.sender];
        if (before != 0) --votesFor[before];
        if (reserve != 0) ++votesFor[reserve];
        voteOf[msg.sender] = reserve;
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
        IAuctioneer auctioneer = dao_.auctioneer();
        if (resaleLot != 0 && _phaseOf(auctioneer, resaleLot) != Phase.Void) revert AlreadyListed(resaleLot);
        resaleLot = LISTING;
        (IERC721 token, uint256 tokenId) = auctioneer.itemOf(lot_);
        token.approve(address(auctioneer), tokenId);
        uint40 start = uint40(block.timestamp);
        resale = auctioneer.relist(
            lot_,
            reserve,
            IAuctioneer.Schedule(start + BIDDING, start + BIDDING + REVEAL, start + BIDDING + REVEAL + TALLY, BOND_BPS)
        );
        resaleLot = resale;
        emit Resale(resale, reserve);
    }

    // PARTS

    /// @notice Pays the caller, a served member, its part of the resale.
    /// @param recipient Who gets it.
    function claim(address recipient) external {
        uint256 amount = _collect();
        if (!_owes(amount, msg.sender)) revert NothingToClaim(msg.sender);
        hasClaimed[msg.sender] = true;
        emit PartClaimed(msg.sender, recipient);
        Payments.send(recipient, amount);
    }

    /// @notice Pays many members their parts of the resale. Anyone may call. Whoever does not take it keeps the claim; whoever has none is
    /// passed over.
    /// @param members Whom to pay.
    function claimBatch(address[] calldata members) external {
        uint256 amount = _collect();
        for (uint256 i = 0; i < members.length; ++i) {
            address member = members[i];
            if (!_owes(amount, member)) continue;
            hasClaimed[member] = true;
            if (Payments.push(member, amount)) {
                emit PartPushed(member);
            } else {
                hasClaimed[member] = false;
                emit PartRefused(member);
            }
        }
    }

    /// @dev Only proceeds are taken; ether sent by force is not counted.
    receive() external payable {
        (IDAO dao_,) = _terms();
        if (msg.sender != address(dao_.auctioneer())) revert Unasked(msg.sender);
    }

    // VIEWS

    /// @inheritdoc IEstate
    function resold() public view returns (bool) {
        if (resaleLot == 0) return false;
        (IDAO dao_,) = _terms();
        return _phaseOf(dao_.auctioneer(), resaleLot) == Phase.Settled;
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

    /// @dev Fetches the proceeds, once, and returns each member's part, in wei.
    function _collect() private returns (uint256) {
        if (!collected) {
            if (!resold()) revert NotResold();
            (IDAO dao_, uint256 lot_) = _terms();
            uint256 before = address(this).balance;
            dao_.auctioneer().withdrawProceeds(address(this));
            uint256 amount = (address(this).balance - before) / Units.UNIT;
            // casting is safe: no payment has more than 96 bits
            (part, collected) = (uint96(amount / dao_.servedOf(lot_)), true);
            emit Collected(amount, part);
        }
        return Units.toWei(part);
    }

    function _owes(uint256 amount, address member) private view returns (bool) {
        (IDAO dao_, uint256 lot_) = _terms();
        return amount != 0 && !hasClaimed[member] && dao_.isServed(lot_, member);
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

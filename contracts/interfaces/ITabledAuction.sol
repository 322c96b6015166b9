// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What is said to auctions of signals, and what they say, where it is the same
/// @notice Bidders join such a lot with a type and a deposit, and register tables of values; a random word decides who is offered the item,
/// and deposits come back. What an auction does and promises is told in each.
interface ITabledAuction {
    // EVENTS

    /// @notice The word was asked for.
    event DrawRequested(uint256 indexed lot);
    /// @notice `winner` bought the item of `lot` at `price` and paid `paid`, the same here, both in units.
    event LotSettled(uint256 indexed lot, address indexed winner, uint96 price, uint256 paid);
    /// @notice The winner of `lot` had its item sent to `recipient`.
    event ItemSent(uint256 indexed lot, address indexed recipient);
    /// @notice Nobody is offered the item of `lot`, or who was left or declined it. An offer may also lapse without an event.
    event LotUnsold(uint256 indexed lot);
    /// @notice The item of `lot` went back to its seller.
    event ItemReturned(uint256 indexed lot);
    /// @notice `bidder` was paid its deposit, through `recipient`.
    event Claimed(uint256 indexed lot, address indexed bidder, address recipient, uint256 amountWei);
    /// @notice The deposit of `bidder` went to the seller.
    event DepositForfeited(uint256 indexed lot, address indexed bidder);
    /// @notice `bidder` did not take a pushed payment, its deposit in units, which stays claimable.
    event PushRefused(uint256 indexed lot, address indexed bidder, uint64 amount);

    // ERRORS

    /// @notice No type, or more than tables can have sides.
    error BadTypes(uint8 types);
    /// @notice No deposit.
    error NoDeposit();
    /// @notice There is no such type.
    error UnknownType(uint256 lot, uint8 kind);
    /// @notice The type has `most` bidders already.
    error TypeFull(uint256 lot, uint8 kind, uint256 most);
    /// @notice With one bidder more every table would have `size` values.
    error TableTooLarge(uint256 size, uint256 most);
    /// @notice Not the deposit, in wei.
    error WrongDeposit(uint256 lot, uint256 sent, uint256 due);
    /// @notice `bidder` joined before.
    error AlreadyJoined(uint256 lot, address bidder);
    /// @notice `account` did not join.
    error NotJoined(uint256 lot, address account);
    /// @notice `bidder` registered a table before.
    error AlreadyRegistered(uint256 lot, address bidder);
    /// @notice A table of so many bytes where `expected` are needed.
    error WrongLength(uint256 length, uint256 expected);
    /// @notice The value at `place` is below another where one total or count is lower.
    error NotMonotone(uint256 place);
    /// @notice The word was not asked for, or is not there yet.
    error NotDrawn(uint256 lot);
    /// @notice More tables than there are bidders whose tables are looked at.
    error TooManyTables(uint256 lot, uint256 bidders);
    /// @notice Not the table that `bidder` registered; empty if it registered none.
    error WrongTable(uint256 lot, address bidder);
    /// @notice Not the price, in wei.
    error WrongPayment(uint256 lot, uint256 sent, uint256 due);
    /// @notice The item went back before.
    error AlreadyReturned(uint256 lot);
    /// @notice `bidder` has nothing (more) to claim on `lot`.
    error NothingToClaim(uint256 lot, address bidder);

    // SELLING

    /// @notice Returns the item of a lot that was not sold to its seller. Anyone may call.
    /// @param lot The lot's number.
    function reclaim(uint256 lot) external;

    // BEFORE THE DRAW

    /// @notice Joins a lot with the deposit. The order of joining is the order in which ties are broken.
    /// @param lot The lot's number.
    /// @param kind The caller's type of expertise, from 0.
    function join(uint256 lot, uint8 kind) external payable;

    // THE DRAW

    /// @notice Asks for the word of `lot`, once nothing can change any more of what it is drawn for. Anyone may call; the source refuses a
    /// second time.
    /// @param lot The lot's number.
    function requestDraw(uint256 lot) external;

    // THE OFFER

    /// @notice Accepts the offer: pays exactly the price and gets the item. Only the bidder to whom it is made.
    /// @param lot The lot's number.
    function buy(uint256 lot) external payable;

    /// @notice As `buy`, but has the item delivered to somebody else: for bidders whose own account the token refuses.
    /// @param lot The lot's number.
    /// @param recipient Who gets the item.
    function buyTo(uint256 lot, address recipient) external payable;

    // CLAIMS

    /// @notice Pays the caller its deposit on `lot` once the lot is over.
    /// @param lot The lot's number.
    function claim(uint256 lot) external;

    /// @notice As `claim`, but pays somebody else: for bidders who cannot take ether.
    /// @param lot The lot's number.
    /// @param recipient Who gets it.
    function claimTo(uint256 lot, address recipient) external;

    /// @notice Pays many bidders their deposits on `lot` once it is over, and credits the seller with those forfeited. Anyone may call.
    /// Whoever does not take the payment keeps the claim. Whoever has nothing to claim is passed over.
    /// @param lot The lot's number.
    /// @param bidders Whom to pay.
    function claimBatch(uint256 lot, address[] calldata bidders) external;

    // VIEWS

    /// @notice How many values a table has with the bidders there are.
    /// @param lot The lot's number.
    /// @return The number; 1 of a lot never listed.
    function tableSize(uint256 lot) external view returns (uint256);
}

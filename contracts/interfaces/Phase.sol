// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Where a lot stands. The order matters: everything from `Closed` on is final for its losers.
enum Phase {
    None, // never listed, or never entered by this DAO
    Bidding, // sealed or open bids come, change and go
    Reveal, // sealed bids are opened
    Tally, // DAOs prove the order of their bids and bid in turn
    Draw, // the bids are fixed, and chance or an auction elsewhere decides; only where the mechanism leaves something to it
    Closed, // winner and price are fixed, the winner has yet to pay
    Settled, // paid for and delivered
    Void // nobody won, or the winner was not settled in time: the item goes back
}

/// @notice The call does not belong to the phase that `lot` is in.
/// @param lot The lot of the call.
/// @param phase The phase it is in.
error WrongPhase(uint256 lot, Phase phase);

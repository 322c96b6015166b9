// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What a house says of one of its auctions. It is foreign code: it may say anything, or nothing.
///     current     whether the house still has the auction, not yet settled
///     bidder      who leads
///     amountWei   the highest bid
///     leastWei    the least that the next bid must be
///     end         when the auction ends unless somebody bids, in seconds since the epoch; if the first bid starts the clock: if that
///                 came now
struct Reading {
    bool current;
    address bidder;
    uint256 amountWei;
    uint256 leastWei;
    uint256 end;
}

/// @title Questions to foreign code
/// @notice Bounded in gas and in what comes back, and never in the way: who does not answer has said nothing.
library Questions {
    /// @notice Gas for one answer: many times what a house behind a proxy takes.
    uint256 internal constant QUESTION_GAS = 60_000;
    /// @dev So that all of that can be passed on: a 64th stays with the caller.
    uint256 private constant ENOUGH_GAS = 65_000;

    /// @notice The caller sent too little gas to ask, so that silence would mean nothing.
    error NotEnoughGas(uint256 left, uint256 needed);

    /// @notice Asks `target` by `question`, an encoded call.
    /// @param words How many words the answer has at least; what lies behind them is not read.
    /// @return answered Whether it has them.
    /// @return answer The words, zero if not answered.
    function ask(address target, bytes memory question, uint256 words)
        internal
        view
        returns (bool answered, uint256[] memory answer)
    {
        if (gasleft() < ENOUGH_GAS) revert NotEnoughGas(gasleft(), ENOUGH_GAS);
        answer = new uint256[](words);
        assembly ("memory-safe") {
            let size := shl(5, words)
            answered := staticcall(QUESTION_GAS, target, add(question, 0x20), mload(question), add(answer, 0x20), size)
            answered := and(answered, gt(returndatasize(), sub(size, 1)))
        }
        if (!answered) answer = new uint256[](words);
    }

    /// @notice As `ask`, for one word.
    function askWord(address target, bytes memory question) internal view returns (bool answered, uint256 word) {
        uint256[] memory answer;
        (answered, answer) = ask(target, question, 1);
        word = answer[0];
    }
}

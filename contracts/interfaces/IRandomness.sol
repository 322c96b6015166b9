// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title A source of random words
/// @notice A consumer asks once for the word of an id and reads it once it is there. Whatever the source is, its word must be one that nobody
/// could know when it was asked for. An adapter to a verifiable random function asks its coordinator in `request`, and keeps what that
/// calls back with.
interface IRandomness {
    /// @notice `consumer` asked for the word of `id`.
    /// @param consumer Who asked.
    /// @param id Chosen by the consumer, whose ids are its own.
    event WordRequested(address indexed consumer, uint256 indexed id);
    /// @notice The word of `id` is there, for good.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @param word Uniform over 256 bits.
    event WordDrawn(address indexed consumer, uint256 indexed id, uint256 word);

    /// @notice `consumer` has asked for the word of `id` before: a draw is never repeated.
    /// @param consumer Who asked.
    /// @param id Its id.
    error AlreadyRequested(address consumer, uint256 id);

    /// @notice Asks for the word of `id`, on behalf of the caller, once.
    /// @param id Chosen by the caller, whose ids are its own: a lot's number.
    function request(uint256 id) external;

    /// @notice The word of `id` for `consumer`.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @return drawn Whether it is there yet. Once it is, it never changes.
    /// @return word Uniform over 256 bits; 0 while it is not there.
    function wordOf(address consumer, uint256 id) external view returns (bool drawn, uint256 word);
}

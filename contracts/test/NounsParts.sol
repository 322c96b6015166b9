// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What a Nouns token asks of others, for tests: the same looks for every Noun, and nobody's proxy
contract NounsParts {
    struct Seed {
        uint48 background;
        uint48 body;
        uint48 accessory;
        uint48 head;
        uint48 glasses;
    }

    /// @notice The looks of a Noun, as the token asks its seeder.
    function generateSeed(uint256, address) external pure returns (Seed memory seed) {}

    /// @notice Whose proxy an account has, as the token asks the registry of a market.
    function proxies(address) external pure returns (address proxy) {}
}

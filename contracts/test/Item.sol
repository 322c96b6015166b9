// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title An item to sell on test chains
/// @notice Anyone can mint.
contract Item is ERC721 {
    constructor() ERC721("Consort test item", "ITEM") {}

    /// @notice Makes `tokenId` for `owner`.
    function mint(address owner, uint256 tokenId) external {
        _mint(owner, tokenId);
    }
}

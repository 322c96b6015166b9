// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Puppet} from "./Puppet.sol";

/// @title A bidder who takes a refund and answers with so much that whoever reads it runs out of gas, for tests
/// @notice Whatever gas comes along: it spends more than half of it on memory, and reading the answer costs as much again.
contract ReturnBomb is Puppet, IERC721Receiver {
    receive() external payable {
        // n words of memory cost 3 n + n^2 / 512
        uint256 words = Math.sqrt(gasleft() * 29 / 50 * 512);
        assembly {
            return(0, mul(words, 32))
        }
    }

    /// @inheritdoc IERC721Receiver
    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return IERC721Receiver.onERC721Received.selector;
    }
}

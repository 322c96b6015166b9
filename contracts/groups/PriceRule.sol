// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Lot} from "../base/Lot.sol";

/// @title The exact second price on an integer grid
/// @notice A bidder wins only if it bids at least its critical bid, and pays that: for every rival the rival's bid, plus one unit where the
/// rival would win the tie. Ties go to whoever bid first. With the textbook's plain second price some member of some group gains by lying.
library PriceRule {
    /// @notice Opens the auction at `reserve` (units, at least 1), which acts as a rival one unit below that wins no tie.
    function open(Lot storage self, uint96 reserve) internal {
        self.price = reserve;
    }

    /// @notice Takes the bid of `bidder`, in units.
    function offer(Lot storage self, address bidder, uint96 bid) internal {
        uint96 price = self.price;
        uint96 highest = self.leader == address(0) ? price - 1 : self.highest;
        if (bid > highest) {
            (self.price, self.highest, self.leader) = (highest + 1, bid, bidder);
        } else if (bid > price) {
            self.price = bid;
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Units} from "../../contracts/libraries/Units.sol";

/// @title Units and wei
contract UnitsProof {
    /// @notice So many units are as many wei: the machine's own product with 10^9.
    /// @custom:bound every amount
    function check_to_wei(uint256 units) external pure {
        uint256 product;
        assembly {
            product := mul(units, 1000000000)
        }
        assert(Units.toWei(units) == product);
    }

    /// @notice Wei that are no whole number of units are refused, and no others; what comes of the others is the machine's own quotient.
    /// @custom:bound every amount
    function check_from_wei(uint256 amountWei) external view {
        uint256 rest;
        uint256 quotient;
        assembly {
            rest := mod(amountWei, 1000000000)
            quotient := div(amountWei, 1000000000)
        }
        try this.fromWei(amountWei) returns (uint256 units) {
            assert(rest == 0 && units == quotient);
        } catch {
            assert(rest != 0);
        }
    }

    /// @notice What is added to a deposit is added exactly, or refused, because the sum would not fit 64 bits.
    /// @custom:bound every deposit, additions below 2^255
    function check_add(uint64 deposit, uint256 added) external view {
        if (added >= 1 << 255) return;
        try this.add(deposit, added) returns (uint64 sum) {
            assert(sum == uint256(deposit) + added);
        } catch {
            assert(uint256(deposit) + added > type(uint64).max);
        }
    }

    function fromWei(uint256 amountWei) external pure returns (uint256) {
        return Units.fromWei(amountWei);
    }

    function add(uint64 deposit, uint256 added) external pure returns (uint64) {
        return Units.add(deposit, added);
    }
}

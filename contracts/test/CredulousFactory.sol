// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDAOFactory} from "../interfaces/IDAOFactory.sol";

/// @title A register that takes everybody for a DAO, for tests: it lets a plain account call what only DAOs may
contract CredulousFactory is IDAOFactory {
    /// @inheritdoc IDAOFactory
    function isDAO(address) external pure returns (bool) {
        return true;
    }
}

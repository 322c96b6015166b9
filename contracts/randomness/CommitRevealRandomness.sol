// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../interfaces/IRandomness.sol";
import {ITimedRandomness} from "../interfaces/ITimedRandomness.sol";
import {Payments} from "../libraries/Payments.sol";

/// @title Random words from secrets that anyone adds
/// @notice The first secret sealed for a draw opens a round. For `commitWindow` seconds anyone seals a secret under a bond, for
/// `revealWindow` seconds anyone opens it, and the word is a hash of all secrets opened. It is there as soon as all are open, or when the
/// time is over and one is. If none is, the next seal opens a new round.
/// One secret that nobody else knows before the reveals makes the word random for all others: whoever cares seals one. But whoever reveals
/// last knows the words to come, and can choose: with n secrets of its own, among 2^n words, at one bond for each secret withheld. So the
/// bond must be more than the best word can bring: then withholding even one is a loss.
/// @dev Bonds not redeemed stay here for ever, nobody's: were they shared among those who revealed, somebody under many names would pay
/// itself. The balance covers all other bonds at every moment. Each call costs the same however many take part.
contract CommitRevealRandomness is ITimedRandomness {
    // TYPES

    /// @notice How a draw stands; by the clock, and by what was sealed and opened.
    enum SecretsStage {
        None, // never asked for
        Open, // no round is under way: the next seal opens one
        Committing,
        Revealing,
        Ready, // at least one secret is open, the time is over: anyone calls `draw`
        Drawn
    }

    /// @notice A draw, in two slots.
    ///     slot 0: round (32 bits, from 1), endOfCommit (40), seals in this round (32), secrets opened in it (32), requested (8), drawn (8)
    ///     slot 1: the secrets opened so far, mixed; once drawn, the word
    struct Draw {
        uint32 round;
        uint40 endOfCommit;
        uint32 commits;
        uint32 reveals;
        bool requested;
        bool drawn;
        uint256 mix;
    }

    // CONSTANTS

    /// @notice Bounds on both windows: long enough that nobody is shut out, short enough that no draw drags on.
    uint256 public constant MIN_WINDOW = 10 minutes;
    uint256 public constant MAX_WINDOW = 7 days;

    /// @dev In place of a seal that was opened.
    bytes32 private constant OPENED = bytes32(uint256(1));

    // IMMUTABLES

    /// @notice What sealing a secret takes, in wei; it comes back when the secret is opened. The least price of turning a draw.
    uint256 public immutable bond;
    /// @notice For how many seconds secrets are sealed, from the first of a round on.
    uint256 public immutable commitWindow;
    /// @notice For how many seconds after that they are opened.
    uint256 public immutable revealWindow;

    // STORAGE

    /// @dev Slot 0.
    mapping(address consumer => mapping(uint256 id => Draw)) private _draws;
    /// @dev Slot 1: seals, by a hash of consumer, id and round.
    mapping(bytes32 round => mapping(address committer => bytes32)) private _seals;
    /// @notice Slot 2: bonds redeemed and not yet withdrawn, in wei.
    mapping(address committer => uint256 amountWei) public redeemed;

    // EVENTS (beside those of IRandomness)

    /// @notice Secrets for this draw are sealed before `endOfCommit`, then opened before `endOfReveal` (seconds since the epoch).
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param round The number of the round, from 1.
    /// @param endOfCommit When sealing ends.
    /// @param endOfReveal When opening ends.
    event RoundOpened(address indexed consumer, uint256 indexed id, uint256 round, uint256 endOfCommit, uint256 endOfReveal);
    /// @notice `committer` sealed a secret and paid the bond.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param round The number of the round, from 1.
    /// @param committer Whose secret it is.
    /// @param commitment What was sealed.
    event SecretSealed(address indexed consumer, uint256 indexed id, uint256 round, address committer, bytes32 commitment);
    /// @notice The secret of `committer` was opened, which redeemed its bond.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param round The number of the round, from 1.
    /// @param committer Whose secret it is.
    /// @param secret The secret.
    event SecretOpened(address indexed consumer, uint256 indexed id, uint256 round, address committer, bytes32 secret);
    /// @notice `committer` withdrew its redeemed bonds to `recipient`.
    /// @param committer Whose bonds they are.
    /// @param recipient Who got them.
    /// @param amountWei How much, in wei.
    event BondsWithdrawn(address indexed committer, address recipient, uint256 amountWei);

    // ERRORS (beside those of IRandomness)

    /// @notice A draw in `stage` does not take this call.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param stage How the draw stands.
    error WrongStage(address consumer, uint256 id, SecretsStage stage);
    /// @notice A window out of `MIN_WINDOW` and `MAX_WINDOW`, in seconds.
    /// @param window The window, in seconds.
    error BadWindow(uint256 window);
    /// @notice Without a bond, withholding would be free.
    error ZeroBond();
    /// @notice `sent` wei came instead of the bond.
    /// @param sent What came, in wei.
    /// @param due The bond, in wei.
    error WrongBond(uint256 sent, uint256 due);
    /// @notice A commitment that stands for no seal, or for an opened one.
    /// @param commitment What was sealed.
    error ReservedCommitment(bytes32 commitment);
    /// @notice `committer` has sealed a secret in this round.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param committer Whose secret it is.
    error AlreadyCommitted(address consumer, uint256 id, address committer);
    /// @notice `committer` has sealed none in this round.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param committer Whose secret it is.
    error NotCommitted(address consumer, uint256 id, address committer);
    /// @notice The secret of `committer` is open already.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param committer Whose secret it is.
    error AlreadyOpened(address consumer, uint256 id, address committer);
    /// @notice The secret is not the one that `committer` sealed.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param committer Whose secret it is.
    error WrongSecret(address consumer, uint256 id, address committer);
    /// @notice `committer` has no bonds to withdraw.
    /// @param committer Who asked for them.
    error NoBonds(address committer);

    /// @param bond_ What sealing a secret takes, in wei; more than the best word can bring anybody.
    /// @param commitWindow_ Seconds for sealing.
    /// @param revealWindow_ Seconds for opening.
    constructor(uint256 bond_, uint256 commitWindow_, uint256 revealWindow_) {
        if (bond_ == 0) revert ZeroBond();
        _requireWindow(commitWindow_);
        _requireWindow(revealWindow_);
        (bond, commitWindow, revealWindow) = (bond_, commitWindow_, revealWindow_);
    }

    // DRAWING

    /// @inheritdoc IRandomness
    function request(uint256 id) external {
        Draw storage current = _draws[msg.sender][id];
        if (current.requested) revert AlreadyRequested(msg.sender, id);
        current.requested = true;
        emit WordRequested(msg.sender, id);
    }

    /// @notice Seals a secret for a draw, once a round, with exactly the bond.
    /// @param consumer Who asked for the draw.
    /// @param id Its id.
    /// @param commitment `keccak256(abi.encode(chainid, this contract, consumer, id, committer, bytes32 secret))`. The secret must be
    /// random and never used before.
    function commit(address consumer, uint256 id, bytes32 commitment) external payable {
        if (msg.value != bond) revert WrongBond(msg.value, bond);
        if (uint256(commitment) <= uint256(OPENED)) revert ReservedCommitment(commitment);
        SecretsStage stage = stageOf(consumer, id);
        Draw storage current = _draws[consumer][id];
        if (stage == SecretsStage.Open) {
            _openRound(current, consumer, id);
        } else if (stage != SecretsStage.Committing) {
            revert WrongStage(consumer, id, stage);
        }
        mapping(address committer => bytes32) storage seals = _sealsOf(consumer, id, current.round);
        if (seals[msg.sender] != 0) revert AlreadyCommitted(consumer, id, msg.sender);
        seals[msg.sender] = commitment;
        ++current.commits;
        emit SecretSealed(consumer, id, current.round, msg.sender, commitment);
    }

    /// @notice Opens the secret of `committer`, which redeems its bond. Anyone who knows the secret may call. The last one draws the word.
    /// @param consumer Who asked for the draw.
    /// @param id Its id.
    /// @param committer Who sealed the secret.
    /// @param secret The secret.
    function reveal(address consumer, uint256 id, address committer, bytes32 secret) external {
        _requireStage(consumer, id, SecretsStage.Revealing);
        Draw storage current = _draws[consumer][id];
        mapping(address committer => bytes32) storage seals = _sealsOf(consumer, id, current.round);
        bytes32 seal = seals[committer];
        if (seal == 0) revert NotCommitted(consumer, id, committer);
        if (seal == OPENED) revert AlreadyOpened(consumer, id, committer);
        if (seal != keccak256(abi.encode(block.chainid, this, consumer, id, committer, secret))) {
            revert WrongSecret(consumer, id, committer);
        }
        seals[committer] = OPENED;
        redeemed[committer] += bond;
        // exclusive or: were the mix to depend on the order of the reveals, whoever reveals last could choose among orders
        current.mix ^= uint256(keccak256(abi.encode(committer, secret)));
        emit SecretOpened(consumer, id, current.round, committer, secret);
        if (++current.reveals == current.commits) _draw(current, consumer, id);
    }

    /// @notice Draws the word once the time for reveals is over, if a secret is open. Anyone may call.
    /// @param consumer Who asked for the draw.
    /// @param id Its id.
    function draw(address consumer, uint256 id) external {
        _requireStage(consumer, id, SecretsStage.Ready);
        _draw(_draws[consumer][id], consumer, id);
    }

    // BONDS

    /// @notice Pays the caller all bonds that its secrets redeemed.
    /// @param recipient Who gets them.
    function withdraw(address recipient) external {
        uint256 amountWei = redeemed[msg.sender];
        if (amountWei == 0) revert NoBonds(msg.sender);
        redeemed[msg.sender] = 0;
        emit BondsWithdrawn(msg.sender, recipient, amountWei);
        Payments.send(recipient, amountWei);
    }

    // VIEWS

    /// @inheritdoc IRandomness
    function wordOf(address consumer, uint256 id) external view returns (bool drawn, uint256 word) {
        Draw storage current = _draws[consumer][id];
        drawn = current.drawn;
        word = drawn ? current.mix : 0;
    }

    /// @inheritdoc ITimedRandomness
    function wordWithin() external view returns (uint256) {
        return commitWindow + revealWindow;
    }

    /// @notice A draw as stored.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @return The draw; its round may be over, see `stageOf`.
    function drawOf(address consumer, uint256 id) external view returns (Draw memory) {
        return _draws[consumer][id];
    }

    /// @notice How a draw stands now.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @return The stage.
    function stageOf(address consumer, uint256 id) public view returns (SecretsStage) {
        Draw storage current = _draws[consumer][id];
        if (!current.requested) return SecretsStage.None;
        if (current.drawn) return SecretsStage.Drawn;
        if (block.timestamp < current.endOfCommit) return SecretsStage.Committing;
        if (block.timestamp < current.endOfCommit + revealWindow) return SecretsStage.Revealing; // before the first round, 1970 is long over
        return current.reveals == 0 ? SecretsStage.Open : SecretsStage.Ready;
    }

    // SHARED STEPS

    function _openRound(Draw storage current, address consumer, uint256 id) private {
        uint256 endOfCommit = block.timestamp + commitWindow;
        uint32 round = current.round + 1;
        // casting is safe: 40 bits of seconds last 34,000 years
        (current.round, current.endOfCommit, current.commits) = (round, uint40(endOfCommit), 0);
        emit RoundOpened(consumer, id, round, endOfCommit, endOfCommit + revealWindow);
    }

    function _draw(Draw storage current, address consumer, uint256 id) private {
        uint256 word = uint256(keccak256(abi.encode(block.chainid, this, consumer, id, current.mix)));
        (current.drawn, current.mix) = (true, word);
        emit WordDrawn(consumer, id, word);
    }

    function _sealsOf(address consumer, uint256 id, uint32 round)
        private
        view
        returns (mapping(address committer => bytes32) storage)
    {
        return _seals[keccak256(abi.encode(consumer, id, round))];
    }

    function _requireStage(address consumer, uint256 id, SecretsStage wanted) private view {
        SecretsStage stage = stageOf(consumer, id);
        if (stage != wanted) revert WrongStage(consumer, id, stage);
    }

    function _requireWindow(uint256 window) private pure {
        if (window < MIN_WINDOW || window > MAX_WINDOW) revert BadWindow(window);
    }
}

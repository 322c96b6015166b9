// What went wrong, in a sentence: the custom errors of the contracts, wallets and nodes.

import { abi as itemErrors } from 'consort-contracts/Item';
import { abi as contractErrors, notices } from 'consort-contracts/errors';
import {
  type Abi,
  BaseError,
  ContractFunctionZeroDataError,
  ExecutionRevertedError,
  type Hex,
  HttpRequestError,
  InsufficientFundsError,
  TimeoutError,
  UserRejectedRequestError,
  decodeErrorResult,
  isHex,
} from 'viem';
import { formatAbiItem } from 'viem/utils';

import { phaseWords } from '../lots/phases.ts';
import { eth, ethOfWei, percent } from '../ui/money.ts';
import { UTC } from '../ui/time.ts';
import { REJECTED, UNKNOWN_CHAIN } from './wallet.ts';

type AbiError = Extract<Abi[number], { type: 'error' }>;
type Arguments = Readonly<Record<string, unknown>>;
type Sentence = (by: Arguments) => string;

const ABI = [...contractErrors, ...itemErrors.filter(({ type }) => type === 'error')] as const;
const units = (value: unknown) => eth(value as bigint);
const wei = (value: unknown) => ethOfWei(value as bigint);
const time = (value: unknown) => UTC(BigInt(value as number));

/** By name of the error; amounts of its arguments are in units unless their name says wei. */
export const SENTENCES: Readonly<Record<string, Sentence>> = {
  AddressEmptyCode: () => 'There is no contract at that address.',
  AlreadyCreated: ({ dao }) => `You have made this very DAO before: it is at ${dao}. Another salt gives another one.`,
  AlreadyEntered: ({ lot }) => `The DAO has entered lot ${lot} already.`,
  AlreadyLeads: () => 'The group leads at the house already.',
  AlreadyListed: ({ resaleLot }) => `The item is up for resale already, as lot ${resaleLot}.`,
  AlreadyRequested: () => 'The draw of this lot was asked for before.',
  AlreadyResold: ({ resaleLot }) => `The item was sold again, as lot ${resaleLot}.`,
  AlreadyRevealed: () => 'This bid is open already. There is nothing more to do for it.',
  AlreadyTallied: () => 'The tally of this lot is complete already: somebody was faster.',
  BadInaccuracy: () => 'The inaccuracy has to be a fraction between 0 and 1.',
  BadRecipient: () => 'An item sent there would be lost: name an account that can have it.',
  BadSchedule: () => 'These times cannot be: bidding has to end later than now, and reveal and tally last from ten minutes to 30 days each.',
  BelowMinimum: ({ bid, minimum }) => `${units(bid)} is below the group’s minimum of ${units(minimum)}.`,
  BeyondLimit: ({ leastBid, limit }) => `The house asks for ${units(leastBid)}; the group is willing to pay ${units(limit)}.`,
  BeyondWillingness: ({ willingnessToPay }) => `That is more than the ${units(willingnessToPay)} that the group is willing to pay.`,
  BidAboveDeposit: ({ bid, deposit }) => `The bid of ${units(bid)} is above its deposit of ${units(deposit)}: it can never count.`,
  BidIgnored: () => 'The auction house took the bid, but does not say so. Nothing was sent.',
  BidTooHigh: () => 'The group’s bid is above what this auction takes.',
  BidsAreOpen: () => 'Bids of this DAO are open: the bid is the deposit.',
  BidsAreSealed: () => 'Bids of this DAO are sealed.',
  BondTooHigh: () => 'The bond cannot be more than the whole deposit.',
  BondTooLow: ({ bondBps }) => `A bond of ${percent(Number(bondBps))} is too low: at least 10 %.`,
  CannotSell: () => 'Nothing is sold there: it only buys.',
  CloneArgumentsTooLong: () => 'The DAO could not be made.',
  Create2EmptyBytecode: () => 'The DAO could not be made.',
  DigestMismatch: () => 'These are not the bids of that step of the tally. Read the lot again.',
  DrawElsewhere: () => 'The draw fell elsewhere. Read the lot again.',
  ERC721IncorrectOwner: ({ tokenId }) => `Item ${tokenId} is not the account’s that wants to send it.`,
  ERC721InsufficientApproval: ({ tokenId }) => `The auctioneer may not take item ${tokenId} yet: approve it first.`,
  ERC721InvalidApprover: () => 'Only the item’s owner can approve.',
  ERC721InvalidOperator: () => 'That account cannot be approved.',
  ERC721InvalidOwner: () => 'The item has no such owner.',
  ERC721InvalidReceiver: () => 'That account cannot receive the item.',
  ERC721InvalidSender: () => 'That account cannot send the item.',
  ERC721NonexistentToken: ({ tokenId }) => `There is no item ${tokenId} at that contract.`,
  EstateIsOpen: () => 'The estate is there already.',
  FailedCall: () => 'One of the calls failed.',
  FailedDeployment: () => 'The contract could not be made.',
  InsufficientBalance: () => 'There is not enough ether for it.',
  InvalidCommitment: () => 'This seal could be taken for an open bid. Try again: the next one will be good.',
  ItemCannotLeave: () => 'The item could not be sent on after a sale: it is locked, paused, or may not move twice.',
  ItemNotDelivered: () => 'The item’s own contract does not deliver it to that account.',
  ItemNotReceived: () => 'The item’s own contract did not hand it over.',
  LedByDAO: () => 'A group won this lot: it is settled there.',
  LockTooLong: () => 'The lock is longer than any is.',
  LocksMismatch: () => 'There have to be as many locks as bids.',
  MoneyIsBack: () => 'The money is back from the auction house: the group did not win there.',
  MoneyIsOut: () => 'The group’s money is still at the auction house.',
  NoBid: () => 'There is no bid of this account here.',
  NoMajority: ({ votes, served }) => `${votes} of ${served} have voted for this reserve: more than half are needed.`,
  NoPart: () => 'This account has no part of the resale, or had it.',
  NoProceeds: () => 'There are no proceeds for this account.',
  NoReserves: () => 'This auction knows no reserve but the least.',
  NotAdapter: () => 'Only the adapter can do that.',
  NotAuctioneer: () => 'Only the auctioneer can do that.',
  NotDrawn: () => 'The random word was not asked for, or is not there yet.',
  NotEnoughGas: () => 'The transaction needs more gas.',
  NotHeldFor: ({ lot }) => `The item is not held for lot ${lot}.`,
  NotItemOwner: ({ owner }) => `The item belongs to ${owner}.`,
  NotItself: () => 'Only the contract itself can do that.',
  NotLeader: () => 'This account does not lead the lot.',
  NotLent: () => 'Not as much is out at the auction house.',
  NotOffered: () => 'That is not on offer now.',
  NotResold: () => 'The item was not sold again yet.',
  NotRevealed: ({ member }) => `${member} has no open bid: the list of members is out of date.`,
  NotServed: () => 'Only those who paid for the item can do that.',
  NotWholeUnits: ({ amountWei }) => `${amountWei} wei is not a whole number of gwei.`,
  NotWinner: () => 'This group did not win the lot.',
  NothingToClaim: () => 'There is nothing (more) to claim here: it may have been sent to you already.',
  NothingToDeliver: () => 'There is nothing to hand on.',
  OutOfOrder: () => 'The list of members is out of order. Read the lot again.',
  PaymentRefused: ({ recipient }) => `${recipient} does not take ether: claim to another account.`,
  ReentrancyGuardReentrantCall: () => 'A call within a call was refused.',
  Rehearsed: () => 'The delivery was only tried.',
  ReserveTooLow: () => 'The reserve has to be at least 0.000000001 ETH.',
  SourceTooSlow: () => 'Random words come too slowly there for this auction.',
  StepTooLarge: ({ most }) => `One step takes ${most} members at most.`,
  TallyTooEarly: () => 'The tally would end too early before the house’s auction does.',
  TallyTooLate: () => 'The tally would end too late for the house’s auction.',
  TooLate: () => 'It is too late for that.',
  TooLateToDraw: ({ deadline }) => `The draw had to be asked for before ${time(deadline)}.`,
  TooManyPlayers: () => 'The lot has as many bidders as it can.',
  TooManyUnits: () => 'That is more than a deposit can hold.',
  Unasked: () => 'Nobody asked for that ether.',
  Underpaid: ({ due }) => `Less than the price of ${wei(due)}.`,
  UnknownDAO: () => 'The factory of this auctioneer did not make that DAO.',
  UnknownWalk: () => 'There is no such list of bids.',
  ValueMismatch: ({ named, sent }) => `The deposits add up to ${wei(named)}, but ${wei(sent)} were sent.`,
  WrongCheckpoint: () => 'The price is not reached in that step of the tally. Read the lot again.',
  WrongOpening: () => 'This receipt does not open the bid as it stands: it is of an earlier bid, another account or another lot.',
  WrongPhase: ({ phase }) => {
    const { name, text } = phaseWords(Number(phase));
    return `That is not possible now. The lot is in the phase “${name}”: ${text}`;
  },
  WrongPlayers: () => 'These are not the bidders of the lot in their order.',
  WrongPrice: () => 'The least bid that would have won is another one.',
  WrongWinners: () => 'Another bid won.',
  ZeroBid: () => 'A bid of nothing does not count.',
  ZeroDeposit: () => 'A bid needs a deposit.',
};

/** What a call reverted with, in words. */
export function explainRevert(data: Hex): string {
  if (data === '0x') return 'The contract refuses it, without saying why.';
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: ABI as Abi, data });
    if (errorName === 'Error') return `The contract refuses it: ${shown(args?.[0])}`;
    return sentenceOf(abiItem as AbiError, args ?? []);
  } catch {
    return `The contract refuses it, with an error that this page does not know (${data.slice(0, 10)}).`;
  }
}

/** What went wrong, whatever was thrown. */
export function explain(error: unknown): string {
  if (isRejection(error)) return 'You declined in the wallet. Nothing was sent.';
  if (!(error instanceof BaseError)) return messageOf(error);
  const data = revertData(error);
  if (data !== null) return explainRevert(data);
  const found = (type: abstract new (...args: never[]) => Error) => error.walk((one) => one instanceof type) !== null;
  if (found(ContractFunctionZeroDataError)) return 'The contract does not answer: it is not what the deployment file, or the link, takes it for.';
  if (found(InsufficientFundsError) || /insufficient funds/i.test(error.message)) {
    return 'The account has not enough ether for the amount and the gas.';
  }
  if (found(ExecutionRevertedError)) return explainRevert('0x');
  if (isSilence(error)) return 'The node does not answer. Try again, or name another one in the address (&node=).';
  return error.shortMessage;
}

/** Whether it is the node that did not answer. */
export function isSilence(error: unknown): boolean {
  return error instanceof BaseError && error.walk((one) => one instanceof HttpRequestError || one instanceof TimeoutError) !== null;
}

/** Whether the user said no. */
export function isRejection(error: unknown): boolean {
  if (error instanceof BaseError && error.walk((one) => one instanceof UserRejectedRequestError)) return true;
  return codeOf(error) === REJECTED;
}

/** Whether the wallet does not know the chain it was asked to go to. */
export function isUnknownChain(error: unknown): boolean {
  return codeOf(error) === UNKNOWN_CHAIN;
}

function sentenceOf(item: AbiError, args: readonly unknown[]): string {
  const sentence = SENTENCES[item.name];
  if (sentence !== undefined) return sentence(Object.fromEntries(item.inputs.map(({ name }, i) => [name, args[i]])));
  return noticeOf(item) ?? `The contract refuses it: ${item.name}.`;
}

/** What the source says of an error. */
export function noticeOf(item: AbiError): string | undefined {
  return (notices as Readonly<Record<string, string>>)[formatAbiItem(item)];
}

/** What a node says that a call reverted with: as it is, or within an object. */
function revertData(error: BaseError): Hex | null {
  let found: Hex | null = null;
  error.walk((one) => {
    const data = dataOf(dataOf(one)) ?? dataOf(one);
    if (isHex(data) && data.length >= 10) found = data;
    return found !== null;
  });
  return found;
}

function dataOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'data' in value ? value.data : undefined;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'object' && error !== null && 'message' in error ? shown(error.message) : 'Something went wrong.';
}

function shown(value: unknown): string {
  return String(value).slice(0, 200);
}

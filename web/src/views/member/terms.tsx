// What the terms mean, and what to mind.

import { useSession } from '../../app/context.ts';
import { useLoaded } from '../../app/loading.ts';
import { isFinal } from '../../lots/finality.ts';
import type { Head, Lot } from '../../lots/lot.ts';
import { Phase } from '../../lots/phases.ts';
import { isDevelopment, risksOf } from '../../lots/risks.ts';
import { percent } from '../../ui/money.ts';
import { Note, Section } from '../../ui/pieces.tsx';

export function Terms({ lot, head }: { lot: Lot; head: Head }) {
  const { deployment, node, block } = useSession();
  const loaded = useLoaded(() => isFinal(node, lot, head), [], `${head.contract}/${lot.number}`);
  const finality = loaded.state === 'ready' && !isDevelopment(deployment.chainId) ? loaded.value : null;
  const behind = block === null ? 0n : BigInt(Math.floor(Date.now() / 1000)) - block.time;
  const risks = lot.phase === Phase.Bidding ? risksOf(lot, head, deployment, finality, behind) : [];
  return (
    <Section title="Terms">
      {risks.length > 0 && <Note kind="risk"><ul>{risks.map((risk) => <li key={risk}>{risk}</li>)}</ul></Note>}
      <details>
        <summary>What the terms mean</summary>
        <ul>
          {head.group !== null && <li>The group bids the most that some of its members can pay in equal shares. If it wins, the largest set of members who can share the price is served, each pays the same, and the item is theirs together. Everybody else has everything back.</li>}
          {head.group === null && <li>You bid for yourself. If you win, you pay the least bid that would have won, and the item is yours.</li>}
          <li>No bid is better than what it is worth to you, if you bid from one address and in one group of the lot.</li>
          {!head.group?.isOpen && <li>A bid that is not opened in the reveal phase costs {percent(lot.schedule.bondBps)} of its deposit, whatever becomes of the lot.</li>}
          <li>Until bidding ends you can change your bid, or take it back with the whole deposit.</li>
          <li>Who wins is fixed once all bids are counted. If nobody has the winner pay within three days, the lot is void and all get everything back.</li>
          {head.group !== null && <li>Nobody runs the group: no member, and not who made it, can take or move what others put in.</li>}
        </ul>
      </details>
    </Section>
  );
}

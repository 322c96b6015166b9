// The page: a session, its head, and the view that the address names.

import { render } from 'preact';

import { type Session, SessionContext } from './app/context.ts';
import { flawOf, useRoute } from './app/route.ts';
import { useOpening } from './app/session.ts';
import { WrongChain } from './ui/action.tsx';
import { Go, Note, Whole } from './ui/pieces.tsx';
import { WalletBar } from './ui/wallet_bar.tsx';
import { chainOf } from './chain/node.ts';
import { moment } from './ui/time.ts';
import { VIEWS, viewOf } from './views/views.tsx';

function Page() {
  const opening = useOpening();
  if (opening.state === 'loading') return <main><p role="status">Reading the deployment file …</p></main>;
  if (opening.state === 'failed') return <main><h1>Consort</h1><Note kind="error" isLive>{opening.text}</Note></main>;
  if (opening.state === 'needs wallet') {
    return (
      <main>
        <h1>Consort</h1>
        <p>No node is named, neither in the address (&amp;node=) nor in the deployment file. A wallet can read for you:</p>
        <WalletBar wallets={opening.wallets} wallet={null} connect={opening.connect} />
      </main>
    );
  }
  return (
    <SessionContext.Provider value={opening.session}>
      <Frame />
    </SessionContext.Provider>
  );
}

function Frame() {
  const route = useRoute();
  const view = viewOf(route);
  const flaw = flawOf(location.search);
  return (
    <SessionContext.Consumer>
      {(session) =>
        session && (
          <>
            <header>
              <p class="name"><Go to={{}}>Consort</Go> <span class="quiet">on {chainOf(session.deployment.chainId).name}</span></p>
              <nav aria-label="Views">
                {VIEWS.filter(({ tab }) => tab).map(({ name, tab }) => <Go key={name} to={{ view: name }} current={view.name === name}>{tab}</Go>)}
              </nav>
              <WalletBar {...session} />
            </header>
            <main>
              <WrongChain />
              {session.isSilent && <Silence block={session.block} />}
              {!session.isVouched && (
                <Note kind="risk">
                  This link brought a deployment file from elsewhere. Compare the auctioneer with what somebody you trust says:{' '}
                  <Whole text={session.deployment.auctioneer} />
                </Note>
              )}
              {session.linkedNode !== null && (
                <Note kind="risk">
                  This link names the node that is read from, <Whole text={new URL(session.linkedNode).host} />. It can hide things and show false ones; what
                  you sign is checked with your wallet’s own node.
                </Note>
              )}
              {flaw !== null ? <><h1>Consort</h1><Note kind="error" isLive>{flaw} Ask for it again.</Note></> : <view.Component key={`${view.name}/${route.dao}/${route.lot}`} route={route} />}
            </main>
            <footer>
              <p>
                <strong>Nobody has audited the contracts.</strong> This page holds nothing, and asks nobody but the node and your wallet. Auctioneer{' '}
                <Whole text={session.deployment.auctioneer} />, block {String(session.block?.number ?? '…')}.
              </p>
            </footer>
          </>
        )
      }
    </SessionContext.Consumer>
  );
}

/** Nothing comes from the node: what is shown grows old, while clocks go on. */
function Silence({ block }: Pick<Session, 'block'>) {
  return (
    <Note kind="risk" isLive>
      The node does not answer.{' '}
      {block === null ? '' : `What stands here is as of block ${block.number}, ${moment(block.time)}. Nothing on the chain is lost by that. `}
      The page keeps asking; a link can name another node (&amp;node=).
    </Note>
  );
}

const place = document.getElementById('page');
if (place !== null) {
  place.replaceChildren();
  render(<Page />, place);
}

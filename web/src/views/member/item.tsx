// The item: what its token says of it, with its picture. Hosts other than the chain are asked only once the reader agrees.

import { useState } from 'preact/hooks';

import { device } from '../../app/device.ts';
import { useSession } from '../../app/context.ts';
import { type Loaded, useLoaded } from '../../app/loading.ts';
import { DEFAULT_GATEWAY, type Described, type Source, describe, fetchText, readItem, sourceOf } from '../../lots/item.ts';
import type { Lot } from '../../lots/lot.ts';
import { Account, Facts, Field, Note, Ready } from '../../ui/pieces.tsx';

const AGREED = 'consort/pictures';
const GATEWAY = 'consort/gateway';

export function ItemView({ lot }: { lot: Pick<Lot, 'token' | 'tokenId' | 'seller'> }) {
  const { deployment, node } = useSession();
  const [gateway, setGateway] = useState(device.get(GATEWAY) ?? DEFAULT_GATEWAY);
  const loaded = useLoaded(() => readItem(node, lot.token, lot.tokenId), [], `${lot.token}/${lot.tokenId}`);
  const changeGateway = (value: string) => {
    setGateway(value);
    device.set(GATEWAY, value);
  };
  return (
    <Ready loaded={loaded} what="The item">
      {({ collection, uri }) => (
        <>
          <Content source={sourceOf(uri, gateway)} gateway={gateway} />
          <Facts
            rows={[
              ['Item', <>{String(lot.tokenId)} of {collection !== null && <bdi>“{collection}”, </bdi>}<Account address={lot.token} chainId={deployment.chainId} /></>],
              ['Seller', lot.seller && <Account address={lot.seller} chainId={deployment.chainId} />],
            ]}
          />
          {uri?.startsWith('ipfs://') && (
            <details>
              <summary>IPFS gateway</summary>
              <Field label="Gateway" value={gateway} onInput={changeGateway} inputMode="url" hint="The host that is asked for items on IPFS; it learns who looks." />
            </details>
          )}
        </>
      )}
    </Ready>
  );
}

function Content({ source, gateway }: { source: Source; gateway: string }) {
  const [isAgreed, setAgreed] = useState(device.get(AGREED) === 'on');
  if (source.kind === 'none') return null;
  if (source.kind === 'inline') {
    const described = describe(source.text, gateway);
    const isRemote = described.picture !== null && !described.picture.startsWith('data:');
    if (!isRemote || isAgreed) return <Shown described={described} />;
    return (
      <>
        <Shown described={{ ...described, picture: null }} />
        <Agree host={new URL(described.picture ?? '').host} agree={agree} />
      </>
    );
  }
  return isAgreed ? <Remote url={source.url} gateway={gateway} /> : <Agree host={source.url.host} agree={agree} />;

  function agree() {
    device.set(AGREED, 'on');
    setAgreed(true);
  }
}

function Agree({ host, agree }: { host: string; agree: () => void }) {
  return (
    <p>
      <button type="button" class="second" onClick={agree}>Show pictures</button>{' '}
      <span class="quiet">Loads from {host}, which learns that you look, and from other items’ hosts from now on.</span>
    </p>
  );
}

function Remote({ url, gateway }: { url: URL; gateway: string }) {
  const loaded: Loaded<string> = useLoaded(() => fetchText(url), [], url.href);
  if (loaded.state === 'failed') return <Note kind="plain">No picture: {loaded.text}</Note>;
  return <Ready loaded={loaded} what="The item’s description">{(metadata) => <Shown described={describe(metadata, gateway)} />}</Ready>;
}

function Shown({ described: { name, description, picture } }: { described: Described }) {
  const [isBroken, setBroken] = useState(false);
  if (name === null && description === null && picture === null) return null;
  return (
    <div class="item">
      {picture !== null && (
        <div class="picture">
          {isBroken ? (
            <p class="quiet">The picture cannot be shown.</p>
          ) : (
            <img
              src={picture}
              alt={name === null ? 'The item’s picture' : `Picture of ${name}`}
              width="160"
              height="160"
              loading="lazy"
              decoding="async"
              referrerpolicy="no-referrer"
              onError={() => setBroken(true)}
            />
          )}
        </div>
      )}
      <div class="said">
        {name !== null && <p><strong><bdi>{name}</bdi></strong></p>}
        {description !== null && <p><bdi>{description}</bdi></p>}
        <p class="quiet">By the word of the item’s token, which is the seller’s choice.</p>
      </div>
    </div>
  );
}

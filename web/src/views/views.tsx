// The views by the name that the address gives them. Those with a tab stand at the top of every page.

import type { ComponentType } from 'preact';

import type { Route } from '../app/route.ts';
import { EstateView } from './estate.tsx';
import { GroupView } from './group.tsx';
import { Home } from './home.tsx';
import { LotView } from './lot.tsx';
import { NewGroup } from './new_group.tsx';
import { Outcome } from './outcome.tsx';
import { Sell } from './sell.tsx';
import { Steps } from './steps.tsx';

export interface View {
  name: string;
  tab?: string;
  Component: ComponentType<{ route: Route }>;
}

const HOME: View = { name: 'lots', tab: 'Lots', Component: Home };
const LOT: View = { name: 'lot', Component: LotView };
const GROUP: View = { name: 'group', Component: GroupView };
export const VIEWS: readonly View[] = [
  HOME,
  LOT,
  { name: 'new-group', tab: 'Start a group', Component: NewGroup },
  { name: 'sell', tab: 'Sell', Component: Sell },
  GROUP,
  { name: 'estate', Component: EstateView },
  { name: 'steps', Component: Steps },
  { name: 'outcome', Component: Outcome },
];

/** What an address shows: the view it names, else the lot, else the group, else all lots. */
export function viewOf(route: Route): View {
  return VIEWS.find(({ name }) => name === route.view) ?? (route.lot !== null ? LOT : route.dao !== null ? GROUP : HOME);
}

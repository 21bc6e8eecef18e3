/** Which component draws which type of panel. */
import { type ComponentType } from 'react';

import type { DrawingProps } from '../dashboard';
import { Bars } from './barchart';
import { Stats } from './stat';
import { States } from './states';
import { TableOf } from './table';
import { Series } from './timeseries';

export const DRAWINGS: Record<string, ComponentType<DrawingProps>> = {
  stat: Stats,
  timeseries: Series,
  table: TableOf,
  barchart: Bars,
  'status-history': States,
  'state-timeline': States,
};

/** Which component draws which type of panel. */
import { type ComponentType } from 'react';

import type { DrawingProps } from '../dashboard';
import { BarGauges } from './bargauge';
import { Bars } from './barchart';
import { HeatMap } from './heatmap';
import { Stats } from './stat';
import { States } from './states';
import { TableOf } from './table';
import { Text } from './text';
import { Series } from './timeseries';

export const DRAWINGS: Record<string, ComponentType<DrawingProps>> = {
  stat: Stats,
  bargauge: BarGauges,
  timeseries: Series,
  table: TableOf,
  text: Text,
  barchart: Bars,
  heatmap: HeatMap,
  'status-history': States,
  'state-timeline': States,
};

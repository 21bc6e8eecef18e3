/** Values that a stat or bar gauge shows, reduced as the panel's options say. */
import { type FieldDisplay, type GrafanaTheme2, VizOrientation, getFieldDisplayValues } from '@grafana/data';

import type { DrawingProps } from '../dashboard';
import { fieldConfigOf } from '../defaults';

export function valuesOf({ panel, frames, replace }: DrawingProps, theme: GrafanaTheme2, sparkline: boolean): FieldDisplay[] {
  return getFieldDisplayValues({
    data: frames,
    reduceOptions: { calcs: ['lastNotNull'], values: false, fields: '', ...panel.options?.reduceOptions },
    fieldConfig: fieldConfigOf(panel),
    replaceVariables: replace,
    sparkline,
    theme,
    timeZone: 'utc',
  });
}

export function orientationOf(options: Record<string, any>): VizOrientation {
  return options.orientation ?? VizOrientation.Auto;
}

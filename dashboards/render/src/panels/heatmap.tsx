/** Heat map of ready cells: a row for each series, coloured by a scheme. */
import { FieldType, formattedValueToString, getFieldDisplayName, getDisplayProcessor } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import * as chromatic from 'd3-scale-chromatic';
import { useMemo } from 'react';

import type { DrawingProps } from '../dashboard';
import { Cells } from './cells';

const SCALE_HEIGHT = 28;

export function HeatMap({ panel, frames, timeRange, width, height }: DrawingProps) {
  const theme = useTheme2();
  const options = panel.options ?? {};
  const { rows, low, high, say } = useMemo(() => {
    const frame = frames[0]!;
    const time = frame.fields.find((field) => field.type === FieldType.time)!;
    const series = frame.fields.filter((field) => field.type === FieldType.number);
    const all = series.flatMap((field) => field.values.filter((value: unknown) => typeof value === 'number'));
    const color = options.color ?? {};
    const least = color.min ?? Math.min(...all);
    const most = color.max ?? Math.max(...all);
    const cells = series.map((field) => ({
      name: getFieldDisplayName(field, frame, frames),
      cells: time.values.flatMap((from: number, index: number) => {
        const value = field.values[index];
        const next = time.values[index + 1] ?? from + (from - (time.values[index - 1] ?? from));
        const { le, ge } = options.filterValues ?? {};
        if (value === null || value === undefined || (le !== undefined && value <= le) || (ge !== undefined && value >= ge)) {
          return [];
        }
        return [{ from, to: next, color: shade(color, theme.isDark, (value - least) / (most - least || 1)) }];
      }),
    }));
    const display = getDisplayProcessor({
      field: { type: FieldType.number, config: { unit: options.cellValues?.unit ?? series[0]?.config.unit } }, theme,
    });
    // As the panel has it: the first series is at the bottom.
    return { rows: options.yAxis?.reverse ? cells : cells.reverse(), low: least, high: most,
      say: (value: number) => formattedValueToString(display(value)) };
  }, [frames, options, theme]);
  const showScale = options.legend?.show ?? true;
  const stops = Array.from({ length: 21 }, (_, index) => shade(options.color ?? {}, theme.isDark, index / 20));
  return (
    <div>
      <Cells {...{ rows, timeRange, width }} height={height - (showScale ? SCALE_HEIGHT : 0)} fill={1} />
      {showScale && (
        <div style={{ display: 'flex', alignItems: 'center', gap: 8, height: SCALE_HEIGHT, fontSize: 12 }}>
          {say(low)}
          <div style={{ width: 220, height: 10, background: `linear-gradient(90deg, ${stops.join(', ')})` }} />
          {say(high)}
        </div>
      )}
    </div>
  );
}

function shade(color: Record<string, any>, isDark: boolean, share: number): string {
  const scheme: string = color.scheme ?? 'Oranges';
  const interpolate = (chromatic as unknown as Record<string, (at: number) => string>)[`interpolate${scheme}`];
  if (!interpolate) {
    throw new Error(`no colour scheme ${scheme}`);
  }
  const steps = color.steps ?? 64;
  const at = Math.round(Math.min(Math.max(share, 0), 1) * (steps - 1)) / (steps - 1);
  // Schemes of one hue begin with the background: turned round in the dark.
  const turned = Boolean(color.reverse) !== (isDark && ['Blues', 'Greens', 'Greys', 'Oranges', 'Purples', 'Reds'].includes(scheme));
  return interpolate(turned ? 1 - at : at);
}

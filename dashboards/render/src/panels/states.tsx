/** State timeline and status history: a row for each series, coloured by its values. */
import { type DataFrame, type Field, FieldType, formattedValueToString, getFieldDisplayName } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';

import type { DrawingProps } from '../dashboard';
import { type Cell, Cells } from './cells';
import { LEGEND_HEIGHT, Legend, itemsOf } from './legend';

export function States({ panel, frames, timeRange, width, height }: DrawingProps) {
  const options = panel.options ?? {};
  const isHistory = panel.type === 'status-history';
  const rows = useMemo(
    () =>
      frames.flatMap((frame) => {
        const time = frame.fields.find((field) => field.type === FieldType.time);
        return frame.fields
          .filter((field) => field !== time && time)
          .map((field) => ({
            name: getFieldDisplayName(field, frame, frames),
            cells: cellsOf(frame, time!, field, {
              span: Boolean(field.config.custom?.spanNulls),
              merge: !isHistory && (options.mergeValues ?? true),
              text: (options.showValue ?? 'auto') !== 'never',
              end: timeRange.to.valueOf(),
            }),
          }));
      }),
    [frames, isHistory, options.mergeValues, options.showValue, timeRange],
  );
  const theme = useTheme2();
  const items = (options.legend?.showLegend ?? true) ? itemsOf(frames, theme) : [];
  const tall = height - (items.length > 0 ? LEGEND_HEIGHT : 0);
  return (
    <div>
      <Cells {...{ rows, timeRange, width }} height={tall} fill={options.rowHeight ?? 0.9} />
      {items.length > 0 && <Legend items={items} />}
    </div>
  );
}

interface How {
  /** A value holds until the next one; else until the next moment. */
  span: boolean;
  merge: boolean;
  text: boolean;
  end: number;
}

function cellsOf(frame: DataFrame, time: Field, field: Field, how: How): Cell[] {
  const cells: Array<Cell & { value: unknown }> = [];
  for (let index = 0; index < frame.length; index++) {
    const value = field.values[index];
    const last = cells.at(-1);
    if (value === null || value === undefined) {
      continue;
    }
    const from = time.values[index];
    const to = (how.span ? undefined : time.values[index + 1]) ?? how.end;
    if (last && last.to > from) {
      last.to = from;
    }
    if (how.merge && last && last.value === value && last.to === from) {
      last.to = to;
      continue;
    }
    const shown = field.display!(value);
    cells.push({
      from,
      to,
      color: shown.color ?? 'gray',
      text: how.text ? formattedValueToString(shown) : undefined,
      value,
    });
  }
  return cells;
}

/**
 * Bar chart of names: bars of several numbers, one on the other. Grafana's panel is a part of its
 * application and not in the packages: plain boxes with its colours and units stand in.
 */
import { css } from '@emotion/css';
import { type Field, FieldType, formattedValueToString, getFieldDisplayName, getFieldSeriesColor } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

import type { DrawingProps } from '../dashboard';
import { LEGEND_HEIGHT, Legend } from './legend';

const NAMES_HEIGHT = 24;
const AXIS_WIDTH = 76;
const LINES = 4;

export function Bars({ panel, frames, width, height }: DrawingProps) {
  const theme = useTheme2();
  const frame = frames[0]!;
  const wanted = panel.options?.xField;
  const names = frame.fields.find((field) => (wanted ? field.name === wanted : field.type !== FieldType.number))!;
  const numbers = frame.fields.filter((field) => field.type === FieldType.number && field !== names);
  numbers.forEach((field, index) => (field.state = { ...field.state, seriesIndex: index }));
  const sums = names.values.map((_, row) => numbers.reduce((sum, field) => sum + (field.values[row] ?? 0), 0));
  const most = Math.max(...sums) || 1;
  const tall = height - NAMES_HEIGHT - LEGEND_HEIGHT;
  const colorOf = (field: Field) => getFieldSeriesColor(field, theme).color;
  const say = (value: number) => formattedValueToString(numbers[0]!.display!(value));
  const text = css({ fontSize: 12, color: theme.colors.text.primary });
  return (
    <div className={text}>
      <div style={{ position: 'relative', height: tall + NAMES_HEIGHT, width }}>
        {Array.from({ length: LINES + 1 }, (_, line) => (
          <div key={line} style={{ position: 'absolute', left: 0, right: 0, bottom: NAMES_HEIGHT + (tall * 0.95 * line) / LINES }}>
            <div style={{ position: 'absolute', left: AXIS_WIDTH, right: 0, borderTop: `1px solid ${theme.colors.border.weak}` }} />
            <div style={{ position: 'absolute', width: AXIS_WIDTH - 8, textAlign: 'right', bottom: -8 }}>{say((most * line) / LINES)}</div>
          </div>
        ))}
        <div style={{ position: 'absolute', left: AXIS_WIDTH, right: 0, bottom: 0, top: 0, display: 'flex' }}>
          {names.values.map((name, row) => (
            <div key={row} style={{ flex: 1, position: 'relative', minWidth: 0 }}>
              <div style={{ position: 'absolute', bottom: NAMES_HEIGHT, left: '15%', right: '15%', display: 'flex', flexDirection: 'column-reverse' }}>
                {numbers.map((field) => (
                  <div key={field.name} style={{ height: (tall * 0.95 * (field.values[row] ?? 0)) / most, background: colorOf(field) }} />
                ))}
              </div>
              <div style={{ position: 'absolute', bottom: 4, width: '100%', textAlign: 'center' }}>
                {formattedValueToString(names.display!(name))}
              </div>
            </div>
          ))}
        </div>
      </div>
      <Legend items={numbers.map((field) => ({ label: getFieldDisplayName(field, frame, frames), color: colorOf(field), yAxis: 1 }))} />
    </div>
  );
}

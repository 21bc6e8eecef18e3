/** Bar chart: its panel is not in the packages; Grafana's BarGauge stands in, one bar for each row. */
import {
  type DisplayValue,
  type DisplayValueAlignmentFactors,
  FieldType,
  VizOrientation,
  formattedValueToString,
} from '@grafana/data';
import { BarGauge, BarGaugeDisplayMode, VizRepeater, useTheme2 } from '@grafana/ui';

import type { DrawingProps } from '../dashboard';

export function Bars({ panel, frames, width, height }: DrawingProps) {
  const theme = useTheme2();
  const frame = frames[0]!;
  const wanted = panel.options?.xField;
  const names = frame.fields.find((field) => (wanted ? field.name === wanted : field.type !== FieldType.number))!;
  const numbers = frame.fields.find((field) => field.type === FieldType.number && field !== names)!;
  const most = numbers.config.max ?? Math.max(...numbers.values.map(Number));
  const isFlat = panel.options?.orientation === 'horizontal';
  return (
    <VizRepeater
      source={frames}
      getValues={() =>
        numbers.values.map((value: number, index: number) => ({
          ...numbers.display!(value),
          title: formattedValueToString(names.display!(names.values[index])),
        }))
      }
      getAlignmentFactors={(values) => alignmentOf(values)}
      renderValue={({ value, width: wide, height: tall, orientation, alignmentFactors }) => (
        <BarGauge
          value={value}
          field={{ ...numbers.config, min: numbers.config.min ?? 0, max: most }}
          display={numbers.display}
          displayMode={BarGaugeDisplayMode.Basic}
          showUnfilled={false}
          width={wide}
          height={tall}
          {...{ orientation, theme, alignmentFactors }}
        />
      )}
      {...{ width, height }}
      orientation={isFlat ? VizOrientation.Horizontal : VizOrientation.Vertical}
      renderCounter={0}
    />
  );
}

/** The longest name and value, so that all bars begin and end alike. */
function alignmentOf(values: DisplayValue[]): DisplayValueAlignmentFactors {
  const longest = (texts: string[]) => texts.reduce((most, text) => (text.length > most.length ? text : most), '');
  return {
    title: longest(values.map((value) => value.title ?? '')),
    text: longest(values.map((value) => value.text)),
    suffix: longest(values.map((value) => value.suffix ?? '')),
    prefix: longest(values.map((value) => value.prefix ?? '')),
  };
}

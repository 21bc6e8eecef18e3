/** Bar gauge: Grafana's BarGauge, repeated. */
import { type FieldDisplay, VizOrientation, getDisplayValueAlignmentFactors } from '@grafana/data';
import { BarGauge, BarGaugeDisplayMode, VizRepeater, useTheme2 } from '@grafana/ui';

import type { DrawingProps } from '../dashboard';
import { orientationOf, valuesOf } from './values';

export function BarGauges(props: DrawingProps) {
  const theme = useTheme2();
  const options = props.panel.options ?? {};
  const isFixed = options.sizing === 'manual';
  return (
    <VizRepeater
      source={props.frames}
      getValues={() => valuesOf(props, theme, false)}
      getAlignmentFactors={(values: FieldDisplay[]) => getDisplayValueAlignmentFactors(values)}
      renderValue={({ value, width, height, orientation, alignmentFactors }) => (
        <BarGauge
          value={value.display}
          field={value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
          displayMode={options.displayMode ?? BarGaugeDisplayMode.Gradient}
          showUnfilled={options.showUnfilled ?? true}
          valueDisplayMode={options.valueMode ?? 'color'}
          namePlacement={options.namePlacement ?? 'auto'}
          text={options.text}
          lcdCellWidth={12}
          itemSpacing={8}
          {...{ width, height, orientation, alignmentFactors, theme }}
        />
      )}
      width={props.width}
      height={props.height}
      minVizWidth={isFixed ? options.minVizWidth : 8}
      minVizHeight={isFixed ? options.minVizHeight : 16}
      maxVizHeight={isFixed ? options.maxVizHeight : 300}
      itemSpacing={options.displayMode === 'lcd' ? 2 : 10}
      orientation={orientationOf(options) === VizOrientation.Auto ? VizOrientation.Auto : orientationOf(options)}
      renderCounter={0}
    />
  );
}

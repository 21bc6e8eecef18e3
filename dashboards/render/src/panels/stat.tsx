/** Stat: Grafana's BigValue, repeated. */
import { type FieldDisplay, getDisplayValueAlignmentFactors } from '@grafana/data';
import { BigValue, BigValueTextMode, VizRepeater, useTheme2 } from '@grafana/ui';

import type { DrawingProps } from '../dashboard';
import { orientationOf, valuesOf } from './values';

export function Stats(props: DrawingProps) {
  const theme = useTheme2();
  const options = props.panel.options ?? {};
  const withLine = (options.graphMode ?? 'area') !== 'none';
  return (
    <VizRepeater
      source={props.frames}
      getValues={() => valuesOf(props, theme, withLine)}
      getAlignmentFactors={(values: FieldDisplay[]) => getDisplayValueAlignmentFactors(values)}
      renderValue={({ value, width, height, count, alignmentFactors }) => {
        const { timeRange } = props;
        if (value.sparkline) {
          value.sparkline.timeRange = timeRange;
        }
        return (
          <BigValue
            value={value.display}
            sparkline={value.sparkline}
            colorMode={options.colorMode ?? 'value'}
            graphMode={options.graphMode ?? 'area'}
            justifyMode={options.justifyMode ?? 'auto'}
            textMode={options.textMode ?? BigValueTextMode.Auto}
            text={options.text}
            disableWideLayout={!(options.wideLayout ?? true)}
            {...{ width, height, count, theme, alignmentFactors }}
          />
        );
      }}
      width={props.width}
      height={props.height}
      orientation={orientationOf(options)}
      renderCounter={0}
      autoGrid
    />
  );
}

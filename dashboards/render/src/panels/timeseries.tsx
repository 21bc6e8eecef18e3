/** Time series: Grafana's TimeSeries with its legend; annotations are drawn here. */
import { FieldType } from '@grafana/data';
import { LegendDisplayMode, TimeSeries, type UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import { useLayoutEffect } from 'react';

import type { DrawingProps } from '../dashboard';
import type { Annotation } from '../picture';

export function Series({ panel, picture, frames, timeRange, width, height }: DrawingProps) {
  const drawn = frames.filter(
    (frame) => frame.length > 0 && frame.fields.some((field) => field.type === FieldType.number),
  );
  const legend = {
    displayMode: LegendDisplayMode.List,
    placement: 'bottom' as const,
    showLegend: true,
    calcs: [],
    ...panel.options?.legend,
  };
  const shown = picture.annotations.filter(({ panels }) => panels.ids.includes(panel.id) !== panels.exclude);
  return (
    <TimeSeries {...{ width, height, timeRange, legend }} frames={drawn} timeZone="utc" options={panel.options}>
      {(config) => <Marks config={config} annotations={shown} />}
    </TimeSeries>
  );
}

/** Lines and regions of annotations; hooked in before the plot is made. */
function Marks({ config, annotations }: { config: UPlotConfigBuilder; annotations: Annotation[] }) {
  const theme = useTheme2();
  useLayoutEffect(() => {
    config.addHook('draw', (plot) => {
      const { ctx, bbox } = plot;
      const ratio = devicePixelRatio;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height + 8 * ratio);
      ctx.clip();
      for (const { color, times } of annotations) {
        const tint = theme.visualization.getColorByName(color);
        for (const { time, timeEnd } of times) {
          const x = plot.valToPos(time, 'x', true);
          const end = timeEnd === null ? x : plot.valToPos(timeEnd, 'x', true);
          ctx.globalAlpha = 0.1;
          ctx.fillStyle = ctx.strokeStyle = tint;
          ctx.fillRect(x, bbox.top, end - x, bbox.height);
          ctx.globalAlpha = 1;
          ctx.setLineDash([3 * ratio, 3 * ratio]);
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          ctx.setLineDash([]);
          ctx.beginPath();
          ctx.moveTo(x, bbox.top + bbox.height);
          ctx.lineTo(x - 5 * ratio, bbox.top + bbox.height + 7 * ratio);
          ctx.lineTo(x + 5 * ratio, bbox.top + bbox.height + 7 * ratio);
          ctx.fill();
        }
      }
      ctx.restore();
    });
  }, [config, annotations, theme]);
  return null;
}

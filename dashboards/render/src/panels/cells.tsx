/**
 * Rows of coloured cells over time, on Grafana's plot and axes. Its state timeline and
 * status history are parts of its application and not in the packages: this stands in for them.
 */
import { type TimeRange } from '@grafana/data';
import { AxisPlacement, ScaleDirection, ScaleOrientation, UPlotChart, UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';

export interface Cell {
  from: number;
  to: number;
  color: string;
  text?: string;
}

interface Props {
  rows: Array<{ name: string; cells: Cell[] }>;
  timeRange: TimeRange;
  width: number;
  height: number;
  /** Share of a row's height that is filled. */
  fill: number;
}

export function Cells({ rows, timeRange, width, height, fill }: Props) {
  const theme = useTheme2();
  const config = useMemo(() => {
    const builder = new UPlotConfigBuilder('utc');
    builder.addScale({
      scaleKey: 'x', isTime: true, orientation: ScaleOrientation.Horizontal, direction: ScaleDirection.Right,
      range: () => [timeRange.from.valueOf(), timeRange.to.valueOf()],
    });
    builder.addScale({
      scaleKey: 'y', orientation: ScaleOrientation.Vertical, direction: ScaleDirection.Up,
      range: () => [0, rows.length],
    });
    builder.addAxis({ scaleKey: 'x', isTime: true, timeZone: 'utc', placement: AxisPlacement.Bottom, theme,
      grid: { show: false } });
    builder.addAxis({
      scaleKey: 'y', placement: AxisPlacement.Left, theme, grid: { show: false }, ticks: { show: false },
      splits: rows.map((_, index) => index + 0.5),
      values: () => [...rows].reverse().map((row) => row.name),
    });
    builder.addSeries({ scaleKey: 'y', theme, pathBuilder: () => null, pointsBuilder: () => false });
    builder.addHook('draw', (plot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.font = `${12 * devicePixelRatio}px ${theme.typography.fontFamily}`;
      rows.forEach((row, index) => {
        const tall = (bbox.height / rows.length) * fill;
        const top = plot.valToPos(rows.length - index - 0.5, 'y', true) - tall / 2;
        for (const cell of row.cells) {
          // Whole pixels: between halves of them, what lies behind would show.
          const left = Math.round(plot.valToPos(cell.from, 'x', true));
          const wide = Math.round(plot.valToPos(cell.to, 'x', true)) - left;
          ctx.fillStyle = cell.color;
          ctx.fillRect(left, Math.round(top), Math.max(wide - 1, 1), Math.round(tall) - 1);
          if (cell.text && ctx.measureText(cell.text).width < wide - 4) {
            ctx.fillStyle = theme.colors.getContrastText(cell.color);
            ctx.fillText(cell.text, left + wide / 2, top + tall / 2);
          }
        }
      });
      ctx.restore();
    });
    return builder;
  }, [rows, timeRange, theme, fill]);
  const ends = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  return <UPlotChart config={config} data={[ends, [0, rows.length]]} width={width} height={height} />;
}

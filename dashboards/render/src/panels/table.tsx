/** Table: Grafana's TableNG, as its table panel uses it. */
import { TableNG } from '@grafana/ui/unstable';

import type { DrawingProps } from '../dashboard';
import { fieldConfigOf } from '../defaults';

export function TableOf({ panel, frames, timeRange, width, height }: DrawingProps) {
  const options = panel.options ?? {};
  const frame = frames[options.frameIndex ?? 0] ?? frames[0];
  if (!frame) {
    return null;
  }
  return (
    <TableNG
      data={frame}
      sortBy={options.sortBy}
      noHeader={options.showHeader === false}
      cellHeight={options.cellHeight}
      enablePagination={options.enablePagination}
      frozenColumns={options.frozenColumns?.left}
      fieldConfig={fieldConfigOf(panel)}
      enableVirtualization={false}
      {...{ width, height, timeRange }}
    />
  );
}

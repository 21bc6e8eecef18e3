/** The page: a bar with what is chosen, and panels where the grid has them. */
import { css } from '@emotion/css';
import { type DataFrame, type InterpolateFunction, type TimeRange } from '@grafana/data';
import { ErrorBoundary, PanelChrome, useTheme2 } from '@grafana/ui';
import { type ReactNode } from 'react';

import { Bar } from './bar';
import { isEmpty } from './frames';
import { DRAWINGS } from './panels';
import type { PanelJson, Picture } from './picture';

// Grafana's grid.
const CELL = 30;
const GAP = 8;
const COLUMNS = 24;

interface Props {
  picture: Picture;
  frames: Map<number, DataFrame[]>;
  timeRange: TimeRange;
  replace: InterpolateFunction;
  onProblem: (problem: string) => void;
}

export function Dashboard({ picture, frames, timeRange, replace, onProblem }: Props) {
  const theme = useTheme2();
  const page = css({ position: 'relative', width: picture.width, background: theme.colors.background.canvas });
  const column = (picture.width - 2 * GAP + GAP) / COLUMNS;
  return (
    <div className={page}>
      <Bar picture={picture} />
      {picture.panels.map(({ panel }) => {
        const { x, y, w, h } = panel.gridPos;
        const place = {
          position: 'absolute' as const,
          left: GAP + x * column,
          top: 64 + y * (CELL + GAP),
          width: w * column - GAP,
          height: h * (CELL + GAP) - GAP,
        };
        return (
          <div key={panel.id} style={place}>
            {panel.type === 'row' ? (
              <Row title={replace(panel.title ?? '')} />
            ) : (
              <PanelChrome
                title={replace(panel.title ?? '')}
                description={panel.description}
                width={place.width}
                height={place.height}
                displayMode={panel.transparent ? 'transparent' : 'default'}
                padding={panel.type === 'table' ? 'none' : 'md'}
              >
                {(width, height) => (
                  <ErrorBoundary>
                    {({ error }) => {
                      if (error) {
                        onProblem(`${panel.title}: ${error.message}`);
                        return <Note>{error.message}</Note>;
                      }
                      return (
                        <Drawing {...{ panel, picture, timeRange, replace, width, height, onProblem }}
                          frames={frames.get(panel.id) ?? []} />
                      );
                    }}
                  </ErrorBoundary>
                )}
              </PanelChrome>
            )}
          </div>
        );
      })}
    </div>
  );
}

export interface DrawingProps {
  panel: PanelJson;
  picture: Picture;
  frames: DataFrame[];
  timeRange: TimeRange;
  replace: InterpolateFunction;
  width: number;
  height: number;
}

function Drawing({ onProblem, ...props }: DrawingProps & { onProblem: (problem: string) => void }) {
  const { panel, frames } = props;
  const drawing = DRAWINGS[panel.type];
  if (!drawing) {
    onProblem(`${panel.title}: panels of type ${panel.type} cannot be drawn`);
    return <Note>{panel.type}</Note>;
  }
  if (isEmpty(frames)) {
    return <Note>{panel.fieldConfig?.defaults.noValue ?? 'No data'}</Note>;
  }
  const Component = drawing;
  return <Component {...props} />;
}

function Row({ title }: { title: string }) {
  const theme = useTheme2();
  return (
    <div className={css({ ...theme.typography.h6, color: theme.colors.text.primary, padding: '6px 4px', margin: 0 })}>
      {'⌄ '}{title}
    </div>
  );
}

function Note({ children }: { children: ReactNode }) {
  const theme = useTheme2();
  return (
    <div className={css({ display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center',
      color: theme.colors.text.secondary })}>
      {children}
    </div>
  );
}

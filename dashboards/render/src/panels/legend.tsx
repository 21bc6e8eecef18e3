/** Legend of states: Grafana's, made as its timelines make it; these are not in the packages. */
import { type DataFrame, FieldType, type GrafanaTheme2, formattedValueToString, getValueFormat } from '@grafana/data';
import { LegendDisplayMode, VizLegend, type VizLegendItem } from '@grafana/ui';

export const LEGEND_HEIGHT = 30;

export function Legend({ items }: { items: VizLegendItem[] }) {
  return <VizLegend items={items} displayMode={LegendDisplayMode.List} placement="bottom" />;
}

/** The steps of thresholds where these colour, else each state that there is. */
export function itemsOf(frames: DataFrame[], theme: GrafanaTheme2): VizLegendItem[] {
  const fields = frames.flatMap((frame) => frame.fields.filter((field) => field.type !== FieldType.time));
  const config = fields[0]?.config ?? {};
  const steps = config.thresholds?.steps ?? [];
  if (config.color?.mode === 'thresholds' && steps.length > 1) {
    const format = getValueFormat(config.unit ?? '');
    const say = (value: number) => formattedValueToString(format(value, config.decimals ?? undefined));
    return steps.map((step, index) => ({
      label: index === 0 ? `< ${say(steps[1]!.value)}` : `${say(step.value)}+`,
      color: theme.visualization.getColorByName(step.color),
      yAxis: 1,
    }));
  }
  const states = new Map<string, string>();
  for (const field of fields) {
    for (const value of field.values) {
      const { text, color } = field.display!(value);
      if (value !== null && value !== undefined && color) {
        states.set(text, color);
      }
    }
  }
  return [...states].map(([label, color]) => ({ label, color, yAxis: 1 }));
}

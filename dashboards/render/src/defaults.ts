/** What Grafana's panels start from where a dashboard says nothing; its plugins are not packaged. */
import {
  type FieldConfigPropertyItem,
  FieldConfigOptionsRegistry,
  type FieldConfigSource,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

import type { PanelJson } from './picture';

type Process = FieldConfigPropertyItem['process'];

const PROCESSES: Record<string, Process> = {
  unit: unitOverrideProcessor as Process,
  min: numberOverrideProcessor as Process,
  max: numberOverrideProcessor as Process,
  decimals: numberOverrideProcessor as Process,
  displayName: displayNameOverrideProcessor as Process,
  thresholds: thresholdsOverrideProcessor as Process,
  mappings: valueMappingsOverrideProcessor as Process,
  links: dataLinksOverrideProcessor as Process,
};
const STANDARD = [...Object.keys(PROCESSES), 'color', 'noValue', 'fieldMinMax', 'filterable', 'description'];

const CUSTOM: Record<string, Record<string, unknown>> = {
  timeseries: {
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    fillOpacity: 0,
    gradientMode: 'none',
    spanNulls: false,
    insertNulls: false,
    showPoints: 'auto',
    pointSize: 5,
    stacking: { mode: 'none', group: 'A' },
    axisPlacement: 'auto',
    axisGridShow: undefined,
    barAlignment: 0,
    barWidthFactor: 0.6,
    scaleDistribution: { type: 'linear' },
    thresholdsStyle: { mode: 'off' },
    hideFrom: { legend: false, tooltip: false, viz: false },
  },
  table: { align: 'auto', cellOptions: { type: 'auto' }, filterable: false, inspect: false },
  barchart: { lineWidth: 1, fillOpacity: 80, gradientMode: 'none', axisPlacement: 'auto' },
  'state-timeline': { lineWidth: 0, fillOpacity: 70 },
  'status-history': { lineWidth: 1, fillOpacity: 70 },
};
const COLOR: Record<string, string> = {
  timeseries: 'palette-classic',
  barchart: 'palette-classic',
  histogram: 'palette-classic',
};

/** The panel's field configuration, with the defaults of its type below it. */
export function fieldConfigOf(panel: PanelJson): FieldConfigSource {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  return {
    defaults: {
      color: { mode: COLOR[panel.type] ?? 'thresholds' },
      thresholds: { mode: 'absolute', steps: [{ color: 'green', value: -Infinity }] } as never,
      mappings: [],
      ...structuredClone(defaults),
      custom: { ...CUSTOM[panel.type], ...defaults.custom },
    },
    overrides,
  };
}

/** Every property that the panel's overrides set, as its plugin would have registered it. */
export function registryOf(panel: PanelJson): FieldConfigOptionsRegistry {
  const { defaults, overrides } = fieldConfigOf(panel);
  const ids = new Set([
    ...STANDARD,
    ...Object.keys(defaults.custom ?? {}).map((name) => `custom.${name}`),
    ...overrides.flatMap((override) => override.properties.map((property) => property.id)),
  ]);
  return new FieldConfigOptionsRegistry(() => [...ids].map(property));
}

function property(id: string): FieldConfigPropertyItem {
  const isCustom = id.startsWith('custom.');
  return {
    id,
    path: isCustom ? id.slice('custom.'.length) : id,
    name: id,
    isCustom,
    editor: () => null,
    override: () => null,
    process: PROCESSES[id] ?? (identityOverrideProcessor as Process),
    settings: id === 'displayName' ? { expandTemplateVars: true } : undefined,
    shouldApply: () => true,
  } as FieldConfigPropertyItem;
}

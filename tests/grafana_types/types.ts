// What a dashboard's JSON must look like, from Grafana's own schema.
//
// The schema describes objects in a program, so enumerations are turned into the values that stand
// in JSON, what Grafana fills with defaults becomes optional, and what the schema leaves open (the
// queries of a data source, options and fields of each panel) is put in.

import type {
  AnnotationQuery,
  Dashboard,
  DataTransformerConfig,
  FieldConfig,
  MatcherConfig,
  Panel,
  RowPanel,
  VariableModel,
} from '@grafana/schema';
import type * as annolist from '@grafana/schema/dist/esm/raw/composable/annotationslist/panelcfg/x/AnnotationsListPanelCfg_types.gen';
import type * as barchart from '@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen';
import type * as bargauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as candlestick from '@grafana/schema/dist/esm/raw/composable/candlestick/panelcfg/x/CandlestickPanelCfg_types.gen';
import type * as dashlist from '@grafana/schema/dist/esm/raw/composable/dashboardlist/panelcfg/x/DashboardListPanelCfg_types.gen';
import type * as gauge from '@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen';
import type * as newgauge from '@grafana/schema/dist/esm/raw/composable/newgauge/panelcfg/x/NewGaugePanelCfg_types.gen';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as histogram from '@grafana/schema/dist/esm/raw/composable/histogram/panelcfg/x/HistogramPanelCfg_types.gen';
import type * as logs from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen';
import type * as news from '@grafana/schema/dist/esm/raw/composable/news/panelcfg/x/NewsPanelCfg_types.gen';
import type * as piechart from '@grafana/schema/dist/esm/raw/composable/piechart/panelcfg/x/PieChartPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as stateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as statusHistory from '@grafana/schema/dist/esm/raw/composable/statushistory/panelcfg/x/StatusHistoryPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as text from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type * as trend from '@grafana/schema/dist/esm/raw/composable/trend/panelcfg/x/TrendPanelCfg_types.gen';
import type * as xychart from '@grafana/schema/dist/esm/raw/composable/xychart/panelcfg/x/XYChartPanelCfg_types.gen';

type IsAny<T> = 0 extends 1 & T ? true : false;
// An enumeration of numbers takes any number; only as texts are its members told apart.
type NumberOf<T extends number> = `${number}` extends `${T}`
  ? number
  : `${T}` extends `${infer N extends number}`
    ? N
    : never;

/** `T` as it stands in JSON: members of an enumeration by their values. */
export type Json<T> =
  IsAny<T> extends true
    ? unknown
    : T extends string
      ? `${T}`
      : T extends number
        ? NumberOf<T>
        : T extends boolean | null | undefined
          ? T
          : { [K in keyof T]: Json<T[K]> };

type Without<T, K extends PropertyKey> = { [P in keyof T as P extends K ? never : P]: T[P] };

interface NoFields {}

/** Options and fields of each kind of panel. */
interface Kinds {
  annolist: [annolist.Options, NoFields];
  barchart: [barchart.Options, barchart.FieldConfig];
  bargauge: [bargauge.Options, NoFields];
  candlestick: [candlestick.Options, candlestick.FieldConfig];
  dashlist: [dashlist.Options, NoFields];
  gauge: [gauge.Options | newgauge.Options, NoFields];
  heatmap: [heatmap.Options, heatmap.FieldConfig];
  histogram: [histogram.Options, histogram.FieldConfig];
  logs: [logs.Options, NoFields];
  news: [news.Options, NoFields];
  piechart: [piechart.Options, piechart.FieldConfig];
  stat: [stat.Options, NoFields];
  // Its plugin has "connect null values", which the schema forgot.
  'state-timeline': [
    stateTimeline.Options,
    stateTimeline.FieldConfig & { spanNulls?: boolean | number },
  ];
  'status-history': [statusHistory.Options, statusHistory.FieldConfig];
  table: [table.Options, table.FieldConfig];
  text: [text.Options, NoFields];
  timeseries: [timeseries.Options, timeseries.FieldConfig];
  trend: [trend.Options, trend.FieldConfig];
  xychart: [xychart.Options, xychart.FieldConfig];
}
export type Kind = keyof Kinds;

export interface Source {
  type: 'grafana-clickhouse-datasource';
  uid: 'clickhouse';
}

interface TargetBase {
  refId: string;
  datasource: Source;
  editorType: 'sql';
  rawSql: string;
  pluginVersion: string;
  hide?: boolean;
  meta?: { timezone?: string };
}
type TargetOf<Loose> = Without<TargetBase, keyof Loose> & Loose &
  ({ format: 0; queryType: 'timeseries' } | { format: 1; queryType: 'table' } | { format: 2; queryType: 'logs' });
/** A query to ClickHouse: its `format` and its `queryType` say the same. */
export type Target = TargetOf<{}>;

export interface DataLink {
  title: string;
  url: string;
  targetBlank?: boolean;
  oneClick?: boolean;
}

// A list of lines with `null` for "from the beginning", which the schema writes as a number.
interface Thresholds {
  mode: 'absolute' | 'percentage';
  steps: Array<{ color: string; value: number | null }>;
}
type Fields = Without<Json<FieldConfig>, 'custom' | 'links' | 'thresholds' | 'mappings'> & {
  links?: DataLink[];
  thresholds?: Thresholds;
  mappings?: Array<Json<NonNullable<FieldConfig['mappings']>[number]>>;
  fieldMinMax?: boolean;
};
type Custom<K extends Kind> = Partial<Json<Kinds[K][1]>>;

type Inner<T, P extends string> = P extends `${infer H}.${infer R}`
  ? H extends keyof T
    ? Inner<NonNullable<T[H]>, R>
    : never
  : P extends keyof T
    ? T[P]
    : never;
/** What an override of a panel may set a property to; nothing if there is no such property. */
export type Property<K extends Kind, Id extends string> = Id extends `custom.${infer P}`
  ? Inner<Custom<K>, P>
  : Id extends keyof Fields
    ? Fields[Id]
    : never;

/** A panel; its overrides' properties are checked one by one. */
export type PanelOf<K extends Kind> = Without<
  Json<Panel>,
  'type' | 'targets' | 'datasource' | 'options' | 'fieldConfig' | 'transformations'
> & {
  type: K;
  datasource?: Source | { type: 'datasource'; uid: '-- Dashboard --' };
  targets?: Target[];
  options?: Partial<Json<Kinds[K][0]>>;
  fieldConfig?: {
    defaults: Fields & { custom?: Custom<K> };
    overrides: Array<{
      matcher: Json<MatcherConfig>;
      properties: Array<{ id: string; value?: unknown }>;
    }>;
  };
  transformations?: Array<Without<Json<DataTransformerConfig>, 'options'> & { options: object }>;
};
/** A row, without its panels. */
export type Row = Without<Json<RowPanel>, 'panels' | 'datasource'> & { panels: never[] };

type Variable = Without<Json<VariableModel>, 'datasource' | 'query'> & {
  datasource?: Source;
  // What the browser shows of a query; the schema has forgotten it.
  definition?: string;
  query?: string | { refId: string; rawSql: string; editorType?: 'sql'; queryType?: string; format?: 1; pluginVersion?: string };
};
/** An annotation that asks the store; its target has the data source of the annotation. */
export type Annotation = Without<Json<AnnotationQuery>, 'datasource' | 'target' | 'builtIn'> & {
  datasource: Source;
  target: TargetOf<Partial<Pick<TargetBase, 'datasource' | 'pluginVersion'>>>;
};
/** Grafana's own annotation. */
export type OwnAnnotation = Without<Json<AnnotationQuery>, 'datasource' | 'target' | 'builtIn'> & {
  builtIn: 1;
  datasource: { type: 'grafana' | 'datasource'; uid: '-- Grafana --' };
  target?: object;
};
/** A dashboard without its panels and annotations. */
export type Head = Without<Json<Dashboard>, 'panels' | 'templating' | 'annotations'> & {
  panels?: never;
  templating?: { list: Variable[] };
  annotations?: { list: never[] };
};

/** What the page is given: a dashboard, and the answers to its queries. Made by `picture.py`. */
import type { FieldConfigSource, FieldType } from '@grafana/data';

export interface Column {
  name: string;
  type: FieldType;
  labels?: Record<string, string>;
  values: unknown[];
}

export interface Answer {
  refId: string;
  fields: Column[];
}

export interface PanelJson {
  id: number;
  type: string;
  title?: string;
  description?: string;
  transparent?: boolean;
  gridPos: { x: number; y: number; w: number; h: number };
  // Each type of panel has options of its own.
  options?: Record<string, any>;
  fieldConfig?: FieldConfigSource;
  transformations?: Array<{ id: string; options: unknown; disabled?: boolean }>;
  collapsed?: boolean;
}

export interface Annotation {
  name: string;
  color: string;
  /** Which panels show it: these alone, or all but these. */
  panels: { exclude: boolean; ids: number[] };
  times: Array<{ time: number; timeEnd: number | null }>;
}

export interface Picture {
  title: string;
  theme: 'dark' | 'light';
  width: number;
  from: number;
  to: number;
  range: string;
  /** Label and what is chosen, of variables that are shown. */
  variables: Array<{ label: string; text: string }>;
  /** Every variable's text, for titles. */
  texts: Record<string, string>;
  annotations: Annotation[];
  panels: Array<{ panel: PanelJson; answers: Answer[] }>;
}

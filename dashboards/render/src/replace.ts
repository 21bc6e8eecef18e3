/** Variables in titles, names and links: of the dashboard by the text chosen, and of the data. */
import { type DataFrame, type Field, type InterpolateFunction, getFieldDisplayName } from '@grafana/data';

const REFERENCE = /\$\{(\w+)((?:[.[][^:}]*)?)(?::[^}]*)?\}|\$(\w+)/g;
const KEYS = /\.(\w+)|\["([^"]+)"\]|\[(\d+)\]/g;

interface Context {
  data: DataFrame[];
  frame: DataFrame;
  field: Field;
  rowIndex?: number;
}

export function replacer(texts: Record<string, string>): InterpolateFunction {
  return (target, scoped) =>
    (target ?? '').replace(REFERENCE, (match, braced?: string, path?: string, bare?: string) => {
      const name = braced ?? bare ?? '';
      const context = scoped?.['__dataContext']?.value as Context | undefined;
      if (context && name.startsWith('__')) {
        return ofData(name, keysOf(path ?? ''), context) ?? match;
      }
      return texts[name] ?? match;
    });
}

function keysOf(path: string): string[] {
  return [...path.matchAll(KEYS)].map((found) => found[1] ?? found[2] ?? found[3] ?? '');
}

function ofData(name: string, keys: string[], { data, frame, field, rowIndex }: Context): string | undefined {
  const cell = (of: Field | undefined) => (of && rowIndex !== undefined ? String(of.values[rowIndex]) : undefined);
  if (name === '__field') {
    const [first, second] = keys;
    if (first === 'labels') {
      const labels = field.labels ?? {};
      return second ? (labels[second] ?? '') : Object.values(labels).join(' ');
    }
    return first === 'displayName' ? getFieldDisplayName(field, frame, data) : field.name;
  }
  if (name === '__value') {
    return cell(field);
  }
  if (name === '__data' && keys[0] === 'fields') {
    const key = keys[1] ?? '';
    return cell(frame.fields.find((each) => each.name === key) ?? frame.fields[Number(key)]);
  }
  return undefined;
}

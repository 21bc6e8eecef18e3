/** Answers made into what panels draw: transformed, and with units, names and colours. */
import {
  type DataFrame,
  type GrafanaTheme2,
  type InterpolateFunction,
  applyFieldOverrides,
  cacheFieldDisplayNames,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import { fieldConfigOf, registryOf } from './defaults';
import type { Answer, PanelJson } from './picture';

// One of them stands there under two names.
const TRANSFORMERS = new Map(Object.values(standardTransformers).map((each) => [each.id as string, each]));
standardTransformersRegistry.setInit(() =>
  [...TRANSFORMERS.values()].map((transformer) => ({
    id: transformer.id,
    name: transformer.name,
    transformation: () => Promise.resolve(transformer as never),
    editor: () => null,
    imageDark: '',
    imageLight: '',
  })),
);

/** Frames of a panel. Throws if a transformation is not among those of the packages. */
export async function framesOf(
  panel: PanelJson,
  answers: Answer[],
  theme: GrafanaTheme2,
  replace: InterpolateFunction,
): Promise<DataFrame[]> {
  const raw = answers.map((answer) =>
    toDataFrame({ refId: answer.refId, fields: answer.fields.map((field) => ({ ...field, config: {} })) }),
  );
  const wanted = (panel.transformations ?? []).filter((transformation) => !transformation.disabled);
  for (const { id } of wanted) {
    if (!standardTransformersRegistry.getIfExists(id)) {
      throw new Error(`transformation ${id} is not in the packages`);
    }
  }
  const data = await firstValueFrom(
    transformDataFrame(wanted as never, raw, { interpolate: (text: string) => replace(text) }),
  );
  const drawn = applyFieldOverrides({
    data,
    fieldConfig: fieldConfigOf(panel),
    fieldConfigRegistry: registryOf(panel),
    replaceVariables: replace,
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(drawn);
  return drawn;
}

/** Whether there is anything to draw. */
export function isEmpty(frames: DataFrame[]): boolean {
  return frames.every((frame) => frame.length === 0);
}

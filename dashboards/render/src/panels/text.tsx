/** Text: markdown as Grafana renders it. */
import { renderTextPanelMarkdown } from '@grafana/data';

import type { DrawingProps } from '../dashboard';

export function Text({ panel, replace }: DrawingProps) {
  const { content = '' } = panel.options ?? {};
  return (
    <div className="markdown-html" dangerouslySetInnerHTML={{ __html: renderTextPanelMarkdown(replace(content)) }} />
  );
}

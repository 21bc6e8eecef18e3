/** Title, variables and time range. Grafana's own controls need its application; these only look so. */
import { css } from '@emotion/css';
import { useTheme2 } from '@grafana/ui';

import type { Picture } from './picture';

export function Bar({ picture }: { picture: Picture }) {
  const theme = useTheme2();
  const bar = css({ display: 'flex', gap: 8, height: 64, alignItems: 'center', padding: '0 16px', overflow: 'hidden' });
  const title = css({ ...theme.typography.h4, margin: '0 16px 0 0', whiteSpace: 'nowrap' });
  const box = css({
    display: 'flex', height: 32, border: `1px solid ${theme.components.input.borderColor}`, lineHeight: '30px',
    borderRadius: theme.shape.radius.default, fontSize: theme.typography.bodySmall.fontSize, whiteSpace: 'nowrap',
    overflow: 'hidden',
  });
  const label = css({ padding: '0 8px', background: theme.colors.background.secondary, fontWeight: 500 });
  const value = css({ padding: '0 10px', background: theme.components.input.background, maxWidth: 280,
    overflow: 'hidden', textOverflow: 'ellipsis' });
  return (
    <div className={bar}>
      <h4 className={title}>{picture.title}</h4>
      {picture.variables.map((variable) => (
        <div key={variable.label} className={box}>
          <span className={label}>{variable.label}</span>
          <span className={value}>{variable.text}</span>
        </div>
      ))}
      <div className={box} style={{ marginLeft: 'auto' }}>
        <span className={value} style={{ maxWidth: 'none' }}>{picture.range}</span>
      </div>
    </div>
  );
}

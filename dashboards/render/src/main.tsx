/** Draws one dashboard from `picture.json`, then tells the server what could not be drawn. */
import { type DataFrame, EventBusSrv, createTheme, dateTime } from '@grafana/data';
import { GlobalStyles, PanelContextProvider, ThemeContext } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';

import { Dashboard } from './dashboard';
import { framesOf } from './frames';
import type { Picture } from './picture';
import { replacer } from './replace';

const problems: string[] = [];
window.addEventListener('error', (event) => problems.push(String(event.message)));
window.addEventListener('unhandledrejection', (event) => problems.push(String(event.reason)));
(window as any).__grafana_public_path__ = '/public/';

async function main(): Promise<void> {
  const picture: Picture = await (await fetch('picture.json')).json();
  // "An hour ago" is said of the range's end.
  Date.now = () => picture.to;
  const theme = createTheme({ colors: { mode: picture.theme } });
  const replace = replacer(picture.texts);
  const frames = new Map<number, DataFrame[]>();
  for (const { panel, answers } of picture.panels) {
    try {
      frames.set(panel.id, await framesOf(panel, answers, theme, replace));
    } catch (error) {
      problems.push(`${panel.title}: ${error}`);
    }
  }
  const from = dateTime(picture.from).utc();
  const to = dateTime(picture.to).utc();
  const context = { eventsScope: 'page', eventBus: new EventBusSrv() };
  createRoot(document.getElementById('page')!).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PanelContextProvider value={context}>
        <Dashboard
          picture={picture}
          frames={frames}
          timeRange={{ from, to, raw: { from, to } }}
          replace={replace}
          onProblem={(problem) => problems.push(problem)}
        />
      </PanelContextProvider>
    </ThemeContext.Provider>,
  );
  await document.fonts.ready;
  // Panels measure themselves and draw again: some frames until nothing moves.
  await new Promise((resolve) => setTimeout(resolve, 1500));
}

main()
  .catch((error) => problems.push(String(error?.stack ?? error)))
  .finally(() => fetch('done', { method: 'POST', body: JSON.stringify(problems) }));

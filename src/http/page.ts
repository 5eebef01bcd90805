/** A page as it is sent: a frame without content. What people said comes later, by script, as text. */
import type { Assets } from './assets.ts';
import type { HttpAnswer } from './route.ts';

/**
 * The browser loads scripts, styles and pictures from here and nowhere else, runs nothing that stands in the page, and takes no text for
 * markup. https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** What a page is made of. */
export interface PageOptions {
  readonly assets: Assets;
  /** The folder of its own files below `web`: `main.ts` is its beginning, `icon.svg` its icon. */
  readonly folder: string;
  readonly title: string;
  /** What is read where no script runs: plain words, without markup. */
  readonly withoutScript: string;
}

/** A page, with its files below `assets/` beside it. */
export function pageOf({ assets: { version, scripts, styles }, folder, title, withoutScript }: PageOptions): HttpAnswer {
  const at = (name: string) => `assets/${version}/${name}`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="${at(`${folder}/icon.svg`)}">
${styles.map((name) => `<link rel="stylesheet" href="${at(name)}">`).join('\n')}
${scripts.map((name) => `<link rel="modulepreload" href="${at(name)}">`).join('\n')}
<script type="module" src="${at(`${folder}/main.js`)}"></script>
</head>
<body>
<noscript>${withoutScript}</noscript>
</body>
</html>
`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
      'cache-control': 'no-cache',
    },
    body: html,
  };
}

// Renders a Markdown file as GitHub does, as a PNG, so that you can check texts for
// readers (README, job summary) before you push them.
//
//   node .ci/render.mjs IN.md OUT.png [--width 900] [--margin 32] [--dark] [--open]
//     --width N  width of the page in pixels, margins included
//     --margin N margins in pixels
//     --dark     GitHub's dark theme
//     --open     open every <details>; the default is the state in which GitHub shows
//                them first: closed, except for <details open>
//
// How it works: remark parses GitHub Flavored Markdown. rehype sanitises the HTML with
// GitHub's allow list, then adds the elements that GitHub adds itself: alerts, and the
// classes of its highlighter (starry-night has GitHub's grammars). github-markdown-css
// has the styles, and headless Chromium takes the screenshot. The page runs no scripts
// and loads nothing from the network; images are loaded from the folder of IN.md.
// .ci/install installs the npm packages. Chromium and the fonts are installed from
// Debian, each only if missing.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const debianPackages = ['chromium', 'fonts-liberation', 'fonts-noto-color-emoji'];
const chromium = '/usr/bin/chromium';
const chromiumFlags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const maxHeight = 16384; // below this, Chromium repeats the start of the page
// Elements that GitHub allows in addition to rehype-sanitize's list.
const moreTags = ['abbr', 'bdo', 'caption', 'cite', 'dfn', 'figcaption', 'figure', 'mark', 'small', 'time', 'wbr'];

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, 'node_modules');

function install() {
  const run = (command, ...args) => execFileSync(command, args, {
    stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  run(path.join(here, 'install'), 'npm');
  const missing = debianPackages.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' });
    return stdout !== 'installed';
  });
  if (missing.length > 0) {
    if (process.getuid() !== 0) throw new Error(`install ${missing.join(' ')}`);
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-qq', '-y', '--no-install-recommends', ...missing);
  }
}

async function toHTML(markdown, { dark, margin }) {
  const { unified } = await import('unified');
  const { all } = await import('@wooorm/starry-night');
  const { default: rehypeSanitize, defaultSchema } = await import('rehype-sanitize');
  const plugin = async (name) => (await import(name)).default;
  const body = await unified()
    .use(await plugin('remark-parse'))
    .use(await plugin('remark-gfm'), { singleTilde: true })
    .use(await plugin('remark-gemoji')) // :warning:
    .use(await plugin('remark-rehype'), { allowDangerousHtml: true, clobberPrefix: '' })
    .use(await plugin('rehype-raw'), { tagfilter: true }) // shows <script> and the like as text
    .use(rehypeSanitize, { ...defaultSchema, tagNames: [...defaultSchema.tagNames, ...moreTags] })
    .use(await plugin('rehype-github-alert'))
    .use(await plugin('rehype-starry-night'), { grammars: all })
    .use(await plugin('rehype-stringify'))
    .process(markdown);
  const css = path.join(modules, 'github-markdown-css', `github-markdown-${dark ? 'dark' : 'light'}.css`);
  return `<!doctype html><meta charset="utf-8"><style>${readFileSync(css, 'utf8')}
    body { margin: 0 } .markdown-body { padding: ${margin}px }
    .sr-only { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
    .task-list-item input { margin: 0 .2em .25em -1.4em; vertical-align: middle }</style>
    <article class="markdown-body">${body}</article>`;
}

async function screenshot(html, folder, out, { width, dark, open }) {
  const { chromium: driver } = (await import('playwright-core')).default;
  const browser = await driver.launch({ executablePath: chromium, args: chromiumFlags });
  try {
    const page = await browser.newPage({
      viewport: { width, height: 100 }, colorScheme: dark ? 'dark' : 'light', javaScriptEnabled: false,
    });
    const origin = 'http://page.invalid';
    await page.route('**/*', async (route) => {
      const url = new URL(route.request().url());
      if (url.origin !== origin) return route.abort();
      if (url.pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
      try {
        await route.fulfill({ path: fileURLToPath(pathToFileURL(folder) + url.pathname) });
      } catch {
        await route.abort();
      }
    });
    await page.goto(origin);
    if (open) await page.locator('details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    if (height > maxHeight) console.error(`${out}: the page is ${height} pixels high, the picture shows only ${maxHeight}`);
    await page.screenshot({ path: out, fullPage: true });
  } finally {
    await browser.close();
  }
}

const { values, positionals: [input, output, ...rest] } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '900' }, margin: { type: 'string', default: '32' },
    dark: { type: 'boolean' }, open: { type: 'boolean' },
  },
});
const width = Number(values.width);
const margin = Number(values.margin);
if (!output || rest.length > 0 || !(Number.isInteger(width) && width > 0 && Number.isInteger(margin) && margin >= 0)) {
  console.error('usage: node .ci/render.mjs IN.md OUT.png [--width 900] [--margin 32] [--dark] [--open]');
  process.exit(2);
}
const markdown = readFileSync(input, 'utf8');
install();
await screenshot(await toHTML(markdown, { ...values, margin }), path.dirname(path.resolve(input)), output, { ...values, width });

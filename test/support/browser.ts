import { existsSync } from 'node:fs';
import { type Page, chromium } from 'playwright-core';

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine; null when it has none: nothing is downloaded for a test. */
export const chromiumPath = CHROMIUM_PATHS.find((path) => existsSync(path)) ?? null;

export const NO_CHROMIUM = `no Chromium found (looked at ${CHROMIUM_PATHS.join(', ')})`;

/** A page that remembers what a good page never does. */
export interface WatchedPage {
  page: Page;
  /** Addresses asked for outside the page's own origin. */
  foreignRequests: string[];
  /** Errors that were logged or thrown, and answers of 400 and above. */
  errors: string[];
  close(): Promise<void>;
}

/** Opens `url` in a browser of its own; whoever opens it closes it. */
export async function openPage(url: string): Promise<WatchedPage> {
  const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: LAUNCH_ARGUMENTS });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(15_000);
    const foreignRequests: string[] = [];
    const errors: string[] = [];
    const note = (address: string): void => {
      if (isForeign(address, url)) foreignRequests.push(address);
    };
    page.on('request', (request) => note(request.url()));
    page.on('websocket', (socket) => note(socket.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(url);
    return { page, foreignRequests, errors, close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** Besides running headless and as root: no request of the browser's own. */
const LAUNCH_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function isForeign(address: string, own: string): boolean {
  const { protocol, host } = new URL(address);
  return !['data:', 'blob:'].includes(protocol) && host !== new URL(own).host;
}

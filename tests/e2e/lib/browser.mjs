// What tests in Chromium share.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** Nothing that axe objects to, in either colour scheme and on a narrow screen; nothing to scroll sideways. */
export async function accessible(page) {
  await page.evaluate(axe);
  for (const [colorScheme, width] of [
    ['light', 900],
    ['dark', 900],
    ['light', 340],
  ]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 1000 });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    const found = violations.map(each => `${each.id}: ${each.nodes.map(node => node.target).join(', ')}`);
    assert.deepEqual(found, [], `${colorScheme}, ${width} px`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
  }
  await page.setViewportSize({ width: 900, height: 1000 });
}

export const focused = (page, id) => page.waitForFunction(start => document.activeElement?.id.startsWith(start), id);

import { readdirSync, readFileSync } from 'node:fs';
import { publint } from 'publint';
import { expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url).pathname;
const { dependencies, devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

test('the package holds together as others install it', async () => {
  const { messages } = await publint({ pkgDir: ROOT, level: 'suggestion', pack: false });
  expect(messages).toEqual([]);
});

test('its types need nothing that does not come with it', () => {
  const declarations = readdirSync(`${ROOT}dist`, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  );
  expect(declarations).toContain('index.d.ts');
  const foreign = declarations.flatMap((file) =>
    [...readFileSync(`${ROOT}dist/${file}`, 'utf8').matchAll(/^(?:im|ex)port .*from '((?:@[\w-]+\/)?[\w:-]+)[^.']*'/gm)]
      .map(([, name]) => name!)
      .filter((name) => !Object.hasOwn(dependencies, name) || Object.hasOwn(devDependencies, `@types/${name}`))
      .map((name) => `${file}: ${name}`),
  );
  expect(foreign).toEqual([]);
});

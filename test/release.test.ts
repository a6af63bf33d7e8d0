/** What a release is refused for; the whole way is tried in e2e/operation/package.test.ts. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { changelogFaults } from '../packaging/changelog.ts'
import { linkFaults } from '../packaging/links.ts'
import { shrinkwrapOf } from '../packaging/lock.ts'
import { materialFaults } from '../packaging/materials.ts'

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-release-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

test('the changelog has the version, with something in it, and nothing waits', (t) => {
  const faultsOf = (changelog: string) =>
    changelogFaults(folderOf(t, { 'package.json': '{ "version": "1.2.0" }', 'CHANGELOG.md': changelog }))
  assert.deepEqual(faultsOf('# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n- A.\n'), [])
  assert.deepEqual(faultsOf('# Changelog\n\n## [1.2.0] - 2026-11-27\n\n- A.\n'), [])
  assert.match(faultsOf('## Unreleased\n\n## 1.2.0\n').join(), /"## 1\.2\.0" of CHANGELOG\.md is empty/)
  assert.match(faultsOf('## 1.1.0\n\n- A.\n').join(), /no section "## 1\.2\.0"/)
  assert.match(faultsOf('## Unreleased\n\n- B.\n- C.\n## 1.2.0\n- A.\n').join(), /^2 lines .* still under/)
})

test('links lead to files and headings of the package', (t) => {
  const good =
    'a [page](docs/a.md), [its part](docs/a.md#what-is-it), [here](#top), [far](https://example.com), `[no](x)`\n# Top\n'
  const folder = folderOf(t, {
    'README.md': good,
    'docs/a.md': '## What is it?\n[up](../README.md)\n```\n[no](y)\n```\n',
  })
  assert.deepEqual(linkFaults(folder), [])
  writeFileSync(join(folder, 'docs/b.md'), '[1](c.md) [2](a.md#where) [3](../../out.md) [4](#nowhere)')
  assert.deepEqual(
    linkFaults(folder).map((fault) => fault.replace(/, .*/, '')),
    ['c.md', 'a.md#where', '../../out.md', '#nowhere'].map((link) => `docs/b.md links to ${link}`),
  )
})

const LOCK = {
  lockfileVersion: 3,
  packages: {
    '': { name: 'dossier', version: '1.2.0', devDependencies: { b: '1.0.0' } },
    'node_modules/@x/a': { version: '2.0.0', resolved: 'https://example.com/a.tgz', integrity: 'sha512-a' },
    'node_modules/b': { version: '1.0.0', integrity: 'sha512-b', dev: true },
  },
}

test('the lock of the package has no developers’ dependencies and no addresses', () => {
  assert.deepEqual(shrinkwrapOf(LOCK), {
    lockfileVersion: 3,
    packages: {
      '': { name: 'dossier', version: '1.2.0' },
      'node_modules/@x/a': { version: '2.0.0', integrity: 'sha512-a' },
    },
  })
})

test('the bill of materials names what is locked, in its version', (t) => {
  const folder = folderOf(t, {
    'package.json': '{ "name": "dossier", "version": "1.2.0" }',
    'npm-shrinkwrap.json': JSON.stringify(shrinkwrapOf(LOCK)),
  })
  const faultsOf = (change: object) => {
    const component = { name: '@x/a', version: '2.0.0', purl: 'pkg:npm/%40x/a@2.0.0' }
    const good = {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: { name: 'dossier', version: '1.2.0' } },
    }
    const file = join(folder, 'bom.json')
    writeFileSync(file, JSON.stringify({ ...good, components: [component], ...change }))
    return materialFaults(file, folder).map((fault) => fault.replace(`${file} `, ''))
  }
  assert.deepEqual(faultsOf({}), [])
  assert.deepEqual(faultsOf({ components: [] }), ['does not name @x/a@2.0.0.'])
  assert.deepEqual(faultsOf({ components: [{ name: '@x/a', version: '2.0.1', purl: 'pkg:npm/x' }] }), [
    'does not name @x/a@2.0.0.',
  ])
  assert.deepEqual(faultsOf({ bomFormat: 'SPDX' }), ['is not CycloneDX 1.x.'])
  assert.deepEqual(faultsOf({ metadata: {} }), ['is about undefined@undefined, not dossier@1.2.0.'])
})

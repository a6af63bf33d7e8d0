/** The disk itself: `dd conv=fdatasync` of a file of the same size, read from the page cache. */
import { execFile } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Contender } from './side-by-side.ts'

const run = promisify(execFile)

/** Megabytes per second of `files` concurrent copies. */
export function serveDisk(size: number, files: number): Contender & { stop(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bench-disk-'))
  const source = join(folder, 'source')
  writeFileSync(source, randomFillSync(Buffer.alloc(size)))
  let copies = 0
  const copy = () => {
    const to = join(folder, String(copies++))
    return run('dd', [`if=${source}`, `of=${to}`, 'bs=1M', 'conv=fdatasync'])
  }
  return {
    name: 'dd',
    async measure() {
      const began = performance.now()
      await Promise.all(Array.from({ length: files }, copy))
      return (files * size) / 1e3 / (performance.now() - began)
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  }
}

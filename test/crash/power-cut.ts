/**
 * What is left of a folder when the power goes. Certain is only what was flushed: a file's content up to the begin of its
 * last flush that ended, and a folder's names likewise. Of everything after that a disk may keep any part.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Chance } from '../http/multipart/seeded.ts'
import type { Entry } from './journal.ts'

/** Of what was not flushed: `nothing`, only `removals` (names and bytes that went), or `some` of it by chance. */
export type Kept = 'nothing' | 'removals' | 'some'

/** A file or a folder as a row of changes, the first `flushed` of which are certain. */
interface Changes<T> {
  readonly all: T[]
  flushed: number
}

type FileChange =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly size: number }
type FolderChange =
  | { readonly kind: 'add'; readonly name: string; readonly node: Node }
  | { readonly kind: 'remove'; readonly name: string }
type FileNode = { readonly is: 'file' } & Changes<FileChange>
type FolderNode = { readonly is: 'folder' } & Changes<FolderChange>
type Node = FileNode | FolderNode

interface Disk {
  readonly root: FolderNode
  readonly names: Map<string, Node>
  readonly inodes: Map<number, FileNode>
  /** Flushes that have begun: what they will make certain. */
  readonly flushes: Map<number, { readonly node: Node; readonly upTo: number }>
}

/** Writes what would be found after a power cut that came when these entries had happened. */
export function rebuild(entries: readonly Entry[], target: string, kept: Kept, chance: Chance): void {
  const root: FolderNode = { is: 'folder', all: [], flushed: 0 }
  const disk: Disk = { root, names: new Map([['.', root]]), inodes: new Map(), flushes: new Map() }
  for (const entry of entries) replay(disk, entry)
  writeFolder(root, target, kept, chance)
}

function replay(disk: Disk, entry: Entry): void {
  const { kind, a, b, path, bytes } = entry
  switch (kind) {
    case 'create': {
      const file: FileNode = { is: 'file', all: [], flushed: 0 }
      // A number is given again once its file is gone: from here on it means this one.
      disk.inodes.set(a, file)
      return add(disk, path, file)
    }
    case 'mkdir':
      return add(disk, path, { is: 'folder', all: [], flushed: 0 })
    case 'write':
      return void disk.inodes.get(a)?.all.push({ kind: 'write', at: b, bytes })
    case 'truncate':
      return void disk.inodes.get(a)?.all.push({ kind: 'truncate', size: b })
    case 'link':
      return add(disk, path, mustBeNamed(disk, bytes.toString()))
    case 'rename': {
      const node = mustBeNamed(disk, bytes.toString())
      remove(disk, bytes.toString())
      return add(disk, path, node)
    }
    case 'unlink':
      return remove(disk, path)
    case 'begin':
      return begin(disk, a, disk.inodes.get(b))
    case 'beginfolder':
      return begin(disk, a, disk.names.get(path))
    case 'end':
    case 'endfolder':
      return end(disk, a)
  }
}

function add(disk: Disk, path: string, node: Node): void {
  disk.names.set(path, node)
  folderOf(disk, path).all.push({ kind: 'add', name: basename(path), node })
}

function remove(disk: Disk, path: string): void {
  disk.names.delete(path)
  folderOf(disk, path).all.push({ kind: 'remove', name: basename(path) })
}

function begin(disk: Disk, id: number, node: Node | undefined): void {
  if (node !== undefined) disk.flushes.set(id, { node, upTo: node.all.length })
}

function end(disk: Disk, id: number): void {
  const flush = disk.flushes.get(id)
  if (flush !== undefined) flush.node.flushed = Math.max(flush.node.flushed, flush.upTo)
}

function mustBeNamed(disk: Disk, path: string): Node {
  const node = disk.names.get(path)
  if (node === undefined) throw new Error(`the journal names ${path} and never told of it`)
  return node
}

function folderOf(disk: Disk, path: string): FolderNode {
  const node = mustBeNamed(disk, dirname(path))
  if (node.is !== 'folder') throw new Error(`${path} is in no folder`)
  return node
}

function writeFolder(folder: FolderNode, target: string, kept: Kept, chance: Chance): void {
  mkdirSync(target, { mode: 0o700 })
  const names = new Map<string, Node>()
  for (const change of leftOf(folder, kept, chance, ({ kind }) => kind === 'remove')) {
    if (change.kind === 'add') names.set(change.name, change.node)
    else names.delete(change.name)
  }
  for (const [name, node] of names) {
    if (node.is === 'folder') writeFolder(node, join(target, name), kept, chance)
    else writeFileSync(join(target, name), contentOf(leftOf(node, kept, chance, ({ kind }) => kind === 'truncate')))
  }
}

function leftOf<T>(changes: Changes<T>, kept: Kept, chance: Chance, isRemoval: (change: T) => boolean): T[] {
  const rest = changes.all.slice(changes.flushed)
  const stays = { nothing: () => false, removals: isRemoval, some: () => chance.below(2) === 0 }[kept]
  return [...changes.all.slice(0, changes.flushed), ...rest.filter(stays)]
}

function contentOf(changes: readonly FileChange[]): Buffer {
  let size = 0
  let most = 0
  for (const change of changes) {
    size = change.kind === 'write' ? Math.max(size, change.at + change.bytes.length) : change.size
    most = Math.max(most, size)
  }
  const content = Buffer.alloc(most)
  for (const change of changes) {
    if (change.kind === 'write') change.bytes.copy(content, change.at)
    else content.fill(0, change.size)
  }
  return content.subarray(0, size)
}

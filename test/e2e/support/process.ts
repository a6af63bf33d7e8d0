// What the kernel knows of a server's process.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Server } from './server.ts'

/** Its files and sockets; the event loop's own stay the same. */
export function openFilesOf({ pid }: Server): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      return []
    }
  })
}

export function descriptorsOf(server: Server): number {
  // The folders of the blobs are opened once and kept, at most 256 of them.
  return openFilesOf(server).filter((path) => !/\/blobs\/[0-9a-f]{2}$/.test(path)).length
}

/** Resident memory in bytes. */
export function residentOf({ pid }: Server): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

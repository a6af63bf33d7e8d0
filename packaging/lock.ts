/** The part of package-lock.json that is used here. */
export interface Lock {
  readonly packages: Readonly<Record<string, Locked>>
}

export interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly [other: string]: unknown
}

/** What npm-shrinkwrap.json holds: the checkout's lock without what only developers need, and without addresses. */
export function shrinkwrapOf(lock: Lock): Lock {
  const kept = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true)
  return { ...lock, packages: Object.fromEntries(kept.map(([path, locked]) => [path, withoutAddress(locked)])) }
}

function withoutAddress({ resolved: _resolved, devDependencies: _dev, ...rest }: Locked): Locked {
  return rest
}

import createFinder from 'find-my-way'
import { Fault } from '../core/model/fault.ts'
import type { Dialect, IncomingHead, Route } from './contracts.ts'

interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

export type FindRoute = (head: IncomingHead) => Match | Fault

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Returns the route of a head, or a Fault: `not_found` about `method` if the path has other methods, else about `route`. */
export function createFindRoute(dialect: Dialect): FindRoute {
  const finder = createFinder<createFinder.HTTPVersion.V1>({
    ignoreTrailingSlash: true,
    caseSensitive: true,
    maxParamLength: 500,
  })
  for (const route of dialect.routes) finder.on(route.method, route.path, () => undefined, route)
  const find = (method: createFinder.HTTPMethod, path: string): Match | null => {
    const found = finder.find(method, path)
    return found === null ? null : { route: found.store as Route, params: found.params as Record<string, string> }
  }
  return (head) => {
    const method = (head.method === 'HEAD' ? 'GET' : head.method) as createFinder.HTTPMethod
    const match = find(method, head.path)
    if (match !== null) return match
    const others = METHODS.filter((other) => find(other, head.path) !== null)
    const shown = head.path.slice(0, 200)
    if (others.length > 0)
      return new Fault('not_found', 'method', `${head.method} is not answered at ${shown}; ${others.join(', ')} is.`, {
        details: { allow: others },
      })
    return new Fault('not_found', 'route', `There is nothing at ${head.method} ${shown}.`)
  }
}

/** Routes about the server itself and about the caller. */
import { Fault } from '../../core/model/fault.ts'
import { SCOPES } from '../../core/model/scopes.ts'
import { publicIdOf } from '../../core/model/ids.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { personWire, timeOf } from './model-wire.ts'
import { health, me, problem, readiness, type MeWire } from './wire.ts'

const tag = 'Server'

export const systemRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/health',
    operation: 'look whether the server is up',
    needs: 'nobody',
    about: {
      tag,
      description: 'Says yes as long as requests are answered at all, whatever lies behind.',
      answers: { 200: { description: 'It is up', schema: health } },
    },
    answer: async () => ({ status: 200, json: { status: 'up' } }),
  },
  {
    method: 'GET',
    path: '/api/v1/ready',
    operation: 'look whether it can serve',
    needs: 'nobody',
    about: {
      tag,
      description:
        'Asks the catalog to read and write and the store to take bytes, at most once a second. What fails is named under `checks`.',
      answers: {
        200: { description: 'It can', schema: readiness },
        503: { description: 'It cannot just now', schema: problem, type: 'application/problem+json' },
      },
    },
    answer: ready,
  },
  {
    method: 'GET',
    path: '/api/v1/me',
    operation: 'ask who the token is',
    needs: 'caller',
    about: { tag, answers: { 200: { description: 'Its organization, user and scopes', schema: me } } },
    answer: describeCaller,
  },
]

async function ready({ services }: Call): Promise<Answer> {
  const checks = await services.readiness.check()
  if (checks.catalog === 'ok' && checks.blobs === 'ok') return { status: 200, json: { status: 'ready', checks } }
  const failed = Object.entries(checks).flatMap(([name, check]) => (check === 'ok' ? [] : [name]))
  throw new Fault('unavailable', 'request', `Not ready: ${failed.join(' and ')} failed; the log says why.`, {
    reason: 'not_ready',
    details: { checks },
  })
}

async function describeCaller({ caller }: Call): Promise<Answer> {
  const { organization, user, expiresAt } = caller
  const answer: MeWire = {
    token: caller.token,
    operator: organization === null,
    organization: organization && { id: organization.id, face: publicIdOf(organization.id), name: organization.name },
    user: user && personWire(user),
    scopes: SCOPES.filter((scope) => caller.scopes.has(scope)),
    expiresAt: expiresAt === null ? null : timeOf(expiresAt),
  }
  return { status: 200, json: answer }
}

/** What the gate lets through, and that a service cannot be composed of a method that names no action. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor } from '../../src/core/access/actor.ts'
import { createGate, type Target } from '../../src/core/access/authorize.ts'
import { createOperations, open, type Guarded, type Open, type Operation } from '../../src/core/access/operation.ts'
import { DATA_ACTIONS, GRANTABLE_ACTIONS, type Action } from '../../src/core/model/actions.ts'
import { Fault } from '../../src/core/model/fault.ts'
import type { ModuleId, OrganizationId, Profile, ProfileId, RecordId, UserId } from '../../src/core/model/model.ts'

const LEADS = 'leads' as ModuleId
const ME = 'me' as UserId
const ORGANIZATION: Target = { kind: 'organization' }
const LOOSE: Target = { kind: 'file', record: null, role: 'attachment' }
const gate = createGate({
  recordAccess: async (_organization, _user, record) =>
    record === 'foreign'
      ? { module: LEADS, sharing: 'read', relation: 'other' }
      : { module: LEADS, sharing: 'private', relation: 'owner' },
})

function actor(profile: Partial<Profile> | null, isOperator = false): Actor {
  const whole = { id: 'p' as ProfileId, organization: 'o' as OrganizationId, name: 'Agents', createdAt: 0 }
  return {
    organization: 'o' as OrganizationId,
    user: ME,
    profile: profile && { ...whole, rules: [], allowed: [], ...profile },
    isOperator,
    token: null,
  }
}

async function refusal(who: Actor, action: Action, target: Target): Promise<string | null> {
  return gate.authorize(who, action, target).then(
    () => null,
    (error: unknown) =>
      error instanceof Fault ? `${error.code} ${error.subject} ${error.reason ?? ''}`.trim() : 'error',
  )
}

test('a profile that denies everything denies it of files without a record too', async () => {
  const denied = actor({ rules: [{ module: null, hidden: false, denied: [...DATA_ACTIONS] }] })
  for (const action of DATA_ACTIONS) {
    assert.equal(await refusal(denied, action, LOOSE), 'forbidden module profile', action)
    assert.equal(await refusal(denied, action, { kind: 'module', module: LEADS }), 'forbidden module profile', action)
    assert.equal(await refusal(actor({}), action, LOOSE), null, action)
  }
})

test('administration needs an administrator, or a profile that allows it by name', async () => {
  for (const action of GRANTABLE_ACTIONS) {
    assert.equal(await refusal(actor(null), action, ORGANIZATION), null)
    assert.equal(await refusal(actor({}), action, ORGANIZATION), 'forbidden module profile')
    assert.equal(await refusal(actor({ allowed: [action] }), action, ORGANIZATION), null)
  }
  assert.equal(
    await refusal(actor({ allowed: [...GRANTABLE_ACTIONS] }), 'users.manage', ORGANIZATION),
    'forbidden module profile',
  )
  assert.equal(await refusal(actor(null), 'users.manage', ORGANIZATION), null)
})

test('what stands above organizations is for operators alone', async () => {
  assert.equal(await refusal(actor(null), 'organizations.manage', ORGANIZATION), 'forbidden organization operator')
  assert.equal(await refusal(actor(null, true), 'organizations.manage', ORGANIZATION), null)
})

test("one's own is managed under a right of its own", async () => {
  const mine: Target = { kind: 'owned', by: ME, own: 'tokens.own' }
  const theirs: Target = { kind: 'owned', by: 'other' as UserId, own: 'tokens.own' }
  assert.equal(await refusal(actor({}), 'tokens.manage', mine), null)
  assert.equal(await refusal(actor({}), 'tokens.manage', theirs), 'forbidden module profile')
  const denied = actor({ rules: [{ module: null, hidden: false, denied: ['tokens.own'] }] })
  assert.equal(await refusal(denied, 'tokens.manage', mine), 'forbidden module profile')
})

test('sharing for reading lets others see and not change, and a photo counts as a change of its record', async () => {
  const foreign = { kind: 'record', record: 'foreign' as RecordId } as const
  assert.equal(await refusal(actor({}), 'attachments.view', foreign), null)
  assert.equal(await refusal(actor({}), 'attachments.create', foreign), 'forbidden record sharing')
  const noChange = actor({ rules: [{ module: LEADS, hidden: false, denied: ['records.change'] }] })
  const own = 'own' as RecordId
  assert.equal(await refusal(noChange, 'attachments.create', { kind: 'file', record: own, role: 'attachment' }), null)
  const photo = { kind: 'file', record: own, role: 'photo' } as const
  assert.equal(await refusal(noChange, 'attachments.create', photo), 'forbidden module profile')
})

test('an operation runs after the gate, and asks for no target where the actor may do everything', async () => {
  const { operation } = createOperations(gate)
  let asked = 0
  const find = operation(
    (_actor, id: string) => {
      asked += id.length
      return ['attachments.view', LOOSE]
    },
    async (_actor, id) => id,
  )
  assert.equal(await find(actor(null), 'a'), 'a')
  assert.equal(asked, 0)
  await assert.rejects(
    find(actor({ rules: [{ module: null, hidden: false, denied: ['attachments.view'] }] }), 'a'),
    (error: unknown) => error instanceof Fault && error.code === 'forbidden',
  )
})

test('a method that names no action cannot be part of a service', () => {
  const { operation } = createOperations(gate)
  interface Careful {
    readonly find: Operation<[id: string], string>
    readonly identify: Open<(secret: string) => string>
  }
  interface Careless {
    readonly find: (actor: Actor, id: string) => Promise<string>
  }
  const find: Careful['find'] = operation(['attachments.view', LOOSE], async (_actor, id) => id)
  const careful: Guarded<Careful> = { find, identify: open('the secret proves it', (secret: string) => secret) }
  assert.ok(careful)
  // @ts-expect-error the method is no operation, so no service can have it
  const careless: Guarded<Careless> = { find: async (_actor: Actor, id: string) => id }
  assert.ok(careless)
  // @ts-expect-error a plain function is no operation
  const plain: Guarded<Careful> = { find: async (_actor: Actor, id: string) => id, identify: careful.identify }
  assert.ok(plain)
})

/** The contract over any engine: which operation answers which method, and which way it runs. */
import type { Catalog } from '../core/ports/catalog.ts'
import { moved } from './moving/marks.ts'
import { attachmentPage, isShort } from './operations/attachment-pages.ts'
import { attachment, attachments, document, photo } from './operations/attachments.ts'
import { bytes, claimed } from './operations/blobs.ts'
import { clientAndSecret, clients, redirectUris } from './operations/clients.ts'
import { download } from './operations/downloads.ts'
import { entries } from './operations/entries.ts'
import { field, fields } from './operations/fields.ts'
import { hasRefresh, isGoodRefresh, sessionGrant } from './operations/grants.ts'
import type { longReads, writes } from './operations/list.ts'
import { module, modules } from './operations/modules.ts'
import { firstUser, organization, organizations, organizationsOf } from './operations/organizations.ts'
import { ping } from './operations/ping.ts'
import { profiles } from './operations/profiles.ts'
import { records } from './operations/record-pages.ts'
import { matchRecord, moduleOfNamed, record } from './operations/records.ts'
import { roles } from './operations/roles.ts'
import { session } from './operations/sessions.ts'
import { sharedAttachment, shareById, shares } from './operations/shares.ts'
import { member, members, recordAccess } from './operations/record-access.ts'
import { token, tokenHolder, tokens } from './operations/tokens.ts'
import { account, login, users } from './operations/users.ts'
import type { Op } from './statement.ts'
import type { Thread } from './sqlite/thread.ts'

/** Rows that a read may pass over on the event loop; beyond, it goes to a thread. */
const SHORT = 500

interface Engine {
  readonly read: <T>(op: Op<T>) => Promise<T>
  readonly write: Thread<typeof writes>['call']
  readonly readLong: Thread<typeof longReads>['call']
  readonly close: () => Promise<void>
}

export function createCatalog({ read, write, readLong, close }: Engine): Catalog {
  return {
    createOrganization: (input) => write('createOrganization', input),
    organization: (id) => read(organization(id)),
    organizations: (after, limit) => read(organizations(after, limit)),
    updateOrganization: (id, change) => write('updateOrganization', id, change),
    removeOrganization: (id, at) => write('removeOrganization', id, at),
    firstUser: (of) => read(firstUser(of)),
    usage: (of) => readLong('usage', of),

    createModule: (of, input) => write('createModule', of, input),
    module: (of, name) => read(module(of, name)),
    modules: (of) => read(modules(of)),
    removeModule: (of, id, at) => write('removeModule', of, id, at),

    saveRecords: (inputs) => write('saveRecords', inputs),
    record: (of, inModule, id) => read(record(of, inModule, id)),
    moduleOfRecord: (of, inModule, id) => read(moduleOfNamed(of, inModule, id)),
    records: (page) =>
      page.search === null && page.offset + page.limit <= SHORT ? read(records(page)) : readLong('records', page),
    matchRecord: (of, inModule, email, phone) => read(matchRecord(of, inModule, email, phone)),
    removeRecords: (of, inModule, ids, at) => write('removeRecords', of, inModule, ids, at),
    clearRemoved: (limit, at) => write('clearRemoved', limit, at),

    createField: (input) => write('createField', input),
    field: (of, id) => read(field(of, id)),
    fields: (of, inModule) => read(fields(of, inModule)),
    updateField: (of, id, change) => write('updateField', of, id, change),
    removeField: (of, id) => write('removeField', of, id),
    entries: (of, onRecord) => read(entries(of, onRecord)),

    attach: (input) => write('attach', input),
    rememberAnswer: (scope, answer) => write('rememberAnswer', scope, answer),
    forgetRetries: (before, limit) => write('forgetRetries', before, limit),
    attachment: (of, id) => read(attachment(of, id)),
    attachments: (of, onRecord, offset, limit) =>
      offset + limit <= SHORT
        ? read(attachments(of, onRecord, offset, limit))
        : readLong('attachments', of, onRecord, offset, limit),
    download: (path) => read(download(path)),
    attachmentPage: (page) => (isShort(page) ? read(attachmentPage(page)) : readLong('attachmentPage', page)),
    changeAttachment: (change) => write('changeAttachment', change),
    photo: (of, onRecord) => read(photo(of, onRecord)),
    document: (id) => read(document(id)),
    removeAttachments: (of, onRecord, ids, at) => write('removeAttachments', of, onRecord, ids, at),

    bytes: (key) => read(bytes(key)),
    claimLoose: (keys, at) => write('claimLoose', keys, at),
    claimed: (limit, at) => read(claimed(limit, at)),
    forget: (keys) => write('forget', keys),

    recount: (keys, at) => write('recount', keys, at),
    adopt: (holder) => write('adopt', holder),
    beginLease: (id, at, until) => write('beginLease', id, at, until),
    prolongLease: (id, at, until) => write('prolongLease', id, at, until),
    endLease: (id) => write('endLease', id),
    moved: () => read(moved()),
    takeDuty: (duty, node, at, until) => write('takeDuty', duty, node, at, until),

    revokeClientTokens: (of, client, withClient, at) => write('revokeClientTokens', of, client, withClient, at),
    createProfile: (input) => write('createProfile', input),
    profiles: (of) => read(profiles(of)),
    changeProfile: (of, id, rules) => write('changeProfile', of, id, rules),
    removeProfile: (of, id) => write('removeProfile', of, id),
    createRole: (input) => write('createRole', input),
    roles: (of) => read(roles(of)),
    removeRole: (of, id) => write('removeRole', of, id),
    placeUser: (of, user, placing) => write('placeUser', of, user, placing),
    members: (of) => read(members(of)),
    member: (of, user) => read(member(of, user)),
    shareModule: (of, id, sharing) => write('shareModule', of, id, sharing),
    createShare: (input) => write('createShare', input),
    shareById: (of, id) => read(shareById(of, id)),
    shares: (of, ofAttachment) => read(shares(of, ofAttachment)),
    sharedAttachment: (hash) => read(sharedAttachment(hash)),
    countDownload: (id, at) => write('countDownload', id, at),
    revokeShare: (of, id, at) => write('revokeShare', of, id, at),
    forgetShares: (before, limit) => write('forgetShares', before, limit),

    recordAccess: (of, user, onRecord) => read(recordAccess(of, user, onRecord)),

    createToken: (token) => write('createToken', token),
    tokenHolder: (hash) => read(tokenHolder(hash)),
    tokens: (page) => read(tokens(page)),
    token: (of, id) => read(token(of, id)),
    revokeToken: (id, at) => write('revokeToken', id, at),
    touchTokens: (uses) => write('touchTokens', uses),

    createUser: (user) => write('createUser', user),
    users: (of) => read(users(of)),
    account: (of, id) => read(account(of, id)),
    login: (name) => read(login(name)),
    setLogin: (user, name, password, reach) => write('setLogin', user, name, password, reach),
    setUserStatus: (of, id, status, at) => write('setUserStatus', of, id, status, at),
    organizationsOf: (agency, limit) => read(organizationsOf(agency, limit)),

    createClient: (client) => write('createClient', client),
    client: (id) => read(clientAndSecret(id)),
    clients: (of) => read(clients(of)),
    redirectUris: () => read(redirectUris()),

    createGrant: (input) => write('createGrant', input),
    sessionGrant: (inSession, client) => read(sessionGrant(inSession, client)),
    hasRefresh: (client, user) => read(hasRefresh(client, user)),
    isGoodRefresh: (hash, at) => read(isGoodRefresh(hash, at)),
    exchangeCode: (exchange) => write('exchangeCode', exchange),
    exchangeRefresh: (exchange) => write('exchangeRefresh', exchange),
    deriveToken: (parent, of, access, at) => write('deriveToken', parent, of, access, at),
    revokeSecret: (hash, at) => write('revokeSecret', hash, at),
    revokeGrant: (id, at) => write('revokeGrant', id, at),

    createSession: (input) => write('createSession', input),
    session: (hash) => read(session(hash)),
    touchSession: (id, at) => write('touchSession', id, at),
    endSession: (hash, at) => write('endSession', hash, at),
    countAttempt: (limits, at, since) => write('countAttempt', limits, at, since),
    forgiveAttempt: (keys) => write('forgiveAttempt', keys),
    forgetEnded: (before, limit) => write('forgetEnded', before, limit),

    async ping() {
      await read(ping())
      await write('ping')
    },

    close,
  }
}

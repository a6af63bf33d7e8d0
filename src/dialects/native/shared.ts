/** The address of a share: the file itself, or a page that asks for confirmation before it counts a download. */
import { Fault } from '../../core/model/fault.ts'
import type { Share } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { redirect } from '../../pages/page.ts'
import { shareNotFoundPage, sharePage } from '../../pages/share-page.ts'

const tag = 'Shares'
const PATH = '/api/s/:secret'

export const sharedRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: PATH,
    operation: 'open a share',
    needs: 'nobody',
    about: {
      tag,
      description:
        'The file; a page with a button when a password is asked for or downloads are counted, so that a preview of the address uses none up.',
      answers: { 200: { description: 'The file, or the page', schema: null } },
    },
    answer: open,
  },
  {
    method: 'POST',
    path: PATH,
    operation: 'download a share',
    needs: 'nobody',
    about: {
      tag,
      description: 'What the page sends: `password`, where one is asked for.',
      answers: { 200: { description: 'The file', schema: null } },
    },
    answer: download,
  },
]

async function open(call: Call): Promise<Answer> {
  return pageOrProblem(call, null, async (secret) => {
    const share = await call.services.shares.findValid(secret)
    if (share.hasPassword || share.maxDownloads !== null) return sharePage(share, null)
    // HEAD is not counted as a download.
    if (call.method === 'HEAD') return { status: 200, headers: { 'cache-control': 'no-store' } }
    return sent(call, secret, null)
  })
}

async function download(call: Call): Promise<Answer> {
  return pageOrProblem(call, call.services.shares, async (secret) => {
    const password = call.bodyKind === 'urlencoded' ? (await call.form()).get('password') : null
    return sent(call, secret, password)
  })
}

async function sent(call: Call, secret: string, password: string | null): Promise<Answer> {
  const attachment = await call.services.shares.open(secret, password, call.address)
  if (attachment.url !== null) return redirect(attachment.url, { 'referrer-policy': 'no-referrer' })
  const answer = await call.send(attachment, { names: 'both', mayRedirect: true })
  return { ...answer, headers: { ...answer.headers, 'cache-control': 'no-store', 'x-robots-tag': 'noindex' } }
}

/** A browser is answered with a page; a program, with the problem document. */
async function pageOrProblem(
  call: Call,
  shares: Call['services']['shares'] | null,
  work: (secret: string) => Promise<Answer>,
): Promise<Answer> {
  const secret = call.params['secret'] ?? ''
  try {
    return await work(secret)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !/text\/html/.test(call.headers.accept ?? '')) throw thrown
    if (thrown.code === 'not_found') return shareNotFoundPage(thrown.message)
    const status = { forbidden: 403, too_many: 429 }[thrown.code as string]
    const share: Share | null = status === undefined || shares === null ? null : await shares.findValid(secret)
    if (status === undefined || share === null) throw thrown
    return sharePage(share, { status, sentence: thrown.message })
  }
}

/** The OpenAPI document, and the page on which it is read and tried. */
import { z } from 'zod'
import { Fault } from '../../core/model/fault.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { queryOf } from './validation.ts'

export interface Documentation {
  /** The OpenAPI document as JSON: of one dialect, or (null) of all. */
  json(dialect: string | null): string
  /** The page (an empty name) or one of its files; null if there is none of that name. */
  file(name: string): Promise<Answer | null>
}

const tag = 'Server'
const query = z.strictObject({
  dialect: z.enum(['native', 'zoho', 'highlevel']).optional().meta({ description: 'Only of this one' }),
})
const description = 'Opens in a browser without a token and loads nothing from other hosts.'

export function documentationRoutes(documentation: Documentation): readonly Route[] {
  const page = async ({ params }: Call): Promise<Answer> => {
    const file = await documentation.file(params['file'] ?? '')
    if (file === null) throw new Fault('not_found', 'route', 'The page has no such file.')
    return file
  }
  const html = { 200: { description: 'The page', schema: z.string(), type: 'text/html' } }
  const other = { 200: { description: 'The file', schema: z.string(), type: 'text/javascript' } }
  return [
    {
      method: 'GET',
      path: '/api/v1/openapi.json',
      operation: 'read the OpenAPI document',
      needs: 'nobody',
      about: {
        tag,
        description: 'OpenAPI 3.1, made of what is served.',
        query,
        answers: { 200: { description: 'The document', schema: z.record(z.string(), z.unknown()) } },
      },
      answer: async (call) => {
        const text = documentation.json(queryOf(query, call).dialect ?? null)
        return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, text }
      },
    },
    {
      method: 'GET',
      path: '/docs',
      operation: 'read the documentation',
      needs: 'nobody',
      about: { tag, description, answers: html },
      answer: page,
    },
    {
      method: 'GET',
      path: '/docs/:file',
      operation: "read a file of the documentation's page",
      needs: 'nobody',
      about: { tag, answers: other },
      answer: page,
    },
  ]
}

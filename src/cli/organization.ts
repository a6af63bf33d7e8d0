import { faceOf } from '../core/ids.ts'
import type { Organization, OrganizationId } from '../core/model.ts'
import { inOffice } from './office.ts'
import { print, textOf, type Options } from './options.ts'

const PAGE = 500

export function createOrganization(options: Options): Promise<void> {
  return inOffice(options, async (office) => {
    const agency = textOf(options, 'agency')
    const organization = await office.organizations.create({
      name: textOf(options, 'name') ?? '',
      ...(agency === null ? {} : { agency }),
      user: { name: textOf(options, 'user') ?? '', email: textOf(options, 'email') ?? '' },
    })
    print(options, shown(organization), [
      `organization  ${organization.id}`,
      `location      ${faceOf(organization.id)}`,
      `agency        ${organization.agency}`,
    ])
  })
}

export function listOrganizations(options: Options): Promise<void> {
  return inOffice(options, async (office) => {
    const all: Organization[] = []
    for (let after: OrganizationId | null = null; ;) {
      const page: readonly Organization[] = await office.organizations.list(after, PAGE)
      all.push(...page)
      after = page.at(-1)?.id ?? null
      if (page.length < PAGE) break
    }
    print(
      options,
      all.map(shown),
      all.map(({ id, name }) => `${id}  ${faceOf(id)}  ${name}`),
    )
  })
}

/** `location` is the id that HighLevel clients use for the same organization. */
function shown({ id, name, agency }: Organization): object {
  return { id, location: faceOf(id), agency, name }
}

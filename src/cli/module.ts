import { inOffice, mustOrganization } from './office.ts'
import { print, type Options } from './options.ts'

export function createModule(name: string, options: Options): Promise<void> {
  return inOffice(options, async (office) => {
    const organization = await mustOrganization(office, options)
    const module = await office.organizations.addModule(organization.id, name)
    print(options, { id: module.id, name: module.name, organization: organization.id }, [
      `module  ${module.id}  ${module.name}`,
    ])
  })
}

export function listModules(options: Options): Promise<void> {
  return inOffice(options, async (office) => {
    const organization = await mustOrganization(office, options)
    const modules = await office.organizations.modules(organization.id)
    const shown = modules.map(({ id, name, custom, records }) => ({ id, name, custom, records }))
    print(
      options,
      shown,
      shown.map((module) => `${module.id}  ${String(module.records).padStart(9)}  ${module.name}`),
    )
  })
}

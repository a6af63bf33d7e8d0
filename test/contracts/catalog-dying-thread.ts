// A thread that answers `echo`, and dies of anything else.
import { serve } from '../../src/catalog/sqlite/operation-server.ts'

serve(() => ({
  answer: (group) =>
    group.map(({ id, name, args }) => {
      if (name !== 'echo') process.exit(7)
      return { id, value: args[0] }
    }),
  close: () => {},
}))

/** The inside of the thread for reads that may pass over many rows. */
import { longReads } from '../operations/list.ts'
import { operationOf } from '../operations/named.ts'
import { serve } from './operation-server.ts'
import { openSqlite } from './connection.ts'
import { type Asked, type Reply, thrown } from './thread-messages.ts'

serve(({ file }) => {
  const connection = openSqlite(file, 'read')

  function answer(asked: Asked): Reply {
    try {
      return { id: asked.id, value: connection.run(operationOf(longReads, asked)) }
    } catch (error) {
      return { id: asked.id, error: thrown(error) }
    }
  }

  return {
    answer: (group) => group.map(answer),
    close: () => connection.close(),
  }
})

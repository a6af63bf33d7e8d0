import { BadSetting, readConfig, type Config } from '../config.ts'
import { flagsOf, type Options } from './options.ts'

/** For commands that look after the files of a data folder themselves. Throws BadSetting when things are kept elsewhere. */
export function readFolderConfig(options: Options): Config {
  const config = readConfig(flagsOf(options))
  const elsewhere = config.databaseUrl !== null ? 'databaseUrl' : 'blobsUrl'
  if (config[elsewhere] === null) return config
  throw new BadSetting(
    `This command works on a data folder, but ${elsewhere} is set, so what is kept lies elsewhere. Use pg_dump for PostgreSQL and versioning or replication for the bucket.`,
  )
}

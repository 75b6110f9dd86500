import {existsSync} from 'node:fs'
import {join} from 'node:path'
import Conf from 'conf'
import {writeError} from '../../write-error.js'
import {writeFileAtomicallySync} from '../../write-file.js'
import type {JournalContent} from './journal-content.js'
import {isRecord, journalUnreadable, readError, refuseNewer} from './journal-errors.js'

/**
 * `conf` with another way to the disk. Its own takes a short write for a whole one: on a disk that runs full it puts the
 * first half of the journal in the place of the journal, and reports success.
 */
class WholeConf extends Conf {
  override get store(): Record<string, unknown> {
    return super.store
  }

  override set store(content: Record<string, unknown>) {
    writeFileAtomicallySync(this.path, JSON.stringify(content, undefined, '\t'), 0o600)
  }
}

/** The file `journal.json` of a cluster's directory. Its content is kept here: it is read once, and written through. */
export class JournalFile {
  private constructor(
    private readonly conf: WholeConf,
    private current: JournalContent,
  ) {}

  /** Replaces what is there. Throws DISK_FULL or HOME_NOT_WRITABLE; what was there before stays whole then. */
  static write(directory: string, content: JournalContent): JournalFile {
    const file = new JournalFile(openConf(directory), content)
    file.content = content
    return file
  }

  /** Throws JOURNAL_UNREADABLE or JOURNAL_TOO_NEW; never resets a file it cannot read. */
  static read(directory: string): JournalFile {
    const path = pathIn(directory)
    const garbled = (why: string, cause?: unknown) => journalUnreadable(directory, path, why, cause)
    if (!existsSync(path)) throw garbled('it is missing')
    let conf: WholeConf
    let content: Record<string, unknown>
    try {
      conf = openConf(directory)
      content = conf.store
    } catch (error) {
      throw readError(path, error, why => garbled(why, error))
    }
    refuseNewer(path, content['schema'])
    if (!isJournal(content)) throw garbled('it is not a journal of khw')
    return new JournalFile(conf, content)
  }

  get content(): JournalContent {
    return this.current
  }

  set content(content: JournalContent) {
    try {
      this.conf.store = {...content}
    } catch (error) {
      throw writeError(error, `The journal ${this.conf.path} could not be written`)
    }
    this.current = content
  }
}

function pathIn(directory: string): string {
  return join(directory, 'journal.json')
}

function isJournal(content: Record<string, unknown>): content is Record<string, unknown> & JournalContent {
  return typeof content['schema'] === 'number' && isRecord(content['header']) && isRecord(content['steps'])
}

function openConf(directory: string): WholeConf {
  return new WholeConf({
    cwd: directory,
    configName: 'journal',
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
  })
}

import { MemoryLog } from '#lib/journal/memory-log.ts'
import { describeLog } from '#test/lib/journal/log-contract.ts'

describeLog('MemoryLog', async () => ({ log: new MemoryLog(), reopen: null, end: async () => {} }))

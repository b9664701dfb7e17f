import { openJournal } from '../../../src/adapters/sqlite/sqlite-journal.ts';
import { warning, workerUrl } from './journal-fixture.ts';

// Appends to one task and prints each seq once it was acknowledged: for ever, or as often as the third argument says.
const [file = '', taskId = '', times = 'Infinity'] = process.argv.slice(2);
const { log } = await openJournal({ file, workerUrl, onWarning: (text) => process.stderr.write(text) });
await log.acquire(taskId);
for (let count = 0; count < Number(times); count += 1) {
  const [logged] = await log.append(taskId, [warning(`event ${count}`)]);
  process.stdout.write(`${logged?.seq}\n`);
}
// Neither closed nor released: the thread must not keep this process alive.

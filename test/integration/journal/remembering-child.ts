import { openJournal } from '../../../src/adapters/sqlite/sqlite-journal.ts';
import { memoryRecord } from '../../contract/memory-keeper.ts';
import { warning, workerUrl } from './journal-fixture.ts';

// Keeps memories under ids that begin with the second argument, beside events of a task, and prints each id once it was
// acknowledged with the milliseconds that took: for ever, or as often as the third argument says.
const [file = '', name = '', times = 'Infinity'] = process.argv.slice(2);
const { log, memory } = await openJournal({ file, workerUrl, onWarning: (text) => process.stderr.write(text) });
const { signal } = new AbortController();
for (let count = 0; count < Number(times); count += 1) {
  const id = `${name}-${count}`;
  const began = performance.now();
  await memory.put([memoryRecord('fact', id, id, `what ${id} says`)], signal);
  process.stdout.write(`${id} ${(performance.now() - began).toFixed(2)}\n`);
  await log.append(name, [warning(id)]);
}

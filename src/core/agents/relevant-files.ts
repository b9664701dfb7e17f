import type { RelevantFile } from '../../protocol/task-event.ts';
import type { FoundFile } from '../search/workspace-index.ts';
import type { TaskRun } from './task-run.ts';

const mostFiles = 6;
const mostWords = 4;
/** A file below this share of the best is named only by chance. */
const leastScore = 0.4;
/** One word alone says little, unless the goal has no more. */
const leastWords = 2;
/** A small folder is indexed by then; a task does not wait for a large one. */
const waitedMs = 150;

/** The files that the goal seems to be about, by the index of the workspace, which is brought up to date meanwhile. */
export async function filesForGoal(run: TaskRun, signal: AbortSignal): Promise<readonly RelevantFile[]> {
  const { ports, roots } = run;
  const { goal, trusted } = run.state.start;
  if (!trusted || roots.length === 0) return [];
  const enough = new AbortController();
  const late = ports.clock.sleep(waitedMs, AbortSignal.any([signal, enough.signal])).catch(() => undefined);
  await Promise.race([ports.index.refresh(roots, signal), late]);
  enough.abort();
  signal.throwIfAborted();
  const { files } = await ports.index.search({ folders: roots, text: goal.slice(0, 4000), limit: mostFiles }, signal);
  const most = Math.max(0, ...files.map(heldWords).map(({ size }) => size));
  return files
    .filter((file) => file.score >= leastScore && heldWords(file).size >= Math.min(leastWords, most))
    .map((file) => ({ path: roots.length > 1 ? `${file.folder}/${file.path}` : file.path, why: whyOf(file) }));
}

function heldWords({ words, inPath }: FoundFile): ReadonlySet<string> {
  return new Set([...inPath, ...words]);
}

function whyOf(file: FoundFile): string {
  return [...heldWords(file)].slice(0, mostWords).join(', ');
}

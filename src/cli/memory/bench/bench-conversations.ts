import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { MagusError } from '../../../core/errors/magus-error.ts';
import { recallMemories } from '../../../core/memory/recall-memories.ts';
import { newRecord, remember } from '../../../core/memory/remember.ts';
import type { Ports } from '../../../core/ports.ts';
import type { Figures, WithPorts } from '../bench-memories.ts';

const turnSchema = z.object({
  speaker: z.string(),
  text: z.string(),
  dia_id: z.string(),
  blip_caption: z.optional(z.string()),
});
const fileSchema = z.array(
  z.object({
    conversation: z.record(z.string(), z.unknown()),
    qa: z.array(z.object({ question: z.string(), evidence: z.optional(z.array(z.string())) })),
  }),
);
type Conversation = z.infer<typeof fileSchema>[number];
type Turn = z.infer<typeof turnSchema>;

const { signal } = new AbortController();
const longestFilling = 3_600_000;

/** LoCoMo: is what holds the evidence among the first hits? By session, and by turn, each turn with its neighbours. */
export async function benchConversations(file: string, withPorts: WithPorts): Promise<Figures> {
  const sessions = tally();
  const turns = tally();
  for (const conversation of read(file)) {
    const ofSessions = sessionsOf(conversation);
    await withPorts((ports) =>
      ask(
        ports,
        conversation,
        sessions,
        ofSessions.map(({ id, title, lines }) => ({ id, title, text: lines.map(lineOf).join('\n') })),
        (id) => id.replace(/^D(\d+):.*/, 'session_$1'),
      ),
    );
    const rows = ofSessions.flatMap(({ title, lines }) =>
      lines.map((turn, index) => ({ id: turn.dia_id, title, text: withNeighbours(lines, index) })),
    );
    await withPorts((ports) => ask(ports, conversation, turns, rows, (id) => id));
  }
  return [
    ['LoCoMo session recall @5 / @10', sessions.words()],
    ['LoCoMo turn recall @5 / @10', turns.words()],
  ];
}

function read(file: string): readonly Conversation[] {
  try {
    return z.parse(fileSchema, JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new MagusError('user-input', `${file} does not hold LoCoMo's conversations.`, { cause });
  }
}

function sessionsOf({ conversation }: Conversation) {
  return Object.entries(conversation).flatMap(([id, value]) => {
    const lines = z.safeParse(z.array(turnSchema), value);
    if (!/^session_\d+$/.test(id) || !lines.success) return [];
    return [{ id, title: String(conversation[`${id}_date_time`] ?? id), lines: lines.data }];
  });
}

function lineOf({ speaker, text, blip_caption: caption }: Turn): string {
  return `${speaker}: ${text}${caption === undefined ? '' : ` [${caption}]`}`;
}

/** The turn itself twice: a word in it says more than one beside it. */
function withNeighbours(lines: readonly Turn[], index: number): string {
  const [before, own, after] = [index - 1, index, index + 1].map((at) => (lines[at] ? lineOf(lines[at]) : ''));
  return [before, own, own, after].filter(Boolean).join('\n');
}

async function ask(
  ports: Ports,
  { qa }: Conversation,
  score: ReturnType<typeof tally>,
  rows: readonly { readonly id: string; readonly title: string; readonly text: string }[],
  place: (evidence: string) => string,
): Promise<void> {
  const records = rows.map((row) => newRecord(ports, 'episode', { ...row, workspace: '', source: 'bench' }));
  for (let start = 0; start < records.length; start += 200)
    await remember(ports, records.slice(start, start + 200), signal);
  // Vectors and servers, where there are any: what is not there yet would not be found.
  await ports.memory.settle(longestFilling);
  for (const { question, evidence = [] } of qa) {
    const wanted = new Set(evidence.flatMap((id) => id.match(/D\d+:\d+/g) ?? []).map(place));
    if (wanted.size === 0) continue;
    score.add(wanted, await found(ports, question));
  }
}

const mostTries = 50;

/** Nothing is measured here but what is found, so a server or model that was too slow for a recall is asked again. */
async function found(ports: Ports, text: string): Promise<readonly string[]> {
  for (let tries = 1; ; tries += 1) {
    const request = { text, kinds: ['episode'] as const, roots: [], limit: 10 };
    const { hits, warnings } = await recallMemories(ports, request, signal);
    if (warnings.length === 0) return hits.map(({ id }) => id);
    if (tries === mostTries)
      throw new MagusError('memory-unavailable', `${warnings.join(' ')} Run it again where that answers in time.`);
  }
}

function tally() {
  let questions = 0;
  const sums = [0, 0];
  return {
    add: (wanted: ReadonlySet<string>, found: readonly string[]): void => {
      questions += 1;
      for (const [index, most] of [5, 10].entries())
        sums[index] = (sums[index] ?? 0) + found.slice(0, most).filter((id) => wanted.has(id)).length / wanted.size;
    },
    words: (): string =>
      `${sums.map((sum) => ((100 * sum) / (questions || 1)).toFixed(1)).join(' / ')} (${questions} questions)`,
  };
}

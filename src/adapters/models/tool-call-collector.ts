import { isRecord } from '../../core/is-record.ts';
import type { RecordedCall } from '../../protocol/task-event.ts';

interface OpenCall {
  id: string;
  name: string;
  readonly pieces: string[];
  /** How far the pieces go as JSON: each is read once. */
  readonly progress: Progress;
}
interface Progress {
  depth: number;
  begun: boolean;
  inString: boolean;
  escaped: boolean;
}

export interface CallCollector {
  /** Takes one delta; `position` is its place in the frame. */
  readonly add: (delta: unknown, position: number) => void;
  readonly calls: (whole: boolean) => readonly RecordedCall[];
}

/** Deltas belong to a call by id, else by index, else by position: servers omit or reuse each of them. */
export function collectCalls(): CallCollector {
  const open: OpenCall[] = [];
  const byId = new Map<string, OpenCall>();
  const bySlot = new Map<number, OpenCall>();
  const begin = (slot: number): OpenCall => {
    const progress = { depth: 0, begun: false, inString: false, escaped: false };
    const call: OpenCall = { id: '', name: '', pieces: [], progress };
    open.push(call);
    bySlot.set(slot, call);
    return call;
  };
  const callOf = (id: string, slot: number, names: boolean): OpenCall => {
    const known = id === '' ? undefined : byId.get(id);
    if (known !== undefined) return known;
    const slotted = bySlot.get(slot);
    if (slotted === undefined) return begin(slot);
    if (id !== '') return slotted.id === '' ? slotted : begin(slot);
    // Without an id, a name after complete arguments is the next call in a reused place.
    return names && isWhole(slotted.progress) ? begin(slot) : slotted;
  };
  return {
    add: (delta, position) => {
      if (!isRecord(delta)) return;
      const made = isRecord(delta['function']) ? delta['function'] : {};
      const id = typeof delta['id'] === 'string' ? delta['id'] : '';
      const name = typeof made['name'] === 'string' ? made['name'] : '';
      const call = callOf(id, typeof delta['index'] === 'number' ? delta['index'] : position, name !== '');
      if (id !== '') {
        call.id ||= id;
        byId.set(id, call);
      }
      call.name ||= name;
      const written = made['arguments'];
      if (typeof written !== 'string' && !isRecord(written)) return;
      const piece = typeof written === 'string' ? written : JSON.stringify(written);
      call.pieces.push(piece);
      advance(call.progress, piece);
    },
    calls: (whole) =>
      open.map((call) => ({
        id: call.id === '' ? `call_${crypto.randomUUID()}` : call.id,
        name: call.name,
        // Whole calls without arguments are written as an empty object, which is what every reader expects.
        arguments: call.pieces.join('') || (whole ? '{}' : ''),
      })),
  };
}

/** Of JSON this much is enough to know where its value ends. */
function advance(progress: Progress, piece: string): void {
  for (const sign of piece) {
    progress.begun ||= sign.trim() !== '';
    if (progress.escaped) progress.escaped = false;
    else if (progress.inString && sign === '\\') progress.escaped = true;
    else if (sign === '"') progress.inString = !progress.inString;
    else if (progress.inString) continue;
    else if (sign === '{' || sign === '[') progress.depth += 1;
    else if (sign === '}' || sign === ']') progress.depth -= 1;
  }
}

function isWhole({ depth, begun, inString }: Progress): boolean {
  return begun && !inString && depth === 0;
}

import { isRecord } from '../../core/is-record.ts';
import type { RecordedCall } from '../../protocol/task-event.ts';

interface OpenCall {
  id: string;
  name: string;
  readonly pieces: string[];
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
    const call: OpenCall = { id: '', name: '', pieces: [] };
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
    return names && isJson(slotted.pieces.join('')) ? begin(slot) : slotted;
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
      if (typeof written === 'string') call.pieces.push(written);
      else if (isRecord(written)) call.pieces.push(JSON.stringify(written));
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

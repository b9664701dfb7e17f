import type { MemoryRecord } from '../../protocol/memory.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { newRecord, type RememberPorts, remember } from './remember.ts';

/**
 * Gives a memory to the user's team: from now on it is the team's, under an id of its own, and holds in every folder, since those
 * of others lie elsewhere. Throws `configuration` where no team is named, `user-input` where it waits for review or is the
 * team's already.
 */
export async function shareWithTeam(
  ports: RememberPorts & Pick<Ports, 'hash'>,
  record: MemoryRecord,
  signal: AbortSignal,
): Promise<MemoryRecord> {
  const { team, store } = ports.memory;
  if (team === undefined)
    throw new MagusError('configuration', 'No team is named. Name one as "team" in memory.json in the data folder.', {
      code: 'NO_TEAM',
    });
  if (record.namespace === team) throw new MagusError('user-input', `${record.id} is the memory of ${team} already.`);
  if (record.review)
    throw new MagusError('user-input', `${record.id} waits for your review: accept it before others are told of it.`);
  const { id: _own, ...words } = record;
  const shared = newRecord(ports, record.kind, { ...words, namespace: team, workspace: '' });
  await remember(ports, [shared], signal);
  await store.remove([record.id], signal);
  ports.memory.changed();
  return shared;
}

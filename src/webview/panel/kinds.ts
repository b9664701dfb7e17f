import type { MemoryKind } from '../../protocol/memory.ts';
import type { IconName } from '../icon.tsx';

interface KindFace {
  readonly icon: IconName;
  readonly one: string;
  readonly many: string;
}

export const kindFaces: Readonly<Record<MemoryKind, KindFace>> = {
  episode: { icon: 'limit', one: 'Episode', many: 'Episodes' },
  fact: { icon: 'fact', one: 'Fact', many: 'Facts' },
  workflow: { icon: 'workflow', one: 'Workflow', many: 'Workflows' },
};
export const kinds = Object.keys(kindFaces) as readonly MemoryKind[];

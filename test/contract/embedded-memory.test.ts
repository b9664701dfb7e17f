import { createJournalFolder, type JournalFolder } from '../integration/journal/journal-fixture.ts';
import { describeMemoryKeeper } from './memory-keeper.ts';

for (const kind of ['episode', 'fact', 'workflow'] as const) {
  describe(`The embedded store as a keeper of ${kind}s`, () => {
    let folder: JournalFolder;
    afterEach(() => folder.remove());
    describeMemoryKeeper(kind, async () => {
      folder = await createJournalFolder();
      const { memory } = await folder.open();
      return { keeper: memory, again: async () => (await folder.open()).memory, namespace: 'user/test' };
    });
  });
}

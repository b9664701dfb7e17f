import type { Ports } from '../ports.ts';

const batch = 32;
const batchMs = 60_000;

/** Gives every record without a vector one, as long as there are any. Throws `memory-unavailable`. */
export async function embedRecords({ memory }: Pick<Ports, 'memory'>, signal: AbortSignal): Promise<number> {
  const { embedder, store } = memory;
  if (!embedder) return 0;
  for (let done = 0; ; ) {
    signal.throwIfAborted();
    const records = await store.unembedded(embedder.model, batch);
    if (records.length === 0) return done;
    const given = AbortSignal.any([signal, AbortSignal.timeout(batchMs)]);
    const vectors = await embedder.embed(
      records.map(({ title, text }) => `${title}\n${text}`),
      given,
    );
    await store.putVectors(
      embedder.model,
      records.flatMap(({ id }, index) => {
        const values = vectors[index];
        return values ? [{ id, values }] : [];
      }),
    );
    done += records.length;
  }
}

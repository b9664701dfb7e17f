import type { VNode } from 'preact';
import type { MemoryEntry } from '../../protocol/panel.ts';
import { MemoryRow } from './memory-row.tsx';

/** Episodes under their days, the newest first, each a dot in the colour of its outcome on one line through time. */
export function TimeLine({ entries }: { readonly entries: readonly MemoryEntry[] }): VNode {
  return (
    <div class="time-line">
      {days(entries).map(({ day, episodes }) => (
        <section key={day} aria-label={dayWords(day)}>
          <h2>{dayWords(day)}</h2>
          <ol>
            {episodes.map((entry) => (
              <li key={entry.record.id} class={entry.record.outcome}>
                <MemoryRow entry={entry} told={toldOf(entry)} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function days(entries: readonly MemoryEntry[]): readonly { readonly day: string; readonly episodes: MemoryEntry[] }[] {
  const found: { day: string; episodes: MemoryEntry[] }[] = [];
  for (const entry of entries) {
    const day = new Date(entry.record.at).toDateString();
    const last = found.at(-1);
    if (last?.day === day) last.episodes.push(entry);
    else found.push({ day, episodes: [entry] });
  }
  return found;
}

function dayWords(day: string): string {
  if (day === new Date().toDateString()) return 'Today';
  return new Date(day).toLocaleDateString(undefined, { dateStyle: 'full' });
}

function toldOf({ record }: MemoryEntry): string {
  const time = new Date(record.at).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
  return record.outcome === '' ? time : `${time} · ${record.outcome}`;
}

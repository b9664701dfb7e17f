import type { VNode } from 'preact';
import type { EndItem } from './chat-items.ts';
import { Icon, type IconName } from './icon.tsx';
import { Markdown } from './markdown.tsx';
import { Remedies } from './remedies.tsx';
import { picture, running, send } from './state.ts';

const endings = {
  verified: ['verified', 'Done, and every check passed'],
  unverified: ['check', 'Done; nothing could be checked'],
  failed: ['close', 'Failed'],
  'limit-reached': ['limit', 'Stopped at a limit'],
  cancelled: ['denied', 'Cancelled'],
} as const satisfies Readonly<Record<EndItem['status'], readonly [IconName, string]>>;

const answered = ['check', 'Answered'] as const;

interface EndCardProperties {
  readonly end: EndItem;
  readonly taskId: string;
}

/** How the task ended, and what can be done now. An end that the task has gone on from offers nothing. */
export function EndCard({ end, taskId }: EndCardProperties): VNode {
  const [icon, words] = end.answered ? answered : endings[end.status];
  const error = end.error && end.error.message !== end.summary ? end.error.message : '';
  return (
    <section class={`card end ${end.status}`} aria-label="Result">
      <p class={`state ${end.status}`}>
        <Icon name={icon} /> <strong>{words}</strong>
      </p>
      {end.summary && end.summary !== `${words}.` ? <Markdown text={end.summary} /> : null}
      {error ? <p class="failure">{error}</p> : null}
      {picture.value.figures.value.ended && !running.value ? <NextSteps end={end} taskId={taskId} /> : null}
    </section>
  );
}

function NextSteps({ end, taskId }: EndCardProperties): VNode | null {
  const changes = picture.value.figures.value.changedFiles ? (
    <>
      <button type="button" onClick={() => send({ type: 'review', taskId })}>
        Review Changes
      </button>
      <button type="button" onClick={() => send({ type: 'undo', taskId })}>
        Undo
      </button>
    </>
  ) : null;
  if (end.status === 'verified' || end.status === 'unverified') return changes && <div class="row">{changes}</div>;
  const kind = end.error?.kind ?? kindOf[end.status];
  return (
    <Remedies kind={kind} code={end.error?.code} taskId={taskId}>
      {changes}
    </Remedies>
  );
}

const kindOf = { failed: 'tool-failed', 'limit-reached': 'limit-reached', cancelled: 'cancelled' } as const;
